# SPDX-License-Identifier: MIT
"""The sink as a test server: where it listens, when it ends, whom it takes, what goes wrong, what was said."""

import contextlib
import json
import os
import signal
import smtplib
import socket
import subprocess

from support import PATIENCE, PROGRAM, Sink, SinkTest, main, run

LOOPBACK = ("sink", "--listen", "127.0.0.1:0")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def send(sink, count=1):
    with sink.client() as client:
        replies = [client.message() for _ in range(count)]
        client.say("QUIT")
    return replies


class Ports(SinkTest):
    def test_the_port_file_has_a_line_for_each_listener_in_order(self):
        path = self.folder + "/ports"
        unix = f"unix:{self.folder}/socket"
        with Sink("--quiet", "--port-file", path, listen=("127.0.0.1:0", unix, "127.0.0.1:0"), lmtp=("127.0.0.1:0",)) as sink:
            ports = [port for _, port in sink.listeners + sink.lmtp_listeners]
            self.assertEqual(read(path), "".join(f"{port}\n" for port in ports))
            self.assertEqual(ports[1], 0)

    def test_the_port_file_takes_the_place_of_an_old_one_and_leaves_nothing_beside_it(self):
        path = self.folder + "/ports"
        with open(path, "w", encoding="utf-8") as file:
            file.write("an old one, longer than any port\n")
        with Sink("--quiet", "--port-file", path) as sink:
            self.assertEqual(read(path), f"{sink.port}\n")
            self.assertEqual(os.listdir(self.folder), ["ports"])

    def test_the_port_file_is_there_until_the_sink_ends(self):
        path = self.folder + "/ports"
        with Sink("--quiet", "--port-file", path) as sink:
            with sink.client() as idle, sink.client() as client:
                client.envelope()
                sink.signal()
                self.assertTrue(idle.reply().startswith("421 "))
                self.assertRaises(ConnectionRefusedError, sink.client)
                self.assertEqual(read(path), f"{sink.port}\n")
                client.say("DATA")
                client.say(".")
            sink.wait()
            self.assertFalse(os.path.exists(path))

    def test_a_port_file_does_not_outlive_a_sink_that_does_not_start(self):
        path = self.folder + "/ports"
        with open("/dev/full", "wb") as full:
            self.assertEqual(subprocess.run([PROGRAM, *LOOPBACK, "--port-file", path], stdout=full, stderr=subprocess.DEVNULL, timeout=PATIENCE).returncode, 2)
        self.assertFalse(os.path.exists(path))
        with open(path, "w", encoding="utf-8") as file:
            file.write("25\n")
        with socket.create_server(("127.0.0.1", 0)) as other:
            self.assert_refused(run("sink", "--listen", f"127.0.0.1:{other.getsockname()[1]}", "--port-file", path))
        self.assertFalse(os.path.exists(path))

    def test_a_port_file_that_cannot_be_is_refused(self):
        self.assert_refused(run(*LOOPBACK, "--port-file", self.folder + "/no/ports"))

    def test_what_is_no_file_is_no_port_file_and_stays(self):
        path = self.folder + "/ports"
        for make in (os.mkfifo, os.mkdir, lambda path: os.symlink("elsewhere", path)):
            make(path)
            before = os.lstat(path)
            self.assert_refused(run(*LOOPBACK, "--port-file", path))
            self.assertEqual(os.lstat(path), before)
            os.rename(path, path + str(before.st_ino))

    def test_the_port_file_of_another_sink_stays(self):
        path = self.folder + "/ports"
        with Sink("--quiet", "--port-file", path) as first, Sink("--quiet", "--port-file", path) as second:
            first.signal()
            first.wait()
            self.assertEqual(read(path), f"{second.port}\n")


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


class Only(SinkTest):
    def test_others_get_550(self):
        with Sink("--jsonl", self.path, "--only", "bob@example.net", "--only", "*@TEST.example") as sink, sink.client() as client:
            client.say("MAIL FROM:<>")
            for address, code in (("bob@example.net", "250"), ("BOB@Example.Net", "250"), ("anybody@test.example", "250"),
                                  ("bobby@example.net", "550 5.1.1"), ("bob@example.org", "550 5.1.1"), ("postmaster", "550 5.1.1")):
                self.assertTrue(client.say(f"RCPT TO:<{address}>").startswith(code), address)

    def test_no_address_is_refused(self):
        self.assert_refused(run(*LOOPBACK, "--only", ""))


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
        for options, words in ((LOOPBACK, "starttls: tls-refused"), (LOOPBACK, "accept: tls-wrong"), (LOOPBACK, "lhlo: close"), (LOOPBACK, "auth: close"),
                               (lmtp, "ehlo: close"), (implicit, "connect: tls-wrong"), (implicit, "starttls: close"), (implicit, "quit: tls-refused")):
            with self.subTest(options=options, words=words):
                result = run(*options, "--fault", words)
                self.assert_refused(result)
                self.assertIn(f'--fault "{words}": '.encode(), result.stderr)

    def test_what_a_client_can_meet_is_planned(self):
        starttls = ("--tls-self-signed", self.folder + "/ca.pem")
        for options, listeners, words in ((starttls, {}, "ehlo: tls-wrong"), (starttls, {}, "accept: tls-refused"), (("--auth", "user:password"), {}, "auth: close"),
                                          ((), {"lmtp": ("127.0.0.1:0",)}, "lhlo: close"), (starttls, {"listen": (), "listen_tls": ("127.0.0.1:0",)}, "accept: tls-wrong")):
            with self.subTest(words=words), Sink("--quiet", *options, "--fault", words, **listeners) as sink:
                self.assertEqual(sink.stop()[1][0], f"cmta sink: has not happened: {words}")

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


class Transcripts(SinkTest):
    def test_each_connection_has_a_file(self):
        folder = self.folder + "/transcripts"
        with Sink("--quiet", "--transcript", folder, "--fault", "message nth 2: reply 451 4.3.0 Later") as sink:
            send(sink)
            send(sink)
            self.assertEqual(sink.stop()[0], 0)
        self.assertEqual(sorted(os.listdir(folder)), ["1.txt", "2.txt"])
        text = read(folder + "/2.txt")
        for line in ("C  MAIL FROM:<from@example.org>", "C  (message of 26 octets)", "!  warning: no Date field",
                     "*  fault: message nth 2: reply 451 4.3.0 Later", "S  451 4.3.0 Later", "*  closed: quit"):
            self.assertIn(f"  {line}\n", text)
        self.assertNotIn("fault", read(folder + "/1.txt"))

    def test_each_line_of_json_is_an_event(self):
        with Sink("--quiet", "--transcript", self.folder, "--json-transcript") as sink:
            send(sink)
            sink.stop()
        events = [json.loads(line) for line in read(self.folder + "/1.jsonl").splitlines()]
        self.assertEqual({event["connection"] for event in events}, {1})
        self.assertEqual(events[1]["text"][:4], "220 ")
        self.assertIn("client", {event["kind"] for event in events})

    def test_clients_that_do_not_wait_are_told_of(self):
        with Sink("--quiet", "--transcript", self.folder) as sink:
            with sink.client() as client:
                client.send(b"DATA\r\nNOOP\r\nQUIT\r\n")
                while client.reply():
                    pass
            sink.stop()
        self.assertIn("did not wait", read(self.folder + "/1.txt"))

    def test_a_folder_that_cannot_be_is_refused(self):
        self.assert_refused(run(*LOOPBACK, "--transcript", self.folder + "/no/folder"))
        self.assert_refused(run(*LOOPBACK, "--transcript", PROGRAM))

    def test_folders_in_which_nothing_can_be_made_are_refused(self):
        for option in ("--transcript", "--dir", "--maildir"):
            with self.subTest(option=option):
                self.assert_refused(run(*LOOPBACK, option, "/proc"))

    def provoke(self, port, data):
        """What the sink says to this, up to its end."""
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(data)
            heard = b""
            with contextlib.suppress(ConnectionResetError):
                while more := client.recv(1000):
                    heard += more
        return heard

    def test_a_handshake_that_fails_before_the_greeting_has_a_file_when_it_ends(self):
        with Sink("--quiet", "--transcript", self.folder, "--tls-self-signed", self.folder + "/ca.pem", listen=(), listen_tls=("127.0.0.1:0",)) as sink:
            self.provoke(sink.tls_port, b"EHLO client.example\r\n")
            self.assertRegex(read(self.folder + "/1.txt"), r"connected from 127\.0\.0\.1:\d+\n.*TLS: failed\n.*closed: tls\n\Z")

    def test_a_fault_before_the_greeting_is_in_its_file(self):
        with Sink("--quiet", "--transcript", self.folder, "--tls-self-signed", self.folder + "/ca.pem", "--fault", "accept: tls-refused",
                  listen=(), listen_tls=("127.0.0.1:0",)) as sink:
            with self.assertRaises(OSError), smtplib.SMTP_SSL("127.0.0.1", sink.tls_port, timeout=60):
                pass
            sink.stop()
        self.assertIn("*  fault: accept: tls-refused\n", read(self.folder + "/1.txt"))

    def test_a_wrong_proxy_header_has_a_file(self):
        with Sink("--quiet", "--transcript", self.folder, "--proxy-from", "127.0.0.1") as sink:
            self.assertEqual(self.provoke(sink.port, b"EHLO client.example\r\n"), b"")
            self.assertRegex(read(self.folder + "/1.txt"), r"connected from 127\.0\.0\.1:\d+\n.*closed: protocol\n\Z")

    def test_behind_a_proxy_both_ends_are_shown(self):
        with Sink("--quiet", "--transcript", self.folder, "--proxy-from", "127.0.0.1") as sink:
            self.provoke(sink.port, b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 25\r\nQUIT\r\n")
            self.assertRegex(read(self.folder + "/1.txt"), r"connected from 127\.0\.0\.1:\d+\n.*speaks for 192\.0\.2\.1:4711\n.*S  220 ")

    def test_whom_xclient_names_is_shown(self):
        with Sink("--quiet", "--transcript", self.folder, "--xclient-from", "127.0.0.1") as sink:
            with sink.client() as client:
                self.assertTrue(client.say("XCLIENT ADDR=192.0.2.1 PORT=4711").startswith("220 "))
                client.say("QUIT")
            sink.stop()
        self.assertRegex(read(self.folder + "/1.txt"), r"C  XCLIENT .*\n.*speaks for 192\.0\.2\.1:4711\n.*S  220 ")

    def test_whom_xclient_does_not_name_is_unknown(self):
        with Sink("--quiet", "--transcript", self.folder, "--xclient-from", "127.0.0.1") as sink:
            with sink.client() as client:
                self.assertTrue(client.say("XCLIENT ADDR=[UNAVAILABLE]").startswith("220 "))
                client.say("QUIT")
            sink.stop()
        self.assertRegex(read(self.folder + "/1.txt"), r"C  XCLIENT .*\n.*speaks for an unknown client\n.*S  220 ")

    def test_nothing_is_said_of_those_that_are_written(self):
        with Sink("--quiet", "--transcript", self.folder, "--proxy-from", "127.0.0.1") as sink, \
                socket.create_connection(("127.0.0.1", sink.port)):
            for _ in range(2):
                self.provoke(sink.port, b"PROXY UNKNOWN\r\nQUIT\r\n")
            status, errors = sink.stop()
            self.assertEqual((status, len(errors)), (0, 1), errors)
        self.assertEqual(sorted(os.listdir(self.folder)), ["1.txt", "2.txt", "3.txt"])

    def test_one_that_cannot_be_written_is_told_and_the_end_is_2(self):
        folder = self.folder + "/transcripts"
        with Sink("--quiet", "--transcript", folder, "--count", "2") as sink:
            os.rmdir(folder)
            send(sink)
            status, errors = sink.stop()
            self.assertEqual(status, 2)
            self.assertEqual(errors[0], f"cmta sink: cannot write transcript 1 to {folder}: No such file or directory")

    def test_json_needs_a_folder(self):
        self.assert_refused(run(*LOOPBACK, "--json-transcript"))


class Stores(SinkTest):
    def test_each_store_has_the_message_when_its_client_hears_250(self):
        maildir, mbox, folder = (f"{self.folder}/{name}" for name in ("maildir", "mbox", "folder"))
        with Sink("--jsonl", self.path, "--maildir", maildir, "--mbox", mbox, "--dir", folder) as sink, sink.client() as client:
            name = client.message().split()[-1]
            self.assertEqual(self.record()["id"], name)
            self.assertEqual(os.listdir(maildir + "/new"), [name])
            self.assertEqual(sorted(os.listdir(folder)), [name + ".eml", name + ".json"])
            self.assertTrue(read(mbox).startswith("From from@example.org "))

    def test_nothing_is_printed_then(self):
        with Sink("--maildir", self.folder + "/maildir") as sink:
            send(sink)
            self.assertEqual(sink.read_output(), b"")

    def test_a_store_that_cannot_be_is_refused(self):
        for option in ("--maildir", "--mbox", "--dir"):
            with self.subTest(option=option):
                self.assert_refused(run(*LOOPBACK, option, self.folder + "/no/where"))
                self.assert_refused(run(*LOOPBACK, option, ""))

    def test_standard_output_is_for_one_of_them(self):
        for options in (["--jsonl", "-", "--mbox", "-"], ["--jsonl", "-", "--jsonl", "-"]):
            with self.subTest(options=options):
                self.assert_refused(run(*LOOPBACK, *options))
        with Sink("--mbox", "-", "--dir", "-", cwd=self.folder) as sink:
            send(sink)
            self.assertTrue(sink.read_output().startswith(b"From "))

    def test_a_message_that_finds_no_room_is_452_and_told_to_the_operator(self):
        with Sink("--mbox", "/dev/full") as sink:
            self.assertEqual(send(sink), ["452 4.3.1 Not enough storage"])
            self.assertIn("cmta sink: cannot write to /dev/full: No space left on device", sink.stop()[1])


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    main()
