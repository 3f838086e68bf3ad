# SPDX-License-Identifier: MIT
"""What goes wrong, for every client alike: one row a plan of faults, in the words of <cmta/fault.h>. No test lives here."""

from dataclasses import dataclass

BOTH = "bob carol"  # the recipients of the one message, without @example.net


@dataclass(frozen=True)
class Plan:
    """The `faults` happen, and the sink has taken what `takes` says: nothing, or one message for these. A client's own row may say
    otherwise of that."""

    faults: tuple
    takes: str = ""
    tls: str = ""           # the client wants "starttls" or "implicit"
    user: bool = False      # it wants to log in
    eight_bit: bool = False  # its message has octets beyond ASCII, and it says so where it can
    gives_up: bool = False  # it hears nothing and has little patience
    happens: bool = True    # the transcript says so
    tells: str = ""         # also in the transcript, as a regular expression


def one(fault, **rest):
    return Plan((fault,), **rest)


PLANS = {
    # ---- A reply in place of the answer ----
    "accept_554": one("accept: reply 554 5.3.2 Go away"),
    "connect_554": one("connect: reply 554 5.3.2 Not today", tells="S  554 5.3.2 Not today\n"),
    "connect_421": one("connect: reply 421 4.3.2 Come back", tells="S  421 4.3.2 Come back\n"),
    "ehlo_550": one("ehlo: reply 550 5.7.1 Who are you", tells="S  550 5.7.1 Who are you\n"),
    "ehlo_421": one("ehlo: reply 421 4.3.2 Come back", tells="S  421 4.3.2 Come back\n"),
    "mail_451": one("mail: reply 451 4.3.0 Later", tells="S  451 4.3.0 Later\n"),
    "mail_550": one("mail: reply 550 5.7.1 Not you", tells="S  550 5.7.1 Not you\n"),
    "mail_without_an_enhanced_code": one("mail: reply 550 Not you", tells=r"S  550 5\.\d\.\d Not you\n"),
    "mail_in_two_lines": one(r'mail: reply 550 5.7.1 "Not you\nnor me"', tells="S  550-5.7.1 Not you\n.*S  550 5.7.1 nor me\n"),
    "mail_421": one("mail: reply 421 4.3.2 Enough", tells="S  421 4.3.2 Enough\n"),
    "rcpt_450_for_one": one("rcpt nth 1: reply 450 4.2.1 Mailbox busy", takes="carol", tells="S  450 4.2.1 Mailbox busy\n"),
    "rcpt_550_for_one": one("rcpt nth 2: reply 550 5.1.1 Nobody", takes="bob", tells="S  550 5.1.1 Nobody\n"),
    "rcpt_550_for_one_by_name": one("rcpt to carol@example.net: reply 550 5.1.1 Nobody", takes="bob"),
    "rcpt_550_for_all": one("rcpt: reply 550 5.1.1 Nobody"),
    "rcpt_421": one("rcpt: reply 421 4.3.2 Enough", tells="S  421 4.3.2 Enough\n"),
    "data_451": one("data: reply 451 4.3.0 Later", tells="S  451 4.3.0 Later\n"),
    "data_554": one("data: reply 554 5.6.0 No messages", tells="S  554 5.6.0 No messages\n"),
    "message_452": one("message: reply 452 4.3.1 Disk full", tells="S  452 4.3.1 Disk full\n"),
    "message_554": one("message: reply 554 5.7.1 Spam", tells="S  554 5.7.1 Spam\n"),
    "message_421": one("message: reply 421 4.3.2 Going down", tells="S  421 4.3.2 Going down\n"),
    "message_250_in_other_words": one("message: reply 250 2.0.0 Mine", takes=BOTH),
    "message_554_by_its_subject": one('message subject News: reply 554 5.7.1 No news'),
    "quit_500": one("quit: reply 500 5.0.0 Stay", takes=BOTH),
    "the_fifth_command_421": one("any command 5: reply 421 4.3.2 Enough", tells="S  421 4.3.2 Enough\n"),
    # ---- The connection ends ----
    "accept_close": one("accept: close"),
    "connect_close": one("connect: close"),
    "ehlo_close": one("ehlo: close"),
    "mail_close": one("mail: close"),
    "rcpt_close": one("rcpt: close"),
    "data_close": one("data: close"),
    "body_close": one("body: close"),
    "message_close": one("message: close"),
    "quit_close": one("quit: close", takes=BOTH),
    "connect_reset": one("connect: reset"),
    "mail_reset": one("mail: reset"),
    "message_reset": one("message: reset"),
    "mail_half_close": one("mail: half-close"),
    "message_half_close": one("message: half-close"),
    "greeting_cut": one("connect: cut 2"),
    "ehlo_cut": one("ehlo: cut 30"),
    "mail_cut": one("mail: cut 2"),
    "message_cut": one("message: cut 2", takes=BOTH, tells="S  250 "),
    "message_not_heard_of": one("message: cut 0", takes=BOTH, tells="S  250 "),
    # ---- Nothing is heard, or not all of it ----
    "connect_stall": one("connect: stall", gives_up=True),
    "mail_stall": one("mail: stall", gives_up=True),
    "message_stall": one("message: stall", gives_up=True),
    "ehlo_first_line": one("ehlo: first-line", gives_up=True),
    # ---- It is slow, and all goes well ----
    "replies_late": Plan(("connect: delay 0.02", "mail: delay 0.02", "message: delay 0.02"), takes=BOTH),
    "replies_slow": one("mail: throttle 2000", takes=BOTH),
    "message_read_slowly": one("body: read 4000", takes=BOTH),
    # ---- Nonsense ----
    "greeting_garbage": one("connect: garbage"),
    "ehlo_garbage": one("ehlo: garbage"),
    "mail_garbage": one("mail: garbage"),
    "message_garbage": one("message: garbage Yes and no"),
    # ---- What is offered ----
    "nothing_offered": one("ehlo: offer", takes=BOTH),
    "no_8bitmime": one("ehlo: offer PIPELINING,SIZE", takes=BOTH, eight_bit=True,
                       tells="!  warning: 8-bit octets without 8BITMIME or SMTPUTF8\n"),
    "size_too_small": one("ehlo: offer SIZE 10", takes=BOTH),
    "no_starttls": one("ehlo: offer SIZE", tls="starttls"),
    "no_auth": one("ehlo: offer SIZE", user=True),
    # ---- TLS and logins ----
    "starttls_454": one("starttls: reply 454 4.7.0 Not now", tls="starttls", tells="S  454 4.7.0 Not now\n"),
    "starttls_close": one("starttls: close", tls="starttls"),
    "starttls_garbage": one("starttls: garbage", tls="starttls"),
    "starttls_handshake": one("starttls: tls-refused", tls="starttls"),
    "starttls_wrong_name": one("starttls: tls-wrong", tls="starttls"),
    "implicit_handshake": one("accept: tls-refused", tls="implicit"),
    "implicit_wrong_name": one("accept: tls-wrong", tls="implicit"),
    "message_554_under_tls": one("message: reply 554 5.7.1 Spam", tls="starttls", tells=r"S\+ 554 5.7.1 Spam\n"),
    "message_close_under_tls": one("message: close", tls="implicit"),
    "message_cut_under_tls": one("message: cut 2", tls="implicit", takes=BOTH),
    "mail_reset_under_tls": one("mail: reset", tls="implicit"),
    "auth_535": one("auth: reply 535 5.7.8 Wrong", user=True, tells="S  535 5.7.8 Wrong\n"),
    "auth_454": one("auth: reply 454 4.7.0 Later", user=True, tells="S  454 4.7.0 Later\n"),
    "auth_close": one("auth: close", user=True),
    # ---- By number, and by chance ----
    "every_second_rcpt": one("rcpt every 2: reply 452 4.5.3 Too many", takes="bob"),
    "never_by_chance": one("mail chance 0: close", takes=BOTH, happens=False),
}
