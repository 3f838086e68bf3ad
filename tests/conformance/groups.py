#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The headers name the commands that end a pipelined group, and those that do not, as the table of verbs has them.

usage: groups.py SOURCE
"""
import pathlib
import re
import sys

# Behind BDAT come its octets, and commands may follow these (RFC 3030 section 4.2): it is neither.
ASIDE = {"BDAT"}


def verbs(source):
    """(name, whether it ends a group) of each command of the table."""
    table = source.joinpath("src/engine/verbs.c").read_text()
    for row in re.findall(r"\{\.event = .*?\}", table, re.S):
        name, flags = re.search(r'\.name = "(\w+)"', row), re.search(r"\.flags = ([\w |]+)", row)
        if name and flags and "VERB_COMMAND" in flags[1]:
            yield name[1], "VERB_ENDS_GROUP" in flags[1]


def named(source, header, before, after):
    """The verbs between two pieces of a header's text."""
    text = " ".join(source.joinpath("include/cmta", header).read_text().split())
    return set(re.findall(r"[A-Z]{4,}", re.search(before + "(.*?)" + after, text)[1]))


def main():
    source = pathlib.Path(sys.argv[1])
    ends = {name for name, ends in verbs(source) if ends} - ASIDE
    others = {name for name, ends in verbs(source) if not ends} - ASIDE
    wrong = []
    if named(source, "manners.h", r"section 3\.1: EHLO", "and verbs of") | {"EHLO"} != ends:
        wrong.append(f"manners.h: pipelining is to name {sorted(ends)}")
    if named(source, "hooks.h", r"section 3\.1: any but", "and verbs of") != others:
        wrong.append(f"hooks.h: foresee is to name {sorted(others)}")
    print("\n".join(wrong) or f"{len(ends)} end a group, {len(others)} do not")
    return 1 if wrong or not ends or not others else 0


sys.exit(main())
