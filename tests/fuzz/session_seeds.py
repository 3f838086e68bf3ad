#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the seeds of fuzz/session of the dialogues: session_seeds.py DIALOGS CORPUS.

Each dialogue gives its client bytes behind a header of zeros, with the bits of what it sets beside the verdicts (session_choice.h says
what a header is); one with hooks gives a second seed, whose header holds the verdicts in their order. Seeds that say the same
are written once.
"""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "dialogs"))
from escapes import decode  # noqa: E402

VERDICTS = ("accept", "reject", "tempfail", "close", "drop", "later", "take", "challenge")
MORE_SETS = 64  # what each hook set beyond the first adds to the octet of limits
# What these lines of a dialogue add to the octets behind it.
SECURITY_BITS = {"set auth_in_clear on": 0x10, "set auth_required on": 0x20, "tls-failed": 0x40, "in-clear": 0x80}
SECURITY_MECHANISMS = 0x08
LINE_ENDINGS = {"set line_endings normalise": 5, "set line_endings keep": 6}
TLS_MODES = ("off", "offered", "required", "unavailable", "implicit")
PIECE_BITS = {"set lmtp on": 0x08, "take-messages": 0x10, "store": 0x20, "set received on": 0x40}
SWITCHES = {"set strict_syntax on": 1, "set submission on": 1}
HEADER_VERDICTS = 8
LONGEST = 4096


def read(path):
    """What the client of a dialogue says, the verdicts it hears, and the octets in front of these: switches, hook sets, pieces, security."""
    said, verdicts, sets, switches, bits, security = b"", [], 1, 0, 0, 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line[:2] in ("C:", "C|"):
            said += decode(line[3:]) + (b"\r\n" if line[1] == ":" else b"")
        elif line.startswith("hook"):
            verdicts.append(VERDICTS.index(line.split()[2]))
        elif line.startswith("chain "):
            sets = int(line.split()[1])
        elif line.startswith("tls "):
            security |= TLS_MODES.index(line.split()[1])
        elif line.startswith("set mechanisms"):
            security |= SECURITY_MECHANISMS
        security |= SECURITY_BITS.get(line, 0) | LINE_ENDINGS.get(line, 0)
        switches |= SWITCHES.get(line, 0)
        bits |= PIECE_BITS.get(line.split(" ")[0] if line.startswith("store") else line, 0)
    return said, verdicts, bytes([switches, (sets - 1) * MORE_SETS, bits, security])


def main(dialogs, corpus):
    seeds = {}
    for path in sorted(pathlib.Path(dialogs).glob("*.dialog")):
        said, verdicts, front = read(path)
        if not said or len(said) > LONGEST:
            continue
        seeds.setdefault(front + bytes(HEADER_VERDICTS) + said, path.stem)
        if verdicts:
            octets = (bytes(verdicts) + bytes(HEADER_VERDICTS))[:HEADER_VERDICTS]
            seeds.setdefault(front + octets + said, path.stem + "_verdicts")
    folder = pathlib.Path(corpus)
    folder.mkdir(parents=True, exist_ok=True)
    for octets, name in seeds.items():
        (folder / name).write_bytes(octets)


if __name__ == "__main__":
    main(*sys.argv[1:])
