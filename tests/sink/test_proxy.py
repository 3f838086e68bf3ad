# SPDX-License-Identifier: MIT
"""Clients behind proxies: swaks and curl send PROXY headers and XCLIENT, and the JSON lines hold the client that these name."""

import socket
import subprocess

from support import PATIENCE, Sink, SinkTest, main, needs, run

MESSAGE = b"Subject: test\n\nproxied\n"


class Proxy(SinkTest):
    def swaks(self, *arguments, options=("--proxy-from", "127.0.0.0/8", "--xclient-from", "127.0.0.1")):
        """Sends one message by swaks and returns its record."""
        with Sink("--jsonl", self.path, *options) as sink:
            command = ["swaks", "--server", "127.0.0.1", "--port", str(sink.port), "--helo", "client.example",
                       "--from", "from@example.org", "--to", "to@example.org", "--data", "-", *arguments]
            result = subprocess.run(command, input=MESSAGE, capture_output=True, timeout=PATIENCE)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            return self.record()

    def assert_client(self, record):
        self.assertEqual(record["peer"], {"address": "192.0.2.1", "port": 4711})
        self.assertEqual(record["proxy"]["address"], "127.0.0.1")

    @needs("swaks")
    def test_swaks_sends_a_header_of_version_1(self):
        self.assert_client(self.swaks("--proxy-family", "TCP4", "--proxy-source", "192.0.2.1", "--proxy-source-port", "4711",
                                      "--proxy-dest", "192.0.2.2", "--proxy-dest-port", "25"))

    @needs("swaks")
    def test_swaks_sends_a_header_of_version_2(self):
        self.assert_client(self.swaks("--proxy-version", "2", "--proxy-family", "AF_INET", "--proxy-source", "192.0.2.1",
                                      "--proxy-source-port", "4711", "--proxy-dest", "192.0.2.2", "--proxy-dest-port", "25"))

    @needs("swaks")
    def test_swaks_speaks_for_another_client(self):
        record = self.swaks("--xclient-addr", "192.0.2.1", "--xclient-port", "4711", "--xclient-name", "client.example",
                            options=("--xclient-from", "127.0.0.1"))
        self.assertEqual(record["peer"], {"address": "192.0.2.1", "port": 4711})
        self.assertEqual(record["xclient"]["name"], "client.example")
        self.assertIsNone(record["proxy"])

    def test_what_xclient_did_not_tell_is_null(self):
        with Sink("--jsonl", self.path, "--xclient-from", "127.0.0.1") as sink, sink.client() as client:
            self.assertTrue(client.say("XCLIENT LOGIN=alice NAME=[UNAVAILABLE]").startswith("220"))
            client.say("EHLO client.example")
            client.message()
            self.assertEqual(self.record()["xclient"], {"name": None, "peer": {"address": None, "port": None},
                                                        "local": {"address": None, "port": None}, "protocol": None,
                                                        "helo": None, "login": "alice", "id": None, "source": None})

    def test_a_connection_is_counted_once_whoever_it_speaks_for(self):
        with Sink("--xclient-from", "127.0.0.1") as sink:
            with sink.client() as client:
                for number in range(2):
                    self.assertTrue(client.say(f"XCLIENT HELO=client{number}.example").startswith("220"))
            self.assertRegex(sink.stop()[1][0], r", 1 connections\Z")

    @needs("curl")
    def test_curl_sends_a_header(self):
        with Sink("--jsonl", self.path, "--proxy-from", "127.0.0.1") as sink:
            command = ["curl", "--silent", "--show-error", "--haproxy-protocol", f"smtp://127.0.0.1:{sink.port}/client.example",
                       "--mail-from", "from@example.org", "--mail-rcpt", "to@example.org", "--upload-file", "-"]
            result = subprocess.run(command, input=b"\r\nproxied\r\n", capture_output=True, timeout=PATIENCE)
            self.assertEqual(result.returncode, 0, result.stderr)
        record = self.record()
        self.assertEqual(record["proxy"], record["peer"], "curl speaks for itself")

    def test_xforward_is_told(self):
        with Sink("--jsonl", self.path, "--xclient-from", "127.0.0.1") as sink:
            with socket.create_connection(("127.0.0.1", sink.port), PATIENCE) as client, client.makefile("rwb") as lines:
                for line in ("EHLO a.example", "XFORWARD ADDR=192.0.2.1 SOURCE=REMOTE IDENT=4f", "MAIL FROM:<a@a.example>",
                             "RCPT TO:<b@b.example>", "DATA", ".", "QUIT"):
                    lines.write(line.encode() + b"\r\n")
                    lines.flush()
                self.assertIn(b"221 ", lines.read())
        record = self.record()
        self.assertEqual(record["xforward"], {"name": None, "peer": {"address": "192.0.2.1", "port": None},
                                              "local": {"address": None, "port": None}, "protocol": None, "helo": None,
                                              "login": None, "id": "4f", "source": "remote"})
        self.assertIsNone(record["xclient"])
        self.assertEqual(record["peer"]["address"], "127.0.0.1")

    def test_submission_needs_a_user(self):
        result = run("sink", "--submission")
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"--submission needs a user", result.stderr)

    def test_networks_that_are_none_are_said(self):
        for option, networks in (("--proxy-from", "everybody"), ("--xclient-from", "everybody"), ("--proxy-from", " ")):
            result = run("sink", option, networks)
            self.assertEqual(result.returncode, 2)
            self.assertIn(b"is no list of networks", result.stderr)


if __name__ == "__main__":
    main()
