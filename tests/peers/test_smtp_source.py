# SPDX-License-Identifier: MIT
"""Postfix's smtp-source sends many messages in several sessions at once, by SMTP and LMTP, and the sink has them all."""

import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sink"))

from support import PATIENCE, Sink, SinkTest, main

PROGRAM = shutil.which("smtp-source", path=os.environ["PATH"] + ":/usr/sbin")
SESSIONS, MESSAGES, RECIPIENTS = 8, 200, 5


class SmtpSource(SinkTest):
    def setUp(self):
        super().setUp()
        self.socket = os.path.join(self.folder, "socket")

    def source(self, target, *options):
        command = [PROGRAM, "-s", str(SESSIONS), "-m", str(MESSAGES), "-r", str(RECIPIENTS), "-f", "from@example.org", "-t", "to@example.org",
                   *options, target]
        result = subprocess.run(command, capture_output=True, timeout=PATIENCE)
        self.assertEqual((result.returncode, result.stdout), (0, b""), result.stderr)

    def assert_all_taken(self, target, protocol, *options, connections, taken=RECIPIENTS, rejections=()):
        """All messages arrive, with so many of their recipients, and the sink counts them right."""
        with Sink("--jsonl", self.path, *rejections, listen=("127.0.0.1:0", "unix:" + self.socket + ".smtp"),
                  lmtp=("127.0.0.1:0", self.socket)) as sink:
            self.source(target.format(sink=sink, socket=self.socket), *options)
            self.assertRegex(sink.stop()[1][0], rf": {MESSAGES} messages, {MESSAGES * taken} recipients, \d+ octets, {connections} connections\Z")
        records = self.records()
        self.assertEqual(len({record["id"] for record in records}), MESSAGES)
        for record in records:
            self.assertEqual(record["protocol"], protocol)
            self.assertEqual(len({to["address"] for to in record["to"]}), taken)

    def test_it_sends_by_lmtp_over_tcp(self):
        self.assert_all_taken("inet:127.0.0.1:{sink.lmtp_port}", "LMTP", "-L", connections=MESSAGES)

    def test_it_sends_by_lmtp_over_a_unix_socket(self):
        self.assert_all_taken("unix:{socket}", "LMTP", "-L", connections=MESSAGES)

    def test_it_sends_by_smtp_over_tcp(self):
        self.assert_all_taken("inet:127.0.0.1:{sink.port}", "SMTP", connections=MESSAGES)

    def test_it_sends_by_smtp_over_a_unix_socket(self):
        self.assert_all_taken("unix:{socket}.smtp", "SMTP", connections=MESSAGES)

    def test_it_sends_many_messages_in_each_session(self):
        for target, protocol, options in (("inet:127.0.0.1:{sink.port}", "SMTP", ()), ("inet:127.0.0.1:{sink.lmtp_port}", "LMTP", ("-L",))):
            with self.subTest(protocol=protocol):
                self.assert_all_taken(target, protocol, "-d", *options, connections=SESSIONS)
                os.unlink(self.path)

    def test_it_goes_on_where_a_recipient_is_refused(self):
        # In LMTP behind the message alone: it waits for a reply for those refused at RCPT, too, whom RFC 2033 section 4.2 gives none.
        for target, protocol, stage, options in ("inet:127.0.0.1:{sink.port}", "SMTP", "rcpt", ()), ("unix:{socket}", "LMTP", "message", ("-L",)):
            with self.subTest(protocol=protocol):
                self.assert_all_taken(target, protocol, "-A", "-d", *options, connections=SESSIONS, taken=RECIPIENTS - 1,
                                      rejections=("--max-errors", "0", "--reject", f"{stage}:3to@example.org=550 5.1.1 Unknown"))
                os.unlink(self.path)


if __name__ == "__main__":
    main()
