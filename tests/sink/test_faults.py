# SPDX-License-Identifier: MIT
"""--fault and what goes with it: which are taken, when they happen, what is said of those that have not."""

import socket

from support import LOOPBACK, Sink, SinkTest, main, run, send


class Faults(SinkTest):
    def test_faults_of_options_and_files_happen_in_their_order(self):
        path = self.folder + "/faults"
        with open(path, "w", encoding="utf-8") as file:
            file.write("# what goes wrong\n\n  rcpt nth 1: reply 450 4.2.1 From the file\r\nmail nth 2: reply 451 Later\n")
        with Sink("--quiet", "--fault", "mail nth 1: reply 452 First", "--fault-file", path,
                  "--fault", "rcpt: reply 550 Behind the file") as sink, sink.client() as client:
            self.assertTrue(client.say("MAIL FROM:<>").endswith(" First"))
            self.assertTrue(client.say("MAIL FROM:<>").endswith(" Later"))
            client.say("MAIL FROM:<>")
            self.assertEqual(client.say("RCPT TO:<a@example.net>"), "450 4.2.1 From the file")
            self.assertTrue(client.say("RCPT TO:<a@example.net>").endswith(" Behind the file"))

    def test_what_a_message_says_is_looked_at_where_nobody_keeps_it(self):
        for words in "subject Hello", 'header X-Kind "news"', "text body":
            with self.subTest(words=words), Sink("--quiet", "--fault", f"message {words}: reply 552 5.2.2 Too much") as sink, sink.client() as client:
                for line in "MAIL FROM:<>", "RCPT TO:<a@example.net>", "DATA":
                    client.say(line)
                self.assertEqual(client.say("Subject: Hello\r\nX-Kind: news\r\n\r\nbody\r\n."), "552 5.2.2 Too much")

    def test_the_stage_accept_is_before_the_greeting(self):
        with Sink("--quiet", "--fault", "accept nth 1: close") as sink:
            with socket.create_connection(("127.0.0.1", sink.port)) as client:
                self.assertEqual(client.recv(1), b"")
            send(sink)
            self.assertRegex(sink.stop()[1][0], r", 2 connections\Z")

    def test_who_is_refused_at_once_is_a_connection(self):
        with Sink("--quiet", "--fault", "connect: reply 554 5.3.2 Go away") as sink:
            with socket.create_connection(("127.0.0.1", sink.port)) as client:
                self.assertEqual(client.makefile().read(), "554 5.3.2 Go away\n")
            self.assertRegex(sink.stop()[1][0], r", 1 connections\Z")

    def test_wrong_words_are_refused_with_the_reason(self):
        for words in ("", "rcpt", "rcpt: explode", "nowhere: close", "rcpt nth x: close", "rcpt: reply 99"):
            with self.subTest(words=words):
                result = run(*LOOPBACK, "--fault", words)
                self.assert_refused(result)
                self.assertIn(b"--fault", result.stderr)

    def test_wrong_words_of_a_file_are_refused_with_their_line(self):
        path = self.folder + "/faults"
        with open(path, "wb") as file:
            file.write(b"# one\nrcpt: close\nrcpt: explode\n")
        result = run(*LOOPBACK, "--fault-file", path)
        self.assert_refused(result)
        self.assertIn(f"{path}:3: ".encode(), result.stderr)
        with open(path, "wb") as file:
            file.write(b"rcpt: close\0\n")
        self.assertIn(b":1: ", run(*LOOPBACK, "--fault-file", path).stderr)

    def test_a_byte_order_mark_in_front_of_a_file_is_no_word(self):
        path = self.folder + "/faults"
        for words, status in ((b"\xef\xbb\xbfmail: reply 450 4.2.1 No\n", 0), (b"\n\xef\xbb\xbfmail: close\n", 2)):
            with open(path, "wb") as file:
                file.write(words)
            self.assertEqual(run(*LOOPBACK, "--fault-file", path, "--count", "1", "--wait", "0.01").returncode, status or 1)

    def test_a_file_that_cannot_be_read_is_refused(self):
        for path in (self.folder, self.folder + "/none"):
            self.assert_refused(run(*LOOPBACK, "--fault-file", path))

    def test_what_no_client_can_meet_is_refused(self):
        implicit = ("sink", "--listen-tls", "127.0.0.1:0", "--tls-self-signed", self.folder + "/ca.pem")
        lmtp = ("sink", "--lmtp", "127.0.0.1:0")
        for options, words in ((LOOPBACK + ("--extensions", "-CHUNKING"), "bdat: close"), (LOOPBACK, "starttls: tls-refused"), (LOOPBACK, "accept: tls-wrong"), (LOOPBACK, "lhlo: close"), (LOOPBACK, "auth: close"),
                               (lmtp, "ehlo: close"), (implicit, "connect: tls-wrong"), (implicit, "starttls: close"), (implicit, "quit: tls-refused")):
            with self.subTest(options=options, words=words):
                result = run(*options, "--fault", words)
                self.assert_refused(result)
                self.assertIn(f'--fault "{words}": '.encode(), result.stderr)

    def test_what_a_client_can_meet_is_planned(self):
        starttls = ("--tls-self-signed", self.folder + "/ca.pem")
        offer = ("--extensions", "-CHUNKING", "--fault", "ehlo: offer CHUNKING")
        for options, listeners, words in (((), {}, "bdat: close"), (offer, {}, "bdat: close"), (starttls, {}, "ehlo: tls-wrong"), (starttls, {}, "accept: tls-refused"), (("--auth", "user:password"), {}, "auth: close"),
                                          ((), {"lmtp": ("127.0.0.1:0",)}, "lhlo: close"), (starttls, {"listen": (), "listen_tls": ("127.0.0.1:0",)}, "accept: tls-wrong")):
            with self.subTest(words=words), Sink("--quiet", *options, "--fault", words, **listeners) as sink:
                self.assertEqual(sink.stop()[1][-2], f"cmta sink: has not happened: {words}")

    def test_what_has_happened_is_not_among_what_has_not(self):
        with Sink("--quiet", "--fault", "mail: delay 0", "--fault", "mail nth 2: close") as sink:
            send(sink)
            self.assertEqual(sink.stop()[1][:-1], ["cmta sink: has not happened: mail nth 2: close"])

    def test_where_all_must_happen_one_that_has_not_ends_it_with_1(self):
        for faults, status in ((("mail: delay 0", "mail nth 2: close"), 1), (("mail: delay 0",), 0), ((), 0)):
            options = [word for fault in faults for word in ("--fault", fault)]
            with self.subTest(faults=faults), Sink("--quiet", "--all-faults", "--count", "1", *options) as sink:
                send(sink)
                self.assertEqual(sink.wait()[0], status)

    def test_the_seed_is_printed_where_something_depends_on_it(self):
        for options, lines in ((["--fault", "rcpt chance 0.5: close", "--seed", "7"], ["cmta sink: seed 7"]), (["--fault", "rcpt: close"], [])):
            with self.subTest(options=options), Sink("--quiet", *options) as sink:
                self.assertEqual([line for line in sink.stop()[1] if "seed" in line], lines)

    def test_the_same_seed_is_the_same_chance(self):
        def fates(seed):
            with Sink("--quiet", "--fault", "noop chance 0.5: reply 450 No", "--seed", seed) as sink, sink.client() as client:
                return "".join(client.say("NOOP")[0] for _ in range(40))
        self.assertEqual(fates("7"), fates("7"))
        self.assertNotEqual(fates("7"), fates("8"))


if __name__ == "__main__":
    main()
