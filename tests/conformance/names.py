#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each row of the tables beside this file names tests that exist, or says who answers for it.

usage: names.py SOURCE BUILD CTEST
"""
import json
import pathlib
import re
import subprocess
import sys

EXCUSES = ("Application:", "Not kept:")


def rows(path):
    """(line number, cells) of each row of a table that lies below its ruler."""
    below = False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if re.fullmatch(r"\|[-|]+\|", line):
            below = True
        elif not line.startswith("|"):
            below = False
        elif below:
            yield number, [cell.strip() for cell in line.strip("|").split("|")]


def full(name):
    return name if "/" in name else "dialogs/" + name


def faults(cells, tests):
    if len(cells) != 4 or not all(cells):
        return ["has not four cells"]
    shown = cells[3]
    names = re.findall(r"`([a-z0-9_/]+)`", shown)
    if not shown.startswith(EXCUSES) and (not names or re.sub(r"`[a-z0-9_/]+`|,| ", "", shown)):
        return ["names no tests, or not tests alone: " + shown]
    if shown.startswith(EXCUSES):  # words of the API are quoted there, too
        names = [name for name in names if "/" in name or name.count("_") > 1]
    return ["names a test that does not exist: " + name for name in names if full(name) not in tests]


def main():
    source, build, ctest = sys.argv[1:]
    listed = subprocess.run([ctest, "--test-dir", build, "--show-only=json-v1"], check=True, capture_output=True)
    tests = {test["name"] for test in json.loads(listed.stdout)["tests"]}
    count, wrong = 0, []
    for path in sorted(pathlib.Path(source, "tests/conformance").glob("*.md")):
        if path.name == "README.md":
            continue
        for number, cells in rows(path):
            count += 1
            wrong += [f"{path.name}:{number}: {fault}" for fault in faults(cells, tests)]
    print("\n".join(wrong) or f"{count} demands")
    return 1 if wrong or not count else 0


sys.exit(main())
