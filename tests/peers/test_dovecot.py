# SPDX-License-Identifier: MIT
"""Dovecot's LMTP proxy hands messages on to the sink, in chunks, and tells it by XCLIENT who its own client is."""

import os
import smtplib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sink"))

from ports import free_port
from support import PATIENCE, Sink, SinkTest, main

# Clients may speak to it for others, as it does to the sink.
CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = /dev/stderr
protocols = lmtp
ssl = no
listen = 127.0.0.1
lmtp_proxy = yes
login_trusted_networks = 127.0.0.1
passdb {{
  driver = static
  args = nopassword=y proxy=y host=127.0.0.1 port={target} protocol={protocol}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {port}
  }}
}}
"""

MESSAGE = b"Subject: test\r\n\r\n.text\r\n..\r\n"
NAMES = ["a@example.org", "full@example.org", "unknown@example.org", "b@example.org"]


class Dovecot(SinkTest):
    def start(self, *options, protocol="lmtp"):
        """A sink, and a Dovecot that takes mail at self.port and hands it on."""
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        os.chmod(scratch.name, 0o755)
        sink = Sink("--jsonl", self.path, "--reject", "message:full@example.org=552 5.2.2 Full", "--reject",
                    "rcpt:unknown@example.org=550 5.1.1 Unknown", *options, lmtp=("127.0.0.1:0",))
        self.addCleanup(sink.__exit__)
        self.port = free_port()
        path = os.path.join(scratch.name, "dovecot.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(folder=scratch.name, port=self.port, protocol=protocol,
                                            target=sink.lmtp_port if protocol == "lmtp" else sink.port))
        dovecot = subprocess.Popen(["dovecot", "-F", "-c", path], stderr=subprocess.PIPE, text=True)
        self.addCleanup(dovecot.communicate, timeout=PATIENCE)
        self.addCleanup(dovecot.terminate)
        self.assertTrue(any("starting up" in line for line in dovecot.stderr), "Dovecot ended")

    def client(self, *xclient):
        """A client of Dovecot, which says by XCLIENT who it is."""
        client = smtplib.LMTP("127.0.0.1", self.port, "client.example", timeout=PATIENCE)
        self.addCleanup(client.close)
        client.ehlo()
        if xclient:
            self.assertEqual(client.docmd("XCLIENT", " ".join(xclient))[0], 220)
            client.ehlo()
        return client

    def deliver(self, client, message=MESSAGE):
        """Sends one message to all of NAMES; returns the codes of the replies to RCPT, and of those behind the message."""
        client.mail("from@example.org")
        replies = [client.rcpt(name) for name in NAMES]
        self.assertEqual(client.docmd("DATA")[0], 354)
        client.send(message.replace(b"\n.", b"\n..") + b".\r\n")
        replies += [client.getreply() for code, _ in list(replies) if code == 250]
        return [f"{code} {text.split()[0].decode()}" for code, text in replies]

    def assert_each_is_answered(self, client):
        self.assertEqual(self.deliver(client), ["250 2.1.5", "250 2.1.5", "550 5.1.1", "250 2.1.5", "250 2.0.0", "552 5.2.2", "250 2.0.0"])
        record = self.records()[-1]
        self.assertEqual((record["protocol"], record["lmtp"]), ("LMTP", True))
        self.assertEqual([to["address"] for to in record["to"]], ["a@example.org", "b@example.org"])
        self.assertTrue(record["data"].endswith("\r\n" + MESSAGE.decode()), record["data"])
        return record

    def test_it_tells_its_client_who_is_refused(self):
        self.start()
        self.assertIsNone(self.assert_each_is_answered(self.client())["xclient"])

    def test_it_uses_data_where_chunks_are_not_offered(self):
        self.start("--extensions", "-CHUNKING")
        self.assert_each_is_answered(self.client())

    def test_it_sends_a_long_message_in_chunks(self):
        self.start()
        message = b"Subject: test\r\n\r\n" + b"".join(b".%07d %s\r\n" % (number, b"x" * 900) for number in range(5000))
        self.assertEqual(self.deliver(self.client(), message)[-1], "250 2.0.0")
        self.assertTrue(self.record()["data"].endswith("\r\n" + message.decode()))

    def test_its_client_is_known_by_xclient(self):
        for protocol in "lmtp", "smtp":
            with self.subTest(protocol=protocol):
                self.start("--xclient-from", "127.0.0.1", protocol=protocol)
                client = self.client("ADDR=192.0.2.1", "PORT=4711", "HELO=first.example.net")
                client.sendmail("from@example.org", "to@example.org", MESSAGE)
                record = self.records()[-1]
                self.assertEqual(record["peer"], {"address": "192.0.2.1", "port": 4711})
                told = record["xclient"]
                self.assertEqual((told["protocol"], told["helo"]), ("LMTP", "first.example.net"))
                self.assertEqual(record["lmtp"], protocol == "lmtp")


if __name__ == "__main__":
    main()
