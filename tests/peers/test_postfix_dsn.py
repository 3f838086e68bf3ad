# SPDX-License-Identifier: MIT
"""Postfix hands on to the sink what its user asked of delivery status notifications (RFC 3461), over SMTP and LMTP."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sink"))

from postfix import Postfix
from support import Sink, SinkTest, main

DOMAINS = ("smtp.example", "lmtp.example")


class PostfixDsn(SinkTest):
    def setUp(self):
        super().setUp()
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        sink = Sink("--jsonl", self.path, "--extensions", "DSN", lmtp=("127.0.0.1:0",))
        self.addCleanup(sink.__exit__)
        transports = {"smtp": (f"[127.0.0.1]:{sink.port}", "smtp"), "lmtp": (f"inet:[127.0.0.1]:{sink.lmtp_port}", "lmtp")}
        self.postfix = Postfix(scratch.name, transports, "smtputf8_enable = yes\n")
        self.addCleanup(self.postfix.__exit__)
        self.postfix.__enter__()

    def deliver(self, address, *options):
        """Gives Postfix a message and returns the record of its delivery."""
        self.postfix.submit(*options, address)
        domain = address.partition("@")[2]
        status, reason = self.postfix.outcomes(domain)[address]
        self.assertEqual(status, "sent", reason)
        return self.records()[-1]

    def test_it_hands_on_whose_message_it_is_and_what_to_notify_of(self):
        for domain in DOMAINS:
            with self.subTest(domain=domain):
                record = self.deliver(f"to@{domain}", "-N", "success,delay", "-R", "hdrs", "-V", "a+b=c d")
                self.assertEqual(record["from"]["params"]["ENVID"], "a+2Bb+3Dc+20d")
                self.assertEqual((record["from"]["envid"], record["from"]["ret"]), ("a+b=c d", "HDRS"))
                [to] = record["to"]
                self.assertEqual(to["notify"], ["SUCCESS", "DELAY"])
                self.assertEqual(to["orcpt"], {"type": "rfc822", "address": f"to@{domain}"})

    def test_it_hands_on_that_nothing_is_to_be_notified_of(self):
        for domain in DOMAINS:
            with self.subTest(domain=domain):
                record = self.deliver(f"to@{domain}", "-N", "never")
                self.assertEqual(record["to"][0]["notify"], ["NEVER"])
                self.assertEqual((record["from"]["envid"], record["from"]["ret"]), (None, None))

    def test_it_hands_on_an_original_recipient_in_utf_8(self):
        for domain in DOMAINS:
            with self.subTest(domain=domain):
                [to] = self.deliver(f"jörg+tag@{domain}", "-N", "failure")["to"]
                self.assertEqual(to["params"]["ORCPT"], rf"utf-8;j\x{{F6}}rg\x{{2B}}tag@{domain}")  # RFC 6533 section 3
                self.assertEqual(to["orcpt"], {"type": "utf-8", "address": f"jörg+tag@{domain}"})


if __name__ == "__main__":
    main()
