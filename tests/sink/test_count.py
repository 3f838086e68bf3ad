# SPDX-License-Identifier: MIT
"""--count and --wait: when the sink ends by itself, and with what."""

from support import LOOPBACK, Sink, SinkTest, main, run, send, talk_on, talk_options


class Count(SinkTest):
    def test_it_ends_with_0_when_all_have_come(self):
        for keep in (["--quiet"], ["--jsonl", self.path], []):
            with self.subTest(keep=keep), Sink("--count", "2", "--wait", "50", *keep) as sink:
                send(sink)
                send(sink)
                self.assertEqual(sink.wait()[0], 0)

    def test_the_last_client_may_say_quit(self):
        with Sink("--quiet", "--count", "1") as sink, sink.client() as client:
            self.assertTrue(client.message().startswith("250 "))
            self.assertTrue(client.say("QUIT").startswith("221 "))
            self.assertEqual(client.reply(), "")
            self.assertEqual(sink.wait()[0], 0)

    def test_nobody_else_is_let_in(self):
        with Sink("--quiet", "--count", "1") as sink, sink.client() as client:
            client.message()
            self.assertRaises(ConnectionRefusedError, sink.client)

    def test_no_more_are_taken(self):
        with Sink("--jsonl", self.path, "--count", "1") as sink, sink.client() as late, sink.client() as client:
            late.envelope()
            late.say("DATA")
            client.message()
            self.assertTrue(client.say("MAIL FROM:<>").startswith("421 4.3.2 "))
            late.send(b"Subject: too late\r\n\r\n.\r\n")
            self.assertTrue(late.reply().startswith("451 "))
            late.say("QUIT")
            self.assertEqual(sink.wait()[0], 0)
        self.record()

    def test_who_goes_on_to_talk_gets_421_but_for_quit(self):
        commands = ("NOOP", "RSET", "VRFY somebody", "HELP", "EHLO client.example", "HELO client.example", "RCPT TO:<nobody@example.net>", "DATA",
                    "BDAT 0 LAST", "ETRN example.org", "XCLIENT ADDR=192.0.2.1", "XFORWARD ADDR=192.0.2.1")
        with Sink("--quiet", "--only", "to@example.org", "--extensions", "ETRN", "--xclient-from", "127.0.0.1", *talk_options(len(commands) + 1)) as sink:
            *replies, goodbye = talk_on(sink, (*commands, "QUIT"))
            for command, reply in zip(commands, replies):
                with self.subTest(command=command):
                    self.assertEqual(reply, "421 4.3.2 All messages that were waited for have come")
            self.assertTrue(goodbye.startswith("221 "))
            self.assertEqual(sink.wait()[0], 0)

    def test_those_of_lmtp_count_once(self):
        with Sink("--quiet", "--count", "2", listen=(), lmtp=("127.0.0.1:0",)) as sink:
            sink.port = sink.lmtp_port
            for _ in range(2):
                with sink.client(hello=None) as client:
                    client.say("LHLO client.example")
                    client.message(recipients=("<a@example.net>", "<b@example.net>"))
                    client.reply()
                    client.say("QUIT")
            status, errors = sink.wait()
            self.assertEqual((status, errors[-1]), (0, "cmta sink: 2 messages, 4 recipients, 46 octets, 2 connections"))

    def test_it_ends_with_1_when_the_time_is_up(self):
        for seconds in "1", "0.25":
            with self.subTest(seconds=seconds), Sink("--quiet", "--count", "2", "--wait", seconds) as sink:
                status, errors = sink.wait()
                self.assertEqual((status, errors[-1]), (1, f"cmta sink: 0 of 2 messages came within {seconds} seconds"))

    def test_it_ends_with_1_by_a_signal_before(self):
        with Sink("--quiet", "--count", "1") as sink:
            status, errors = sink.stop()
            self.assertEqual((status, errors[-1]), (1, "cmta sink: 0 of 1 messages came"))

    def test_what_cannot_be_waited_for_is_refused(self):
        for wrong in (["--count", "0"], ["--count", "x"], ["--wait", "1"], *(["--count", "1", "--wait", wait] for wait in ("0", "0.0", "", ".", "1.", ".5", "1e3", "-1", "nan", "1000000001"))):
            with self.subTest(wrong=wrong):
                self.assert_refused(run(*LOOPBACK, *wrong))


if __name__ == "__main__":
    main()
