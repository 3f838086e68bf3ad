# SPDX-License-Identifier: MIT
"""The example of include/cmta/session.h serves a client to the last reply, however much it pipelines.
usage: test_example.py SOURCE SERVER CMTA EXAMPLE"""
import socket
import subprocess
import sys
import threading

HELPS = 2000


def talk(commands):
    """Sends all commands at once, and returns everything that the example answers until it closes."""
    ours, theirs = socket.socketpair()
    ours.settimeout(60)
    with ours, subprocess.Popen([sys.argv[4]], stdin=theirs) as process:
        theirs.close()
        sender = threading.Thread(target=ours.sendall, args=(commands,))
        sender.start()
        replies = b""
        while piece := ours.recv(65536):
            replies += piece
        sender.join()
        assert process.wait() == 0, process.returncode
    return replies.decode()


whole = talk(b"EHLO client.example\r\nNOOP\r\nQUIT\r\n")
assert whole.startswith("220 ") and "\r\n250 2.0.0 " in whole and "\r\n221 2.0.0 " in whole, whole
many = talk(b"HELP\r\n" * HELPS + b"QUIT\r\n")
assert many.count("214 2.0.0 ") == HELPS, many.count("214 2.0.0 ")
assert many.splitlines()[-1].startswith("221 "), many.splitlines()[-1]
