# SPDX-License-Identifier: MIT
"""Python's smtplib sends, and the JSON lines hold what it sent."""

import base64
import smtplib

from support import Sink, SinkTest, main

HEADER = b"Subject: test\r\n\r\n"


class Smtplib(SinkTest):
    def send(self, message, sender="from@example.org", recipients=("to@example.org",), **options):
        """Sends one message to a sink of its own and returns its record."""
        with Sink("--jsonl", self.path) as sink:
            with smtplib.SMTP("127.0.0.1", sink.port, local_hostname="client.example") as client:
                client.sendmail(sender, recipients, message, **options)
            return self.record()

    def test_lines_that_begin_with_dots_keep_them(self):
        message = HEADER + b".\r\n..\r\n.text\r\n...\r\n \r\n.\r\n"
        self.assertEqual(self.send(message)["data"].encode(), message)

    def test_utf8_is_a_string(self):
        message = HEADER + "Grüße, 世界, 😀\r\n".encode()
        self.assertEqual(self.send(message)["data"].encode(), message)

    def test_eight_bit_data_is_base64_with_every_octet(self):
        octets = bytes(octet for octet in range(1, 256) if octet not in b"\r\n")
        message = HEADER + octets + b"\r\n"
        record = self.send(message)
        self.assertNotIn("data", record)
        self.assertEqual(base64.b64decode(record["data_base64"], validate=True), message)

    def test_base64_is_right_for_every_remainder_of_three(self):
        for length in range(4):
            with self.subTest(length=length), Sink("--jsonl", self.path) as sink:
                with smtplib.SMTP("127.0.0.1", sink.port) as client:
                    client.sendmail("a@example.org", "b@example.org", b"\xff" * length + b"\r\n")
                expected = b"\xff" * length + b"\r\n"
                record = self.records()[-1]
                data = base64.b64decode(record["data_base64"]) if length else record["data"].encode()
                self.assertEqual(data, expected)

    def test_an_empty_line_is_a_message(self):
        record = self.send(b"\r\n")
        self.assertEqual((record["data"], record["size"]), ("\r\n", 2))

    def test_a_long_message_is_whole(self):
        message = HEADER + b"".join(b"%08d %s\r\n" % (n, b"x" * 900) for n in range(5000))
        record = self.send(message)
        self.assertEqual(record["size"], len(message))
        self.assertEqual(record["data"].encode(), message)

    def test_recipients_are_in_order(self):
        names = [f"to{n}@example.org" for n in range(20)]
        self.assertEqual([to["address"] for to in self.send(HEADER, recipients=names)["to"]], names)

    def test_the_null_sender_is_empty(self):
        self.assertEqual(self.send(HEADER, sender="<>")["from"]["address"], "")

    def test_smtputf8_addresses_are_strings(self):
        record = self.send(HEADER, sender="jörg@exämple.org", recipients=["用户@例子.example"],
                           mail_options=["SMTPUTF8"])
        self.assertEqual(record["from"]["address"], "jörg@exämple.org")
        self.assertEqual(record["to"][0]["address"], "用户@例子.example")
        self.assertIs(record["from"]["params"]["SMTPUTF8"], True)

    def test_size_is_a_parameter_in_upper_case(self):
        message = HEADER + b"text\r\n"
        self.assertEqual(self.send(message)["from"]["params"], {"SIZE": str(len(message))})

    def test_body_8bitmime_is_a_parameter(self):
        record = self.send(HEADER + b"\xc3\xa4\r\n", mail_options=["BODY=8BITMIME"])
        self.assertEqual(record["from"]["params"]["BODY"], "8BITMIME")

    def test_two_messages_on_one_connection_are_two_lines(self):
        with Sink("--jsonl", self.path) as sink:
            with smtplib.SMTP("127.0.0.1", sink.port) as client:
                for text in b"first\r\n", b"second\r\n":
                    client.sendmail("a@example.org", "b@example.org", HEADER + text)
            self.assertEqual([record["data"].split()[-1] for record in self.records()],
                             ["first", "second"])


if __name__ == "__main__":
    main()
