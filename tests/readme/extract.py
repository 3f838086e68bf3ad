# SPDX-License-Identifier: MIT
"""Writes the C program of a Markdown page, its only ```c block, into a file. usage: extract.py PAGE FILE"""
import re
import sys

blocks = re.findall(r"^```c\n(.*?)^```$", open(sys.argv[1], encoding="utf-8").read(), re.S | re.M)
if len(blocks) != 1:
    sys.exit(f"{sys.argv[1]}: {len(blocks)} C programs, expected one")
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write(blocks[0])
