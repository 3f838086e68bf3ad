# SPDX-License-Identifier: MIT
"""Writes the C program of a Markdown page, its only ```c block that is no quotation, into a file. usage: extract.py PAGE FILE"""
import sys

from quotations import blocks_of

page = open(sys.argv[1], encoding="utf-8").read()
blocks = [block for file, language, block in blocks_of(page) if language == "c" and not file]
if len(blocks) != 1:
    sys.exit(f"{sys.argv[1]}: {len(blocks)} C programs, expected one")
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write(blocks[0])
