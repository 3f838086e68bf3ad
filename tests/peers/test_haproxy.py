# SPDX-License-Identifier: MIT
"""HAProxy stands in front of the sink and tells it by the PROXY protocol who its clients are."""

import os
import shutil
import smtplib
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sink"))

from submission import make_certificate, trusting
from support import PATIENCE, Sink, SinkTest, main

PROGRAM = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
VERSIONS = ("send-proxy", "send-proxy-v2")
CLIENT = "127.0.0.2"  # who connects to HAProxy, not to be mistaken for it

# It takes over a listening socket, so that it needs no port that was free a moment ago.
CONFIGURATION = """\
global
  stats socket {folder}/control level admin
defaults
  mode tcp
  log stdout format raw local0
  timeout connect 60s
  timeout client 60s
  timeout server 60s
  timeout check 60s
listen proxy
  bind fd@{listener} {bind}
  {more}
  server sink 127.0.0.1:{port} {server}
"""


class HAProxy:
    """Runs in the foreground between a listening socket and a port of the sink; a context manager."""

    def __init__(self, folder, listener, port, server, bind="", more=""):
        self.control = os.path.join(folder, "control")
        path = os.path.join(folder, "haproxy.cfg")
        with open(path, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(folder=folder, listener=listener.fileno(), bind=bind, more=more, port=port, server=server))
        self.process = subprocess.Popen([PROGRAM, "-db", "-f", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                        pass_fds=[listener.fileno()])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def log_until(self, *words):
        """Reads its log up to a line that has one of the words, and returns that."""
        for line in self.process.stdout:
            for word in words:
                if word in line:
                    return word
        raise AssertionError(f"HAProxy ended before {words!r}")

    def command(self, line):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.control)
            client.sendall(line.encode() + b"\n")
            while client.recv(4096):
                pass


class BehindHAProxy(SinkTest):
    def setUp(self):
        super().setUp()
        self.authority = os.path.join(self.folder, "authority.pem")
        self.sink = Sink("--jsonl", self.path, "--proxy-from", "127.0.0.1", "--tls-self-signed", self.authority, listen_tls=("127.0.0.1:0",))
        self.addCleanup(self.sink.__exit__)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self.listener.close)
        self.port = self.listener.getsockname()[1]

    def proxy(self, server, port=None, **options):
        return HAProxy(self.folder, self.listener, port or self.sink.port, server, **options)

    def connect(self, kind=smtplib.SMTP, **options):
        return kind("127.0.0.1", self.port, "client.example", timeout=PATIENCE, source_address=(CLIENT, 0), **options)

    def deliver(self, client):
        """Sends a message, and its record must name this client and the proxy."""
        address, port = client.sock.getsockname()
        client.sendmail("from@example.org", "to@example.org", b"Subject: test\r\n\r\ntext\r\n")
        record = self.records()[-1]
        self.assertEqual(record["peer"], {"address": address, "port": port})
        self.assertEqual((address, record["proxy"]["address"]), (CLIENT, "127.0.0.1"))
        return record

    def assert_closed(self, port):
        """Whoever says EHLO there hears nothing."""
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
            client.sendall(b"EHLO client.example\r\n")
            try:
                self.assertEqual(client.recv(1), b"")
            except ConnectionResetError:  # what he said was not all read
                pass

    def assert_nothing_else(self, messages):
        """The sink took so many messages and has nothing to complain of."""
        status, errors = self.sink.stop()
        self.assertEqual((status, len(errors)), (0, 1), errors)
        self.assertIn(f": {messages} messages, ", errors[0])

    # ---- Clients ----

    def test_the_client_is_known_by_both_versions(self):
        for version in VERSIONS:
            with self.subTest(version=version), self.proxy(version), self.connect() as client:
                self.assertIsNone(self.deliver(client)["tls"])

    def test_clients_at_one_time_are_told_from_each_other(self):
        with self.proxy("send-proxy-v2"):
            clients = [self.connect() for _ in range(8)]
            for client in clients:
                self.deliver(client)
            for client in clients:
                client.quit()
        self.assertEqual(len({record["peer"]["port"] for record in self.records()}), 8)

    def test_starttls_is_between_the_client_and_the_sink(self):
        for version in VERSIONS:
            with self.subTest(version=version), self.proxy(version), self.connect() as client:
                client.starttls(context=trusting(self.authority))
                self.assertEqual(self.deliver(client)["protocol"], "ESMTPS")

    def test_a_header_stands_before_tls_from_the_first_byte(self):
        for version in VERSIONS:
            with self.subTest(version=version), self.proxy(version, self.sink.tls_port):
                with self.connect(smtplib.SMTP_SSL, context=trusting(self.authority)) as client:
                    self.assertEqual(self.deliver(client)["protocol"], "ESMTPS")

    def test_tls_may_end_at_the_proxy_which_tells_of_it(self):
        certificate, key = make_certificate(self.folder, "proxy.example", "localhost")
        with open(certificate, "ab") as file, open(key, "rb") as secret:
            file.write(secret.read())
        options = "send-proxy-v2-ssl-cn proxy-v2-options crc32c,unique-id,authority,ssl,cert-cn,ssl-cipher,cert-sig,cert-key"
        with self.proxy(options, bind=f"ssl crt {certificate} ca-file {certificate} verify optional", more="unique-id-format %ci:%cp"):
            context = trusting(certificate)
            context.check_hostname = False  # it has no address in it
            context.load_cert_chain(certificate)  # its common name is told to the sink, too
            with self.connect(smtplib.SMTP_SSL, context=context) as client:
                self.assertIsNone(self.deliver(client)["tls"])

    def test_a_client_of_ipv6_that_another_proxy_told_of_is_handed_on(self):
        for version in VERSIONS:
            with self.subTest(version=version), self.proxy(version, bind="accept-proxy"):
                with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
                    connection.sendall(b"PROXY TCP6 2001:db8::1 2001:db8::2 4711 25\r\n")
                    client = smtplib.SMTP(local_hostname="client.example")
                    client.sock = connection
                    client.getreply()
                    client.sendmail("from@example.org", "to@example.org", b"text\r\n")
                    client.quit()
                self.assertEqual(self.records()[-1]["peer"], {"address": "2001:db8::1", "port": 4711})

    # ---- Whoever has no client to tell of ----

    def test_a_client_that_the_proxy_has_no_address_of_is_the_proxy(self):
        path = os.path.join(self.folder, "socket")
        with socket.socket(socket.AF_UNIX) as self.listener:
            self.listener.bind(path)
            self.listener.listen()
            for version in VERSIONS:
                with self.subTest(version=version), self.proxy(version), smtplib.LMTP(path) as client:
                    client.ehlo_msg = "ehlo"  # LMTP is how smtplib speaks over Unix sockets
                    client.sendmail("from@example.org", "to@example.org", b"text\r\n")
                record = self.records()[-1]
                self.assertEqual(record["peer"], record["proxy"])

    def test_who_goes_around_the_proxy_is_not_spoken_with(self):
        with self.proxy("send-proxy"), self.connect() as client:
            self.deliver(client)
            self.assert_closed(self.sink.port)
            self.deliver(client)

    def test_a_proxy_that_sends_no_header_gets_no_one_through(self):
        with self.proxy(""):
            self.assert_closed(self.port)

    def test_health_checks_find_the_sink_well_and_do_no_harm(self):
        for check in "", "option smtpchk EHLO proxy.example":
            for version in VERSIONS:
                with self.subTest(check=check, version=version):
                    self.assert_checks(f"{version} check check-send-proxy inter 1ms rise 20 fall 1", check)
        self.assert_nothing_else(4)

    def assert_checks(self, server, check):
        """Twenty checks are good in a row, while a client speaks."""
        with self.proxy(server, more=check) as haproxy, self.connect() as client:
            haproxy.command("set server proxy/sink health down")
            self.assertEqual(haproxy.log_until("is UP", "failed"), "is UP")
            self.deliver(client)

    def test_health_checks_without_a_header_fail(self):
        with self.proxy("check inter 1ms fall 2", more="option tcp-check\n  tcp-check send HELO\\r\\n\n  tcp-check expect string 220") as haproxy:
            self.assertEqual(haproxy.log_until("is UP", "is DOWN"), "is DOWN")
        self.assert_nothing_else(0)


if __name__ == "__main__":
    main()
