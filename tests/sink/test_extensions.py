# SPDX-License-Identifier: MIT
"""--extensions adds to what EHLO offers, and takes from it; --line-endings."""

import subprocess

from support import PATIENCE, Sink, SinkTest, main, needs, run

PARAMETERS = {
    "DSN": ("RET=HDRS ENVID=e1", "NOTIFY=NEVER"), "DELIVERBY": ("BY=100;N", ""), "FUTURERELEASE": ("HOLDFOR=60", ""),
    "MT-PRIORITY": ("MT-PRIORITY=3", ""), "RRVS": ("", "RRVS=2020-01-02T03:04:05Z"), "PRDR": ("PRDR", ""),
    "BINARYMIME": ("BODY=BINARYMIME", ""),
}
# What an extension needs beside its name (RFC 4865 section 4.2), and who may use it then.
NEEDS = {"FUTURERELEASE": ("--submission", "--auth", "alice:secret", "--auth-in-clear")}


def keywords(client):
    """What EHLO has offered."""
    return {line[4:].split(" ")[0] for line in client.extensions.split("\n")[1:]}


class Extensions(SinkTest):
    def offered(self, *arguments):
        with Sink("--quiet", *arguments) as sink, sink.client() as client:
            return keywords(client)

    def test_a_list_adds_and_takes_away(self):
        usual = self.offered()
        self.assertEqual(self.offered("--extensions", "+DSN,-SIZE"), usual - {"SIZE"} | {"DSN"})
        self.assertEqual(self.offered("--extensions", "dsn, -size, etrn, -Help"), usual - {"SIZE", "HELP"} | {"DSN", "ETRN"})

    def test_lists_count_one_after_the_other(self):
        self.assertEqual(self.offered("--extensions", "DSN", "--extensions", "PRDR,-DSN"), self.offered("--extensions", "PRDR"))

    def test_parameters_are_taken_where_their_extension_is_on_alone(self):
        for name, (mail, rcpt) in PARAMETERS.items():
            with self.subTest(name=name), Sink("--quiet") as sink, sink.client() as client:
                replies = [client.say(f"MAIL FROM:<a@example.org> {mail}".rstrip())]
                replies.append(client.say(f"RCPT TO:<b@example.org> {rcpt}".rstrip()))
                self.assertIn("5", [reply[0] for reply in replies], replies)
            with self.subTest(name=name), Sink("--quiet", "--extensions", name, *NEEDS.get(name, ())) as sink, sink.client() as client:
                if name in NEEDS:
                    client.auth("PLAIN", b"\0alice\0secret")
                client.envelope(f"<a@example.org> {mail}".rstrip(), [f"<b@example.org> {rcpt}".rstrip()])

    def test_etrn_has_nothing_waiting(self):
        with Sink("--quiet", "--extensions", "ETRN") as sink, sink.client() as client:
            self.assertEqual(client.say("ETRN example.org"), "251 2.0.0 No messages waiting for example.org")
        with Sink("--quiet") as sink, sink.client() as client:
            self.assertTrue(client.say("ETRN example.org").startswith("502"))

    def test_unknown_names_are_refused(self):
        for names in ("", ", ", "NOTHING", "DSN,NOTHING", "-", "+", "+-DSN", "DSN-SIZE", "DS"):
            with self.subTest(names=names):
                self.assert_refused(run("sink", "--listen", "127.0.0.1:0", "--extensions", names))

    def test_what_lacks_another_is_said(self):
        for names in "-8BITMIME", "BINARYMIME,-CHUNKING", "FUTURERELEASE":
            with self.subTest(names=names):
                result = run("sink", "--listen", "127.0.0.1:0", "--extensions", names)
                self.assert_refused(result)
                self.assertRegex(result.stderr, b"--extensions: [A-Z0-9]+ needs [-a-zA-Z0-9]+")

    def test_what_contradicts_other_options_is_said(self):
        user, tls = ("--auth", "alice:secret"), ("--tls-self-signed", self.path)
        for names, *options in (
                ("-AUTH", "--auth-required", *user, "--auth-in-clear"), ("-AUTH", "--submission", *user), ("-AUTH", *user),
                ("-AUTH", "--auth-file", "passwd"), ("-AUTH", "--auth-required"), ("-AUTH", "--submission"),
                ("-STARTTLS", *tls, "--tls", "required"), ("-STARTTLS", *tls, "--tls", "offered"), ("-STARTTLS", *tls),
                ("-STARTTLS", *tls, "--tls", "offered", "--listen-tls", "127.0.0.1:0"),
                ("REQUIRETLS",), ("ETRN", "--submission", *user, "--auth-in-clear"), ("-XCLIENT,-XFORWARD", "--xclient-from", "::1")):
            with self.subTest(names=names, options=options):
                result = run("sink", "--listen", "127.0.0.1:0", "--extensions", names, *options)
                self.assert_refused(result)
                self.assertIn(b"--extensions: " + names.encode(), result.stderr)

    def test_what_lmtp_alone_has_no_use_for_is_said(self):
        user = ("--auth", "alice:secret", "--auth-in-clear")
        for what, *options in (("PRDR", "--extensions", "PRDR"), ("-PIPELINING", "--extensions", "-PIPELINING"),
                               ("-ENHANCEDSTATUSCODES", "--extensions", "-ENHANCEDSTATUSCODES"), ("--submission", "--submission", *user)):
            with self.subTest(options=options):
                result = run("sink", "--lmtp", "127.0.0.1:0", *options)
                self.assert_refused(result)
                self.assertRegex(result.stderr, b"cmta sink: (--extensions: )?" + what.encode() + b" .* --lmtp alone")

    def test_what_goes_together_is_taken(self):
        tls = ("--tls-self-signed", self.path)
        self.assertNotIn("STARTTLS", self.offered(*tls, "--extensions", "-STARTTLS", "--listen-tls", "127.0.0.1:0"))
        self.assertNotIn("AUTH", self.offered("--extensions", "-AUTH"))
        self.assertNotIn("STARTTLS", self.offered("--extensions", "-STARTTLS", "--tls", "off"))
        self.assertNotIn("REQUIRETLS", self.offered(*tls, "--extensions", "REQUIRETLS"))
        self.assertIn("PRDR", self.offered("--extensions", "PRDR", "--lmtp", "127.0.0.1:0"))
        self.assertIn("XFORWARD", self.offered("--extensions", "-XCLIENT", "--xclient-from", "127.0.0.1"))

    @needs("swaks")
    def test_swaks_hears_of_each_recipient_by_prdr(self):
        with Sink("--jsonl", self.path, "--extensions", "PRDR", "--reject", "message:b@example.org=550 5.7.1 no b") as sink:
            command = ["swaks", "--server", "127.0.0.1", "--port", str(sink.port), "--helo", "client.example", "--prdr",
                       "--from", "from@example.org", "--to", "a@example.org,b@example.org", "--body", "text"]
            result = subprocess.run(command, capture_output=True, timeout=PATIENCE)
            self.assertIn(b" 353 ", result.stdout)
            self.assertIn(b"550 5.7.1 no b", result.stdout)
            self.assertEqual([to["address"] for to in self.record()["to"]], ["a@example.org"])


class LineEndings(SinkTest):
    def reply_and_data(self, *arguments):
        """What becomes of a message with a bare LF and a bare CR in it."""
        with Sink("--jsonl", self.path, *arguments) as sink, sink.client() as client:
            reply = client.message(b"one\ntwo\rthree\r\n")
            return reply[:3], self.records()[-1]["data"] if reply.startswith("250") else None

    def test_each_mode_does_what_it_says(self):
        self.assertEqual(self.reply_and_data(), ("550", None))
        self.assertEqual(self.reply_and_data("--line-endings", "refuse"), ("550", None))
        self.assertEqual(self.reply_and_data("--line-endings", "normalise"), ("250", "one\r\ntwo\r\nthree\r\n"))
        self.assertEqual(self.reply_and_data("--line-endings", "keep"), ("250", "one\ntwo\rthree\r\n"))

    def test_other_modes_are_refused(self):
        for mode in "", "normalize", "KEEP":
            with self.subTest(mode=mode):
                self.assert_refused(run("sink", "--listen", "127.0.0.1:0", "--line-endings", mode))


if __name__ == "__main__":
    main()
