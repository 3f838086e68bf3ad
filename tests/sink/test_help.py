# SPDX-License-Identifier: MIT
"""The help texts and the version."""

import re
import subprocess

from support import PATIENCE, PROGRAM, SinkTest, main, run

OPTIONS = {
    "--listen": "ADDR:PORT", "--hostname": "NAME", "--jsonl": "FILE|-", "--quiet": "",
    "--max-message-size": "N", "--max-recipients": "N", "--max-errors": "N", "--max-connections": "N",
    "--timeout": "SECONDS", "--reject": "STAGE[:ADDRESS][=CODE[ TEXT]]", "--help": "",
    "--listen-tls": "ADDR:PORT", "--lmtp": "ADDR:PORT|PATH", "--tls": "off|offered|required", "--tls-cert": "FILE", "--tls-key": "FILE",
    "--tls-self-signed": "FILE", "--tls-client-ca": "FILE", "--auth": "USER:PASSWORD", "--auth-file": "FILE",
    "--auth-as-anybody": "", "--auth-required": "", "--auth-in-clear": "", "--auth-delay": "SECONDS", "--mechanisms": "LIST",
    "--extensions": "LIST", "--line-endings": "refuse|normalise|keep", "--submission": "", "--proxy-from": "CIDR", "--xclient-from": "CIDR",
    "--maildir": "DIR", "--mbox": "FILE", "--dir": "DIR", "--port-file": "FILE", "--count": "N", "--wait": "SECONDS", "--only": "ADDRESS",
    "--fault": "SPEC", "--fault-file": "FILE", "--all-faults": "", "--help-faults": "", "--seed": "N", "--transcript": "DIR", "--json-transcript": "",
}


class Help(SinkTest):
    def shown(self, *arguments):
        """Standard output of a run that must succeed without a word on standard error."""
        result = run(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout.decode()

    def test_sink_help_names_every_option_with_its_argument(self):
        rows = re.findall(r"^  (--[a-z-]+) ?(\S+(?: TEXT\]\])?)?", self.shown("sink", "--help"), re.M)
        self.assertEqual(dict(rows), OPTIONS)

    def test_every_option_that_sink_help_names_is_known(self):
        for option in re.findall(r"^  (--[a-z-]+)", self.shown("sink", "--help"), re.M):
            with self.subTest(option=option):
                result = run("sink", "--listen", "no address", option)  # which never gets to serve
                self.assertNotIn(b"unknown", result.stderr)

    def test_sink_help_says_something_of_every_option(self):
        text = self.shown("sink", "--help")
        for option in OPTIONS:
            self.assertRegex(text, re.escape(option) + r"[^\n]*\n? {2,}[a-z]")

    def test_sink_help_shows_the_defaults_of_numbers(self):
        text = self.shown("sink", "--max-errors", "7", "--help")
        for name, number in ("max-message-size", 26214400), ("max-errors", 20), ("max-connections", 1000), ("auth-delay", 0), ("seed", 1):
            self.assertRegex(text, rf"--{name} (N|SECONDS) [^\n]*\(default {number}\)\n")

    def test_program_help_names_the_subcommands(self):
        text = self.shown("--help")
        for name in ("sink", "trace", "passwd", "--help", "--version"):
            self.assertRegex(text, rf"(?m)^  {name} ")

    def test_version(self):
        self.assertRegex(self.shown("--version"), r"\Acmta \d+\.\d+\.\d+\n\Z")

    def test_no_line_is_wider_than_a_terminal(self):
        for line in (self.shown("--help") + self.shown("sink", "--help") + self.shown("sink", "--help-faults") + self.shown("trace", "--help")).split("\n"):
            self.assertLessEqual(len(line), 100)

    def test_help_that_cannot_be_written_is_an_error(self):
        with open("/dev/full", "wb") as full:
            for arguments in (["--help"], ["--version"], ["sink", "--help"]):
                with self.subTest(arguments=arguments):
                    command = [PROGRAM, *arguments]
                    result = subprocess.run(command, stdout=full, stderr=subprocess.DEVNULL, timeout=PATIENCE)
                    self.assertEqual(result.returncode, 2)


if __name__ == "__main__":
    main()
