# SPDX-License-Identifier: MIT
"""Runs `cmta trace` for a test. No test lives here."""

import os
import subprocess
import sys
import unittest

PROGRAM = os.environ.get("CMTA_PROGRAM", "cmta")
DIALOGS = os.environ.get("CMTA_DIALOGS", "tests/dialogs")
sys.path.insert(0, DIALOGS)
from escapes import decode  # noqa: E402,F401
PATIENCE = 60  # seconds until something that hangs fails the test; nothing waits for it to pass


def run(*arguments, given=b""):
    """Runs the program to its end and returns what subprocess.run() does."""
    return subprocess.run([PROGRAM, "trace", *arguments], input=given, capture_output=True, timeout=PATIENCE)


class TraceTest(unittest.TestCase):
    def shown(self, given, *arguments):
        """The lines that a run prints, which must succeed without a word on standard error."""
        result = run(*arguments, given=given)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout.decode().splitlines()

    def assertShows(self, lines, *expected):
        """The expected lines follow each other somewhere."""
        size = len(expected)
        found = any(tuple(lines[at:at + size]) == expected for at in range(len(lines)))
        self.assertTrue(found, "%r is not in\n%s" % (expected, "\n".join(lines)))
