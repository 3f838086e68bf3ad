# SPDX-License-Identifier: MIT
"""A client of SMTP for the benchmarks, plain or with TLS, that can stop in the middle of a handshake. Not a program."""

import socket
import ssl

SECONDS_FOR_A_REPLY = 60
PIECE = 65536


def tls_rules(version=None):
    """Certificates are not looked at; version: the only one that is spoken, or None."""
    rules = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    rules.check_hostname = False
    rules.verify_mode = ssl.CERT_NONE
    if version:
        rules.minimum_version = rules.maximum_version = version
    return rules


def is_whole(reply):
    """Whether a reply has its last line: a code and a blank."""
    return reply.endswith(b"\n") and reply[reply.rfind(b"\n", 0, -1) + 1:][3:4] == b" "


class Client:
    """One connection, greeted."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), SECONDS_FOR_A_REPLY)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tls = None
        self._reply()

    def say(self, octets):
        """Sends octets and returns the reply to them."""
        if self.tls:
            self.tls.write(octets)
            self._flush()
        else:
            self.socket.sendall(octets)
        return self._reply()

    def begin_tls(self, rules):
        """STARTTLS, and the client's first flight of the handshake."""
        self.say(b"EHLO client.example.com\r\n")
        self.say(b"STARTTLS\r\n")
        self.coming, self.going = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = rules.wrap_bio(self.coming, self.going, server_hostname="localhost")
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            self._flush()

    def finish_handshake(self):
        self._wait_for(self.tls.do_handshake)

    def close(self):
        self.socket.close()

    def _flush(self):
        if self.going.pending:
            self.socket.sendall(self.going.read())

    def _wait_for(self, act):
        while True:
            try:
                result = act()
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                self.coming.write(self._receive())

    def _receive(self):
        piece = self.socket.recv(PIECE)
        if not piece:
            raise SystemExit("the server went away")
        return piece

    def _reply(self):
        reply = b""
        while not is_whole(reply):
            reply += self._wait_for(lambda: self.tls.read(PIECE)) if self.tls else self._receive()
        return reply
