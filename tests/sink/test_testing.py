# SPDX-License-Identifier: MIT
"""The sink as a test server: where it listens, whom it takes, what was said, where messages go."""

import contextlib
import json
import os
import signal
import smtplib
import socket
import subprocess

from support import LOOPBACK, PATIENCE, PROGRAM, Sink, SinkTest, main, read, run, send


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


class Only(SinkTest):
    def test_others_get_550(self):
        with Sink("--jsonl", self.path, "--only", "bob@example.net", "--only", "*@TEST.example") as sink, sink.client() as client:
            client.say("MAIL FROM:<>")
            for address, code in (("bob@example.net", "250"), ("BOB@Example.Net", "250"), ("anybody@test.example", "250"),
                                  ("bobby@example.net", "550 5.1.1"), ("bob@example.org", "550 5.1.1"), ("postmaster", "550 5.1.1")):
                self.assertTrue(client.say(f"RCPT TO:<{address}>").startswith(code), address)

    def test_no_address_is_refused(self):
        self.assert_refused(run(*LOOPBACK, "--only", ""))

    def test_an_address_in_brackets_is_refused_as_it_is_nobody_s(self):
        for address in ("<bob@example.net>", "<*", "*@example.net>", "<>"):
            result = run(*LOOPBACK, "--only", address)
            self.assert_refused(result)
            self.assertEqual(result.stderr.decode(), f'cmta sink: --only "{address}" wants the address without < and >\n')


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
