# SPDX-License-Identifier: MIT
"""Starts an example for a test and always ends it. No test lives here."""

import os
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ.get("CMTA_EXAMPLE", "")
LAUNCHER = os.environ.get("CMTA_LAUNCHER", "").split()  # what the thread sanitizer wants in front
PATIENCE = 60  # seconds until something that hangs fails the test; nothing waits for it to pass
SKIPPED = 77   # what ctest takes for "skipped"
MESSAGE = b"Subject: test\r\n\r\ntext\r\n"


class Example:
    """A running example on a free port of the loopback; a context manager. `output` holds what it printed once it has ended."""

    def __init__(self, *arguments, listen="127.0.0.1:0", status=0):
        self.status = status
        self.printed = tempfile.TemporaryFile()
        command = [*LAUNCHER, PROGRAM, listen, *arguments]
        self.process = subprocess.Popen(command, stdout=self.printed, stderr=subprocess.PIPE)
        line = self.process.stderr.readline().decode()
        if "ThreadSanitizer: unexpected memory mapping" in line:
            self.process.communicate()
            self.printed.close()
            raise unittest.SkipTest("the thread sanitizer cannot start under this kernel")
        if not line.startswith("listening on port "):
            self.__exit__(AssertionError)
            raise AssertionError(f"no listening line but {line!r}")
        self.port = int(line.split()[-1])

    def __enter__(self):
        return self

    def __exit__(self, failure=None, *_):
        """Ends it: by SIGTERM after a good test, so that whatever a sanitizer finds is seen; else at once."""
        try:
            self.process.send_signal(signal.SIGKILL if failure else signal.SIGTERM)
            errors = self.process.communicate(timeout=PATIENCE)[1]
        finally:
            self.process.kill()  # does nothing to a process that has ended
            self.process.wait()
        self.output = self.read()
        self.printed.close()
        if not failure and self.process.returncode != self.status:
            raise AssertionError(f"ended with {self.process.returncode}: {errors.decode()}")

    def read(self):
        """What it has printed so far, without waiting for more."""
        descriptor = self.printed.fileno()  # not moved: the example writes at the same place
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0)

    def client(self):
        """Python's smtplib, connected; a context manager that says QUIT."""
        return smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example", timeout=PATIENCE)


def give_up(*_):
    raise TimeoutError("something hangs")


class ExampleTest(unittest.TestCase):
    """A test with a scratch folder. One that hangs fails and ends its processes."""

    def setUp(self):
        signal.signal(signal.SIGALRM, give_up)
        signal.alarm(PATIENCE)
        self.addCleanup(signal.alarm, 0)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def say(self, client, *command):
        """The reply to a command as "CODE text"."""
        code, text = client.docmd(*command)
        return f"{code} {text.decode()}"


def needs(client):
    """Skips a class of tests when a client is not installed."""
    return unittest.skipUnless(shutil.which(client), f"{client} is not installed")


def swaks(port, *arguments):
    """swaks sends a message; returns its exit status and the dialogue that it shows."""
    command = ["swaks", "--server", "127.0.0.1", "--port", str(port), "--helo", "client.example", *arguments]
    result = subprocess.run(command, capture_output=True, timeout=PATIENCE)
    return result.returncode, result.stdout.decode()


def main():
    """Runs the tests of the script; tells ctest when all were skipped."""
    result = unittest.main(exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if len(result.skipped) >= result.testsRun else 0)
