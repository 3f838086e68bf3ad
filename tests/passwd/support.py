# SPDX-License-Identifier: MIT
"""Runs `cmta passwd` for a test. No test lives here."""

import base64
import hashlib
import hmac
import os
import subprocess
import tempfile
import unittest

PROGRAM = os.environ.get("CMTA_PROGRAM", "cmta")
PATIENCE = 60  # seconds until something that hangs fails the test; nothing waits for it to pass


def run(*arguments, given=b"pencil\n"):
    """Runs the program to its end, with this on standard input; returns what subprocess.run() does."""
    return subprocess.run([PROGRAM, "passwd", *arguments], input=given, capture_output=True, timeout=PATIENCE)


def scram(password, kept, name):
    """What an entry keeps, made anew of the password with the salt and the iterations of the entry (RFC 5802 section 3)."""
    iterations, salt, _, _ = kept.split(",")
    salted = hashlib.pbkdf2_hmac(name, password.encode(), base64.b64decode(salt, validate=True), int(iterations))
    stored = hashlib.new(name, hmac.digest(salted, b"Client Key", name)).digest()
    keys = stored, hmac.digest(salted, b"Server Key", name)
    return ",".join([iterations, salt, *(base64.b64encode(key).decode() for key in keys)])


class PasswdTest(unittest.TestCase):
    """A test with a scratch folder, and `path` in it for a password file."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(self.folder, "passwd")

    def done(self, *arguments, **options):
        """Standard output of a run that must succeed without a word on standard error."""
        result = run(*arguments, **options)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        return result.stdout.decode()

    def assert_refused(self, *arguments, **options):
        """The program ends with status 2, one line on standard error and nothing on standard output. The line."""
        with self.subTest(arguments=arguments):
            result = run(*arguments, **options)
            errors = result.stderr.decode()
            self.assertEqual((result.returncode, result.stdout), (2, b""), errors)
            self.assertRegex(errors, r"\Acmta passwd: [^\n]+\n\Z")
            return errors
