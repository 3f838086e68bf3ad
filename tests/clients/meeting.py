# SPDX-License-Identifier: MIT
"""A client meets each plan of faults, on a sink of its own; no test lives here."""

import glob
import os
import re
import sys

from plans import PLANS

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "sink"))
from support import PATIENCE, Sink, SinkTest  # noqa: E402

SENDER = "alice@example.org"
RECIPIENTS = ("bob@example.net", "carol@example.net")
USER, PASSWORD = "alice", "secret"
HEADER = "Date: Mon, 23 Nov 2026 10:00:00 +0000\r\nFrom: alice@example.org\r\nSubject: News\r\n\r\n"
MINUTE = 60  # of patience where a client does not give up


class Meeting:
    """What a client is told of where it sends: the plan's `name`, `plan`, `host`, `port`, `authority` (the file that it may trust) and `message`."""

    def __init__(self, name, sink, authority):
        self.name, self.authority = name, authority
        self.plan = plan = PLANS[name]
        self.host = "localhost" if plan.tls else "127.0.0.1"
        self.port = sink.tls_port if plan.tls == "implicit" else sink.port
        self.message = (HEADER + ("Grüße.\r\n" if plan.eight_bit else "Hello.\r\n")).encode()


def plain(text):
    """A report without what differs from run to run, or between versions of OpenSSL: ports, times, numbers of errors, places in sources."""
    text = re.sub(r"[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:(.*?):.*\n", r"\1", text)
    text = re.sub(r"error:[0-9A-F]+:SSL routines:[^:]*:", "", text)
    text = re.sub(r" \(_ssl\.c:\d+\)| \(errno: \d+\)|:\d{4,5}\b:?|,? port \d+| after \d+ (milliseconds|ms)|(?<=OpenSSL)/[\d.]+", "", text)
    return re.sub(r"(sslv3|ssl/tls) alert", "alert", text).strip()


class ClientTest(SinkTest):
    """`reports` says for each plan what the client reports, and behind that, where it differs from the plan, what the sink has taken, and
    whether the faults happen.
    A set is of reports between which chance decides. `send` sends to a Meeting and returns the report: "sent" when the client is content."""

    reports = {}
    short = 1  # seconds until a client gives up, the least that it can be told
    gives_up = ()  # the plans with which it does so, though others do not

    def send(self, meeting):
        raise NotImplementedError

    def options(self, plan):
        options = ["--quiet", "--hostname", "localhost", "--jsonl", self.path, "--transcript", self.folder]
        for fault in plan.faults:
            options += ["--fault", fault]
        if plan.tls:
            options += ["--tls-self-signed", self.authority]
        if plan.user:
            options += ["--auth", f"{USER}:{PASSWORD}", "--auth-in-clear"]
        return options

    def patience(self, meeting):
        return self.short if meeting.plan.gives_up or meeting.name in self.gives_up else MINUTE

    def taken(self):
        """For whom the sink has taken messages: "bob carol"."""
        return ", ".join(" ".join(to["address"].split("@")[0] for to in record["to"]) for record in self.records())

    def transcript(self):
        """What was said on all connections."""
        texts = []
        for path in sorted(glob.glob(os.path.join(self.folder, "*.txt"))):
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
        return "".join(texts)

    def meet(self, name):
        plan = PLANS[name]
        row = self.reports[name]
        row = row if isinstance(row, tuple) else (row,)
        report, takes, happens = row + (plan.takes, plan.happens)[len(row) - 1:]
        self.authority = os.path.join(self.folder, "authority.pem")
        listen = {"listen": (), "listen_tls": ("127.0.0.1:0",)} if plan.tls == "implicit" else {}
        counted = ["--count", "1", "--wait", str(PATIENCE)] if takes else []
        with Sink(*self.options(plan), *counted, **listen) as sink:
            told = plain(self.send(Meeting(name, sink, self.authority)))
            if takes:
                self.assertEqual(sink.wait()[0], 0)  # what the client says last has been heard
        transcript = self.transcript()
        self.assertIn(told, report if isinstance(report, set) else {report}, transcript)
        self.assertEqual(self.taken(), takes, transcript)
        for fault in plan.faults:
            self.assertEqual(f"fault: {fault}\n" in transcript, happens, transcript)
        self.assertRegex(transcript, re.compile(plan.tells, re.S))


def meets(*names):
    """Gives a class a test for each of these plans, `test_PLAN`; its `reports` have no others."""
    def decorated(client):
        assert sorted(client.reports) == sorted(names), set(client.reports) ^ set(names)
        for name in names:
            setattr(client, "test_" + name, lambda self, name=name: self.meet(name))
        return client
    return decorated
