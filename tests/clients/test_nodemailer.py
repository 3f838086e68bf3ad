# SPDX-License-Identifier: MIT
"""Nodemailer meets each plan: which error it throws, with which code, command and text."""

import json
import os
import subprocess
import unittest

from meeting import PASSWORD, RECIPIENTS, SENDER, USER, ClientTest, meets
from plans import BOTH, PLANS
from support import PATIENCE, main, needs

ENDED = "ECONNECTION CONN: Connection closed unexpectedly"
ENDED_EARLY = ": Unexpected socket close"
RESET = "ESOCKET CONN: read ECONNRESET"
SILENCE = "ETIMEDOUT CONN: Timeout"
STRANGER = ("ESOCKET CONN: Hostname/IP does not match certificate's altnames: Host: localhost. "
            "is not in the cert's altnames: DNS:wrong.example")

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nodemailer.js")
ENVIRONMENT = {**os.environ, "NODE_PATH": os.pathsep.join(filter(None, (os.environ.get("NODE_PATH"), "/usr/share/nodejs")))}


@needs("node")
@meets(*PLANS)
class Nodemailer(ClientTest):
    short = 0.5
    reports = {
        # Replies
        "accept_554": "EPROTOCOL CONN 554: Invalid greeting. response=554 5.3.2 Go away: 554 5.3.2 Go away",
        "connect_554": "EPROTOCOL CONN 554: Invalid greeting. response=554 5.3.2 Not today: 554 5.3.2 Not today",
        "connect_421": "EPROTOCOL CONN 421: Invalid greeting. response=421 4.3.2 Come back: 421 4.3.2 Come back",
        "ehlo_550": ("sent", BOTH),
        "ehlo_421": "ECONNECTION EHLO 421: Server terminates connection. response=421 4.3.2 Come back: 421 4.3.2 Come back",
        "mail_451": "EENVELOPE MAIL FROM 451: Mail command failed: 451 4.3.0 Later",
        "mail_550": "EENVELOPE MAIL FROM 550: Mail command failed: 550 5.7.1 Not you",
        "mail_without_an_enhanced_code": "EENVELOPE MAIL FROM 550: Mail command failed: 550 5.7.1 Not you",
        "mail_in_two_lines": "EENVELOPE MAIL FROM 550: Mail command failed: 550-5.7.1 Not you\n550 5.7.1 nor me",
        "mail_421": "EENVELOPE MAIL FROM 421: Mail command failed: 421 4.3.2 Enough",
        "rcpt_450_for_one": "sent; bob@example.net: 450 4.2.1 Mailbox busy",
        "rcpt_550_for_one": "sent; carol@example.net: 550 5.1.1 Nobody",
        "rcpt_550_for_one_by_name": "sent; carol@example.net: 550 5.1.1 Nobody",
        "rcpt_550_for_all": "EENVELOPE RCPT TO 550: Can't send mail - all recipients were rejected: 550 5.1.1 Nobody",
        "rcpt_421": ENDED,
        "data_451": "EENVELOPE DATA 451: Data command failed: 451 4.3.0 Later",
        "data_554": "EENVELOPE DATA 554: Data command failed: 554 5.6.0 No messages",
        "message_452": "EMESSAGE DATA 452: Message failed: 452 4.3.1 Disk full",
        "message_554": "EMESSAGE DATA 554: Message failed: 554 5.7.1 Spam",
        "message_421": "EMESSAGE DATA 421: Message failed: 421 4.3.2 Going down",
        "message_250_in_other_words": "sent",
        "message_554_by_its_subject": "EMESSAGE DATA 554: Message failed: 554 5.7.1 No news",
        "quit_500": ("sent", BOTH, False),  # it does not say QUIT
        "the_fifth_command_421": "EENVELOPE DATA 421: Data command failed: 421 4.3.2 Enough",
        # Ends
        "accept_close": ENDED_EARLY,
        "connect_close": ENDED_EARLY,
        "ehlo_close": ENDED,
        "mail_close": ENDED,
        "rcpt_close": ENDED,
        "data_close": ENDED,
        "body_close": {ENDED, RESET},  # it may still be sending
        "message_close": ENDED,
        "quit_close": ("sent", BOTH, False),  # likewise
        "connect_reset": {RESET, "ESOCKET CONN: connect ECONNRESET 127.0.0.1"},
        "mail_reset": RESET,
        "message_reset": RESET,
        "mail_half_close": ENDED,
        "message_half_close": ENDED,
        "greeting_cut": ENDED_EARLY,
        "ehlo_cut": ENDED,
        "mail_cut": ENDED,
        "message_cut": ENDED,
        "message_not_heard_of": ENDED,
        # Silence
        "connect_stall": SILENCE,
        "mail_stall": SILENCE,
        "message_stall": SILENCE,
        "ehlo_first_line": SILENCE,
        # Slowness
        "replies_late": "sent",
        "replies_slow": "sent",
        "message_read_slowly": "sent",
        # Nonsense
        "greeting_garbage": "EPROTOCOL CONN: Invalid greeting. response=%$#@!: %$#@!",
        "ehlo_garbage": ("sent", BOTH),
        "mail_garbage": "EENVELOPE MAIL FROM: Mail command failed: %$#@!",
        "message_garbage": "EMESSAGE DATA: Message failed: Yes and no",
        # Offers
        "nothing_offered": "sent",
        "no_8bitmime": "sent",
        "size_too_small": "sent",
        "no_starttls": "ETLS STARTTLS 502: Error upgrading connection with STARTTLS: 502 Command not implemented",
        "no_auth": ("sent", BOTH),
        # TLS and logins
        "starttls_454": "ETLS STARTTLS 454: Error upgrading connection with STARTTLS: 454 4.7.0 Not now",
        "starttls_close": ENDED,
        "starttls_garbage": "ETLS STARTTLS: Error upgrading connection with STARTTLS: %$#@!",
        "starttls_handshake": "ESOCKET CONN: alert handshake failure",
        "starttls_wrong_name": STRANGER,
        "implicit_handshake": "ESOCKET CONN: alert handshake failure",
        "implicit_wrong_name": STRANGER,
        "message_554_under_tls": "EMESSAGE DATA 554: Message failed: 554 5.7.1 Spam",
        "message_close_under_tls": ENDED,
        "message_cut_under_tls": ENDED,
        "mail_reset_under_tls": RESET,
        "auth_535": "EAUTH AUTH PLAIN 535: Invalid login: 535 5.7.8 Wrong",
        "auth_454": "EAUTH AUTH PLAIN 454: Invalid login: 454 4.7.0 Later",
        "auth_close": ENDED,
        # By number and by chance
        "every_second_rcpt": "sent; carol@example.net: 452 4.5.3 Too many",
        "never_by_chance": "sent",
    }

    @classmethod
    def setUpClass(cls):
        if subprocess.run(["node", "-e", "require('nodemailer')"], env=ENVIRONMENT, capture_output=True, timeout=PATIENCE).returncode:
            raise unittest.SkipTest("Nodemailer is not installed")
        cls.node = subprocess.Popen(["node", SCRIPT], env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.end)

    @classmethod
    def end(cls):
        cls.node.communicate(timeout=PATIENCE)

    def transport(self, meeting):
        plan = meeting.plan
        patience = self.patience(meeting) * 1000
        transport = {"host": meeting.host, "port": meeting.port, "name": "client.example", "secure": plan.tls == "implicit",
                     "requireTLS": plan.tls == "starttls", "connectionTimeout": patience, "greetingTimeout": patience,
                     "socketTimeout": patience}
        if plan.tls:
            with open(meeting.authority, encoding="ascii") as file:
                transport["tls"] = {"ca": file.read()}
        if plan.user:
            transport["auth"] = {"user": USER, "pass": PASSWORD}
        return transport

    def send(self, meeting):
        mail = {"envelope": {"from": SENDER, "to": RECIPIENTS, "use8BitMime": meeting.plan.eight_bit}, "raw": meeting.message.decode()}
        print(json.dumps({"transport": self.transport(meeting), "mail": mail}), file=self.node.stdin, flush=True)
        return json.loads(self.node.stdout.readline())


if __name__ == "__main__":
    main()
