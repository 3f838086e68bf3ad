# SPDX-License-Identifier: MIT
"""msmtp meets each plan: with which status it ends, and what it says."""

import subprocess

from meeting import PASSWORD, RECIPIENTS, SENDER, USER, ClientTest, meets
from plans import BOTH, PLANS
from support import PATIENCE, main, needs

ENDED = "76: the server sent an empty reply"
RESET = "74: network read error: Connection reset by peer"
SILENCE = "74: network read error: the operation timed out"
NONSENSE = "76: the server sent an invalid reply"
SENDER_REFUSED = "envelope from address alice@example.org not accepted by the server; server message: "
RECIPIENT_REFUSED = "example.net not accepted by the server; server message: "
# Of a connection that ends while it says several commands, without waiting for replies, it may see any of these.
LOST = {ENDED, RESET, "74: network write error: Broken pipe", "74: network write error: Connection reset by peer"}
LOST_UNDER_TLS = {"74: cannot read from TLS connection: Error in the pull function.",
                  "74: cannot write to TLS connection: Error in the push function.",
                  "74: cannot write to TLS connection: The TLS connection was non-properly terminated."}
ALERT = "76: TLS handshake failed: A TLS fatal alert has been received."
STRANGER = ("69: TLS certificate verification failed: The certificate is NOT trusted. "
            "The name in the certificate does not match the expected.")


@needs("msmtp")
@meets(*PLANS)
class Msmtp(ClientTest):
    reports = {
        # Replies
        "accept_554": "76: cannot get initial OK message from server; server message: 554 5.3.2 Go away",
        "connect_554": "76: cannot get initial OK message from server; server message: 554 5.3.2 Not today",
        "connect_421": "76: cannot get initial OK message from server; server message: 421 4.3.2 Come back",
        "ehlo_550": ("sent", BOTH),
        "ehlo_421": ENDED,
        "mail_451": f"69: {SENDER_REFUSED}451 4.3.0 Later",
        "mail_550": f"65: {SENDER_REFUSED}550 5.7.1 Not you",
        "mail_without_an_enhanced_code": f"65: {SENDER_REFUSED}550 5.7.1 Not you",
        "mail_in_two_lines": f"65: {SENDER_REFUSED}550-5.7.1 Not you; server message: 550 5.7.1 nor me",
        "mail_421": {f"69: {SENDER_REFUSED}421 4.3.2 Enough", *LOST},
        "rcpt_450_for_one": (f"69: recipient address bob@{RECIPIENT_REFUSED}450 4.2.1 Mailbox busy", ""),
        "rcpt_550_for_one": (f"65: recipient address carol@{RECIPIENT_REFUSED}550 5.1.1 Nobody", ""),
        "rcpt_550_for_one_by_name": (f"65: recipient address carol@{RECIPIENT_REFUSED}550 5.1.1 Nobody", ""),
        "rcpt_550_for_all": f"65: recipient address bob@{RECIPIENT_REFUSED}550 5.1.1 Nobody",
        "rcpt_421": {f"69: recipient address bob@{RECIPIENT_REFUSED}421 4.3.2 Enough", *LOST},
        "data_451": "69: the server does not accept mail data; server message: 451 4.3.0 Later",
        "data_554": "65: the server does not accept mail data; server message: 554 5.6.0 No messages",
        "message_452": "69: the server did not accept the mail; server message: 452 4.3.1 Disk full",
        "message_554": "69: the server did not accept the mail; server message: 554 5.7.1 Spam",
        "message_421": "69: the server did not accept the mail; server message: 421 4.3.2 Going down",
        "message_250_in_other_words": "sent",
        "message_554_by_its_subject": "69: the server did not accept the mail; server message: 554 5.7.1 No news",
        "quit_500": "sent",
        "the_fifth_command_421": "69: the server does not accept mail data; server message: 421 4.3.2 Enough",
        # Ends
        "accept_close": ENDED,
        "connect_close": ENDED,
        "ehlo_close": ENDED,
        "mail_close": LOST,
        "rcpt_close": LOST,
        "data_close": ENDED,
        "body_close": LOST,
        "message_close": ENDED,
        "quit_close": "sent",
        "connect_reset": {RESET, "75: cannot connect to 127.0.0.1: Connection reset by peer"},
        "mail_reset": LOST,
        "message_reset": RESET,
        "mail_half_close": ENDED,
        "message_half_close": ENDED,
        "greeting_cut": NONSENSE,
        "ehlo_cut": NONSENSE,
        "mail_cut": {NONSENSE, *LOST},
        "message_cut": NONSENSE,
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
        "greeting_garbage": NONSENSE,
        "ehlo_garbage": NONSENSE,
        "mail_garbage": NONSENSE,
        "message_garbage": NONSENSE,
        # Offers
        "nothing_offered": "sent",
        "no_8bitmime": "sent",
        "size_too_small": "sent",
        "no_starttls": "69: the server does not support TLS via the STARTTLS command",
        "no_auth": "69: the server does not support authentication",
        # TLS and logins
        "starttls_454": "76: command STARTTLS failed; server message: 454 4.7.0 Not now",
        "starttls_close": ENDED,
        "starttls_garbage": NONSENSE,
        "starttls_handshake": ALERT,
        "starttls_wrong_name": STRANGER,
        "implicit_handshake": ALERT,
        "implicit_wrong_name": STRANGER,
        "message_554_under_tls": "69: the server did not accept the mail; server message: 554 5.7.1 Spam",
        "message_close_under_tls": ENDED,
        "message_cut_under_tls": NONSENSE,
        "mail_reset_under_tls": LOST_UNDER_TLS,
        "auth_535": "77: authentication failed (method PLAIN); server message: 535 5.7.8 Wrong",
        "auth_454": "77: authentication failed (method PLAIN); server message: 454 4.7.0 Later",
        "auth_close": ENDED,
        # By number and by chance
        "every_second_rcpt": (f"69: recipient address carol@{RECIPIENT_REFUSED}452 4.5.3 Too many", ""),
        "never_by_chance": "sent",
    }

    def command(self, meeting):
        plan = meeting.plan
        yield from ("msmtp", f"--host={meeting.host}", f"--port={meeting.port}", "--domain=client.example", f"--from={SENDER}")
        yield f"--timeout={self.patience(meeting)}"
        if plan.tls:
            yield from ("--tls=on", f"--tls-starttls={'on' if plan.tls == 'starttls' else 'off'}", f"--tls-trust-file={meeting.authority}")
        if plan.user:
            yield from ("--auth=plain", f"--user={USER}", f"--passwordeval=echo {PASSWORD}")
        yield from RECIPIENTS

    def send(self, meeting):
        message = meeting.message.replace(b"\r\n", b"\n")
        result = subprocess.run(list(self.command(meeting)), input=message, capture_output=True, timeout=PATIENCE)
        said = [line.removeprefix("msmtp: ") for line in result.stderr.decode().splitlines()]
        return f"{result.returncode}: " + "; ".join(said[:-1]) if result.returncode else "sent"


if __name__ == "__main__":
    main()
