# SPDX-License-Identifier: MIT
"""The command line: help, and what is wrong with it."""

import re
import subprocess
import unittest

from support import PATIENCE, PROGRAM, PasswdTest, run

OPTIONS = {"--scheme": "SCHEME", "--iterations": "N", "--file": "FILE", "--delete": "", "--help": ""}


class Help(PasswdTest):
    def test_names_every_option_with_its_argument(self):
        rows = re.findall(r"^  (--[a-z-]+) ?(\S*)", self.done("--help"), re.M)
        self.assertEqual(dict(rows), OPTIONS)

    def test_names_what_must_be_given(self):
        self.assertTrue(self.done("--help").startswith("Usage: cmta passwd [OPTION]... NAME\n"))

    def test_has_no_line_wider_than_a_terminal(self):
        self.assertLessEqual(max(map(len, self.done("--help").split("\n"))), 100)

    def test_of_the_program_names_the_command(self):
        shown = subprocess.run([PROGRAM, "--help"], capture_output=True, check=True, timeout=PATIENCE).stdout
        self.assertRegex(shown.decode(), r"(?m)^  passwd ")


class WrongOptions(PasswdTest):
    def test_no_name_or_two(self):
        self.assertIn("NAME", self.assert_refused())
        self.assert_refused("alice", "bob")

    def test_names_that_no_file_can_have(self):
        for name in ("", "a:b", "#a", "a\nb", b"\xc3\x28", "\u00ad"):
            self.assert_refused(name)

    def test_a_name_with_control_bytes_is_one_clean_line(self):
        self.assertIn("a\\n\\x1b[2J", self.assert_refused("a\n\x1b[2J"))

    def test_unknown_options(self):
        for option in ("--nothing", "-x"):
            self.assert_refused(option, "alice")

    def test_missing_arguments(self):
        for option in ("--scheme", "--iterations", "--file"):
            self.assert_refused("alice", option)

    def test_schemes(self):
        for scheme in ("", "MD5", "plain", "{PLAIN}", "SCRAM-SHA-512"):
            self.assert_refused("--scheme", scheme, "alice")

    def test_numbers_of_iterations(self):
        for number in ("", "0", "-1", "1k", "10000001", "4294967296"):
            self.assert_refused("--iterations", number, "alice")

    def test_options_that_do_not_go_together(self):
        for options in (["--scheme", "PLAIN", "--iterations", "5"], ["--scheme", "CRYPT", "--iterations", "5"],
                        ["--delete"], ["--delete", "--file", self.path, "--scheme", "PLAIN"],
                        ["--delete", "--file", self.path, "--iterations", "5"], ["--file", ""]):
            self.assert_refused(*options, "alice")

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "wb") as full:
            for arguments in (["--help"], ["alice"]):
                result = subprocess.run([PROGRAM, "passwd", *arguments], input=b"x\n", stdout=full,
                                        stderr=subprocess.DEVNULL, timeout=PATIENCE)
                self.assertEqual(result.returncode, 2)

    def test_the_name_is_judged_before_the_password_is_asked_for(self):
        self.assertNotIn("password given", run("a:b", given=b"").stderr.decode())


if __name__ == "__main__":
    unittest.main()
