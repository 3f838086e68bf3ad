# SPDX-License-Identifier: MIT
"""openssl s_client sends by -starttls smtp and by TLS from the first byte, and verifies the certificate that the sink wrote."""

import os
import subprocess

from submission import MESSAGE, make_certificate
from support import PATIENCE, Sink, SinkTest, main, needs

COMMANDS = (b"EHLO client.example\r\nMAIL FROM:<from@example.org>\r\nRCPT TO:<to@example.org>\r\nDATA\r\n" + MESSAGE + b".\r\nQUIT\r\n")


def s_client(port, *options):
    """Says COMMANDS; fails where the certificate does not lead to the authority that the options name."""
    command = ["openssl", "s_client", "-quiet", "-connect", f"127.0.0.1:{port}", "-verify_return_error", *options]
    return subprocess.run(command, input=COMMANDS, capture_output=True, timeout=PATIENCE)


@needs("openssl")
class SelfSigned(SinkTest):
    def setUp(self):
        super().setUp()
        self.authority = os.path.join(self.folder, "authority.pem")
        self.sink = Sink("--jsonl", self.path, "--tls-self-signed", self.authority, listen_tls=("127.0.0.1:0",))
        self.addCleanup(self.sink.__exit__)

    def each_way(self):
        return (self.sink.port, "-starttls", "smtp"), (self.sink.tls_port,)

    def test_each_version_sends_by_both_ways(self):
        for way in self.each_way():
            for version in "tls1_2", "tls1_3":
                with self.subTest(way=way, version=version):
                    before = len(self.records())
                    result = s_client(*way, "-CAfile", self.authority, "-" + version)
                    self.assertEqual(result.returncode, 0, result.stderr)
                    record = self.records()[before]
                    self.assertEqual((record["protocol"], record["auth"]), ("ESMTPS", None))
                    self.assertEqual(record["tls"]["version"], {"tls1_2": "TLSv1.2", "tls1_3": "TLSv1.3"}[version])

    def test_the_certificate_is_for_each_of_its_names(self):
        for option, name in ("-verify_hostname", "localhost"), ("-verify_ip", "127.0.0.1"), ("-verify_ip", "::1"):
            with self.subTest(name=name):
                result = s_client(self.sink.tls_port, "-CAfile", self.authority, option, name)
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_the_certificate_is_for_no_other_name(self):
        result = s_client(self.sink.tls_port, "-CAfile", self.authority, "-verify_hostname", "other.example")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(b"hostname mismatch", result.stderr.lower())

    def test_without_the_certificate_nobody_trusts_it(self):
        result = s_client(self.sink.tls_port, "-no-CAfile", "-no-CApath")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn(b"verify error", result.stderr)

    def test_versions_below_1_2_are_refused(self):
        for version in "tls1", "tls1_1":
            with self.subTest(version=version):
                result = s_client(self.sink.tls_port, "-CAfile", self.authority, "-" + version, "-cipher", "ALL:@SECLEVEL=0")
                self.assertNotEqual(result.returncode, 0)
        self.assertEqual(self.records(), [])


@needs("openssl")
class Certificates(SinkTest):
    """Certificates out of files, chosen by the name that a client asks for."""

    def shown(self, sink, name):
        """The subject of the certificate that a client gets who asks for a name."""
        result = s_client(sink.tls_port, "-servername", name, "-no-CAfile", "-no-CApath")
        return [line for line in result.stderr.decode().splitlines() if line.startswith("depth=0")][0]

    def test_a_client_gets_the_certificate_for_the_name_it_asks_for(self):
        first, second = (make_certificate(self.folder, name, name) for name in ("a.example", "b.example"))
        with Sink("--quiet", "--tls-cert", first[0], "--tls-key", first[1], "--tls-cert", second[0], "--tls-key", second[1],
                  listen_tls=("127.0.0.1:0",)) as sink:
            for asked, got in ("a.example", "a.example"), ("b.example", "b.example"), ("other.example", "a.example"):
                with self.subTest(asked=asked):
                    self.assertIn(f"CN = {got}", self.shown(sink, asked))

    def test_without_tls_key_the_key_is_in_the_file_of_the_certificate(self):
        certificate, key = make_certificate(self.folder, "a.example")
        with open(certificate, "ab") as both, open(key, "rb") as secret:
            both.write(secret.read())
        with Sink("--quiet", "--tls-cert", certificate, listen_tls=("127.0.0.1:0",)) as sink:
            self.assertIn("CN = a.example", self.shown(sink, "a.example"))

    def test_a_certificate_of_rsa_is_taken(self):
        certificate, key = make_certificate(self.folder, "a.example", key="rsa:2048")
        with Sink("--jsonl", self.path, "--tls-cert", certificate, "--tls-key", key) as sink:
            result = s_client(sink.port, "-starttls", "smtp", "-CAfile", certificate, "-tls1_2")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("RSA", self.record()["tls"]["cipher"])


if __name__ == "__main__":
    main()
