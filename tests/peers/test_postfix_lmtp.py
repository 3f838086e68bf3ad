# SPDX-License-Identifier: MIT
"""Postfix delivers to the sink by LMTP, over TCP and a Unix socket, and knows what became of each recipient."""

import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sink"))

from postfix import Postfix
from support import Sink, SinkTest, main

NAMES = ("a", "full", "b", "busy", "c")
TAKEN = ("a", "b", "c")


class PostfixLmtp(SinkTest):
    def setUp(self):
        super().setUp()
        scratch = tempfile.TemporaryDirectory()  # the socket is in a folder that the user postfix can enter
        self.addCleanup(scratch.cleanup)
        self.socket = os.path.join(scratch.name, "socket")
        options = [option for domain in ("tcp.example", "unix.example")
                   for option in ("--reject", f"message:full@{domain}=552 5.2.2 Full", "--reject", f"message:busy@{domain}=452 4.2.1 Busy")]
        self.sink = Sink("--jsonl", self.path, *options, listen=(), lmtp=("127.0.0.1:0", self.socket))
        self.addCleanup(self.sink.__exit__)
        os.chmod(self.socket, 0o666)
        self.postfix = Postfix(scratch.name, {"tcp": (f"inet:[127.0.0.1]:{self.sink.lmtp_port}", "lmtp"),
                                              "unix": (f"unix:{self.socket}", "lmtp")})
        self.addCleanup(self.postfix.__exit__)
        self.postfix.__enter__()

    def deliver(self, domain, names):
        """What became of a message for these names: name: (status, reason)."""
        self.postfix.submit(*[f"{name}@{domain}" for name in names])
        outcomes = self.postfix.outcomes(domain, len(names))
        return {address.partition("@")[0]: outcome for address, outcome in outcomes.items()}

    def assert_each_is_answered(self, domain):
        outcomes = self.deliver(domain, NAMES)
        self.assertEqual({name: status for name, (status, _) in outcomes.items()},
                         {"a": "sent", "full": "bounced", "b": "sent", "busy": "deferred", "c": "sent"})
        self.assertIn("552 5.2.2 Full", outcomes["full"][1])
        self.assertIn("452 4.2.1 Busy", outcomes["busy"][1])
        record = self.record()
        self.assertEqual((record["protocol"], record["lmtp"], record["helo"]), ("LMTP", True, "client.example"))
        self.assertEqual([to["address"] for to in record["to"]], [f"{name}@{domain}" for name in TAKEN])
        for name in TAKEN:
            self.assertIn(record["id"], outcomes[name][1])

    def test_it_knows_who_is_refused_behind_the_message_over_tcp(self):
        self.assert_each_is_answered("tcp.example")

    def test_it_knows_who_is_refused_behind_the_message_over_a_unix_socket(self):
        self.assert_each_is_answered("unix.example")

    def test_it_delivers_to_as_many_as_one_transaction_has(self):
        names = [f"to{number}" for number in range(50)]  # Postfix's lmtp_destination_recipient_limit
        outcomes = self.deliver("unix.example", names)
        self.assertEqual({status for status, _ in outcomes.values()}, {"sent"})
        self.assertEqual(len(self.record()["to"]), len(names))


if __name__ == "__main__":
    main()
