# SPDX-License-Identifier: MIT
"""swaks submits by --tls and --tls-on-connect, with each mechanism that it can speak to the sink."""

import subprocess
import unittest

from submission import MESSAGE, USER, SubmissionTest
from support import PATIENCE, main, needs

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")


def has_tls():
    return b"TLS supported" in subprocess.run(["swaks", "--support"], capture_output=True, timeout=PATIENCE).stdout


@needs("swaks")
class Swaks(SubmissionTest):
    @classmethod
    def setUpClass(cls):
        if not has_tls():
            raise unittest.SkipTest("swaks has no TLS here: it needs Net::SSLeay")
        super().setUpClass()

    def send(self, way, mechanism, password):
        command = ["swaks", "--server", "127.0.0.1", "--port", str(self.port(way)), "--helo", "client.example",
                   "--tls" if way == "starttls" else "--tls-on-connect", "--tls-verify", "--tls-ca-path", self.authority,
                   "--from", "from@example.org", "--to", "to@example.org", "--data", "-",
                   "--auth", mechanism, "--auth-user", USER, "--auth-password", password]
        return subprocess.run(command, input=MESSAGE.replace(b"\r\n", b"\n"), capture_output=True, timeout=PATIENCE)

    def test_each_mechanism_submits(self):
        for mechanism in MECHANISMS:
            self.assert_arrives(mechanism)

    def test_a_wrong_password_is_refused_for_each_mechanism(self):
        for mechanism in MECHANISMS:
            self.assert_refused_with(mechanism)


if __name__ == "__main__":
    main()
