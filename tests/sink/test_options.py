# SPDX-License-Identifier: MIT
"""The command line: what is wrong is refused, what is right does what it says."""

import os
import socket
import subprocess

from support import Sink, SinkTest, main, run

NUMBERS = ["--max-message-size", "--max-recipients", "--max-errors", "--max-connections", "--timeout"]
NO_NUMBERS = ["", " ", "-1", "+1", " 1", "1 ", "1k", "0x10", "1.5", "ten", "18446744073709551616"]
NO_REJECTS = ["", "quit", "RCPT", "rcpt=", "rcpt=250", "rcpt=399", "rcpt=600", "rcpt=55", "rcpt=5500",
              "rcpt=550-no", "rcpt=abc", "rcpt=550 4.7.1 no", "rcpt=450 5.7.1 no", "rcpt=550 na\u00efve",
              "rcpt=550 one\r\n250 two", "rcpt=550 tab\there",
              "rcpt:", "rcpt:=550", "data:a@example.org", "connect:a@example.org=550", "rcpt:a@example.org=250"]


class WrongOptions(SinkTest):
    def assert_wrong(self, *arguments):
        with self.subTest(arguments=arguments):
            self.assert_refused(run("sink", "--listen", "127.0.0.1:0", *arguments))

    def test_no_subcommand(self):
        self.assert_refused(run())

    def test_an_unknown_subcommand(self):
        self.assert_refused(run("drain"))

    def test_an_unknown_subcommand_with_control_bytes_is_one_clean_line(self):
        result = run("two\r\nlines\x1b[2J")
        self.assert_refused(result)
        self.assertIn(b"two\\r\\nlines\\x1b[2J", result.stderr)

    def test_a_long_argument_does_not_hide_the_reason(self):
        for length in (1000, 5000, 100000):
            result = run("sink", "--listen", "127.0.0.1:0", "--timeout", "x" * length)
            self.assert_refused(result)
            self.assertIn(b"x...x", result.stderr)
            self.assertIn(b"is not a whole number", result.stderr)
            self.assertLess(len(result.stderr), 1100)

    def test_a_long_argument_is_not_cut_inside_a_character(self):
        for front in ("", "a", "ab"):
            result = run("sink", "--listen", "127.0.0.1:0", "--timeout", front + "\u20ac" * 1000)
            self.assert_refused(result)
            self.assertNotIn(b"\\x", result.stderr)

    def test_unknown_options(self):
        for option in ("--nothing", "-x", "--max"):
            self.assert_wrong(option)

    def test_operands(self):
        self.assert_wrong("operand")
        self.assert_wrong("--", "operand")

    def test_an_argument_where_none_belongs(self):
        self.assert_wrong("--quiet=yes")

    def test_a_missing_argument(self):
        for option in ("--listen", "--hostname", "--jsonl", "--reject", *NUMBERS):
            self.assert_wrong(option)

    def test_an_option_in_the_place_of_an_argument(self):
        for value, name in (("--listen", "--listen"), ("--quiet", "--quiet"), ("--help", "--help"), ("--listen=127.0.0.1:0", "--listen")):
            for option in "--port-file", "--auth":
                with self.subTest(option=option, value=value):
                    result = run("sink", option, value, "127.0.0.1:0")
                    self.assert_refused(result)
                    self.assertEqual(result.stderr.decode(), f"cmta sink: {option} wants a value, and {name} is an option\n")

    def test_numbers_are_whole_decimal_numbers_in_range(self):
        for option in NUMBERS:
            for number in NO_NUMBERS:
                self.assert_wrong(option, number)

    def test_numbers_that_fit_no_counter(self):
        for option in NUMBERS[1:]:
            self.assert_wrong(option, "4294967296")

    def test_reject_rules(self):
        for rule in NO_REJECTS:
            self.assert_wrong("--reject", rule)

    def test_host_names(self):
        for name in ("", "two words", "a..b", "end\r\nof.line", "blank ", "[192.0.2.999]"):
            self.assert_wrong("--hostname", name)

    def test_addresses(self):
        for address in ("", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:x", "256.0.0.1:25", "[::1:25"):
            with self.subTest(address=address):
                self.assert_refused(run("sink", "--listen", address))

    def test_lmtp_at_port_25(self):
        for address in ("127.0.0.1:25", ":25"):
            result = run("sink", "--lmtp", address)
            self.assert_refused(result)
            self.assertIn(b"port 25 is not for LMTP", result.stderr)

    def test_one_wrong_address_of_two_leaves_nothing_on_standard_output(self):
        self.assert_refused(run("sink", "--listen", "127.0.0.1:0", "--listen", "nonsense"))


class RightOptions(SinkTest):
    def test_listeners_are_told_in_the_order_given(self):
        path = os.path.join(self.folder, "socket")
        with Sink("--quiet", listen=["127.0.0.1:0", f"unix:{path}", "127.0.0.2:0"]) as sink:
            self.assertEqual([address for address, _ in sink.listeners], ["127.0.0.1", path, "127.0.0.2"])

    def test_every_listener_takes_connections(self):
        with Sink("--quiet", listen=["127.0.0.1:0", "127.0.0.1:0"]) as sink:
            for _, port in sink.listeners:
                sink.port = port
                with sink.client() as client:
                    self.assertTrue(client.message().startswith("250"))

    def test_port_0_is_told_as_the_real_port(self):
        with Sink("--quiet") as sink:
            self.assertNotEqual(sink.port, 0)
            socket.create_connection(("127.0.0.1", sink.port)).close()

    def test_hostname_is_in_the_greeting_and_in_the_answer_to_ehlo(self):
        with Sink("--quiet", "--hostname", "mx.example.net") as sink, sink.client() as client:
            self.assertTrue(client.greeting.startswith("220 mx.example.net "), client.greeting)
            self.assertTrue(client.extensions.startswith("250-mx.example.net"), client.extensions)

    def test_without_hostname_it_is_the_machine_s_or_localhost(self):
        name = socket.gethostname()
        refusal = run("sink", "--hostname", name, "--listen", "no address").stderr
        expected = "localhost" if b"--hostname" in refusal else name
        with Sink("--quiet") as sink, sink.client() as client:
            self.assertEqual(client.greeting.split()[1], expected)

    def test_a_value_may_begin_as_an_option_does(self):
        for words in ("--jsonl=--quiet",), ("--jsonl", "--quiets"), ("--jsonl", "--"), ("--jsonl", "-quiet"):
            with self.subTest(words=words), Sink(*words, cwd=self.folder, stdout=subprocess.PIPE):
                self.assertTrue(os.path.exists(os.path.join(self.folder, words[-1].split("=")[-1])))

    def test_the_last_of_an_option_given_twice_counts(self):
        with Sink("--quiet", "--hostname", "a.example", "--hostname", "b.example") as sink:
            with sink.client() as client:
                self.assertIn("b.example", client.greeting)


if __name__ == "__main__":
    main()
