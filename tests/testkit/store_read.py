#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What stores hold, read by others: Python's mailbox and email modules, and json. The environment names the server, SERVE."""

import base64
import email.policy
import json
import mailbox
import os
import re
import smtplib
import subprocess
import sys
import tempfile
import unittest

PLAIN = b"From: a@c.example\r\nSubject: hello\r\n\r\nOne.\r\n\r\nTwo.\r\n"
MESSAGES = {
    "plain": PLAIN,
    "of no octets": b"",
    "of one line end": b"\r\n",
    "without body": b"Subject: hello\r\n",
    "without header": b"No field.\r\nNor: this\r\n",
    "that begins as if folded": b" folded\r\n\r\nbody\r\n",
    "that begins with the empty line": b"\r\nbody\r\n",
    "that begins like an mbox": b"From a@c.example Thu Jan  1 00:00:00 1970\r\nSubject: no\r\n\r\nbody\r\n",
    "with lines of From": b"Subject: x\r\n\r\nFrom here\r\n>From there\r\n>>From\r\n>>From all\r\n From\r\nFrom\r\n\r\nFrom a\r\n",
    "without an end": PLAIN + b"Three.",
    "that ends in empty lines": PLAIN + b"\r\n\r\n",
    "with NUL": b"Subject: x\r\n\r\na\0b\r\n",
    "in UTF-8": "Subject: Gr\u00fc\u00dfe\r\n\r\n\u20ac\r\n".encode(),
    "in no UTF-8": b"Subject: x\r\n\r\n\xff\xfe\r\n",
    "with CR and LF that stand alone": b"Subject: x\r\n\r\na\rb\nc\r\r\nd\n\nFrom e\r\n",
}


def unquoted(text):
    """Lines of mboxrd as they were."""
    return re.sub(rb"^>(>*From )", rb"\1", text, flags=re.M)


class Read(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.server = subprocess.Popen([os.environ["SERVE"], self.folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(self.end)
        self.client = smtplib.SMTP("127.0.0.1", int(self.server.stdout.readline()))
        self.client.ehlo("client.example")

    def end(self):
        self.client.close()
        self.server.communicate(timeout=60)
        self.assertEqual(self.server.returncode, 0)

    def send(self, message, sender="a@c.example", recipients=("b@s.example", "c@s.example")):
        """By BDAT (RFC 3030), so that any octets go; the id of the mail."""
        self.say(f"MAIL FROM:<{sender}> BODY=BINARYMIME SMTPUTF8")
        for recipient in recipients:
            self.say(f"RCPT TO:<{recipient}>")
        self.client.send(b"BDAT %d LAST\r\n" % len(message) + message)
        code, text = self.client.getreply()
        self.assertEqual(code, 250, text)
        return text.split()[-1].decode()

    def say(self, line):
        self.client.send((line + "\r\n").encode())
        code, text = self.client.getreply()
        self.assertEqual(code, 250, text)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def lines(self):
        with open(self.path("lines.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def maildir(self):
        return mailbox.Maildir(self.path("maildir"), create=False)

    def mbox(self):
        box = mailbox.mbox(self.path("box.mbox"), create=False)
        self.addCleanup(box.close)
        return box

    def read(self, *names):
        with open(self.path(*names), "rb") as file:
            return file.read()

    def assert_local(self, text, message):
        """The text is the message behind its envelope, with an empty line between them where it has no header section."""
        front = b"Return-Path: <a@c.example>\nDelivered-To: b@s.example\nDelivered-To: c@s.example\n"
        body = message.replace(b"\r\n", b"\n")
        if body and not body.endswith(b"\n"):
            body += b"\n"
        if not re.match(rb"[\w-]+:|\n|\Z", body):
            body = b"\n" + body
        self.assertEqual(text, front + body)
        parsed = email.message_from_bytes(text, policy=email.policy.default)
        plain = email.message_from_bytes(body, policy=email.policy.default)
        self.assertEqual(parsed.keys(), ["Return-Path", "Delivered-To", "Delivered-To", *plain.keys()])
        self.assertEqual(parsed.get_payload(), plain.get_payload())

    def test_each_message_is_in_each_store_as_it_came(self):
        ids = {self.send(message): what for what, message in MESSAGES.items()}
        self.assertEqual(len(ids), len(MESSAGES))
        for form in (self.check_lines, self.check_maildir, self.check_mbox, self.check_folder):
            with self.subTest(form.__name__):
                form(ids)

    def check_lines(self, ids):
        lines = self.lines()
        self.assertEqual([line["id"] for line in lines], list(ids))
        for line in lines:
            data = line["data"].encode() if "data" in line else base64.b64decode(line["data_base64"], validate=True)
            self.assertEqual(data, MESSAGES[ids[line["id"]]])
            self.assertEqual((line["size"], line["from"]["address"]), (len(data), "a@c.example"))
            self.assertEqual([to["address"] for to in line["to"]], ["b@s.example", "c@s.example"])

    def check_maildir(self, ids):
        box = self.maildir()
        self.assertEqual(sorted(box.keys()), sorted(ids))
        self.assertEqual(os.listdir(self.path("maildir", "tmp")), [])
        for name in box.keys():
            with self.subTest(ids[name]):
                self.assert_local(box.get_bytes(name), MESSAGES[ids[name]])

    def check_mbox(self, ids):
        box = self.mbox()
        self.assertEqual(len(box), len(ids))
        for number, what in enumerate(ids.values()):
            with self.subTest(what):
                self.assert_local(unquoted(box.get_bytes(number)), MESSAGES[what])
                self.assertRegex(box[number].get_from(), r"\Aa@c\.example \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\Z")

    def check_folder(self, ids):
        self.assertEqual(sorted(os.listdir(self.path("folder"))), sorted(name + end for name in ids for end in (".eml", ".json")))
        for line in self.lines():
            self.assertEqual(self.read("folder", line["id"] + ".eml"), MESSAGES[ids[line["id"]]])
            line.pop("data", None)
            line.pop("data_base64", None)
            self.assertEqual(json.loads(self.read("folder", line["id"] + ".json")), line)

    def test_the_null_reverse_path_is_the_daemons(self):
        name = self.send(PLAIN, sender="")
        self.assertEqual(self.maildir()[name]["Return-Path"], "<>")
        self.assertTrue(self.mbox()[0].get_from().startswith("MAILER-DAEMON "))
        self.assertEqual(self.lines()[0]["from"]["address"], "")

    def test_an_address_beyond_ascii_is_kept_but_in_the_separator(self):
        name = self.send(PLAIN, sender="\u00fc@c.example", recipients=["\u20ac@s.example"])
        text = self.maildir().get_bytes(name).decode()
        self.assertTrue(text.startswith("Return-Path: <\u00fc@c.example>\nDelivered-To: \u20ac@s.example\nFrom: a"))
        self.assertTrue(self.mbox()[0].get_from().startswith("??@c.example "))

    def test_a_blank_in_an_address_does_not_split_the_separator(self):
        self.send(PLAIN, sender='"a b"@c.example')
        self.assertTrue(self.mbox()[0].get_from().startswith('"a?b"@c.example '))
        self.assertEqual(self.mbox()[0]["Return-Path"], '<"a b"@c.example>')

    def test_the_client_is_in_the_line(self):
        port = self.client.sock.getsockname()[1]
        self.send(PLAIN)
        line = self.lines()[0]
        self.assertEqual(line["peer"], {"address": "127.0.0.1", "port": port})
        self.assertEqual((line["helo"], line["protocol"], line["lmtp"]), ("client.example", "UTF8SMTP", False))
        self.assertEqual([line[key] for key in ("proxy", "xclient", "xforward", "tls", "auth")], [None] * 5)
        self.assertRegex(line["time"], r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\Z")

    def test_mails_of_another_program_go_between_ours(self):
        """It locks the box, as Python does."""
        self.send(PLAIN)
        box = self.mbox()
        box.lock()
        box.add(b"From: z@c.example\n\nOther.\n")
        box.flush()
        box.unlock()
        self.send(PLAIN)
        self.assertEqual(len(self.mbox()), 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
