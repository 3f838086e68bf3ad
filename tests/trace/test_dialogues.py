# SPDX-License-Identifier: MIT
"""Dialogue files: which of their lines count, how late answers are shown, and that all of the project's can be shown."""

import glob
import os
import tempfile
import unittest

from support import DIALOGS, TraceTest, decode, run

START = b"C: HELO a.example\nS: not this\n"


def is_meant(line, reply):
    """Whether the reply line of a dialogue means that reply, whose characters beyond ASCII are shown as they are."""
    text = "S: " + decode(line[3:]).decode()
    return reply == text if line.startswith("S: ") else reply.startswith(text)


def alternatives_of(lines):
    """For each reply line that an `or` line follows, both."""
    return {line: [line, "S: " + other[3:]] for line, other in zip(lines, lines[1:]) if other.startswith("or ")}


class Dialogues(TraceTest):
    def played(self, text):
        return self.shown(text, "--dialogue")

    def test_a_file_whose_name_ends_in_dialog_is_one(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "x.dialog")
            with open(path, "wb") as file:
                file.write(START)
            self.assertEqual(self.shown(b"", path), self.played(START))

    def test_client_lines_are_sent_and_server_lines_are_not(self):
        lines = self.played(START)
        self.assertShows(lines, "C: HELO a.example", "   HELO      greeted -> ready", "S: 250 localhost", "-- open")

    def test_bytes_without_an_end_are_no_event_yet(self):
        self.assertShows(self.played(b"C| NO\nC| OP\\r\\n\n"), "C| NO", "   -         greeted -> greeted", "C: OP",
                         "   NOOP      greeted -> greeted")

    def test_settings_are_honoured(self):
        self.assertIn("S: 220 mx.example ESMTP cmta", self.played(b"set hostname mx.example\n"))

    def test_a_hook_line_answers_once(self):
        lines = self.played(START + b'hook mail reject 550 5.7.1 "No"\n' + b"C: MAIL FROM:<a@b.example>\n" * 2)
        self.assertShows(lines, "   MAIL      ready -> ready", "S: 550 5.7.1 No", "C: MAIL FROM:<a@b.example>",
                         "   MAIL      ready -> mail")

    def test_a_hook_line_with_a_star_answers_always(self):
        lines = self.played(START + b"hook* mail tempfail\n" + b"C: MAIL FROM:<a@b.example>\n" * 2)
        self.assertEqual(lines.count("   MAIL      ready -> ready"), 2)

    def test_a_hook_line_before_the_first_line_answers_connect(self):
        self.assertEqual(self.played(b"hook connect reject\nC: NOOP\n")[-1], "-- verdict")

    def test_a_late_answer_is_a_row_of_its_own_and_what_waits_follows(self):
        lines = self.played(START + b"hook mail later\nC: MAIL FROM:<a@b.example>\nC: NOOP\ndecide accept\n")
        self.assertShows(lines, "   MAIL      ready -> ready", "   decide    ready -> mail", "S: 250 2.1.0 Sender ok",
                         "C: NOOP")

    def test_expire_stop_and_hangup_are_rows(self):
        for line, reason in ("expire", "timeout"), ("stop", "shutdown"), ("hangup", "hangup"):
            with self.subTest(line=line):
                lines = self.played(START + line.encode() + b"\n")
                self.assertShows(lines, "   %-9s ready -> ready" % line)
                self.assertIn(reason, lines[-1])

    def test_a_line_that_is_none_of_a_dialogue_is_named(self):
        result = run("--dialogue", given=START + b"fnord\n")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr, b"cmta trace: line 3 is no line of a dialogue\n")

    def test_each_hook_set_of_a_chain_has_answers_of_its_own(self):
        lines = self.played(b"chain 2\n" + START + b'hook noop@1 tempfail 450 4.7.1 "Second"\nC: NOOP\n')
        self.assertIn("S: 450 4.7.1 Second", lines)

    def test_a_deadline_has_its_verdict_when_it_expires(self):
        lines = self.played(START + b"deadline 5 accept\nhook mail later\nC: MAIL FROM:<a@b.example>\nexpire\n")
        self.assertShows(lines, "   expire    ready -> mail", "S: 250 2.1.0 Sender ok")

    def test_a_set_without_data_refuses(self):
        lines = self.played(b"chain 2\nno-data mail@1\n" + START + b"C: MAIL FROM:<a@b.example>\n")
        self.assertShows(lines, "   MAIL      ready -> ready", "S: 452 4.3.1 Not enough storage")

    def test_a_store_that_fails_refuses_the_message(self):
        lines = self.played(b"store begin 1\nset max_message_memory 1\n" + START +
                            b"C: MAIL FROM:<a@b.example>\nC: RCPT TO:<c@d.example>\nC: DATA\nC: x\nC: .\n")
        self.assertShows(lines, "   BODY_END  discard -> ready", "S: 452 4.3.1 Not enough storage")

    def test_a_keyword_for_one_client_is_offered_to_no_other(self):
        row = b'keyword - ehlo="XTRACE" for=b.example\n'
        self.assertNotIn("S: 250 XTRACE", self.played(row + b"C: EHLO a.example\n"))
        self.assertIn("S: 250 XTRACE", self.played(row + b"C: EHLO b.example\n"))

    def test_every_dialogue_of_the_project_shows_the_replies_it_expects(self):
        paths = glob.glob(os.path.join(DIALOGS, "*.dialog"))
        self.assertTrue(paths)
        for path in paths:
            with self.subTest(path=path), open(path, encoding="utf-8") as file:
                expected = [line.rstrip("\n") for line in file if line[:3] in ("S: ", "S~ ", "S+ ")]
                file.seek(0)
                alternatives = alternatives_of(file.read().splitlines())
                replies = iter([line for line in self.shown(b"", path) if line.startswith("S: ")])
                missing = [line for line in expected
                           if not any(is_meant(one, reply) for reply in replies for one in alternatives.get(line, [line]))]
                self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
