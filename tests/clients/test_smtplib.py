# SPDX-License-Identifier: MIT
"""Python's smtplib meets each plan: which exception it raises, with which code and text."""

import smtplib
import ssl

from meeting import PASSWORD, RECIPIENTS, SENDER, USER, ClientTest, meets
from plans import BOTH, PLANS
from support import main

CLOSED = "SMTPServerDisconnected: Connection unexpectedly closed"
RESET = CLOSED + ": [Errno 104] Connection reset by peer"
SILENCE = CLOSED + ": timed out"
ALERT = "SSLError: [SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] alert handshake failure"
STRANGER = ("SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, "
            "certificate is not valid for 'localhost'.")


def deliver(client, meeting):
    if meeting.plan.tls == "starttls":
        client.starttls(context=ssl.create_default_context(cafile=meeting.authority))
    if meeting.plan.user:
        client.login(USER, PASSWORD)
    options = ["BODY=8BITMIME"] if meeting.plan.eight_bit and client.has_extn("8bitmime") else []
    return client.sendmail(SENDER, RECIPIENTS, meeting.message, mail_options=options)


@meets(*PLANS)
class Smtplib(ClientTest):
    short = 0.5
    reports = {
        # Replies
        "accept_554": "SMTPConnectError: (554, b'5.3.2 Go away')",
        "connect_554": "SMTPConnectError: (554, b'5.3.2 Not today')",
        "connect_421": "SMTPConnectError: (421, b'4.3.2 Come back')",
        "ehlo_550": ("sent", BOTH),  # after HELO
        "ehlo_421": CLOSED,  # it says HELO
        "mail_451": "SMTPSenderRefused: (451, b'4.3.0 Later', 'alice@example.org')",
        "mail_550": "SMTPSenderRefused: (550, b'5.7.1 Not you', 'alice@example.org')",
        "mail_without_an_enhanced_code": "SMTPSenderRefused: (550, b'5.7.1 Not you', 'alice@example.org')",
        "mail_in_two_lines": r"SMTPSenderRefused: (550, b'5.7.1 Not you\n5.7.1 nor me', 'alice@example.org')",
        "mail_421": "SMTPSenderRefused: (421, b'4.3.2 Enough', 'alice@example.org')",
        "rcpt_450_for_one": "sent, but {'bob@example.net': (450, b'4.2.1 Mailbox busy')}",
        "rcpt_550_for_one": "sent, but {'carol@example.net': (550, b'5.1.1 Nobody')}",
        "rcpt_550_for_one_by_name": "sent, but {'carol@example.net': (550, b'5.1.1 Nobody')}",
        "rcpt_550_for_all": "SMTPRecipientsRefused: {'bob@example.net': (550, b'5.1.1 Nobody'), "
                            "'carol@example.net': (550, b'5.1.1 Nobody')}",
        "rcpt_421": "SMTPRecipientsRefused: {'bob@example.net': (421, b'4.3.2 Enough')}",
        "data_451": "SMTPDataError: (451, b'4.3.0 Later')",
        "data_554": "SMTPDataError: (554, b'5.6.0 No messages')",
        "message_452": "SMTPDataError: (452, b'4.3.1 Disk full')",
        "message_554": "SMTPDataError: (554, b'5.7.1 Spam')",
        "message_421": "SMTPDataError: (421, b'4.3.2 Going down')",
        "message_250_in_other_words": "sent",
        "message_554_by_its_subject": "SMTPDataError: (554, b'5.7.1 No news')",
        "quit_500": "SMTPResponseException: (500, b'5.0.0 Stay')",
        "the_fifth_command_421": "SMTPDataError: (421, b'4.3.2 Enough')",
        # Ends
        "accept_close": CLOSED,
        "connect_close": CLOSED,
        "ehlo_close": CLOSED,
        "mail_close": CLOSED,
        "rcpt_close": CLOSED,
        "data_close": CLOSED,
        "body_close": {CLOSED, RESET},  # it may still be sending
        "message_close": CLOSED,
        "quit_close": "sent",
        "connect_reset": {RESET, "ConnectionResetError: [Errno 104] Connection reset by peer"},  # while it connects
        "mail_reset": RESET,
        "message_reset": RESET,
        "mail_half_close": CLOSED,
        "message_half_close": CLOSED,
        "greeting_cut": "SMTPConnectError: (22, b'')",
        "ehlo_cut": CLOSED,
        "mail_cut": "SMTPSenderRefused: (25, b'', 'alice@example.org')",
        "message_cut": "SMTPDataError: (25, b'')",
        "message_not_heard_of": CLOSED,
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
        "greeting_garbage": "SMTPConnectError: (-1, b'!')",
        "ehlo_garbage": ("sent", BOTH),  # after HELO
        "mail_garbage": "SMTPSenderRefused: (-1, b'!', 'alice@example.org')",
        "message_garbage": "SMTPDataError: (-1, b'and no')",
        # Offers
        "nothing_offered": "sent",
        "no_8bitmime": "sent",
        "size_too_small": "sent",
        "no_starttls": "SMTPNotSupportedError: STARTTLS extension not supported by server.",
        "no_auth": "SMTPNotSupportedError: SMTP AUTH extension not supported by server.",
        # TLS and logins
        "starttls_454": "SMTPResponseException: (454, b'4.7.0 Not now')",
        "starttls_close": CLOSED,
        "starttls_garbage": "SMTPResponseException: (-1, b'!')",
        "starttls_handshake": ALERT,
        "starttls_wrong_name": STRANGER,
        "implicit_handshake": ALERT,
        "implicit_wrong_name": STRANGER,
        "message_554_under_tls": "SMTPDataError: (554, b'5.7.1 Spam')",
        "message_close_under_tls": CLOSED,
        "message_cut_under_tls": "SMTPDataError: (25, b'')",
        "mail_reset_under_tls": CLOSED,  # Python's ssl tells no more
        "auth_535": "SMTPAuthenticationError: (535, b'5.7.8 Wrong')",
        "auth_454": "SMTPAuthenticationError: (454, b'4.7.0 Later')",
        "auth_close": CLOSED,
        # By number and by chance
        "every_second_rcpt": "sent, but {'carol@example.net': (452, b'4.5.3 Too many')}",
        "never_by_chance": "sent",
    }

    def connect(self, meeting):
        options = {"local_hostname": "client.example", "timeout": self.patience(meeting)}
        if meeting.plan.tls == "implicit":
            context = ssl.create_default_context(cafile=meeting.authority)
            return smtplib.SMTP_SSL(meeting.host, meeting.port, context=context, **options)
        return smtplib.SMTP(meeting.host, meeting.port, **options)

    def send(self, meeting):
        try:
            with self.connect(meeting) as client:
                refused = deliver(client, meeting)
        except OSError as error:  # smtplib's own are OSErrors, too
            return f"{type(error).__name__}: {error}"
        return f"sent, but {refused}" if refused else "sent"


if __name__ == "__main__":
    main()
