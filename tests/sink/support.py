# SPDX-License-Identifier: MIT
"""Starts `cmta sink` for a test, speaks to it, and always ends it. No test lives here."""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ.get("CMTA_PROGRAM", "cmta")
PATIENCE = 60  # seconds until something that hangs fails the test; nothing waits for it to pass
SKIPPED = 77   # what ctest takes for "skipped"
LOOPBACK = ("sink", "--listen", "127.0.0.1:0")


def run(*arguments, **options):
    """Runs the program to its end and returns what subprocess.run() does."""
    return subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=PATIENCE, **options)


class Sink:
    """A running `cmta sink` on port 0 of the loopback; a context manager. Listeners with TLS from the first byte come
    behind the others, those of LMTP last."""

    def __init__(self, *arguments, listen=("127.0.0.1:0",), listen_tls=(), lmtp=(), **options):
        self.errors = tempfile.TemporaryFile()
        command = [PROGRAM, "sink"]
        for address in listen:
            command += ["--listen", address]
        for address in listen_tls:
            command += ["--listen-tls", address]
        for address in lmtp:
            command += ["--lmtp", address]
        options = {"stdout": subprocess.PIPE, **options}
        self.process = subprocess.Popen([*command, *arguments], stderr=self.errors, **options)
        self.listeners = self.tls_listeners = self.lmtp_listeners = []
        if self.process.stdout:
            self.listeners = [self.read_listener("listening") for _ in listen]
            self.tls_listeners = [self.read_listener("listening-tls") for _ in listen_tls]
            self.lmtp_listeners = [self.read_listener("listening-lmtp") for _ in lmtp]
        self.port = self.listeners[0][1] if self.listeners else 0
        self.tls_port = self.tls_listeners[0][1] if self.tls_listeners else 0
        self.lmtp_port = self.lmtp_listeners[0][1] if self.lmtp_listeners else 0

    def read_listener(self, word):
        line = self.process.stdout.readline().decode()
        words = line.rstrip("\n").split(" ")
        if len(words) != 3 or words[0] != word:
            self.__exit__(AssertionError)
            raise AssertionError(f"no line {word} but {line!r}")
        return words[1], int(words[2])

    def __enter__(self):
        return self

    def __exit__(self, failure=None, *_):
        """Ends the sink: gracefully after a good test, so that whatever a sanitizer finds is seen; else at once."""
        still_runs = self.process.poll() is None
        if still_runs:
            self.signal(signal.SIGKILL if failure else signal.SIGTERM)
        try:
            status, errors = self.wait()
        finally:
            self.process.kill()  # does nothing to a process that has ended
            self.process.wait()
            if self.process.stdout:
                self.process.stdout.close()
            self.errors.close()
        if still_runs and not failure and status != 0:
            raise AssertionError(f"ended with {status}: {errors}")

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self):
        """Waits for the end; returns the exit status and the lines of standard error."""
        status = self.process.wait(PATIENCE)
        self.errors.seek(0)
        return status, self.errors.read().decode().splitlines()

    def stop(self):
        self.signal()
        return self.wait()

    def sleeps(self):
        """Whether the system has it wait for something, a signal if nothing else."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "S"

    def read_output(self):
        """Ends the sink and returns what it wrote on standard output after the listening lines."""
        self.signal()
        output = self.process.stdout.read()
        self.process.wait(PATIENCE)
        return output

    def client(self, hello="client.example"):
        return Client(self.port, hello)

    def tls_client(self, context, hello="client.example"):
        """A client that has said STARTTLS, and EHLO again."""
        client = Client(self.port, hello)
        client.start_tls(context)
        client.extensions = client.say(f"EHLO {hello}")
        return client


class Client:
    """A bare SMTP client; says EHLO unless hello is None. A context manager."""

    def __init__(self, port, hello="client.example"):
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.file = self.socket.makefile("rb")
        self.greeting = self.reply()
        self.extensions = self.say(f"EHLO {hello}") if hello else ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def reply(self):
        """One whole reply, its lines joined by newlines; "" when the server has closed."""
        lines = []
        while True:
            try:
                line = self.file.readline()
            except ConnectionResetError:
                line = b""
            lines.append(line.decode().rstrip("\r\n"))
            if line[3:4] != b"-":
                return "\n".join(lines)

    def send(self, data):
        self.socket.sendall(data)

    def start_tls(self, context):
        """Says STARTTLS, which must be accepted, and shakes hands as the ssl.SSLContext wants it."""
        reply = self.say("STARTTLS")
        if not reply.startswith("220"):
            raise AssertionError(f"STARTTLS: {reply}")
        self.file.close()
        self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.file = self.socket.makefile("rb")

    def auth(self, mechanism, response):
        """AUTH with an initial response, and the reply to it."""
        return self.say(f"AUTH {mechanism} {base64.b64encode(response).decode() or '='}")

    def say(self, line):
        self.send(line.encode() + b"\r\n")
        return self.reply()

    def envelope(self, sender="<from@example.org>", recipients=("<to@example.org>",)):
        """MAIL and RCPT, which must be accepted."""
        replies = [self.say(f"MAIL FROM:{sender}")]
        replies += [self.say(f"RCPT TO:{recipient}") for recipient in recipients]
        refused = [reply for reply in replies if not reply.startswith("250")]
        if refused:
            raise AssertionError(f"refused: {refused}")

    def message(self, data=b"Subject: test\r\n\r\ntext\r\n", **envelope):
        """Sends a message, dots stuffed already, and returns the reply to it."""
        self.envelope(**envelope)
        reply = self.say("DATA")
        if not reply.startswith("354"):
            raise AssertionError(f"DATA: {reply}")
        self.send(data + b".\r\n")
        return self.reply()


def send(sink, count=1):
    """Sends messages on one connection; the replies to them."""
    with sink.client() as client:
        replies = [client.message() for _ in range(count)]
        client.say("QUIT")
    return replies


def talk_options(clients):
    """Of a sink that waits for one message, and of which talk_on() has so many clients: a reply to NOOP comes when the
    time is over in which those may say more than QUIT."""
    return ("--count", "1", "--fault", f"noop times {clients}: delay 6")


def talk_on(sink, commands):
    """Sends the message while one client a command is there; the replies to the commands, too late as they are."""
    clients = [sink.client() for _ in commands]
    for client, command in zip(clients, commands):
        if command.split()[0] in ("RCPT", "DATA", "BDAT"):
            client.envelope()
    send(sink)
    for client in clients:
        client.send(b"NOOP\r\n")
    in_time = [client.reply() for client in clients]
    if any(not reply.startswith("250 ") for reply in in_time):
        raise AssertionError(f"too early: {in_time}")
    replies = [client.say(command) for client, command in zip(clients, commands)]
    for client in clients:
        client.__exit__()
    return replies


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def give_up(*_):
    raise TimeoutError("something hangs")


class SinkTest(unittest.TestCase):
    """A test with a scratch folder, and `path` in it for JSON lines. One that hangs fails and ends its processes."""

    def setUp(self):
        signal.signal(signal.SIGALRM, give_up)
        signal.alarm(PATIENCE)
        self.addCleanup(signal.alarm, 0)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = os.path.join(self.folder, "messages.jsonl")

    def records(self):
        """The messages written so far; every line must be whole."""
        with open(self.path, "rb") as file:
            lines = file.read().split(b"\n")
        self.assertEqual(lines.pop(), b"", "the last line does not end")
        return [json.loads(line.decode("utf-8")) for line in lines]

    def record(self):
        records = self.records()
        self.assertEqual(len(records), 1)
        return records[0]

    def assert_refused(self, result):
        """The program ended with status 2, one line on standard error and nothing on standard output."""
        errors = result.stderr.decode()
        self.assertEqual(result.returncode, 2, errors)
        self.assertEqual(result.stdout, b"")
        self.assertRegex(errors, r"\Acmta( sink)?: [^\n]+\n\Z")


def needs(client):
    """Skips a class of tests when a client is not installed."""
    return unittest.skipUnless(shutil.which(client), f"{client} is not installed")


def main():
    """Runs the tests of the script; tells ctest when all were skipped."""
    program = unittest.main(exit=False)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if len(result.skipped) >= result.testsRun else 0)
