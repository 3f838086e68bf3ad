# SPDX-License-Identifier: MIT
"""The server of README.md refuses alice, takes the others, prints the message, and stops at SIGTERM.
usage: test_server.py SOURCE SERVER CMTA"""
import os
import signal
import socket
import subprocess
import sys
import tempfile

MESSAGE = "Subject: hello\r\n\r\nA line.\r\n"


class Client:
    """Speaks SMTP on a Unix socket, a command and its whole reply at a time."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def reply(self):
        lines = [self.file.readline().decode()]
        while lines[-1][3:4] == "-":
            lines.append(self.file.readline().decode())
        return "".join(lines)

    def command(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.reply()


def wait_for(path, process):
    """Connects once the server listens: it is there as soon as connecting works, and fails when it has ended."""
    while process.poll() is None:
        try:
            return Client(path)
        except (FileNotFoundError, ConnectionRefusedError):
            os.sched_yield()
    sys.exit("the server ended")


def talk(client):
    assert client.reply().startswith("220 ")
    assert client.command("EHLO client.example").startswith("250-")
    assert client.command("MAIL FROM:<bob@example.org>").startswith("250 ")
    refused = client.command("RCPT TO:<alice@example.org>")
    assert refused == "550 5.1.1 Alice does not live here any more\r\n", refused
    assert client.command("RCPT TO:<carol@example.org>").startswith("250 ")
    assert client.command("DATA").startswith("354 ")
    assert client.command(MESSAGE + ".").startswith("250 ")
    assert client.command("QUIT").startswith("221 ")


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "socket")
        process = subprocess.Popen([sys.argv[2], path], stdout=subprocess.PIPE)
        try:
            talk(wait_for(path, process))
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == 0, process.returncode
        assert out == MESSAGE.encode(), out
        assert not os.path.exists(path)


main()
