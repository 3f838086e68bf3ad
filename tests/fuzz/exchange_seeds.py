#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the seeds of fuzz/exchange: exchange_seeds.py CORPUS.

Those of fuzz/auth, in a server, and what authenticators and servers do in the middle of them. exchange_oracle.h says what the answers are.
"""
import pathlib
import sys

import auth_seeds

SECURED, OLDER, VERIFIED, DELAYED, ALONE = (1 << bit for bit in range(5))
OK, WRONG, UNKNOWN, UNAVAILABLE, LATER = range(5)
LEAVE, STOP, EXPIRE = 5, 6, 7
BY_TICKET, AT_LAST = 0x40, 0x80
PASSWORD, KEYS, OTHER_HASH, BROKEN, HIDDEN, NOTHING = range(6)
MAY_ACT, SAYS_WHO, REFUSAL_LEAVES, REFUSAL_STOPS, REFUSAL_EXPIRES = 0x08, 0x10, 0x20, 0x40, 0x60
VERIFIER, KEEPER = 1 | 7 << 2, 2
RIGHT, WRONG_PASSWORD = [b"\0alice\0secret"], [b"\0alice\0wrong"]
OWN = auth_seeds.scram(b"n,,")


def later(what, how=0):
    return LATER | what << 3 | how


def transcripts():
    """The seeds of fuzz/auth: with what is known there."""
    for name, mechanism, bits, responses in auth_seeds.seeds():
        choice = SECURED if bits & auth_seeds.SECURED else 0
        choice |= OLDER if bits & auth_seeds.OLDER else 0
        choice |= VERIFIED if bits & auth_seeds.VERIFIED else 0
        answer = UNKNOWN if bits & auth_seeds.UNKNOWN else WRONG if bits & auth_seeds.STRANGER or name == "wrong" else OK
        secret = KEYS if bits & auth_seeds.KEYS else PASSWORD
        face = VERIFIER if mechanism in ("EXTERNAL", "OAUTHBEARER", "XOAUTH2") else KEEPER
        yield name, mechanism, choice | ALONE, (face, face), [(answer, secret)], responses


def answers():
    """What authenticators do of PLAIN and SCRAM."""
    for mechanism, responses, face in (("PLAIN", RIGHT, VERIFIER), ("SCRAM-SHA-256", OWN, KEEPER)):
        kind = "verify" if face == VERIFIER else "look-up"
        secret = KEYS if mechanism[0] == "S" else PASSWORD
        for name, first in {
            "late": (later(OK), secret),
            "ticket": (later(OK, BY_TICKET), secret),
            "last-call": (later(OK, BY_TICKET | AT_LAST), secret),
            "left": (later(LEAVE), secret),
            "stopped": (later(STOP), secret),
            "expired": (later(EXPIRE, BY_TICKET), secret),
            "unavailable": (UNAVAILABLE, secret),
            "late-later": (later(LATER), secret),
            "next": (UNKNOWN | BY_TICKET, secret),
            "next-late": (later(UNKNOWN), secret),
        }.items():
            yield f"{kind}-{name}", mechanism, 0, (face, face), [first, (OK, secret)], responses


def others():
    wrong = (WRONG, PASSWORD)
    for name, how in {"waits": 0, "left": REFUSAL_LEAVES, "stopped": REFUSAL_STOPS, "expired": REFUSAL_EXPIRES}.items():
        yield f"refusal-{name}", "PLAIN", DELAYED, (VERIFIER, KEEPER), [(WRONG, PASSWORD | how)], WRONG_PASSWORD
    yield "three", "PLAIN", DELAYED, (VERIFIER, KEEPER), [wrong], WRONG_PASSWORD * 4
    yield "again", "PLAIN", 0, (VERIFIER, KEEPER), [wrong, (OK, PASSWORD)], RIGHT * 2
    yield "mixed", "PLAIN", 0, (VERIFIER, KEEPER), [(UNKNOWN, PASSWORD), (OK, KEYS)], RIGHT
    yield "hidden", "PLAIN", ALONE, (KEEPER, 0), [(OK, HIDDEN)], [b"\0alice\0hidden"]
    yield "broken", "PLAIN", ALONE, (KEEPER, 0), [(OK, BROKEN)], RIGHT
    yield "nothing", "PLAIN", ALONE, (KEEPER, 0), [(later(OK), NOTHING)], RIGHT
    yield "may-act", "PLAIN", ALONE, (KEEPER, 0), [(OK, PASSWORD | MAY_ACT)], [b"bob\0alice\0secret"]
    yield "nobody-to-ask", "PLAIN", ALONE, (0, 0), [(OK, PASSWORD)], RIGHT
    yield "raw", "PLAIN", ALONE, (VERIFIER, 0), [(OK, PASSWORD)], [auth_seeds.SILENT, b"\xfbAGFsaWNlAHNlY3JldA=="]
    yield "cancelled", "LOGIN", ALONE, (VERIFIER, 0), [(OK, PASSWORD)], [auth_seeds.SILENT, b"alice", b"\xfb*"]
    yield "acting", "SCRAM-SHA-1", ALONE, (KEEPER, 0), [(OK, KEYS | MAY_ACT)], auth_seeds.scram(b"n,a=bob,")
    yield "other-hash", "SCRAM-SHA-1", ALONE, (KEEPER, 0), [(OK, OTHER_HASH)], OWN
    token = [b"n,,\1auth=Bearer token\1\1", b"\1"]
    yield "nameless", "OAUTHBEARER", ALONE, (VERIFIER, 0), [(OK, PASSWORD)], token
    yield "named", "OAUTHBEARER", ALONE, (VERIFIER, 0), [(OK, SAYS_WHO)], token
    yield "named-late", "OAUTHBEARER", ALONE, (VERIFIER, 0), [(later(OK, BY_TICKET), SAYS_WHO)], token


def main(corpus):
    folder = pathlib.Path(corpus)
    folder.mkdir(parents=True, exist_ok=True)
    for name, mechanism, choice, faces, answered, responses in (*transcripts(), *answers(), *others()):
        octets = [auth_seeds.MECHANISMS.index(mechanism), choice, *faces]
        for i in range(5):
            octets += answered[min(i, len(answered) - 1)]
        (folder / f"{mechanism.lower()}_{name}").write_bytes(bytes(octets) + b"".join(said + auth_seeds.NEXT for said in responses))


if __name__ == "__main__":
    main(*sys.argv[1:])
