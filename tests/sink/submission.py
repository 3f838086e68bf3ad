# SPDX-License-Identifier: MIT
"""One sink with TLS, a user and every mechanism, for all tests of a client of submission; no test lives here."""

import os
import ssl
import subprocess
import tempfile

from support import PATIENCE, Sink, SinkTest

WAYS = ("starttls", "implicit")
MECHANISMS = ("SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "EXTERNAL", "OAUTHBEARER", "XOAUTH2", "PLAIN",
              "LOGIN", "CRAM-MD5")
USER, PASSWORD = "alice", "secret"
MESSAGE = b"Subject: test\r\n\r\ntext\r\n"


def make_certificate(folder, name, *names, key="ec:P-256"):
    """A certificate that is its own authority, of a common name and DNS names, as FOLDER/NAME.pem, with its key in FOLDER/NAME.key."""
    certificate, secret = (os.path.join(folder, name + suffix) for suffix in (".pem", ".key"))
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:" + key[3:]] if key.startswith("ec:") else ["-newkey", key]
    command = ["openssl", "req", "-x509", *kind, "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", secret, "-out", certificate]
    if names:
        command += ["-addext", "subjectAltName=" + ",".join("DNS:" + each for each in names)]
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
    return certificate, secret


def trusting(certificate):
    """An ssl.SSLContext that trusts this certificate and no other."""
    return ssl.create_default_context(cafile=certificate)


class SubmissionTest(SinkTest):
    """Starts the sink before the first test of a class: `authority` is its certificate, `client_certificate` and `client_key` prove to be
    USER. A client's class says what `send` is; records are those of the test alone."""

    options = ("--mechanisms", ",".join(MECHANISMS))
    lmtp = ()
    required = True  # nobody sends without having logged in

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.class_folder = folder.name
        cls.class_path = os.path.join(folder.name, "messages.jsonl")
        cls.authority = os.path.join(folder.name, "authority.pem")
        cls.client_certificate, cls.client_key = make_certificate(folder.name, USER)
        cls.sink = Sink("--jsonl", cls.class_path, "--tls-self-signed", cls.authority, "--tls-client-ca", cls.client_certificate,
                        "--auth", f"{USER}:{PASSWORD}", *["--auth-required"][:cls.required], *cls.options,
                        listen_tls=("127.0.0.1:0",), lmtp=cls.lmtp)
        cls.addClassCleanup(cls.sink.__exit__)

    def setUp(self):
        super().setUp()
        self.path = self.class_path
        self.before = 0
        self.before = len(self.records())

    def records(self):
        return super().records()[self.before:]

    def port(self, way):
        return self.sink.port if way == "starttls" else self.sink.tls_port

    def send(self, way, mechanism, password):
        """Sends one MESSAGE, logged in; what subprocess.run() returns."""
        raise NotImplementedError

    def assert_arrives(self, mechanism, user=USER, authzid=""):
        """The client gets its message through by both ways to TLS, and the sink says how."""
        for way in WAYS:
            with self.subTest(mechanism=mechanism, way=way):
                self.before += len(self.records())
                result = self.send(way, mechanism, PASSWORD)
                self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
                record = self.record()
                self.assertEqual(record["protocol"], "ESMTPSA")
                self.assertEqual(record["auth"], {"user": user, "mechanism": mechanism, "authzid": authzid})
                self.assert_tls(record["tls"])

    def assert_tls(self, tls):
        self.assertEqual(list(tls), ["version", "cipher", "sni"])
        self.assertRegex(tls["version"], r"\ATLSv1\.[23]\Z")
        self.assertRegex(tls["cipher"], r"\A(TLS_|ECDHE-)[A-Z0-9_-]+\Z")
        self.assertIn(tls["sni"], ("", "localhost"))

    def assert_refused_with(self, mechanism, password="wrong"):
        """The client cannot log in with another password, says so, and nothing arrives."""
        with self.subTest(mechanism=mechanism):
            result = self.send("starttls", mechanism, password)
            self.assertNotEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertEqual(self.records(), [])
