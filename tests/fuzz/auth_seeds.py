#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the seeds of fuzz/auth, the exchanges that tests/server/sasl*.c play: auth_seeds.py CORPUS.

auth_client.h says what the octets above 0xf7 stand for, fuzz_auth.c what the bits are.
"""
import base64
import pathlib
import sys

MECHANISMS = ("SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 EXTERNAL OAUTHBEARER XOAUTH2 PLAIN LOGIN CRAM-MD5").split()
SECURED, OLDER, VERIFIED, UNKNOWN, KEYS, STRANGER, PLUS = (1 << bit for bit in range(7))
NONCE, PROOF, DIGEST, SILENT, NEXT = b"\xf8", b"\xf9", b"\xfa", b"\xfc", b"\xfe"
BOUND = b"p=tls-exporter,,"


def scram(header, name=b"alice", final=PROOF):
    binding = header + (b"k" * 32 if header[:1] == b"p" else b"")
    return [header + b"n=" + name + b",r=nonce", b"c=" + base64.b64encode(binding) + b",r=" + NONCE + final, b""]


def seeds():
    """Name, mechanism, bits and responses of each."""
    for name in ("SCRAM-SHA-256", "SCRAM-SHA-1"):
        yield "keys", name, KEYS, scram(b"n,,")
        yield "asked", name, KEYS, [SILENT] + scram(b"n,,")
        yield "unknown", name, UNKNOWN, scram(b"n,,")
        yield "password", name, 0, scram(b"n,,")
        yield "wrong", name, KEYS, scram(b"n,,", final=b",p=" + base64.b64encode(b"x" * 32))
        yield "authorization", name, KEYS, scram(b"n,a=bob,")
        yield "could-bind", name, KEYS | SECURED | PLUS, scram(b"y,,")
        yield "plus", name + "-PLUS", KEYS | SECURED | PLUS, scram(BOUND)
        yield "nobody", name, KEYS, scram(b"n,,", b"\xc2\xad")
        yield "escapes", name, KEYS, scram(b"n,,", b"a=2Cb=3Dc")
        yield "malformed", name, KEYS, [b"n,,m=x,n=alice,r=nonce"]
    yield "unbound", "SCRAM-SHA-256-PLUS", KEYS | SECURED | OLDER | PLUS, scram(BOUND)
    yield "right", "PLAIN", 0, [b"\0alice\0secret"]
    yield "keys", "PLAIN", KEYS, [SILENT, b"\0alice\0secret"]
    yield "authorization", "PLAIN", 0, [b"bob\0alice\0secret"]
    yield "wrong", "PLAIN", 0, [b"\0alice\0wrong"]
    yield "unprepared", "PLAIN", 0, [b"\0al\xc2\xadice\0sec\xc2\xadret"]
    yield "malformed", "PLAIN", 0, [b"\0al\xff\0secret"]
    yield "right", "LOGIN", 0, [SILENT, b"alice", b"secret"]
    yield "initial", "LOGIN", 0, [b"alice", b"secret"]
    yield "empty", "LOGIN", 0, [SILENT, b"", b""]
    yield "right", "CRAM-MD5", 0, [SILENT, b"alice " + DIGEST]
    yield "keys", "CRAM-MD5", KEYS, [SILENT, b"alice " + DIGEST]
    yield "wrong", "CRAM-MD5", 0, [SILENT, b"alice " + b"0" * 32]
    yield "initial", "CRAM-MD5", 0, [b"alice " + b"0" * 32]
    yield "certificate", "EXTERNAL", SECURED | VERIFIED, [b"bob"]
    yield "stranger", "EXTERNAL", SECURED | VERIFIED | STRANGER, [b"", b""]
    yield "none", "EXTERNAL", 0, [SILENT, b"bob"]
    for token in ("token", "wrong"):
        text = b"auth=Bearer " + token.encode() + b"\1\1"
        yield token, "OAUTHBEARER", 0, [b"n,a=al=2Cice,\1host=h\1" + text, b"\1"]
        yield token, "XOAUTH2", 0, [SILENT, b"user=alice\1" + text, b""]


def main(corpus):
    folder = pathlib.Path(corpus)
    folder.mkdir(parents=True, exist_ok=True)
    for name, mechanism, bits, responses in seeds():
        octets = bytes([MECHANISMS.index(mechanism), bits]) + b"".join(response + NEXT for response in responses)
        (folder / f"{mechanism.lower()}_{name}").write_bytes(octets)


if __name__ == "__main__":
    main(*sys.argv[1:])
