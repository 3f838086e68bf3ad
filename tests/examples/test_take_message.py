# SPDX-License-Identifier: MIT
"""A message that was taken out of its session is written by a thread, whole, before its client hears so."""

from support import MESSAGE, Example, ExampleTest, main


class TakeMessage(ExampleTest):
    def test_a_message_is_written_before_its_client_hears_so(self):
        with Example() as example:
            with example.client() as client:
                client.sendmail("a@example.org", "b@example.org", MESSAGE)
                self.assertEqual(example.read(), MESSAGE)

    def test_messages_of_many_clients_are_whole(self):
        messages = [b"Subject: %d\r\n\r\n" % n + b"%04d\r\n" % n * 400 for n in range(20)]
        with Example() as example:
            clients = [example.client() for _ in messages]
            for client in clients:
                client.ehlo()
                client.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
                self.assertEqual([client.getreply()[0] for _ in range(3)], [250, 250, 354])
            for client, message in zip(clients, messages):
                client.send(message + b".\r\n")
            self.assertEqual([client.getreply()[0] for client in clients], [250] * len(clients))
            for client in clients:
                client.close()
        self.assertEqual(len(example.output), sum(map(len, messages)))
        for message in messages:
            self.assertIn(message, example.output)

    def test_a_large_message_outlives_the_session_that_brought_it(self):
        message = b"Subject: large\r\n\r\n" + b"x" * 70 + b"\r\n" * 2000000
        with Example() as example:
            with example.client() as client:
                client.sendmail("a@example.org", "b@example.org", message)
        self.assertEqual(example.output, message)


if __name__ == "__main__":
    main()
