# SPDX-License-Identifier: MIT
"""Fifty clients send to one sink at one time, which keeps messages in every way that it has: none is lost, none is there twice."""

import collections
import glob
import json
import os
import re
import smtplib
import threading

from support import PATIENCE, Sink, SinkTest, main

SENDERS, MESSAGES = 50, 10
SENT = {f"{sender}.{number}" for sender in range(SENDERS) for number in range(MESSAGES)}


def send_all(port, sender):
    """The messages of one client, on one connection; each names itself."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="client.example", timeout=PATIENCE) as client:
        for number in range(MESSAGES):
            message = f"From: a@example.org\r\nX-Name: {sender}.{number}\r\n\r\n" + "Hello.\r\n" * number
            client.sendmail("a@example.org", f"b{sender}@example.net", message)


class Crowd(SinkTest):
    def at(self, name):
        return os.path.join(self.folder, name)

    def names(self, *paths):
        """What the messages in these files call themselves."""
        found = []
        for path in paths:
            with open(path, encoding="ascii", newline="") as file:
                found += re.findall(r"^X-Name: ([\d.]+)\r?$", file.read(), re.M)
        return found

    def assert_all_once(self, names):
        self.assertEqual([name for name, times in collections.Counter(names).items() if times != 1], [])
        self.assertEqual(set(names), SENT)

    def send_from_all(self, port):
        senders = [threading.Thread(target=send_all, args=(port, sender)) for sender in range(SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

    def test_each_store_has_each_message_once(self):
        options = ["--quiet", "--jsonl", self.path, "--maildir", self.at("maildir"), "--mbox", self.at("mbox"), "--dir", self.at("dir"),
                   "--count", str(len(SENT)), "--wait", str(PATIENCE)]
        with Sink(*options) as sink:
            self.send_from_all(sink.port)
            self.assertEqual(sink.wait()[0], 0)
        self.assert_all_once([re.search(r"X-Name: (.*)\r\n", record["data"])[1] for record in self.records()])
        self.assert_all_once(self.names(*glob.glob(self.at("maildir/new/*"))))
        self.assert_all_once(self.names(self.at("mbox")))
        self.assert_all_once(self.names(*glob.glob(self.at("dir/*.eml"))))
        self.assert_beside(sorted(glob.glob(self.at("dir/*.json"))))

    def assert_beside(self, paths):
        """Each line of JSON beside a message tells of that message."""
        self.assertEqual(len(paths), len(SENT))
        for path in paths:
            with open(path, encoding="utf-8") as file:
                record = json.load(file)
            sender = self.names(path.removesuffix(".json") + ".eml")[0].split(".")[0]
            self.assertEqual([to["address"] for to in record["to"]], [f"b{sender}@example.net"])


if __name__ == "__main__":
    main()
