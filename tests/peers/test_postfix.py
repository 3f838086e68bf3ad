# SPDX-License-Identifier: MIT
"""Postfix delivers to the sink through TLS, verifying its certificate, and logs in with each mechanism of Cyrus SASL."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sink"))

from postfix import Postfix
from submission import MECHANISMS, PASSWORD, USER, SubmissionTest
from support import main

SASL = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")

# What each transport differs in.
TRANSPORTS = {
    "starttls": "",
    "implicit": "-o smtp_tls_wrappermode=yes",
    "untrusted": "-o smtp_tls_CAfile={other}",
    "misnamed": "-o smtp_tls_secure_cert_match=other.example",
    "tls12": "-o smtp_tls_mandatory_protocols=<=TLSv1.2",
    **{mechanism.lower(): f"-o smtp_sasl_auth_enable=yes -o smtp_sasl_mechanism_filter={mechanism}" for mechanism in SASL},
}

MAIN = """\
smtp_tls_security_level = secure
smtp_tls_secure_cert_match = hostname
smtp_tls_CAfile = {authority}
smtp_tls_loglevel = 1
smtp_sasl_security_options = noanonymous
smtp_sasl_password_maps = inline:{{ {{ [localhost]:{port} = {user} }} }}
"""


class PostfixTls(SubmissionTest):
    options = ("--mechanisms", ",".join(name for name in MECHANISMS if name != "EXTERNAL"), "--tls", "required")
    required = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        ports = {"implicit": cls.sink.tls_port}
        transports = {name: (f"[localhost]:{ports.get(name, cls.sink.port)}", "smtp " + options.format(other=cls.client_certificate))
                      for name, options in TRANSPORTS.items()}
        text = MAIN.format(authority=cls.authority, port=cls.sink.port, user=f"{USER}:{PASSWORD}")
        cls.postfix = Postfix(cls.class_folder, transports, text)
        cls.addClassCleanup(cls.postfix.__exit__)
        cls.postfix.__enter__()

    def deliver(self, transport):
        """Gives Postfix a message for a transport; returns what its log says became of it, and why."""
        self.postfix.submit(f"to@{transport}.example")
        return self.postfix.outcomes(f"{transport}.example")[f"to@{transport}.example"]

    def assert_delivers(self, transport):
        status, reply = self.deliver(transport)
        self.assertEqual(status, "sent", reply)
        record = self.record()
        self.assertIn(record["id"], reply)
        self.assert_tls(record["tls"])
        return record

    def test_it_delivers_through_starttls_to_a_certificate_that_it_verifies(self):
        self.assertEqual(self.assert_delivers("starttls")["protocol"], "ESMTPS")

    def test_it_delivers_through_tls_from_the_first_byte(self):
        self.assertEqual(self.assert_delivers("implicit")["protocol"], "ESMTPS")

    def test_it_delivers_through_tls_1_2(self):
        self.assertEqual(self.assert_delivers("tls12")["tls"]["version"], "TLSv1.2")

    def test_it_delivers_nothing_to_a_certificate_that_it_does_not_trust(self):
        for transport in "untrusted", "misnamed":
            with self.subTest(transport=transport):
                status, reason = self.deliver(transport)
                self.assertEqual(status, "deferred")
                self.assertRegex(reason, "not (trusted|verified)")
        self.assertEqual(self.records(), [])

    def test_it_logs_in_with_each_mechanism(self):
        for mechanism in SASL:
            with self.subTest(mechanism=mechanism):
                self.before += len(self.records())
                record = self.assert_delivers(mechanism.lower())
                self.assertEqual(record["protocol"], "ESMTPSA")
                self.assertEqual(record["auth"], {"user": USER, "mechanism": mechanism, "authzid": ""})


if __name__ == "__main__":
    main()
