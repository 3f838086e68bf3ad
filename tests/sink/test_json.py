# SPDX-License-Identifier: MIT
"""The JSON lines: their form, where they go, and when."""

import json
import os
import pty
import re
import socket

from support import Sink, SinkTest, main


class Json(SinkTest):
    def test_fields_are_in_the_documented_order(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message()
            self.assertEqual(list(self.record()),
                             ["id", "time", "peer", "proxy", "xclient", "xforward", "protocol", "lmtp", "helo", "tls", "auth",
                              "from", "to", "size", "data"])

    def test_data_base64_stands_where_data_does(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message(b"\xff\r\n")
            self.assertEqual(list(self.record())[-2:], ["size", "data_base64"])

    def test_the_line_is_there_when_the_250_arrives(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            for count in range(1, 20):
                self.assertTrue(client.message().startswith("250"))
                self.assertEqual(len(self.records()), count)

    def test_the_250_names_the_id(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            reply = client.message()
            self.assertEqual(reply, "250 2.0.0 Ok: queued as " + self.record()["id"])

    def test_ids_differ_within_a_run_and_between_runs(self):
        for _ in range(3):
            with Sink("--jsonl", self.path) as sink, sink.client() as client:
                for _ in range(10):
                    client.message()
        self.assertEqual(len({record["id"] for record in self.records()}), 30)

    def test_time_is_rfc_3339_in_utc_with_milliseconds(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message()
            self.assertRegex(self.record()["time"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")

    def test_peer_is_the_client_s_address_and_port(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message()
            address, port = client.socket.getsockname()
            self.assertEqual(self.record()["peer"], {"address": address, "port": port})

    def test_protocol_and_helo_tell_how_the_client_said_hello(self):
        with Sink("--jsonl", self.path) as sink:
            with sink.client(hello="[192.0.2.1]") as client:
                client.message()
            with sink.client(hello=None) as client:
                client.say("HELO old.example")
                client.message()
        self.assertEqual([(record["protocol"], record["helo"]) for record in self.records()],
                         [("ESMTP", "[192.0.2.1]"), ("SMTP", "old.example")])

    def test_tls_and_auth_are_null_without_them(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message()
            self.assertEqual((self.record()["tls"], self.record()["auth"]), (None, None))

    def test_an_empty_message_is_an_empty_string(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message(b"")
            self.assertEqual((self.record()["size"], self.record()["data"]), (0, ""))

    def test_a_parameter_without_value_is_true(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message(sender="<from@example.org> smtputf8 body=8bitmime Size=77")
            self.assertEqual(self.record()["from"]["params"],
                             {"SMTPUTF8": True, "BODY": "8bitmime", "SIZE": "77"})

    def test_a_path_without_parameters_has_an_empty_object(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message()
            self.assertEqual((self.record()["from"]["params"], self.record()["to"][0]["params"]), ({}, {}))

    def test_size_counts_octets_without_stuffed_dots(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message(b"..\r\n...x\r\n\xc3\xa4\r\n")
            self.assertEqual(self.record()["size"], len(b".\r\n..x\r\n\xc3\xa4\r\n"))

    def test_control_characters_stay_inside_the_line(self):
        data = b"quote \" backslash \\ nul \x00 escape \x1b delete \x7f \xe2\x80\xa8\r\n"
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message(data)
            self.assertEqual(self.record()["data"].encode(), data)

    def test_a_quoted_local_part_keeps_its_quotes(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message(recipients=['<"a \\"b\\""@example.org>'])
            self.assertEqual(self.record()["to"][0]["address"], '"a \\"b\\""@example.org')

    def test_a_second_run_appends(self):
        for _ in range(2):
            with Sink("--jsonl", self.path) as sink, sink.client() as client:
                client.message()
        self.assertEqual(len(self.records()), 2)

    def test_a_dash_is_standard_output_after_the_listening_line(self):
        with Sink("--jsonl", "-") as sink, sink.client() as client:
            client.message()
            record = json.loads(sink.process.stdout.readline())
            self.assertEqual(record["data"], "Subject: test\r\n\r\ntext\r\n")

    def test_with_a_file_nothing_more_is_on_standard_output(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.message()
            self.assertEqual(sink.read_output(), b"")

    def test_quiet_does_not_silence_the_file(self):
        with Sink("--jsonl", self.path, "--quiet") as sink, sink.client() as client:
            client.message()
            self.assertEqual(self.record()["data"], "Subject: test\r\n\r\ntext\r\n")

    def test_a_terminal_gets_ascii_alone(self):
        try:
            master, terminal = pty.openpty()
        except OSError as error:
            self.skipTest(f"no terminal to be had: {error}")
        with open(master, "rb", buffering=0) as reader, open(terminal, "wb", buffering=0) as writer:
            with Sink("--jsonl", "-", stdout=writer) as sink:
                screen = b""
                while b"\n" not in screen:
                    screen += reader.read(4096)
                sink.port = int(screen.split()[-1])
                with sink.client() as client:
                    client.message("\u009b31m \u202e ä\r\n".encode())
                screen = b""
                while b"\n" not in screen:
                    screen += reader.read(4096)
        self.assertEqual(re.sub(rb"[\x20-\x7e]", b"", screen), b"\r\n")
        self.assertEqual(json.loads(screen)["data"], "\u009b31m \u202e ä\r\n")

    def test_a_unix_socket_is_a_peer_with_port_0(self):
        path = os.path.join(self.folder, "socket")
        with Sink("--jsonl", self.path, listen=[f"unix:{path}"]) as sink:
            self.assertEqual(sink.listeners, [(path, 0)])
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(path)
                client.sendall(b"HELO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nDATA\r\n")
                replies = client.makefile("rb")
                while not replies.readline().startswith(b"354"):
                    pass
                client.sendall(b"text\r\n.\r\n")
                self.assertTrue(replies.readline().startswith(b"250"))
                replies.close()
            self.assertEqual(self.record()["peer"]["port"], 0)


if __name__ == "__main__":
    main()
