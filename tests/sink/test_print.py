# SPDX-License-Identifier: MIT
"""What `cmta sink` prints for a person, and that it cannot hurt a terminal."""

import re

from support import Sink, SinkTest, main


class Print(SinkTest):
    def printed(self, data, **envelope):
        """Sends one message to a sink that prints; returns the text it printed."""
        with Sink() as sink, sink.client() as client:
            self.assertTrue(client.message(data, **envelope).startswith("250"))
            return sink.read_output().decode()

    def body(self, data):
        """The printed lines of a message."""
        lines = self.printed(data).split("\n")
        return lines[lines.index("") + 1:-2]

    def test_envelope_comes_before_headers_and_body(self):
        text = self.printed(b"Subject: test\r\n\r\ntext\r\n", sender="<a@example.org> SIZE=7",
                            recipients=["<b@example.org>", "<c@example.org>"])
        places = [text.index(part) for part in
                  ("MAIL FROM:<a@example.org> SIZE=7\n", "RCPT TO:<b@example.org>\n",
                   "RCPT TO:<c@example.org>\n", "Subject: test\n\ntext\n")]
        self.assertEqual(places, sorted(places))

    def test_the_id_of_the_250_is_printed(self):
        with Sink() as sink, sink.client() as client:
            number = client.message().split()[-1]
            self.assertIn(number, sink.read_output().decode())

    def test_printable_utf8_is_shown_as_it_is(self):
        self.assertEqual(self.body("Grüße, 世界, 😀, \\ \t~\r\n".encode()), ["Grüße, 世界, 😀, \\ \t~"])

    def test_ascii_controls_are_visible(self):
        self.assertEqual(self.body(b"\x1b[2J\x07\x08\x00\x7f\r\n"), ["\\x1b[2J\\x07\\x08\\x00\\x7f"])

    def test_c1_controls_are_visible(self):
        self.assertEqual(self.body("\u009b31m\u0085\r\n".encode()), ["\\u{9b}31m\\u{85}"])

    def test_bidirectional_overrides_are_visible(self):
        self.assertEqual(self.body("a\u202eb\u2066c\u200fd\u2028e\r\n".encode()),
                         ["a\\u{202e}b\\u{2066}c\\u{200f}d\\u{2028}e"])

    def test_bytes_that_are_not_utf8_are_visible(self):
        # A lone continuation byte, an overlong slash, a surrogate, beyond U+10FFFF, a cut character.
        self.assertEqual(self.body(b"\x80 \xc0\xaf \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82\r\n"),
                         ["\\x80 \\xc0\\xaf \\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80 \\xe2\\x82"])

    def test_no_message_can_put_a_control_byte_on_the_terminal(self):
        octets = bytes(octet for octet in range(256) if octet not in b"\r\n.")
        lines = b"".join(bytes([first]) + octets + b"\r\n" for first in (0x20, 0xc2, 0xe2, 0xf3))
        text = self.printed(lines)
        self.assertEqual(re.findall(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]", text), [])

    def test_an_address_cannot_put_a_control_character_on_the_terminal(self):
        text = self.printed(b"text\r\n", sender="<\u202ea@example.org> SMTPUTF8")
        self.assertIn("MAIL FROM:<\\u{202e}a@example.org>", text)

    def test_quiet_prints_nothing(self):
        with Sink("--quiet") as sink, sink.client() as client:
            self.assertTrue(client.message().startswith("250"))
            self.assertEqual(sink.read_output(), b"")


if __name__ == "__main__":
    main()
