# SPDX-License-Identifier: MIT
"""The client of GNU SASL logs in with SCRAM, bound to the TLS channel and not, and with the other mechanisms."""

import subprocess

from submission import PASSWORD, USER, SubmissionTest
from support import PATIENCE, main, needs

BOUND = ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS")
UNBOUND = ("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5")


@needs("gsasl")
class Gsasl(SubmissionTest):
    """It logs in by STARTTLS and leaves; no message is sent, so its exit status is what is looked at. It binds to the channel with
    tls-exporter in TLS 1.3 and with tls-unique, which the sink does not take, in TLS 1.2; where it could bind it refuses to log in
    unbound unless told to."""

    def log_in(self, mechanism, *options, password=PASSWORD):
        command = ["gsasl", "--smtp", "--connect", f"localhost:{self.sink.port}", "--hostname", "localhost", "--x509-ca-file",
                   self.authority, "--mechanism", mechanism, "--authentication-id", USER, "--password", password, *options]
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)

    def assert_logs_in(self, mechanism, *options):
        with self.subTest(mechanism=mechanism):
            result = self.log_in(mechanism, *options)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertIn(b"\n235 2.7.0 ", result.stdout)
            self.assertIn(b"server trusted", result.stdout + result.stderr)

    def assert_refused_with(self, mechanism, *options, password="wrong", reply=b"535 5.7.8 "):
        with self.subTest(mechanism=mechanism):
            result = self.log_in(mechanism, *options, password=password)
            self.assertNotEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertIn(b"\n" + reply, result.stdout)

    def test_scram_bound_to_the_channel_logs_in(self):
        for mechanism in BOUND:
            self.assert_logs_in(mechanism)

    def test_a_wrong_password_is_refused_with_scram_bound_to_the_channel(self):
        for mechanism in BOUND:
            self.assert_refused_with(mechanism)

    def test_bindings_are_refused_with_tls_1_2(self):
        for mechanism in BOUND:
            self.assert_refused_with(mechanism, "--priority", "NORMAL:-VERS-TLS1.3", password=PASSWORD, reply=b"504 5.5.4 ")

    def test_each_unbound_mechanism_logs_in(self):
        for mechanism in UNBOUND:
            self.assert_logs_in(mechanism, "--no-cb")

    def test_a_wrong_password_is_refused_for_each_unbound_mechanism(self):
        for mechanism in UNBOUND:
            self.assert_refused_with(mechanism, "--no-cb")

    def test_a_client_certificate_logs_in(self):
        self.assert_logs_in("EXTERNAL", "--x509-cert-file", self.client_certificate, "--x509-key-file", self.client_key)

    def test_bindings_are_not_offered_without_tls(self):
        result = self.log_in("SCRAM-SHA-256", "--no-starttls", "--verbose")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertNotIn(b"-PLUS", result.stdout)


if __name__ == "__main__":
    main()
