# SPDX-License-Identifier: MIT
"""The --max options and --timeout: each limit holds, and 0 switches it off."""

from support import Sink, SinkTest, main


class Limits(SinkTest):
    def test_max_message_size_is_offered_and_kept(self):
        with Sink("--quiet", "--max-message-size", "1000") as sink, sink.client() as client:
            self.assertRegex(client.extensions, r"(?m)^250.SIZE 1000$")
            self.assertTrue(client.say("MAIL FROM:<a@example.org> SIZE=1001").startswith("552"))
            line = b"x" * 98 + b"\r\n"
            self.assertTrue(client.message(line * 10).startswith("250"))
            self.assertTrue(client.message(line * 10 + b"\r\n").startswith("552"))

    def test_max_message_size_0_is_no_limit(self):
        block = (b"x" * 998 + b"\r\n") * 1000
        with Sink("--jsonl", self.path, "--max-message-size", "0") as sink, sink.client() as client:
            client.envelope()
            client.say("DATA")
            for _ in range(36):  # beyond what a session may hold in memory
                client.send(block)
            client.send(b".\r\n")
            self.assertTrue(client.reply().startswith("250"))
            self.assertEqual(self.record()["size"], 36 * len(block))

    def test_a_message_size_above_the_default_gets_the_room_it_needs(self):
        block = (b"x" * 998 + b"\r\n") * 1000
        with Sink("--jsonl", self.path, "--max-message-size", "40000000") as sink, sink.client() as client:
            client.envelope()
            client.say("DATA")
            for _ in range(40):
                client.send(block)
            client.send(b".\r\n")
            self.assertTrue(client.reply().startswith("250"))

    def recipients(self, limit, count):
        """The codes that count recipients get under a limit."""
        with Sink("--quiet", "--max-recipients", limit) as sink, sink.client() as client:
            client.say("MAIL FROM:<a@example.org>")
            return [client.say(f"RCPT TO:<to{n}@example.org>")[:3] for n in range(count)]

    def test_max_recipients_refuses_those_beyond(self):
        self.assertEqual(self.recipients("100", 102), ["250"] * 100 + ["452"] * 2)

    def test_max_recipients_0_is_no_limit(self):
        self.assertEqual(set(self.recipients("0", 1100)), {"250"})

    def test_max_errors_ends_the_session(self):
        with Sink("--quiet", "--max-errors", "3") as sink, sink.client() as client:
            replies = [client.say("NONSENSE")[:3] for _ in range(3)]
            self.assertEqual((replies[0], replies[1]), ("500", "500"))
            replies += [client.reply()[:3]]
            self.assertIn("421", replies)
            self.assertEqual(client.reply(), "")

    def test_max_errors_0_is_no_limit(self):
        with Sink("--quiet", "--max-errors", "0") as sink, sink.client() as client:
            self.assertEqual({client.say("NONSENSE")[:3] for _ in range(100)}, {"500"})
            self.assertTrue(client.message().startswith("250"))

    def test_max_connections_answers_one_more_with_421(self):
        with Sink("--quiet", "--max-connections", "2") as sink:
            with sink.client(), sink.client(), sink.client(hello=None) as third:
                self.assertTrue(third.greeting.startswith("421"), third.greeting)
                self.assertEqual(third.reply(), "")

    def test_max_connections_0_is_no_limit(self):
        with Sink("--quiet", "--max-connections", "0") as sink:
            with sink.client() as first, sink.client() as second:
                self.assertTrue(first.message().startswith("250"))
                self.assertTrue(second.message().startswith("250"))

    def test_timeout_ends_a_silent_session_with_421(self):
        with Sink("--quiet", "--timeout", "1") as sink, sink.client() as client:
            self.assertTrue(client.reply().startswith("421"))
            self.assertEqual(client.reply(), "")

    def test_timeout_holds_inside_a_message_too(self):
        with Sink("--quiet", "--timeout", "1") as sink, sink.client() as client:
            client.envelope()
            client.say("DATA")
            self.assertTrue(client.reply().startswith("421"))

    def test_timeout_0_is_accepted(self):
        with Sink("--quiet", "--timeout", "0") as sink, sink.client() as client:
            self.assertTrue(client.message().startswith("250"))


if __name__ == "__main__":
    main()
