# SPDX-License-Identifier: MIT
"""Each recipient has a reply of its own, in order, over a Unix socket, and users of this machine get their message."""

import re
import smtplib
import subprocess

from support import MESSAGE, PATIENCE, Example, ExampleTest, main, needs


class LmtpTest(ExampleTest):
    def start(self):
        self.socket = self.path("lmtp")
        return Example(listen=f"unix:{self.socket}")


class Lmtp(LmtpTest):
    def client(self):
        return smtplib.LMTP(self.socket, local_hostname="client.example")

    def deliver(self, client, *names):
        """The codes of the replies to a message for these."""
        client.mail("a@example.org")
        for name in names:
            self.assertEqual(client.rcpt(f"{name}@example.org")[0], 250)
        self.assertEqual(client.docmd("DATA")[0], 354)
        client.send(MESSAGE + b".\r\n")
        return [client.getreply()[0] for _ in names]

    def test_each_recipient_has_its_own_reply(self):
        with self.start() as example, self.client() as client:
            client.ehlo()  # which says LHLO
            self.assertEqual(self.deliver(client, "root", "no.such.user", "daemon", "root"), [250, 554, 250, 250])
        delivered = MESSAGE.decode()
        self.assertEqual(example.output.decode(), f"[root]\n{delivered}[daemon]\n{delivered}[root]\n{delivered}")

    def test_messages_follow_each_other(self):
        with self.start(), self.client() as client:
            client.ehlo()  # which says LHLO
            self.assertEqual(self.deliver(client, "root"), [250])
            self.assertEqual(self.deliver(client, "no.such.user"), [554])
            self.assertEqual(self.deliver(client, *["root"] * 100), [250] * 100)

    def test_sendmail_delivers(self):
        with self.start(), self.client() as client:
            self.assertEqual(client.sendmail("a@example.org", "root@example.org", MESSAGE), {})

    def test_it_is_no_smtp(self):
        with self.start(), self.client() as client:
            self.assertEqual(self.say(client, "EHLO client.example"), "500 Unknown command")

    def test_clients_that_do_not_wait_do_no_harm(self):
        with self.start():
            for _ in range(50):
                client = self.client()
                client.ehlo()  # which says LHLO
                client.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<root@b.example>\r\nRCPT TO:<no@b.example>\r\nDATA\r\n.\r\n")
                client.close()
            with self.client() as client:
                client.ehlo()  # which says LHLO
                self.assertEqual(self.deliver(client, "root", "no.such.user"), [250, 554])


@needs("swaks")
class Swaks(LmtpTest):
    def test_swaks_hears_a_reply_for_each_recipient(self):
        recipients = "root@example.org,no.such.user@example.org,daemon@example.org"
        with self.start():
            command = ["swaks", "--protocol", "LMTP", "--socket", self.socket, "--from", "a@example.org", "--to", recipients,
                       "--helo", "client.example"]
            shown = subprocess.run(command, capture_output=True, timeout=PATIENCE).stdout.decode()
        behind = shown[shown.index(" -> ."):]
        self.assertEqual(re.findall(r"^<\S+\s+(\d+) ", behind, re.MULTILINE), ["250", "554", "250", "221"])


if __name__ == "__main__":
    main()
