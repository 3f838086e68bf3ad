# SPDX-License-Identifier: MIT
"""msmtp submits by STARTTLS and by TLS from the first byte, with each mechanism that it knows."""

import subprocess

from submission import MESSAGE, USER, SubmissionTest
from support import PATIENCE, main, needs


@needs("msmtp")
class Msmtp(SubmissionTest):
    def send(self, way, mechanism, password):
        command = ["msmtp", "--host=localhost", f"--port={self.port(way)}", "--domain=client.example", "--from=from@example.org",
                   "--tls=on", f"--tls-starttls={'on' if way == 'starttls' else 'off'}", f"--tls-trust-file={self.authority}",
                   f"--auth={mechanism.lower()}", f"--user={USER}", f"--passwordeval=echo {password}"]
        if mechanism == "EXTERNAL":
            command += [f"--tls-cert-file={self.client_certificate}", f"--tls-key-file={self.client_key}"]
        return subprocess.run([*command, "to@example.org"], input=MESSAGE.replace(b"\r\n", b"\n"), capture_output=True,
                              timeout=PATIENCE)

    def known(self):
        """The mechanisms of this build that the sink knows too."""
        words = subprocess.run(["msmtp", "--version"], capture_output=True, timeout=PATIENCE).stdout.decode().upper().split()
        names = set(words) & {"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS",
                              "SCRAM-SHA-256-PLUS", "EXTERNAL", "XOAUTH2", "OAUTHBEARER"}
        self.assertIn("PLAIN", names)
        return sorted(names)

    def test_each_mechanism_submits(self):
        for mechanism in self.known():
            self.assert_arrives(mechanism)

    def test_a_wrong_password_is_refused_for_each_mechanism(self):
        for mechanism in set(self.known()) - {"EXTERNAL"}:
            self.assert_refused_with(mechanism)


if __name__ == "__main__":
    main()
