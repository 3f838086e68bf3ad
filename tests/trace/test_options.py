# SPDX-License-Identifier: MIT
"""The command line: help, what is wrong, and files."""

import os
import subprocess
import unittest

from support import DIALOGS, PATIENCE, PROGRAM, TraceTest, run


class Options(TraceTest):
    def assertWrong(self, *arguments):
        result = run(*arguments)
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertRegex(result.stderr.decode(), r"\Acmta trace: [^\n]+\n\Z")

    def test_help_names_file_and_options(self):
        text = "\n".join(self.shown(b"", "--help"))
        for name in ("Usage: cmta trace [OPTION]... [FILE]", "  --dialogue ", "  --dot ", "  --help "):
            self.assertIn(name, text)

    def test_dot_prints_the_chart_that_is_checked_in(self):
        with open(os.path.join(DIALOGS, "..", "walk", "chart.dot"), encoding="ascii") as chart:
            self.assertEqual(self.shown(b"", "--dot"), chart.read().splitlines())

    def test_an_unknown_option_is_wrong(self):
        self.assertWrong("--fnord")

    def test_a_second_file_is_wrong(self):
        self.assertWrong("/dev/null", "/dev/null")

    def test_an_empty_file_name_is_wrong(self):
        self.assertWrong("")

    def test_a_file_that_is_not_there_is_wrong(self):
        self.assertWrong("/nonexistent/file")

    def test_a_file_is_read_in_place_of_standard_input(self):
        self.assertEqual(self.shown(b"QUIT\n", "/dev/null"), self.shown(b""))

    def test_output_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run([PROGRAM, "trace"], stdin=subprocess.DEVNULL, stdout=full,
                                    stderr=subprocess.DEVNULL, timeout=PATIENCE)
        self.assertEqual(result.returncode, 2)


if __name__ == "__main__":
    unittest.main()
