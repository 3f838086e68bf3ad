# SPDX-License-Identifier: MIT
"""The TLS options, and what the records say of TLS and of who has logged in."""

import os
import re
import socket
import ssl
import subprocess

from submission import MECHANISMS, SubmissionTest, make_certificate, trusting
from support import PATIENCE, Sink, SinkTest, main, run


class WrongOptions(SinkTest):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = make_certificate(self.folder, "a.example")
        self.other = make_certificate(self.folder, "b.example")[1]
        self.pem = os.path.join(self.folder, "made.pem")

    def assert_wrong(self, said, *arguments, listen=("--listen", "127.0.0.1:0")):
        with self.subTest(arguments=arguments):
            result = run("sink", *listen, *arguments)
            self.assert_refused(result)
            self.assertIn(said, result.stderr.decode())

    def test_a_missing_argument(self):
        for option in "--tls", "--tls-cert", "--tls-key", "--tls-self-signed", "--tls-client-ca", "--listen-tls":
            self.assert_wrong("needs an argument", option)

    def test_an_empty_file_name(self):
        for option in "--tls-cert", "--tls-self-signed", "--tls-client-ca":
            self.assert_wrong("is no file name", option, "")
        self.assert_wrong("is no file name", "--tls-cert", self.certificate, "--tls-key", "")

    def test_a_mode_that_there_is_not(self):
        for mode in "", "on", "OFF", "offered ", "implicit":
            self.assert_wrong("is not off, offered or required", "--tls-self-signed", self.pem, "--tls", mode)

    def test_a_key_without_its_certificate(self):
        self.assert_wrong("comes before its --tls-cert", "--tls-key", self.key)
        self.assert_wrong("comes before its --tls-cert", "--tls-key", self.key, "--tls-cert", self.certificate)

    def test_two_keys_for_one_certificate(self):
        self.assert_wrong("second key", "--tls-cert", self.certificate, "--tls-key", self.key, "--tls-key", self.key)

    def test_what_needs_a_certificate_without_one(self):
        for option in ("--tls", "offered"), ("--tls", "required"), ("--listen-tls", "127.0.0.1:0"), ("--tls-client-ca", self.certificate):
            self.assert_wrong(f"{option[0]} needs --tls-cert or --tls-self-signed", *option)

    def test_certificates_of_both_kinds(self):
        self.assert_wrong("do not go together", "--tls-cert", self.certificate, "--tls-key", self.key, "--tls-self-signed", self.pem)

    def test_options_given_twice_that_count_once(self):
        made = "--tls-self-signed", self.pem
        self.assert_wrong("is a second file for one certificate", *made, "--tls-self-signed", self.pem + ".2")
        self.assert_wrong("is a second file", *made, "--tls-client-ca", self.certificate, "--tls-client-ca", self.certificate)
        self.assert_wrong("comes after a --tls that says otherwise", *made, "--tls", "offered", "--tls", "required")
        self.assert_wrong("comes after a --tls that says otherwise", *made, "--tls", "required", "--tls", "off")

    def test_a_certificate_that_no_client_would_see(self):
        for options in ("--tls-self-signed", self.pem), ("--tls-cert", self.certificate, "--tls-key", self.key):
            self.assert_wrong("leaves nobody the certificate", "--tls", "off", *options)
        self.assertFalse(os.path.exists(self.pem))

    def test_what_is_said_of_listeners_that_there_are_not(self):
        for mode in "off", "offered", "required":
            self.assert_wrong("--tls is about --listen", "--tls", mode, "--tls-self-signed", self.pem, listen=("--listen-tls", "127.0.0.1:0"))

    def test_passwords_in_clear_where_there_is_tls_alone(self):
        in_clear = "--tls-self-signed", self.pem, "--auth", "alice:secret", "--auth-in-clear"
        self.assert_wrong("--auth-in-clear has no use", *in_clear, "--tls", "required")
        self.assert_wrong("--auth-in-clear has no use", *in_clear, listen=("--listen-tls", "127.0.0.1:0"))

    def test_a_pipe_is_named_and_nobody_waited_for(self):
        pipe = os.path.join(self.folder, "pipe")
        os.mkfifo(pipe)
        for options in ("--tls-cert", pipe), ("--tls-cert", self.certificate, "--tls-key", pipe), \
                       ("--tls-self-signed", self.pem, "--tls-client-ca", pipe):
            self.assert_wrong(f"{pipe}: a pipe", *options)

    def test_a_certificate_without_a_key_anywhere(self):
        self.assert_wrong(f"{self.certificate}: no PEM private key in it, and no other file is named", "--tls-cert", self.certificate)

    def test_a_file_that_is_not_there_is_named(self):
        nothing = os.path.join(self.folder, "nothing")
        self.assert_wrong(nothing, "--tls-cert", nothing)
        self.assert_wrong(nothing, "--tls-cert", self.certificate, "--tls-key", nothing)
        self.assert_wrong(nothing, "--tls-self-signed", self.pem, "--tls-client-ca", nothing)

    def test_a_file_that_is_no_certificate_is_named(self):
        self.assert_wrong(self.key, "--tls-cert", self.key)
        self.assert_wrong(self.folder, "--tls-cert", self.folder)

    def test_a_key_of_another_certificate_is_named(self):
        self.assert_wrong(self.other, "--tls-cert", self.certificate, "--tls-key", self.other)

    def test_a_key_with_a_passphrase_is_named(self):
        locked = os.path.join(self.folder, "locked.key")
        subprocess.run(["openssl", "pkcs8", "-topk8", "-in", self.key, "-passout", "pass:x", "-out", locked], check=True,
                       capture_output=True, timeout=PATIENCE)
        self.assert_wrong(f"{locked}: ", "--tls-cert", self.certificate, "--tls-key", locked)

    def test_an_empty_file_is_named(self):
        empty = os.path.join(self.folder, "empty")
        with open(empty, "wb"):
            self.assert_wrong(f"{empty}: ", "--tls-cert", empty)
            self.assert_wrong(f"{empty}: ", "--tls-cert", self.certificate, "--tls-key", empty)
            self.assert_wrong(f"{empty}: ", "--tls-self-signed", self.pem, "--tls-client-ca", empty)

    def test_a_place_where_the_certificate_cannot_be_written_is_named(self):
        for path in self.folder, os.path.join(self.folder, "no", "file"), "/dev/full":
            self.assert_wrong(f"cannot write to {path}: ", "--tls-self-signed", path)


class RightOptions(SinkTest):
    def setUp(self):
        super().setUp()
        self.pem = os.path.join(self.folder, "made.pem")

    def offered(self, *options):
        with Sink("--quiet", *options) as sink, sink.client() as client:
            return "STARTTLS" in client.extensions

    def test_starttls_is_offered_where_there_is_a_certificate_unless_it_is_off(self):
        self.assertFalse(self.offered())
        self.assertFalse(self.offered("--tls", "off"))
        self.assertTrue(self.offered("--tls-self-signed", self.pem))
        self.assertTrue(self.offered("--tls", "offered", "--tls-self-signed", self.pem))
        self.assertFalse(self.offered("--tls-self-signed", self.pem, "--tls", "off", "--listen-tls", "127.0.0.1:0"))

    def test_where_tls_is_required_mail_in_clear_is_530(self):
        with Sink("--quiet", "--tls-self-signed", self.pem, "--tls", "required") as sink:
            with sink.client() as client:
                self.assertEqual(client.say("MAIL FROM:<>")[:3], "530")
            with sink.tls_client(trusting(self.pem)) as client:
                self.assertTrue(client.message().startswith("250"))

    def test_listeners_with_tls_are_told_in_the_order_given(self):
        for first, second in ("--listen", "--listen-tls"), ("--listen-tls", "--listen"):
            with Sink(first, "127.0.0.1:0", second, "127.0.0.2:0", "--jsonl", self.path, "--tls-self-signed", self.pem, listen=()) as sink:
                lines = [sink.process.stdout.readline().decode() for _ in range(2)]
            words = {"--listen": "listening", "--listen-tls": "listening-tls"}
            self.assertRegex(lines[0], rf"\A{words[first]} 127\.0\.0\.1 [1-9][0-9]*\n\Z")
            self.assertRegex(lines[1], rf"\A{words[second]} 127\.0\.0\.2 [1-9][0-9]*\n\Z")

    def test_a_listener_with_tls_is_enough(self):
        with Sink("--quiet", "--tls-self-signed", self.pem, listen=(), listen_tls=["127.0.0.1:0"]) as sink:
            with socket.create_connection(("127.0.0.1", sink.tls_port), PATIENCE) as bare:
                with trusting(self.pem).wrap_socket(bare, server_hostname="localhost") as client:
                    self.assertEqual(client.recv(4), b"220 ")


class Validity(SinkTest):
    SETTINGS = "[ca]\ndefault_ca = own\n[own]\ndatabase = {0}/index\nserial = {0}/serial\nnew_certs_dir = {0}\ndefault_md = sha256\n" \
               "policy = names\n[names]\ncommonName = supplied\n"

    def make_certificate(self, begin, end):
        """A certificate for the time from begin to end, and its key."""
        paths = [os.path.join(self.folder, name) for name in ("settings", "request", "key", "pem", "index")]
        settings, request, key, certificate, index = paths
        with open(settings, "w", encoding="ascii") as file, open(index, "w", encoding="ascii"):
            file.write(self.SETTINGS.format(self.folder))
        for command in (["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                         "-keyout", key, "-out", request],
                        ["ca", "-config", settings, "-batch", "-selfsign", "-create_serial", "-keyfile", key, "-in", request, "-out",
                         certificate, "-startdate", begin, "-enddate", end, "-notext"]):
            subprocess.run(["openssl", *command], check=True, capture_output=True, timeout=PATIENCE)
        return certificate, key

    def assert_warned(self, begin, end, said):
        """The sink takes mail all the same."""
        certificate, key = self.make_certificate(begin, end)
        context = trusting(certificate)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with Sink("--quiet", "--tls-cert", certificate, "--tls-key", key) as sink:
            with sink.tls_client(context) as client:
                self.assertTrue(client.message().startswith("250"))
            errors = sink.stop()[1][:-1]
        self.assertEqual(errors, [f"cmta sink: {certificate}: warning: this certificate {line}" for line in said])

    def test_a_certificate_that_has_expired_is_warned_of(self):
        self.assert_warned("20200101000000Z", "20210203040506Z", ["expired 2021-02-03T04:05:06Z"])

    def test_a_certificate_that_is_not_good_yet_is_warned_of(self):
        self.assert_warned("20970203040506Z", "20980101000000Z", ["is not good before 2097-02-03T04:05:06Z"])

    def test_a_certificate_in_its_time_is_not(self):
        self.assert_warned("20200101000000Z", "20980101000000Z", [])


class SelfSigned(SinkTest):
    def setUp(self):
        super().setUp()
        self.pem = os.path.join(self.folder, "made.pem")

    def names(self):
        """The names of the certificate in the file, in their order."""
        text = subprocess.run(["openssl", "x509", "-in", self.pem, "-noout", "-ext", "subjectAltName"], check=True,
                              capture_output=True, timeout=PATIENCE).stdout.decode()
        return re.findall(r"(?:DNS|IP Address):([^,\s]+)", text)

    def test_the_certificate_is_whole_when_the_listeners_are_told(self):
        with Sink("--quiet", "--tls-self-signed", self.pem):
            with open(self.pem, encoding="ascii") as file:
                self.assertRegex(file.read(), r"\A-----BEGIN CERTIFICATE-----\n(?s:.*)\n-----END CERTIFICATE-----\n\Z")

    def test_the_certificate_is_for_the_addresses_listened_at_and_the_host_name(self):
        with Sink("--quiet", "--tls-self-signed", self.pem, "--hostname", "mx.example.net", listen=["127.0.0.2:0", "127.0.0.3:0"],
                  listen_tls=["127.0.0.4:0"]):
            self.assertEqual(self.names(), ["localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "mx.example.net", "127.0.0.2", "127.0.0.3",
                                            "127.0.0.4"])

    def test_a_host_name_that_is_an_address_is_one_in_the_certificate(self):
        with Sink("--quiet", "--tls-self-signed", self.pem, "--hostname", "[192.0.2.1]"):
            self.assertEqual(self.names()[-1], "192.0.2.1")

    def test_the_certificate_replaces_what_was_in_its_file(self):
        with open(self.pem, "wb") as file:
            file.write(b"x" * 100000)
        with Sink("--quiet", "--tls-self-signed", self.pem) as sink, sink.tls_client(trusting(self.pem)):
            self.assertLess(os.stat(self.pem).st_size, 100000)

    def test_each_start_makes_another_certificate(self):
        made = set()
        for _ in range(2):
            with Sink("--quiet", "--tls-self-signed", self.pem), open(self.pem, "rb") as file:
                made.add(file.read())
        self.assertEqual(len(made), 2)


class Clear(SinkTest):
    """What comes in clear behind STARTTLS is never executed (RFC 3207 section 4.2, CVE-2011-0411)."""

    INJECTED = b"EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\ntext\r\n.\r\n"

    def test_commands_injected_behind_starttls_find_nothing(self):
        pem = os.path.join(self.folder, "made.pem")
        with Sink("--jsonl", self.path, "--tls-self-signed", pem) as sink:
            for injected in b"EHLO x\r\n", self.INJECTED, b"\r\n", b"N", b"\x16":
                with self.subTest(injected=injected), sink.client() as client:
                    client.send(b"STARTTLS\r\n" + injected)
                    self.assertEqual(client.reply()[:3], "421")
                    self.assertEqual(client.reply(), "")
            self.assertEqual(self.records(), [])

    def test_the_session_begins_anew_behind_starttls(self):
        pem = os.path.join(self.folder, "made.pem")
        with Sink("--quiet", "--tls-self-signed", pem) as sink, sink.client() as client:
            client.start_tls(trusting(pem))
            self.assertEqual(client.say("MAIL FROM:<>")[:3], "503")


class Records(SubmissionTest):
    """What a message's record says; the client shows a certificate."""

    options = ("--mechanisms", ",".join(MECHANISMS), "--auth-as-anybody")

    def client(self):
        context = trusting(self.authority)
        context.load_cert_chain(self.client_certificate, self.client_key)
        return self.sink.tls_client(context)

    def record_of(self, mechanism, response, sender="<from@example.org>"):
        with self.client() as client:
            self.assertEqual(client.auth(mechanism, response)[:3], "235")
            self.assertTrue(client.message(sender=sender).startswith("250"))
        return self.record()

    def test_a_user_by_password(self):
        record = self.record_of("PLAIN", b"\0alice\0secret")
        self.assertEqual(record["auth"], {"user": "alice", "mechanism": "PLAIN", "authzid": ""})
        self.assertEqual((record["tls"]["version"], record["tls"]["sni"]), ("TLSv1.3", "localhost"))

    def test_a_user_by_certificate_who_acts_as_another(self):
        record = self.record_of("EXTERNAL", "björn".encode())
        self.assertEqual(record["auth"], {"user": "alice", "mechanism": "EXTERNAL", "authzid": "björn"})

    def test_a_user_by_password_who_acts_as_another(self):
        record = self.record_of("PLAIN", "björn\0alice\0secret".encode())
        self.assertEqual(record["auth"], {"user": "alice", "mechanism": "PLAIN", "authzid": "björn"})

    def test_the_protocol_word_of_utf8_addresses(self):
        self.assertEqual(self.record_of("PLAIN", b"\0alice\0secret", "<from@example.org> SMTPUTF8")["protocol"], "UTF8SMTPSA")

    def test_fields_are_in_the_documented_order(self):
        self.assertEqual(list(self.record_of("PLAIN", b"\0alice\0secret")),
                         ["id", "time", "peer", "proxy", "xclient", "xforward", "protocol", "lmtp", "helo", "tls", "auth", "from", "to", "size", "data"])


class Protocol(SinkTest):
    """The words of RFC 3848 and RFC 6531 section 4.3."""

    def words(self, client, login=False):
        """Sends a message, and one with SMTPUTF8; the client is closed."""
        before = len(self.records())
        with client:
            if login:
                self.assertEqual(client.auth("PLAIN", b"\0alice\0secret")[:3], "235")
            for sender in "<from@example.org>", "<from@example.org> SMTPUTF8":
                self.assertTrue(client.message(sender=sender).startswith("250"))
        return [record["protocol"] for record in self.records()[before:]]

    def test_each_word_says_how_the_message_came(self):
        pem = os.path.join(self.folder, "made.pem")
        with Sink("--jsonl", self.path, "--tls-self-signed", pem, "--auth", "alice:secret", "--auth-in-clear") as sink:
            context = trusting(pem)
            self.assertEqual(self.words(sink.client()), ["ESMTP", "UTF8SMTP"])
            self.assertEqual(self.words(sink.client(), login=True), ["ESMTPA", "UTF8SMTPA"])
            self.assertEqual(self.words(sink.tls_client(context)), ["ESMTPS", "UTF8SMTPS"])
            self.assertEqual(self.words(sink.tls_client(context), login=True), ["ESMTPSA", "UTF8SMTPSA"])

    def test_helo_is_smtp_with_tls_too(self):
        pem = os.path.join(self.folder, "made.pem")
        with Sink("--jsonl", self.path, "--tls-self-signed", pem) as sink:
            with sink.client(hello=None) as clear, sink.tls_client(trusting(pem)) as protected:
                for client in clear, protected:
                    client.say("HELO client.example")
                    self.assertTrue(client.message().startswith("250"))
            self.assertEqual([record["protocol"] for record in self.records()], ["SMTP", "SMTP"])


class Printed(SinkTest):
    def setUp(self):
        super().setUp()
        self.pem = os.path.join(self.folder, "made.pem")
        self.certificate, self.key = make_certificate(self.folder, "alice")

    def printed(self, mechanism, response):
        with Sink("--tls-self-signed", self.pem, "--tls-client-ca", self.certificate, "--auth", "alice:secret",
                  "--auth-as-anybody") as sink:
            context = trusting(self.pem)
            context.load_cert_chain(self.certificate, self.key)
            with sink.tls_client(context) as client:
                if mechanism:
                    self.assertEqual(client.auth(mechanism, response)[:3], "235")
                self.assertTrue(client.message().startswith("250"))
                return sink.read_output().decode()

    def test_tls_is_told(self):
        text = self.printed(None, None)
        self.assertRegex(text, r"by ESMTPS as client\.example\nwith TLSv1\.3 TLS_[A-Z0-9_]+ for localhost\nMAIL FROM:")

    def test_the_user_is_told(self):
        self.assertIn("\nlogged in as alice by PLAIN\nMAIL FROM:", self.printed("PLAIN", b"\0alice\0secret"))

    def test_whom_the_user_acts_as_is_told(self):
        self.assertIn("\nlogged in as alice by EXTERNAL, acting as björn\nMAIL FROM:", self.printed("EXTERNAL", "björn".encode()))

    def test_a_hostile_server_name_is_escaped(self):
        with Sink("--tls-self-signed", self.pem) as sink, sink.client() as client:
            context = trusting(self.pem)
            context.check_hostname = False
            client.say("STARTTLS")
            client.file.close()
            client.socket = context.wrap_socket(client.socket, server_hostname="a\x1b[2J\nb")
            client.file = client.socket.makefile("rb")
            client.say("EHLO client.example")
            client.message()
            text = sink.read_output()
        self.assertNotIn(b"\x1b", text)
        self.assertRegex(text, rb" for a[^\n]*b\nMAIL FROM:")

    def test_an_identity_with_control_characters_is_refused(self):
        with Sink("--auth", "alice:secret", "--auth-as-anybody", "--auth-in-clear") as sink:
            for other in "a\u2028b", "a\u202eb", "a\x1bb", "a\nb", "a\x85b":
                with self.subTest(other=ascii(other)), sink.client() as client:
                    self.assertEqual(client.auth("PLAIN", f"{other}\0alice\0secret".encode())[:3], "501")


if __name__ == "__main__":
    main()
