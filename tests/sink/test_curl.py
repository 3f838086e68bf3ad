# SPDX-License-Identifier: MIT
"""curl smtp:// sends, and the JSON lines hold what it sent."""

import base64
import subprocess

from support import PATIENCE, Sink, SinkTest, main, needs


@needs("curl")
class Curl(SinkTest):
    def curl(self, sink, message, sender, recipients, *options):
        """What subprocess.run() returns of a curl that sends one message."""
        command = ["curl", "--silent", "--show-error", f"smtp://127.0.0.1:{sink.port}/client.example", "--mail-from", sender,
                   "--upload-file", "-", *options]
        for recipient in recipients:
            command += ["--mail-rcpt", recipient]
        return subprocess.run(command, input=message, capture_output=True, timeout=PATIENCE)

    def send(self, message, sender="from@example.org", recipients=("to@example.org",)):
        """Sends one message to a sink of its own and returns its record."""
        with Sink("--jsonl", self.path) as sink:
            result = self.curl(sink, message, sender, recipients)
            self.assertEqual(result.returncode, 0, result.stderr)
            return self.record()

    def assert_kept(self, message):
        self.assertEqual(self.send(message)["data"].encode(), message)

    def test_lines_that_begin_with_dots_keep_them(self):
        self.assert_kept(b"Subject: test\r\n\r\n.\r\n..\r\n.text\r\n...\r\n")

    def test_utf8_is_a_string(self):
        self.assert_kept("Subject: test\r\n\r\nGrüße, 世界\r\n".encode())

    def test_a_long_message_is_whole(self):
        self.assert_kept(b"Subject: test\r\n\r\n" + b"0123456789abcdef\r\n" * 100000)

    def test_eight_bit_data_is_base64(self):
        message = b"Subject: test\r\n\r\n\xff\xfe\x80\r\n"
        self.assertEqual(base64.b64decode(self.send(message)["data_base64"]), message)

    def test_the_helo_name_is_kept(self):
        self.assertEqual(self.send(b"\r\n")["helo"], "client.example")

    def test_recipients_are_in_order(self):
        names = ["a@example.org", "b@example.org", "a@example.org"]
        self.assertEqual([to["address"] for to in self.send(b"\r\n", recipients=names)["to"]], names)

    def test_the_null_sender_is_empty(self):
        self.assertEqual(self.send(b"\r\n", sender="")["from"]["address"], "")

    def test_recipients_that_are_not_refused_get_it_where_some_may_be(self):
        with Sink("--jsonl", self.path, "--reject", "rcpt:b@example.org") as sink:
            names = ["a@example.org", "b@example.org", "c@example.org"]
            result = self.curl(sink, b"\r\n", "from@example.org", names, "--mail-rcpt-allowfails")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual([to["address"] for to in self.record()["to"]], ["a@example.org", "c@example.org"])

    def test_nobody_gets_it_where_all_are_refused(self):
        with Sink("--jsonl", self.path, "--reject", "rcpt") as sink:
            result = self.curl(sink, b"\r\n", "from@example.org", ["a@example.org", "b@example.org"], "--mail-rcpt-allowfails")
            self.assertIn(b"RCPT failed: 550", result.stderr)
            self.assertEqual(self.records(), [])


if __name__ == "__main__":
    main()
