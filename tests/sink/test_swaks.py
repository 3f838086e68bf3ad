# SPDX-License-Identifier: MIT
"""swaks sends, and the JSON lines hold what it sent."""

import subprocess

from support import PATIENCE, Sink, SinkTest, main, needs


@needs("swaks")
class Swaks(SinkTest):
    def send(self, message, *arguments, options=()):
        """Sends one message to a sink of its own and returns its record.

        Its lines end in newlines alone, the last one in nothing: swaks makes CR LF of the former and adds the latter.
        """
        with Sink("--jsonl", self.path, *options) as sink:
            command = ["swaks", "--server", "127.0.0.1", "--port", str(sink.port), "--helo", "client.example",
                       "--from", "from@example.org", "--to", "to@example.org", "--data", "-", *arguments]
            result = subprocess.run(command, input=message, capture_output=True, timeout=PATIENCE)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.dialogue = result.stdout.decode()
            return self.record()

    def assert_kept(self, message):
        self.assertEqual(self.send(message)["data"].encode(), message.replace(b"\n", b"\r\n") + b"\r\n")

    def test_lines_that_begin_with_dots_keep_them(self):
        self.assert_kept(b"Subject: test\n\n..\n.text\n...\nend")

    def test_utf8_is_a_string(self):
        self.assert_kept("Subject: test\n\nGrüße, 世界".encode())

    def test_a_long_message_is_whole(self):
        self.assert_kept(b"Subject: test\n\n" + b"0123456789abcdef\n" * 20000 + b"end")

    def test_the_helo_name_is_kept(self):
        self.assertEqual(self.send(b"Subject: test\n\n")["helo"], "client.example")

    def test_recipients_are_in_order(self):
        record = self.send(b"Subject: test\n\n", "--to", "a@example.org,b@example.org,c@example.org")
        self.assertEqual([to["address"] for to in record["to"]],
                         ["a@example.org", "b@example.org", "c@example.org"])

    def test_the_null_sender_is_empty(self):
        self.assertEqual(self.send(b"Subject: test\n\n", "--from", "<>")["from"]["address"], "")

    def test_plain_smtp_is_told_from_esmtp(self):
        records = [self.send(b"Subject: test\n\n", "--protocol", "SMTP")]
        self.assertEqual(records[0]["protocol"], "SMTP")

    def test_pipelining_is_understood(self):
        record = self.send(b"Subject: test\n\npipelined", "--pipeline")
        self.assertEqual(record["data"], "Subject: test\r\n\r\npipelined\r\n")

    def test_prdr_gives_each_recipient_a_reply_behind_the_message(self):
        record = self.send(b"Subject: test\n\n", "--to", "a@example.org,b@example.org,c@example.org", "--prdr",
                           options=("--extensions", "PRDR", "--reject", "message:b@example.org=552 5.2.2 Full"))
        self.assertIs(record["from"]["prdr"], True)
        self.assertEqual([to["address"] for to in record["to"]], ["a@example.org", "c@example.org"])
        self.assertRegex(self.dialogue, r"<-  353 .*\n<-  250 .*\n<\*\* 552 5\.2\.2 Full\n<-  250 .*\n<-  250 ")


if __name__ == "__main__":
    main()
