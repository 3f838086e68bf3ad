# SPDX-License-Identifier: MIT
"""The escapes of dialogue files, for scripts that read them. No test lives here."""

import base64
import re

ESCAPES = {"r": b"\r", "n": b"\n", "t": b"\t", "0": b"\0", "\\": b"\\", '"': b'"', "{": b"{"}


def decode(text):
    """The bytes that the escapes of a dialogue mean (tests/dialogs/README.md)."""
    made, at = b"", 0
    while at < len(text):
        encoded = re.match(r"\{base64:((?:[^{}]|\{[^}]*\})*)\}", text[at:])
        repeat = re.match(r"\{([^*}]*)\*(\d+)\}", text[at:])
        if text[at] == "\\" and text[at + 1] == "x":
            made, at = made + bytes([int(text[at + 2 : at + 4], 16)]), at + 4
        elif text[at] == "\\":
            made, at = made + ESCAPES[text[at + 1]], at + 2
        elif encoded:
            made, at = made + base64.b64encode(decode(encoded[1])), at + len(encoded[0])
        elif repeat:
            made, at = made + decode(repeat[1]) * int(repeat[2]), at + len(repeat[0])
        else:
            made, at = made + text[at].encode(), at + 1
    return made
