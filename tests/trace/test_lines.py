# SPDX-License-Identifier: MIT
"""Plain lines: what is shown for each."""

import unittest

from support import TraceTest

HELLO = b"HELO a.example\n"
MAIL = HELLO + b"MAIL FROM:<a@b.example>\n"
DATA = MAIL + b"RCPT TO:<c@d.example>\nDATA\n"


class Lines(TraceTest):
    def test_the_connection_is_shown_first(self):
        lines = self.shown(b"")
        self.assertEqual(lines, ["   CONNECT   connecting -> greeted", "S: 220 localhost ESMTP cmta", "-- open"])

    def test_a_command_is_shown_with_event_phases_and_reply(self):
        self.assertShows(self.shown(MAIL), "C: MAIL FROM:<a@b.example>", "   MAIL      ready -> mail",
                         "S: 250 2.1.0 Sender ok")

    def test_a_reply_of_several_lines_is_shown_whole(self):
        lines = self.shown(b"EHLO a.example\n")
        self.assertShows(lines, "   EHLO      greeted -> ready", "S: 250-localhost", "S: 250-PIPELINING")
        self.assertShows(lines, "S: 250 HELP", "-- open")

    def test_a_cr_at_the_end_of_a_line_is_not_doubled(self):
        self.assertEqual(self.shown(DATA.replace(b"\n", b"\r\n")), self.shown(DATA))

    def test_a_last_line_without_an_end_is_a_line(self):
        self.assertEqual(self.shown(b"QUIT"), self.shown(b"QUIT\n"))

    def test_octets_of_a_message_are_counted_and_not_shown(self):
        lines = self.shown(DATA + b"secret\n.\n")
        self.assertShows(lines, "C| 8 octets", "   SLICE     body -> body", "C| 3 octets",
                         "   BODY_END  body -> ready", "S: 250 2.6.0 Message accepted")
        self.assertNotIn("secret", "\n".join(lines))

    def test_octets_of_a_chunk_are_counted_and_not_shown(self):
        begun = HELLO.replace(b"HELO", b"EHLO") + DATA[len(HELLO):-len(b"DATA\n")]
        lines = self.shown(begun + b"BDAT 17\nsecret\nRSET\n.\nNOOP\n")
        self.assertShows(lines, "C: BDAT 17", "   BDAT      rcpt -> chunk", "C| 8 octets", "   SLICE     chunk -> chunk",
                         "C| 6 octets", "   SLICE     chunk -> chunk", "C| 3 octets", "   CHUNK_END chunk -> chunks",
                         "S: 250 2.0.0 17 octets received")
        self.assertNotIn("secret", "\n".join(lines))

    def test_octets_of_a_misplaced_chunk_have_its_event_and_are_no_commands(self):
        lines = self.shown(HELLO + b"BDAT 25\nMAIL FROM:<a@b.example>\nNOOP\n")
        self.assertShows(lines, "C: BDAT 25", "   BDAT      ready -> ready", "C: MAIL FROM:<a@b.example>",
                         "   BDAT      ready -> ready",
                         "S: 503 5.5.1 Send EHLO first", "C: NOOP", "   NOOP      ready -> ready")

    def test_a_message_that_is_at_fault_is_discarded(self):
        self.assertShows(self.shown(DATA + b"bare\rcr\n.\n"), "C| 9 octets", "   FAULT     body -> discard")

    def test_a_command_out_of_order_has_its_event_and_stays(self):
        self.assertShows(self.shown(HELLO + b"DATA\n"), "C: DATA", "   DATA      ready -> ready")

    def test_a_malformed_command_has_its_event_and_stays(self):
        self.assertShows(self.shown(HELLO + b"MAIL FROM:a\n"), "C: MAIL FROM:a", "   MAIL      ready -> ready")

    def test_what_is_no_command_has_no_event(self):
        self.assertShows(self.shown(b"FNORD\n"), "C: FNORD", "   -         greeted -> greeted")

    def test_bytes_that_move_a_terminal_are_escaped(self):
        self.assertShows(self.shown(b"NOOP \x1b[2J\n"), r"C: NOOP \x1b[2J")

    def test_nul_is_no_end(self):
        self.assertShows(self.shown(b"NOOP \0x\nNOOP\n"), r"C: NOOP \x00x")
        self.assertShows(self.shown(b"NOOP \0x\nNOOP\n"), "C: NOOP", "   NOOP      greeted -> greeted")

    def test_the_end_says_why(self):
        lines = self.shown(b"QUIT\nNOOP\n")
        self.assertEqual(lines[-1], "-- quit")
        self.assertNotIn("C: NOOP", lines)


if __name__ == "__main__":
    unittest.main()
