# SPDX-License-Identifier: MIT
"""A stranger is put off with 451 and taken when it comes back; who does not wait leaves no timer."""

import socket

from support import Example, ExampleTest, main

FOREVER = "100000"


class Greylist(ExampleTest):
    def rcpt(self, example, sender, recipient):
        with example.client() as client:
            client.ehlo()
            client.mail(sender)
            return client.rcpt(recipient)[0]

    def test_the_second_attempt_is_taken(self):
        with Example("0.001") as example:
            self.assertEqual(self.rcpt(example, "a@example.org", "b@example.org"), 451)
            self.assertEqual(self.rcpt(example, "a@example.org", "b@example.org"), 250)
            self.assertEqual(self.rcpt(example, "a@example.org", "b@example.org"), 250)

    def test_another_sender_or_recipient_is_another_attempt(self):
        with Example("0") as example:
            self.rcpt(example, "a@example.org", "b@example.org")
            for sender, recipient in ("c@example.org", "b@example.org"), ("a@example.org", "c@example.org"), ("", "b@example.org"):
                self.assertEqual(self.rcpt(example, sender, recipient), 451)
            self.assertEqual(self.rcpt(example, "", "b@example.org"), 250)

    def test_a_group_of_recipients_is_answered_in_order(self):
        with Example("0") as example, example.client() as client:
            client.ehlo()
            client.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nRCPT TO:<e@d.example>\r\nRCPT TO:<c@d.example>\r\n")
            self.assertEqual([client.getreply()[0] for _ in range(4)], [250, 451, 451, 250])

    def test_a_client_that_does_not_wait_leaves_nothing_behind(self):
        """With its timer still running the server would not end."""
        with Example(FOREVER) as example:
            client = example.client()
            client.ehlo()
            client.mail("a@example.org")
            client.send(b"RCPT TO:<b@example.org>\r\n")
            client.sock.shutdown(socket.SHUT_WR)
            self.assertEqual(client.sock.recv(1), b"", "an answer")
            client.close()

    def test_a_client_that_does_not_wait_does_no_harm_to_one_that_does(self):
        """Timers run out in the order they were started: the first one's would before the second is answered."""
        with Example("0.1") as example:
            with example.client() as first:
                first.ehlo()
                first.mail("a@example.org")
                first.send(b"RCPT TO:<b@example.org>\r\n")
                first.close()
            self.assertEqual(self.rcpt(example, "c@example.org", "b@example.org"), 451)


if __name__ == "__main__":
    main()
