# SPDX-License-Identifier: MIT
"""Python's smtplib submits by starttls() and SMTP_SSL, with each of its mechanisms."""

import smtplib
from types import SimpleNamespace

from submission import MESSAGE, PASSWORD, USER, SubmissionTest, trusting
from support import main

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5")


class Smtplib(SubmissionTest):
    def connect(self, way):
        context = trusting(self.authority)
        if way == "implicit":
            return smtplib.SMTP_SSL("localhost", self.port(way), local_hostname="client.example", context=context)
        client = smtplib.SMTP("localhost", self.port(way), local_hostname="client.example")
        client.starttls(context=context)
        return client

    def send(self, way, mechanism, password):
        """As the others do, with what was raised on `stderr`."""
        with self.connect(way) as client:
            client.ehlo()
            client.user, client.password = USER, password
            try:
                client.auth(mechanism, getattr(client, "auth_" + mechanism.lower().replace("-", "_")))
                client.sendmail("from@example.org", "to@example.org", MESSAGE)
            except smtplib.SMTPException as error:
                return SimpleNamespace(returncode=1, stdout="", stderr=str(error))
        return SimpleNamespace(returncode=0, stdout="", stderr="")

    def test_each_mechanism_submits(self):
        for mechanism in MECHANISMS:
            self.assert_arrives(mechanism)

    def test_login_finds_a_mechanism_by_itself(self):
        with self.connect("starttls") as client:
            client.login(USER, PASSWORD)
            client.sendmail("from@example.org", "to@example.org", MESSAGE)
        self.assertEqual(self.record()["auth"]["user"], USER)

    def test_a_wrong_password_is_refused_for_each_mechanism(self):
        for mechanism in MECHANISMS:
            self.assert_refused_with(mechanism)

    def test_a_wrong_password_is_535(self):
        with self.connect("starttls") as client:
            client.ehlo()
            client.user, client.password = USER, "wrong"
            with self.assertRaises(smtplib.SMTPAuthenticationError) as refused:
                client.auth("PLAIN", client.auth_plain)
            self.assertEqual(refused.exception.smtp_code, 535)

    def test_login_without_tls_is_not_offered_with_plain_passwords(self):
        with smtplib.SMTP("localhost", self.sink.port) as client:
            client.ehlo()
            self.assertNotIn("PLAIN", client.esmtp_features["auth"].split())
            self.assertNotIn("LOGIN", client.esmtp_features["auth"].split())

    def test_without_login_mail_is_530(self):
        with self.connect("starttls") as client:
            client.ehlo()
            self.assertEqual(client.mail("from@example.org")[0], 530)


if __name__ == "__main__":
    main()
