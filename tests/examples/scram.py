# SPDX-License-Identifier: MIT
"""The client of SCRAM-SHA-256 (RFC 5802, RFC 7677), which smtplib has not. No test lives here."""

import base64
import hashlib
import hmac


def digest(key, text):
    return hmac.new(key, text, "sha256").digest()


def say(client, line):
    """The code of the reply, and what its text stands for."""
    code, text = client.docmd(line)
    return code, base64.b64decode(text) if code == 334 else text


def encode(text):
    return base64.b64encode(text).decode()


def log_in(client, user, password):
    """The code of the last reply; asserts that the server knows the password, too."""
    first = b"n=" + user.encode() + b",r=client-nonce"
    code, challenge = say(client, "AUTH SCRAM-SHA-256 " + encode(b"n,," + first))
    if code != 334:
        return code
    nonce, salt, iterations = (field[2:] for field in challenge.split(b","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    final = b"c=biws,r=" + nonce
    signed = b",".join((first, challenge, final))
    key = digest(salted, b"Client Key")
    signature = digest(hashlib.sha256(key).digest(), signed)
    proof = bytes(a ^ b for a, b in zip(key, signature))
    code, answer = say(client, encode(final + b",p=" + base64.b64encode(proof)))
    if code != 334:
        return code
    assert answer == b"v=" + base64.b64encode(digest(digest(salted, b"Server Key"), signed)), answer
    return say(client, "")[0]
