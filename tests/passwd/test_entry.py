# SPDX-License-Identifier: MIT
"""The entry that is printed."""

import base64
import unittest

from support import PasswdTest, scram


class Entry(PasswdTest):
    def kept(self, line, mark):
        """What stands behind the name and the mark in a line of output."""
        self.assertTrue(line.startswith("alice:" + mark) and line.endswith("\n"), line)
        return line[len("alice:" + mark):-1]

    def test_is_for_scram_sha_256_by_default(self):
        kept = self.kept(self.done("alice"), "{SCRAM-SHA-256}")
        self.assertEqual(kept, scram("pencil", kept, "sha256"))
        self.assertTrue(kept.startswith("10000,"), kept)

    def test_is_for_scram_sha_1_on_request(self):
        kept = self.kept(self.done("--scheme", "SCRAM-SHA-1", "alice"), "{SCRAM-SHA-1}")
        self.assertEqual(kept, scram("pencil", kept, "sha1"))

    def test_has_the_iterations_that_are_asked_for(self):
        kept = self.kept(self.done("--iterations", "4096", "alice"), "{SCRAM-SHA-256}")
        self.assertEqual(kept, scram("pencil", kept, "sha256"))
        self.assertTrue(kept.startswith("4096,"), kept)

    def test_has_a_salt_of_16_octets_new_each_time(self):
        salts = {base64.b64decode(self.done("alice").split(",")[1]) for _ in range(3)}
        self.assertEqual((len(salts), {len(salt) for salt in salts}), (3, {16}))

    def test_has_the_password_itself_on_request(self):
        self.assertEqual(self.done("--scheme", "PLAIN", "alice"), "alice:{PLAIN}pencil\n")

    def test_has_a_hash_of_crypt_on_request(self):
        self.assertRegex(self.done("--scheme", "CRYPT", "alice"), r"\Aalice:\{CRYPT\}\$y\$[./0-9A-Za-z$]+\n\Z")

    def test_needs_no_line_end_behind_the_password_and_takes_one_line(self):
        for given in (b"pencil", b"pencil\n", b"pencil\nmore\n"):
            self.assertEqual(self.done("--scheme", "PLAIN", "alice", given=given), "alice:{PLAIN}pencil\n")

    def test_keeps_blanks_and_colons_of_a_password(self):
        self.assertEqual(self.done("--scheme", "PLAIN", "alice", given=b" a:b \n"), "alice:{PLAIN} a:b \n")

    def test_has_name_and_password_as_rfc_4013_prepares_them(self):
        line = self.done("--scheme", "PLAIN", "jo\u0308rg", given="I\u00adX\u00aa\n".encode())
        self.assertEqual(line, "j\u00f6rg:{PLAIN}IXa\n")


class WrongPasswords(PasswdTest):
    def test_that_cannot_be(self):
        for given in (b"", b"\n", b"a\0b\n", b"\xc3\x28\n", b"a\x1b[2J\n", b"x" * 1024 + b"\n", "\u00ad\n".encode()):
            self.assert_refused("alice", given=given)

    def test_that_crypt_cannot_take(self):
        self.assert_refused("--scheme", "CRYPT", "alice", given=b"x" * 1000)

    def test_are_not_shown(self):
        self.assertNotIn("giraffe", self.assert_refused("alice", given=b"giraffe\x01\n"))


if __name__ == "__main__":
    unittest.main()
