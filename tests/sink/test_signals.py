# SPDX-License-Identifier: MIT
"""SIGINT and SIGTERM: a graceful end, and one at once."""

import signal

from support import Sink, SinkTest, main


class Signals(SinkTest):
    def test_each_signal_ends_it_with_0_and_one_line(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number), Sink("--quiet") as sink:
                sink.signal(number)
                status, errors = sink.wait()
                self.assertEqual((status, len(errors)), (0, 1), errors)

    def test_a_signal_right_after_the_listening_line_is_heard(self):
        for _ in range(20):
            with Sink("--quiet") as sink:
                self.assertEqual(sink.stop()[0], 0)

    def test_the_last_line_counts_what_was_taken(self):
        with Sink("--quiet") as sink:
            for _ in range(2):
                with sink.client() as client:
                    client.message(b"12345678\r\n", recipients=["<a@example.org>", "<b@example.org>"])
                    client.say("QUIT")
            self.assertEqual(sink.stop()[1],
                             ["cmta sink: 2 messages, 4 recipients, 20 octets, 2 connections"])

    def test_an_idle_client_gets_421(self):
        with Sink("--quiet") as sink, sink.client() as client:
            sink.signal()
            self.assertTrue(client.reply().startswith("421"))
            self.assertEqual(client.reply(), "")
            self.assertEqual(sink.wait()[0], 0)

    def half_a_message(self, sink, client):
        """Begins a message, then sends a signal and sees by an idle client that it was heard."""
        client.envelope()
        client.say("DATA")
        client.send(b"first half\r\n")
        with sink.client() as idle:
            sink.signal()
            self.assertTrue(idle.reply().startswith("421"))

    def test_a_client_in_its_message_may_finish(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            self.half_a_message(sink, client)
            client.send(b"second half\r\n.\r\n")
            self.assertTrue(client.reply().startswith("250"))
            self.assertTrue(client.reply().startswith("421"))
            self.assertEqual(sink.wait()[0], 0)
            self.assertEqual(self.record()["data"], "first half\r\nsecond half\r\n")

    def test_nobody_is_let_in_after_the_signal(self):
        with Sink("--quiet") as sink, sink.client() as client:
            self.half_a_message(sink, client)
            self.assertRaises(ConnectionRefusedError, sink.client)

    def test_a_second_signal_ends_it_at_once(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            self.half_a_message(sink, client)
            sink.signal()
            self.assertEqual(sink.wait()[0], 0)
            self.assertEqual(self.records(), [])


if __name__ == "__main__":
    main()
