# SPDX-License-Identifier: MIT
"""Postfix tells the sink by XFORWARD whose message it hands on, over SMTP and LMTP."""

import os
import re
import smtplib
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sink"))

from ports import free_port
from postfix import Postfix
from support import PATIENCE, Sink, SinkTest, main

MAIN = """\
relay_domains = example
local_recipient_maps =
smtpd_relay_restrictions = reject_unauth_destination
local_header_rewrite_clients =
smtpd_peername_lookup = no
smtpd_authorized_xclient_hosts = 127.0.0.1
smtp_send_xforward_command = yes
lmtp_send_xforward_command = yes
"""

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
anvil unix - - n - 1 anvil
"""


class PostfixXforward(SinkTest):
    def start(self, *options):
        """A sink, and a Postfix that takes mail at self.port and hands it on."""
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        sink = Sink("--jsonl", self.path, *options, lmtp=("127.0.0.1:0",))
        self.addCleanup(sink.__exit__)
        self.port = free_port()
        transports = {"smtp": (f"[127.0.0.1]:{sink.port}", "smtp"), "lmtp": (f"inet:[127.0.0.1]:{sink.lmtp_port}", "lmtp")}
        self.postfix = Postfix(scratch.name, transports, MAIN, MASTER.format(port=self.port))
        self.addCleanup(self.postfix.__exit__)
        self.postfix.__enter__()

    def relay(self, domain, *xclient):
        """Sends through Postfix, as the client that XCLIENT describes; returns the id that Postfix gave the message, and our record."""
        with smtplib.SMTP("127.0.0.1", self.port, "first.example.net", PATIENCE) as client:
            client.ehlo()
            if xclient:
                self.assertEqual(client.docmd("XCLIENT", " ".join(xclient))[0], 220)
                client.ehlo()
            client.mail("from@example.org")
            client.rcpt(f"to@{domain}")
            code, reply = client.data(b"Subject: test\r\n\r\ntext\r\n")
            self.assertEqual(code, 250, reply)
        status, reason = self.postfix.outcomes(domain)[f"to@{domain}"]
        self.assertEqual(status, "sent", reason)
        return re.search(rb"queued as (\w+)", reply)[1].decode(), self.records()[-1]

    def test_it_tells_of_the_first_client_over_smtp_and_lmtp(self):
        self.start("--xclient-from", "127.0.0.1")
        for domain, protocol in ("smtp.example", "ESMTP"), ("lmtp.example", "LMTP"):
            with self.subTest(domain=domain):
                number, record = self.relay(domain, "NAME=mail.example.net", "ADDR=192.0.2.1", "PORT=4711")
                self.assertEqual(record["protocol"], protocol)
                self.assertEqual(record["peer"]["address"], "127.0.0.1")
                self.assertIsNone(record["xclient"])
                told = record["xforward"]
                self.assertEqual(told["peer"], {"address": "192.0.2.1", "port": 4711})
                self.assertEqual((told["name"], told["helo"]), ("mail.example.net", "first.example.net"))
                self.assertEqual((told["protocol"], told["id"], told["source"]), ("ESMTP", number, "remote"))

    def test_it_tells_of_a_client_with_an_ipv6_address(self):
        self.start("--xclient-from", "127.0.0.1")
        told = self.relay("smtp.example", "ADDR=IPV6:2001:db8::1", "PORT=4711")[1]["xforward"]
        self.assertEqual(told["peer"], {"address": "2001:db8::1", "port": 4711})
        self.assertEqual(told["name"], "")

    def test_it_tells_that_a_message_began_on_its_own_machine(self):
        self.start("--xclient-from", "127.0.0.1")
        self.postfix.submit("to@smtp.example")
        self.postfix.outcomes("smtp.example")
        told = self.record()["xforward"]
        self.assertEqual((told["source"], told["peer"]["address"], told["name"]), ("local", None, None))

    def test_it_tells_nothing_where_it_is_not_trusted(self):
        self.start()
        self.assertIsNone(self.relay("smtp.example", "ADDR=192.0.2.1")[1]["xforward"])


if __name__ == "__main__":
    main()
