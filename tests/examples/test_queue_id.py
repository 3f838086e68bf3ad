# SPDX-License-Identifier: MIT
"""The reply names the file that the message is in, and so does the message's Received field."""

import os
import re

from support import MESSAGE, Example, ExampleTest, main, needs, swaks


class QueueId(ExampleTest):
    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def send(self, client, message=MESSAGE):
        """Sends a message and returns the name that the reply to it says."""
        client.ehlo()
        client.mail("a@example.org")
        client.rcpt("b@example.org")
        code, text = client.data(message)
        self.assertEqual(code, 250)
        return re.fullmatch(r"2\.0\.0 Queued as ([0-9A-F]+-[0-9A-F]+)", text.decode()).group(1)

    def test_the_file_is_there_when_the_reply_names_it(self):
        with Example(self.folder) as example, example.client() as client:
            text = self.read(self.send(client))
            self.assertTrue(text.endswith(b"\r\n" + MESSAGE))

    def test_the_received_field_has_the_same_name(self):
        with Example(self.folder) as example, example.client() as client:
            name = self.send(client)
            field = self.read(name)[:-len(MESSAGE)].decode()
            self.assertRegex(field, r"\AReceived: from client\.example ")
            self.assertIn(f" id {name}", field)

    def test_each_message_has_a_name_of_its_own(self):
        with Example(self.folder) as example, example.client() as client, example.client() as other:
            names = [self.send(client), self.send(other), self.send(client)]
        self.assertEqual(sorted(names), sorted(os.listdir(self.folder)))
        self.assertEqual(len(set(names)), 3)

    def test_a_message_that_cannot_be_stored_is_not_taken(self):
        folder = self.path("gone")
        os.mkdir(folder)
        with Example(folder) as example, example.client() as client:
            os.rmdir(folder)
            client.ehlo()
            client.mail("a@example.org")
            client.rcpt("b@example.org")
            self.assertEqual(client.data(MESSAGE)[0], 451)


@needs("swaks")
class Swaks(ExampleTest):
    def test_swaks_shows_the_name(self):
        with Example(self.folder) as example:
            _, dialogue = swaks(example.port, "--to", "b@example.org", "--from", "a@example.org")
        self.assertIn(f"<-  250 2.0.0 Queued as {os.listdir(self.folder)[0]}\n", dialogue)


if __name__ == "__main__":
    main()
