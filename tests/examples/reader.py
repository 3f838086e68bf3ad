# SPDX-License-Identifier: MIT
"""A program for example_pipe that reads nothing until it is told to: reader.py NEWS GATE OUT

Its pipe is as small as pipes can be, so that no slice fits; then it opens the FIFO NEWS, and writes a line there when the first octets
have come. When a line has come through the FIFO GATE, it copies everything to OUT."""

import fcntl
import select
import shutil
import sys

fcntl.fcntl(0, fcntl.F_SETPIPE_SZ, 4096)
with open(sys.argv[1], "w", encoding="ascii") as news:
    select.select([0], [], [])
    print("octets", file=news)
with open(sys.argv[2], encoding="ascii") as gate:
    gate.readline()
with open(sys.argv[3], "wb") as out:
    shutil.copyfileobj(sys.stdin.buffer, out)
