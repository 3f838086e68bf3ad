# SPDX-License-Identifier: MIT
"""Users of a table log in over STARTTLS, with PLAIN and with SCRAM-SHA-256, and nobody else."""

import smtplib
import ssl

import scram
from support import MESSAGE, Example, ExampleTest, main, needs, swaks


def secured(example):
    """A client behind STARTTLS, which takes the certificate as it is."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    client = example.client()
    client.starttls(context=context)
    client.ehlo()
    return client


class Authenticator(ExampleTest):
    def test_mail_is_taken_from_who_is_in_the_table(self):
        with Example() as example, secured(example) as client:
            client.login("alice", "wonderland")
            self.assertEqual(client.sendmail("a@example.org", "b@example.org", MESSAGE), {})

    def test_nobody_sends_without_a_login(self):
        with Example() as example, secured(example) as client:
            self.assertEqual(client.docmd("MAIL FROM:<a@example.org>")[0], 530)

    def test_there_is_no_login_in_clear(self):
        with Example() as example, example.client() as client:
            with self.assertRaises(smtplib.SMTPException):
                client.login("alice", "wonderland")

    def test_plain_refuses_wrong_passwords_unknown_names_and_who_acts_as_another_alike(self):
        logins = [b"\0alice\0wonderlanD", b"\0alice\0wonderland1", b"\0alice\0wonderlan", b"\0carol\0wonderland",
                  b"bob\0alice\0wonderland"]
        with Example() as example:
            clients = [secured(example) for _ in logins]
            for client, login in zip(clients, logins):
                client.putcmd("AUTH", "PLAIN " + scram.encode(login))  # all wait for their refusal at once
            replies = {client.getreply() for client in clients}
            for client in clients:
                client.close()
        self.assertEqual([code for code, _ in replies], [535])

    def test_scram_logs_in_who_is_in_the_table(self):
        with Example() as example, secured(example) as client:
            self.assertEqual(scram.log_in(client, "bob", "builder"), 235)

    def test_scram_refuses_a_wrong_password(self):
        with Example() as example, secured(example) as client:
            self.assertEqual(scram.log_in(client, "bob", "builder1"), 535)


@needs("swaks")
class Swaks(ExampleTest):
    def test_swaks_logs_in(self):
        login = ["--tls", "--auth", "PLAIN", "--auth-user", "bob", "--auth-password"]
        with Example() as example:
            status, dialogue = swaks(example.port, *login, "builder", "--to", "b@example.org", "--from", "a@example.org")
            self.assertEqual(status, 0, dialogue)


if __name__ == "__main__":
    main()
