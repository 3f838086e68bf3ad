# SPDX-License-Identifier: MIT
"""curl meets each plan: with which status it ends, and what it says."""

import subprocess

from meeting import PASSWORD, RECIPIENTS, SENDER, USER, ClientTest, meets
from plans import BOTH, PLANS
from support import PATIENCE, main, needs

ENDED = "(56) response reading failed"
RESET = "(56) Recv failure: Connection reset by peer"
ALERT = "(35) OpenSSL: alert handshake failure"
STRANGER = "(60) SSL: no alternative certificate subject name matches target host name 'localhost'"
SILENCE = "(28) Operation timed out with 0 bytes received"


@needs("curl")
@meets(*PLANS)
class Curl(ClientTest):
    short = 0.5
    gives_up = ("greeting_garbage", "ehlo_garbage", "mail_garbage", "starttls_garbage")  # it waits for a reply
    waits = ("message_stall", "message_garbage")  # likewise, but does not look at its clock there
    reports = {
        # Replies
        "accept_554": "(8) Got unexpected smtp-server response: 554",
        "connect_554": "(8) Got unexpected smtp-server response: 554",
        "connect_421": "(8) Got unexpected smtp-server response: 421",
        "ehlo_550": ("sent", BOTH),
        "ehlo_421": ENDED,
        "mail_451": "(55) MAIL failed: 451",
        "mail_550": "(55) MAIL failed: 550",
        "mail_without_an_enhanced_code": "(55) MAIL failed: 550",
        "mail_in_two_lines": "(55) MAIL failed: 550",
        "mail_421": "(55) MAIL failed: 421",
        "rcpt_450_for_one": ("(55) RCPT failed: 450", ""),
        "rcpt_550_for_one": ("(55) RCPT failed: 550", ""),
        "rcpt_550_for_one_by_name": ("(55) RCPT failed: 550", ""),
        "rcpt_550_for_all": "(55) RCPT failed: 550",
        "rcpt_421": "(55) RCPT failed: 421",
        "data_451": "(55) DATA failed: 451",
        "data_554": "(55) DATA failed: 554",
        "message_452": "(8) Weird server reply",
        "message_554": "(8) Weird server reply",
        "message_421": "(8) Weird server reply",
        "message_250_in_other_words": "sent",
        "message_554_by_its_subject": "(8) Weird server reply",
        "quit_500": "sent",
        "the_fifth_command_421": "(55) DATA failed: 421",
        # Ends
        "accept_close": ENDED,
        "connect_close": ENDED,
        "ehlo_close": ENDED,
        "mail_close": ENDED,
        "rcpt_close": ENDED,
        "data_close": ENDED,
        "body_close": {ENDED, RESET},  # it may still be sending
        "message_close": ENDED,
        "quit_close": "sent",
        "connect_reset": {RESET, "(7) Failed to connect to 127.0.0.1: Couldn't connect to server"},
        "mail_reset": RESET,
        "message_reset": RESET,
        "mail_half_close": ENDED,
        "message_half_close": ENDED,
        "greeting_cut": ENDED,
        "ehlo_cut": ENDED,
        "mail_cut": ENDED,
        "message_cut": ENDED,
        "message_not_heard_of": ENDED,
        # Silence
        "connect_stall": SILENCE,
        "mail_stall": SILENCE,
        "message_stall": "waits",
        "ehlo_first_line": SILENCE,
        # Slowness
        "replies_late": "sent",
        "replies_slow": "sent",
        "message_read_slowly": "sent",
        # Nonsense
        "greeting_garbage": SILENCE,
        "ehlo_garbage": SILENCE,
        "mail_garbage": SILENCE,
        "message_garbage": "waits",
        # Offers
        "nothing_offered": "sent",
        "no_8bitmime": "sent",
        "size_too_small": "sent",
        "no_starttls": "(64) STARTTLS not supported.",
        "no_auth": ("sent", BOTH),  # without having logged in
        # TLS and logins
        "starttls_454": "(64) STARTTLS denied, code 454",
        "starttls_close": ENDED,
        "starttls_garbage": SILENCE,
        "starttls_handshake": ALERT,
        "starttls_wrong_name": STRANGER,
        "implicit_handshake": ALERT,
        "implicit_wrong_name": (STRANGER, "", True),  # it looks at the name behind the handshake
        "message_554_under_tls": "(8) Weird server reply",
        "message_close_under_tls": ENDED,
        "message_cut_under_tls": ENDED,
        "mail_reset_under_tls": RESET,
        "auth_535": "(67) Login denied",
        "auth_454": "(67) Login denied",
        "auth_close": ENDED,
        # By number and by chance
        "every_second_rcpt": ("(55) RCPT failed: 452", ""),
        "never_by_chance": "sent",
    }

    def command(self, meeting):
        scheme = "smtps" if meeting.plan.tls == "implicit" else "smtp"
        yield from ("curl", "--silent", "--show-error", "--max-time", str(self.patience(meeting)))
        yield from (f"{scheme}://{meeting.host}:{meeting.port}/client.example", "--upload-file", "-", "--mail-from", SENDER)
        for recipient in RECIPIENTS:
            yield from ("--mail-rcpt", recipient)
        if meeting.plan.tls:
            yield from ("--ssl-reqd", "--cacert", meeting.authority)
        if meeting.plan.user:
            yield from ("--user", f"{USER}:{PASSWORD}")

    def send(self, meeting):
        options = {"input": meeting.message, "capture_output": True, "timeout": self.short if meeting.name in self.waits else PATIENCE}
        try:
            result = subprocess.run(list(self.command(meeting)), **options)
        except subprocess.TimeoutExpired:
            return "waits"
        return result.stderr.decode().splitlines()[0].removeprefix("curl: ") if result.returncode else "sent"


if __name__ == "__main__":
    main()
