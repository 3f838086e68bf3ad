# SPDX-License-Identifier: MIT
"""The options of authentication: what is wrong is refused, what is right does what it says."""

import os
import select
import signal

from submission import MECHANISMS, trusting
from support import Sink, SinkTest, main, run, talk_on, talk_options


class WrongOptions(SinkTest):
    def assert_wrong(self, said, *arguments):
        with self.subTest(arguments=arguments):
            result = run("sink", "--listen", "127.0.0.1:0", *arguments)
            self.assert_refused(result)
            self.assertIn(said, result.stderr.decode())

    def test_a_missing_argument(self):
        for option in "--auth", "--auth-file", "--mechanisms", "--auth-delay":
            self.assert_wrong("needs an argument", option)

    def test_an_argument_where_none_belongs(self):
        for option in "--auth-required", "--auth-in-clear", "--auth-as-anybody":
            self.assert_wrong("takes no argument", option + "=yes")

    def test_a_user_without_colon_or_name(self):
        for user in "", "alice", ":", ":secret":
            self.assert_wrong("is not USER:PASSWORD", "--auth", user)

    def test_a_user_without_a_password(self):
        self.assert_wrong("has no password", "--auth", "alice:")

    def test_a_user_named_twice(self):
        self.assert_wrong("names a user twice", "--auth", "alice:a", "--auth", "bob:b", "--auth", "alice:c")

    def test_a_user_that_no_client_can_say(self):
        for text in b"a\nb", b"a\x7f", b"\xff", b"a\xc0\xaf", "\u200e".encode(), "\u00ad".encode():
            self.assert_wrong("has a name that no client can say", "--auth", text + b":secret")
            self.assert_wrong("has a password that no client can say", "--auth", b"alice:" + text)

    def test_no_error_shows_a_secret(self):
        for options in ("--auth", "hidden"), ("--auth=:hidden",), ("--auht=alice:hidden",), ("--auth", "alice:a", "hidden"), ("--", "hidden"):
            with self.subTest(options=options):
                result = run("sink", "--listen", "127.0.0.1:0", *options)
                self.assert_refused(result)
                self.assertNotIn(b"hidden", result.stderr)

    def test_what_needs_a_user_without_one(self):
        for option in ("--auth-required",), ("--auth-in-clear",), ("--auth-as-anybody",), ("--mechanisms", "PLAIN"), ("--auth-delay", "1"):
            self.assert_wrong(f"{option[0]} needs a user", *option)

    def test_as_anybody_without_a_user_of_the_command_line(self):
        self.assert_wrong("--auth-as-anybody needs a user", "--auth-file", os.devnull, "--auth-as-anybody")

    def test_password_files_that_cannot_be_used(self):
        file = os.path.join(self.folder, "passwd")
        self.assert_wrong(f"{file}: No such file", "--auth-file", file)
        for mode, text, said in (0o604, "", "others may read"), (0o600, "alice\n", f"{file}:1: "), (0o600, "a:{MD5}x\n", f"{file}:1: "):
            with open(file, "w", encoding="utf-8") as entries:
                entries.write(text)
            os.chmod(file, mode)
            self.assert_wrong(said, "--auth-file", file)

    def test_mechanisms_that_no_client_could_use(self):
        for name, needs in ("PLAIN", "--auth-in-clear"), ("SCRAM-SHA-1,LOGIN", "--auth-in-clear"), ("SCRAM-SHA-256-PLUS", "TLS"), ("EXTERNAL", "--tls-client-ca"):
            with self.subTest(name=name):
                self.assert_wrong(needs, "--auth", "alice:secret", "--mechanisms", name)

    def test_names_that_are_no_mechanisms(self):
        for names in "NTLM", "PLAIN,NTLM", "PLAINS", "PLAIN LOGIN X", "SCRAM-SHA-256-PLUS-AND-MORE", "PLAIN;LOGIN", "pl\u00e4in", "PL\r\nAIN":
            self.assert_wrong("no mechanism", "--auth", "alice:secret", "--mechanisms", names)

    def test_a_mechanism_named_twice(self):
        for names in "PLAIN,plain,LOGIN", "LOGIN PLAIN LOGIN", ",".join(["LOGIN", "PLAIN"] * 20):
            self.assert_wrong("names a mechanism twice", "--auth", "alice:secret", "--mechanisms", names)

    def test_a_list_of_no_mechanism(self):
        for names in "", " ", ",", " , ":
            self.assert_wrong("names no mechanism", "--auth", "alice:secret", "--mechanisms", names)

    def test_a_delay_that_is_no_number(self):
        for number in "", "-1", "1.5", "soon", "4294967296":
            self.assert_wrong("whole number", "--auth", "alice:secret", "--auth-delay", number)


class PasswordFiles(SinkTest):
    """Entries that `cmta passwd` has made."""

    def setUp(self):
        super().setUp()
        self.pem = os.path.join(self.folder, "made.pem")
        self.file = os.path.join(self.folder, "passwd")

    def enter(self, name, password, *options):
        result = run("passwd", "--file", self.file, *options, name, input=password.encode() + b"\n")
        self.assertEqual(result.returncode, 0, result.stderr)

    def sink(self, *options):
        return Sink("--quiet", "--tls-self-signed", self.pem, "--auth-file", self.file, *options)

    def code(self, sink, name, password):
        with sink.tls_client(trusting(self.pem)) as client:
            return client.auth("PLAIN", f"\0{name}\0{password}".encode())[:3]

    def test_users_of_each_scheme_log_in(self):
        for scheme in "SCRAM-SHA-256", "SCRAM-SHA-1", "CRYPT", "PLAIN":
            self.enter(scheme.lower(), "secret", "--scheme", scheme)
        with self.sink() as sink:
            for name in "scram-sha-256", "scram-sha-1", "crypt", "plain":
                with self.subTest(name=name):
                    self.assertEqual(self.code(sink, name, "secret"), "235")
                    self.assertEqual(self.code(sink, name, "Secret"), "535")

    def test_a_change_counts_at_once(self):
        self.enter("alice", "secret")
        with self.sink() as sink:
            self.assertEqual(self.code(sink, "bob", "hidden"), "535")
            self.enter("bob", "hidden")
            self.assertEqual(self.code(sink, "bob", "hidden"), "235")

    def test_a_file_that_turns_bad_and_good_again_is_one_line_each(self):
        self.enter("alice", "secret")
        with self.sink() as sink:
            os.chmod(self.file, 0o604)
            for _ in range(2):
                self.assertEqual(self.code(sink, "alice", "secret"), "454")
            os.chmod(self.file, 0o600)
            self.assertEqual(self.code(sink, "alice", "secret"), "235")
            sink.signal()
            said = [line for line in sink.wait()[1] if self.file in line]
        self.assertEqual(said, [f"cmta sink: {self.file}: others may read or write it; its users are answered 454",
                                f"cmta sink: {self.file}: can be used again"])

    def test_files_and_users_of_the_command_line_stand_side_by_side(self):
        self.enter("alice", "secret")
        other = os.path.join(self.folder, "other")
        self.file, first = other, self.file
        self.enter("carol", "other")
        with self.sink("--auth-file", first, "--auth", "bob:hidden") as sink:
            for name, password in ("alice", "secret"), ("bob", "hidden"), ("carol", "other"):
                self.assertEqual(self.code(sink, name, password), "235")
            self.assertEqual(self.code(sink, "alice", "hidden"), "535")


class RightOptions(SinkTest):
    def setUp(self):
        super().setUp()
        self.pem = os.path.join(self.folder, "made.pem")

    def offered(self, client):
        return [line[4:].split()[1:] for line in client.extensions.split("\n") if line[4:].startswith("AUTH ")]

    def offer(self, *options):
        """The mechanisms offered in clear and with TLS; each is a list, in a list of one, or of none where AUTH is not offered."""
        with Sink("--quiet", "--tls-self-signed", self.pem, *options) as sink:
            with sink.client() as clear, sink.tls_client(trusting(self.pem)) as protected:
                return self.offered(clear), self.offered(protected)

    def log_in(self, options, *responses):
        """The codes of the replies to AUTH PLAIN with each response, on connections of their own."""
        codes = []
        with Sink("--quiet", *options) as sink:
            for response in responses:
                with sink.client() as client:
                    codes.append(client.auth("PLAIN", response)[:3])
        return codes

    def test_without_users_there_is_no_auth(self):
        self.assertEqual(self.offer(), ([], []))

    def test_all_mechanisms_but_cram_md5_are_offered_where_they_can_be(self):
        clear, protected = self.offer("--auth", "alice:secret")
        self.assertEqual(clear, [["SCRAM-SHA-256", "SCRAM-SHA-1"]])
        self.assertEqual(protected, [[name for name in MECHANISMS if name not in ("EXTERNAL", "CRAM-MD5")]])

    def test_passwords_in_clear_are_offered_with_auth_in_clear(self):
        clear, _ = self.offer("--auth", "alice:secret", "--auth-in-clear")
        self.assertEqual(clear, [["SCRAM-SHA-256", "SCRAM-SHA-1", "OAUTHBEARER", "XOAUTH2", "PLAIN", "LOGIN"]])

    def test_mechanisms_are_offered_in_the_order_given(self):
        for names in "CRAM-MD5,LOGIN,PLAIN", "CRAM-MD5 LOGIN PLAIN", " cram-md5, login ,Plain,":
            with self.subTest(names=names):
                self.assertEqual(self.offer("--auth", "alice:secret", "--mechanisms", names)[1], [["CRAM-MD5", "LOGIN", "PLAIN"]])

    def test_a_user_whose_name_another_begins_with_is_another(self):
        options = ["--auth", "alice2:b", "--auth", "alice:a", "--auth-in-clear"]
        self.assertEqual(self.log_in(options, b"\0alice\0a", b"\0alice2\0b", b"\0alice\0b"), ["235", "235", "535"])

    def test_passwords_are_compared_as_they_are_prepared(self):
        for kept, said in ("e\u0301", "\u00e9"), ("\u00e9", "e\u0301"), ("a\u00a0b", "a b"), ("\u2168", "IX"), (":\u00e4 ", ":a\u0308 "):
            for password in kept, said:
                with self.subTest(kept=kept, password=password):
                    codes = self.log_in(["--auth", f"alice:{kept}", "--auth-in-clear"], f"\0alice\0{password}".encode(), b"\0alice\0e")
                    self.assertEqual(codes, ["235", "535"])

    def test_each_mechanism_that_is_known_can_be_named(self):
        for name in MECHANISMS:
            with self.subTest(name=name):
                authorities = ["--tls-client-ca", self.pem] if name == "EXTERNAL" else []  # of the sink before
                protected = self.offer("--auth", "alice:secret", "--mechanisms", name, *authorities)[1]
                self.assertEqual(protected, [] if name == "EXTERNAL" else [[name]])

    def test_each_user_logs_in_with_his_own_password_alone(self):
        options = ["--auth", "alice:secret", "--auth", "bob:a:b c", "--auth-in-clear"]
        responses = [b"\0alice\0secret", b"\0bob\0a:b c", b"\0alice\0a:b c", b"\0bob\0secret", b"\0carol\0secret", b"\0alice\0"]
        self.assertEqual(self.log_in(options, *responses), ["235", "235", "535", "535", "535", "501"])

    def test_nobody_acts_as_another_unless_all_may(self):
        responses = [b"bob\0alice\0secret", b"alice\0alice\0secret", b"bob\0alice\0wrong"]
        options = ["--auth", "alice:secret", "--auth-in-clear"]
        self.assertEqual(self.log_in(options, *responses), ["535", "235", "535"])
        self.assertEqual(self.log_in([*options, "--auth-as-anybody"], *responses), ["235", "235", "535"])

    def test_a_failure_is_told_at_once_unless_there_is_a_delay_and_no_stop(self):
        with Sink("--quiet", "--auth", "alice:secret", "--auth-in-clear", "--auth-delay", "3600") as sink, sink.client() as client:
            client.send(b"AUTH PLAIN AGFsaWNlAHdyb25n\r\n")
            with sink.client() as other:  # the sink has heard the first by then
                other.say("NOOP")
            self.assertEqual(select.select([client.socket], [], [], 0)[0], [])
            sink.signal(signal.SIGTERM)
            self.assertEqual([client.reply()[:3], client.reply()[:3]], ["535", "421"])
        self.assertEqual(self.log_in(["--auth", "alice:secret", "--auth-in-clear"], b"\0alice\0wrong"), ["535"])

    def test_nobody_acts_as_another(self):
        options = ["--auth", "alice:secret", "--auth", "bob:secret", "--auth-in-clear"]
        self.assertEqual(self.log_in(options, b"alice\0alice\0secret", b"bob\0alice\0secret"), ["235", "535"])

    def test_mail_without_login_is_530_where_it_is_required(self):
        options = ["--auth", "alice:secret", "--auth-in-clear", "--auth-required"]
        with Sink("--quiet", *options) as sink, sink.client() as client:
            self.assertEqual(client.say("MAIL FROM:<>")[:3], "530")
            client.auth("PLAIN", b"\0alice\0secret")
            self.assertTrue(client.message().startswith("250"))

    def test_mail_without_login_is_taken_where_it_is_not_required(self):
        with Sink("--jsonl", self.path, "--auth", "alice:secret") as sink, sink.client() as client:
            client.message()
            self.assertEqual((self.record()["auth"], self.record()["protocol"]), (None, "ESMTP"))

    def test_the_user_is_kept_with_each_message_of_a_session(self):
        with Sink("--jsonl", self.path, "--auth", "alice:secret", "--auth-in-clear") as sink, sink.client() as client:
            client.message()
            client.auth("PLAIN", b"\0alice\0secret")
            client.message()
            client.message()
            self.assertEqual([record["protocol"] for record in self.records()], ["ESMTP", "ESMTPA", "ESMTPA"])
            self.assertEqual([record["auth"] and record["auth"]["user"] for record in self.records()], [None, "alice", "alice"])

    def test_nobody_logs_in_or_begins_tls_when_a_sink_that_counts_has_no_more_time(self):
        with Sink("--quiet", "--tls-self-signed", self.pem, "--auth", "alice:secret", "--auth-in-clear", *talk_options(2)) as sink:
            for reply in talk_on(sink, ("AUTH PLAIN AGFsaWNlAHNlY3JldA==", "STARTTLS")):
                self.assertTrue(reply.startswith("421 4.3.2 "), reply)

    def test_no_password_is_in_what_is_printed(self):
        with Sink("--auth", "alice:secret", "--auth-in-clear") as sink, sink.client() as client:
            client.auth("PLAIN", b"\0alice\0secret")
            client.message()
            self.assertNotIn(b"secret", sink.read_output())


if __name__ == "__main__":
    main()
