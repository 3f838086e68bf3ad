# SPDX-License-Identifier: MIT
"""Python's smtplib and swaks deliver by LMTP, over TCP and Unix sockets: each recipient has a reply, the message one JSON line."""

import os
import smtplib
import subprocess

from support import PATIENCE, Client, Sink, SinkTest, main, needs

MESSAGE = b"Subject: test\r\n\r\ndelivered\r\n"
NAMES = ["a@example.org", "b@example.org", "c@example.org"]
ONE_REFUSED = ("--reject", "message:b@example.org=552 5.2.2 full")


class Lmtp(SinkTest):
    def setUp(self):
        super().setUp()
        self.socket = os.path.join(self.folder, "socket")

    def sink(self, *options):
        """A sink that speaks LMTP alone, over TCP and a Unix socket."""
        return Sink("--jsonl", self.path, *options, listen=(), lmtp=("127.0.0.1:0", self.socket))

    def assert_kept(self, recipients):
        record = self.record()
        self.assertEqual(record["protocol"], "LMTP")
        self.assertEqual(record["data"], MESSAGE.decode())
        self.assertEqual([to["address"] for to in record["to"]], recipients)

    # ---- smtplib ----

    def assert_smtplib_delivers(self, host, port=0):
        with smtplib.LMTP(host, port, "client.example") as client:
            client.sendmail("from@example.org", NAMES[0], MESSAGE)
        self.assert_kept(NAMES[:1])

    def test_smtplib_delivers_over_tcp(self):
        with self.sink() as sink:
            self.assert_smtplib_delivers("127.0.0.1", sink.lmtp_port)

    def test_smtplib_delivers_over_a_unix_socket(self):
        with self.sink() as sink:
            self.assertEqual(sink.lmtp_listeners[1], (self.socket, 0))
            self.assert_smtplib_delivers(self.socket)

    # ---- swaks ----

    def swaks(self, *arguments):
        command = ["swaks", "--protocol", "LMTP", "--helo", "client.example", "--from", "from@example.org",
                   "--to", ",".join(NAMES), "--data", "-", *arguments]
        return subprocess.run(command, input=MESSAGE.replace(b"\r\n", b"\n").rstrip(b"\n"), capture_output=True, timeout=PATIENCE)

    def assert_swaks_delivers(self, *arguments):
        result = self.swaks(*arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assert_kept(NAMES)

    @needs("swaks")
    def test_swaks_delivers_over_tcp(self):
        with self.sink() as sink:
            self.assert_swaks_delivers("--server", "127.0.0.1", "--port", str(sink.lmtp_port))

    @needs("swaks")
    def test_swaks_delivers_over_a_unix_socket(self):
        with self.sink():
            self.assert_swaks_delivers("--socket", self.socket)

    @needs("swaks")
    def test_swaks_sees_one_recipient_refused_behind_the_message(self):
        with self.sink(*ONE_REFUSED):
            self.assertIn(b"<** 552 5.2.2 full", self.swaks("--socket", self.socket).stdout)
            self.assert_kept(["a@example.org", "c@example.org"])

    @needs("swaks")
    def test_swaks_sends_headers_of_proxies_before_it_delivers(self):
        ends = ("--proxy-source", "192.0.2.1", "--proxy-source-port", "4711", "--proxy-dest", "192.0.2.2", "--proxy-dest-port", "24")
        for version, family in ("1", "TCP4"), ("2", "AF_INET"):
            with self.subTest(version=version), self.sink("--proxy-from", "unix"):
                self.assert_swaks_delivers("--socket", self.socket, "--proxy-version", version, "--proxy-family", family, *ends)
                self.assertEqual(self.record()["peer"], {"address": "192.0.2.1", "port": 4711})
            os.unlink(self.path)

    @needs("swaks")
    def test_swaks_speaks_for_another_client(self):
        with self.sink("--xclient-from", "unix"):
            self.assert_swaks_delivers("--socket", self.socket, "--xclient-addr", "192.0.2.1", "--xclient-name", "client.example")
            record = self.record()
            self.assertEqual((record["peer"]["address"], record["xclient"]["name"]), ("192.0.2.1", "client.example"))

    # ---- A bare client ----

    def session(self, sink, recipients):
        """The replies behind the message, one a recipient."""
        with Client(sink.lmtp_port, hello=None) as client:
            self.assertTrue(client.say("LHLO client.example").startswith("250"))
            client.envelope(recipients=[f"<{name}>" for name in recipients])
            self.assertTrue(client.say("DATA").startswith("354"))
            client.send(MESSAGE + b".\r\n")
            return [client.reply() for _ in recipients]

    def test_the_replies_of_one_message_name_one_id(self):
        with self.sink() as sink:
            replies = self.session(sink, NAMES)
            self.assertEqual(replies, ["250 2.0.0 Ok: queued as " + self.record()["id"]] * 3)

    def test_the_record_has_the_recipients_it_was_accepted_for(self):
        with self.sink(*ONE_REFUSED) as sink:
            self.assertEqual([reply[:3] for reply in self.session(sink, NAMES)], ["250", "552", "250"])
            self.assert_kept(["a@example.org", "c@example.org"])
            self.assertIn(" 1 messages, 2 recipients, ", sink.stop()[1][0])

    def test_a_message_that_all_are_refused_is_not_kept(self):
        with self.sink("--reject", "message=554 spam") as sink:
            self.assertEqual(self.session(sink, NAMES), ["554 5.7.1 spam"] * 3)
            self.assertEqual(self.records(), [])

    def test_a_message_that_cannot_be_kept_is_told_to_each_and_once_to_the_operator(self):
        with Sink("--jsonl", "/dev/full", listen=(), lmtp=("127.0.0.1:0",)) as sink:
            self.assertEqual(self.session(sink, NAMES), ["452 4.3.1 Not enough storage"] * 3)
            self.assertEqual(len([line for line in sink.stop()[1] if "cannot write" in line]), 1)

    def test_lmtp_stands_beside_smtp(self):
        with Sink("--jsonl", self.path, lmtp=("127.0.0.1:0",)) as sink:
            with sink.client() as client, Client(sink.lmtp_port, hello=None) as other:
                self.assertTrue(client.extensions.startswith("250"))
                self.assertTrue(client.say("LHLO client.example").startswith("500"))
                self.assertTrue(other.say("EHLO client.example").startswith("500"))


if __name__ == "__main__":
    main()
