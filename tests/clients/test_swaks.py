# SPDX-License-Identifier: MIT
"""swaks meets each plan: with which status it ends, and what it says."""

import re
import subprocess

from meeting import PASSWORD, RECIPIENTS, SENDER, USER, ClientTest, meets
from plans import BOTH, PLANS
from support import PATIENCE, main, needs

QUICK = [name for name in PLANS if not name.endswith(("_stall", "_garbage", "_first_line"))]  # it is patient for a second at least
ENDED = "6: Remote host closed connection unexpectedly."


@needs("swaks")
@meets(*QUICK)
class Swaks(ClientTest):
    reports = {
        # Replies
        "accept_554": "21: 554 5.3.2 Go away; Remote host closed connection unexpectedly.",
        "connect_554": "21: 554 5.3.2 Not today; Remote host closed connection unexpectedly.",
        "connect_421": "21: 421 4.3.2 Come back; Remote host closed connection unexpectedly.",
        "ehlo_550": ("sent; 550 5.7.1 Who are you", BOTH),
        "ehlo_421": "6: 421 4.3.2 Come back; Remote host closed connection unexpectedly.",
        "mail_451": "23: 451 4.3.0 Later",
        "mail_550": "23: 550 5.7.1 Not you",
        "mail_without_an_enhanced_code": "23: 550 5.7.1 Not you",
        "mail_in_two_lines": "23: 550-5.7.1 Not you; 550 5.7.1 nor me",
        "mail_421": "23: 421 4.3.2 Enough; Remote host closed connection unexpectedly.",
        "rcpt_450_for_one": "sent; 450 4.2.1 Mailbox busy",
        "rcpt_550_for_one": "sent; 550 5.1.1 Nobody",
        "rcpt_550_for_one_by_name": "sent; 550 5.1.1 Nobody",
        "rcpt_550_for_all": "24: 550 5.1.1 Nobody; 550 5.1.1 Nobody",
        "rcpt_421": "6: 421 4.3.2 Enough; Remote host closed connection unexpectedly.",
        "data_451": "25: 451 4.3.0 Later",
        "data_554": "25: 554 5.6.0 No messages",
        "message_452": "26: 452 4.3.1 Disk full",
        "message_554": "26: 554 5.7.1 Spam",
        "message_421": "26: 421 4.3.2 Going down; Remote host closed connection unexpectedly.",
        "message_250_in_other_words": "sent",
        "message_554_by_its_subject": "26: 554 5.7.1 No news",
        "quit_500": "sent; 500 5.0.0 Stay",
        "the_fifth_command_421": "25: 421 4.3.2 Enough; Remote host closed connection unexpectedly.",
        # Ends
        "accept_close": ENDED,
        "connect_close": ENDED,
        "ehlo_close": ENDED,
        "mail_close": ENDED,
        "rcpt_close": ENDED,
        "data_close": ENDED,
        "body_close": ENDED,
        "message_close": ENDED,
        "quit_close": ENDED,
        "connect_reset": {ENDED, "2: Error connecting to 127.0.0.1; IO::Socket::INET: connect: Connection reset by peer"},
        "mail_reset": ENDED,
        "message_reset": ENDED,
        "mail_half_close": ENDED,
        "message_half_close": ENDED,
        "greeting_cut": ENDED,
        "ehlo_cut": "6: 250-localhost; Remote host closed connection unexpectedly.",
        "mail_cut": ENDED,
        "message_cut": ENDED,
        "message_not_heard_of": ENDED,
        # Slowness
        "replies_late": "sent",
        "replies_slow": "sent",
        "message_read_slowly": "sent",
        # Offers
        "nothing_offered": "sent",
        "no_8bitmime": "sent",
        "size_too_small": "sent",
        "no_starttls": "29: Host did not advertise STARTTLS",
        "no_auth": "28: Host did not advertise authentication",
        # TLS and logins
        "starttls_454": "29: 454 4.7.0 Not now; STARTTLS attempted but failed",
        "starttls_close": ENDED,
        "starttls_handshake": "29: TLS startup failed (connect(): alert handshake failure); STARTTLS attempted but failed",
        "starttls_wrong_name": ("sent", BOTH),  # its --tls-verify does not look at the name
        "implicit_handshake": "29: TLS startup failed (connect(): alert handshake failure)",
        "implicit_wrong_name": ("sent", BOTH, True),
        "message_554_under_tls": "26: 554 5.7.1 Spam",
        "message_close_under_tls": ENDED,
        "message_cut_under_tls": ENDED,
        "mail_reset_under_tls": ENDED,
        "auth_535": "28: 535 5.7.8 Wrong; No authentication type succeeded",
        "auth_454": "28: 454 4.7.0 Later; No authentication type succeeded",
        "auth_close": ENDED,
        # By number and by chance
        "every_second_rcpt": "sent; 452 4.5.3 Too many",
        "never_by_chance": "sent",
    }

    def command(self, meeting):
        plan = meeting.plan
        yield from ("swaks", "--server", meeting.host, "--port", str(meeting.port), "--helo", "client.example", "--from", SENDER)
        yield from ("--to", ",".join(RECIPIENTS), "--data", "-", "--timeout", str(self.patience(meeting)), "--hide-send", "--hide-informational")
        if plan.tls:
            yield from ("--tls" if plan.tls == "starttls" else "--tls-on-connect", "--tls-verify", "--tls-ca-path", meeting.authority)
        if plan.user:
            yield from ("--auth", "PLAIN", "--auth-user", USER, "--auth-password", PASSWORD)

    def send(self, meeting):
        result = subprocess.run(list(self.command(meeting)), input=meeting.message, capture_output=True, timeout=PATIENCE)
        said = re.findall(r"^(?:<\*\*|<~\*|\*\*\*)\s+(.*)$", (result.stdout + result.stderr).decode(), re.M)
        return f"{result.returncode}: " + "; ".join(said) if result.returncode else "; ".join(["sent", *said])


if __name__ == "__main__":
    main()
