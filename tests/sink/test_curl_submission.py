# SPDX-License-Identifier: MIT
"""curl submits by --ssl-reqd and by smtps://, with each login option that it knows."""

import subprocess

from submission import MESSAGE, PASSWORD, USER, SubmissionTest, make_certificate
from support import PATIENCE, main, needs

# With a token curl takes the better of these two, whatever the login option is.
BEARERS = ("OAUTHBEARER", "XOAUTH2")


def features():
    return subprocess.run(["curl", "--version"], capture_output=True, timeout=PATIENCE).stdout.decode().split()


def command(authority, port, way="starttls"):
    scheme, reqd = ("smtp", ["--ssl-reqd"]) if way == "starttls" else ("smtps", [])
    return ["curl", "--silent", "--show-error", *reqd, "--cacert", authority, f"{scheme}://localhost:{port}/client.example",
            "--mail-from", "from@example.org", "--mail-rcpt", "to@example.org", "--upload-file", "-"]


class CurlTest(SubmissionTest):
    def run_curl(self, way, *arguments, authority=None):
        return subprocess.run([*command(authority or self.authority, self.port(way), way), *arguments], input=MESSAGE,
                              capture_output=True, timeout=PATIENCE)

    def send(self, way, mechanism, password):
        options = ["--user", f"{USER}:{password}", "--login-options", f"AUTH={mechanism}"]
        if mechanism in BEARERS:
            options = ["--user", USER, "--oauth2-bearer", password]
        if mechanism == "EXTERNAL":
            options += ["--user", f"{USER}:", "--cert", self.client_certificate, "--key", self.client_key]
        return self.run_curl(way, *options)


@needs("curl")
class Curl(CurlTest):
    def known(self):
        scram = ["SCRAM-SHA-1", "SCRAM-SHA-256"] if "gsasl" in features() else []
        return ["PLAIN", "LOGIN", "CRAM-MD5", "OAUTHBEARER", *scram]

    def test_each_login_option_submits(self):
        for mechanism in self.known():
            self.assert_arrives(mechanism)

    def test_a_client_certificate_submits(self):
        self.assert_arrives("EXTERNAL")

    def test_a_client_certificate_that_leads_to_no_authority_is_refused(self):
        certificate, key = make_certificate(self.folder, USER)
        result = self.run_curl("starttls", "--user", f"{USER}:", "--login-options", "AUTH=EXTERNAL", "--cert", certificate, "--key", key)
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(self.records(), [])

    def test_a_wrong_password_is_refused_for_each_login_option(self):
        for mechanism in self.known():
            self.assert_refused_with(mechanism)

    def test_without_login_option_it_submits(self):
        self.assertEqual(self.run_curl("starttls", "--user", f"{USER}:{PASSWORD}").returncode, 0)
        self.assertEqual(self.record()["auth"]["user"], USER)

    def test_without_login_it_is_refused_where_that_is_required(self):
        result = self.run_curl("starttls")
        self.assertNotEqual(result.returncode, 0)
        self.assertEqual(self.records(), [])

    def test_the_name_that_curl_asks_for_is_kept(self):
        self.run_curl("starttls", "--user", f"{USER}:{PASSWORD}")
        self.assertEqual(self.record()["tls"]["sni"], "localhost")

    def test_another_certificate_is_not_trusted(self):
        for way in "starttls", "implicit":
            with self.subTest(way=way):
                result = self.run_curl(way, "--user", f"{USER}:{PASSWORD}", authority=self.client_certificate)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(b"certificate", result.stderr)


@needs("curl")
class Xoauth2(CurlTest):
    options = ("--mechanisms", "XOAUTH2")

    def test_a_token_submits(self):
        self.assert_arrives("XOAUTH2")

    def test_a_wrong_token_is_refused(self):
        self.assert_refused_with("XOAUTH2")


if __name__ == "__main__":
    main()
