# SPDX-License-Identifier: MIT
"""Changes of a password file."""

import os
import stat
import subprocess
import unittest

from support import PATIENCE, PROGRAM, PasswdTest


class File(PasswdTest):
    def write(self, text, mode=0o600):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path, mode)

    def read(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def state(self):
        """What tells whether the file was written, or another put in its place; to be read changes none of it."""
        found = os.stat(self.path)
        return found.st_ino, found.st_mode, found.st_uid, found.st_gid, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def put(self, name, password="new"):
        arguments = "--scheme", "PLAIN", "--file", self.path, name
        self.assertEqual(self.done(*arguments, given=password.encode() + b"\n"), "")
        self.assertEqual(os.listdir(self.folder), ["passwd"])

    def test_is_made_for_its_owner_alone(self):
        self.put("alice")
        self.assertEqual(self.read(), "alice:{PLAIN}new\n")
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)

    def test_gets_new_users_at_its_end(self):
        self.write("# users\n\nbob:{PLAIN}x\n")
        self.put("alice")
        self.assertEqual(self.read(), "# users\n\nbob:{PLAIN}x\nalice:{PLAIN}new\n")

    def test_whose_last_line_does_not_end_gets_it_ended(self):
        self.write("bob:{PLAIN}x")
        self.put("alice")
        self.assertEqual(self.read(), "bob:{PLAIN}x\nalice:{PLAIN}new\n")

    def test_keeps_the_place_of_a_user_and_all_other_lines(self):
        self.write("#a:{PLAIN}x\nal:{PLAIN}x\nalice:$y$x\n  # \nalice2:{PLAIN}x\nbob:what")
        self.put("alice")
        self.assertEqual(self.read(), "#a:{PLAIN}x\nal:{PLAIN}x\nalice:{PLAIN}new\n  # \nalice2:{PLAIN}x\nbob:what\n")

    def test_has_one_line_for_a_user_afterwards(self):
        self.write("alice:{PLAIN}1\nbob:{PLAIN}x\nalice:{PLAIN}2\n")
        self.put("alice")
        self.assertEqual(self.read(), "alice:{PLAIN}new\nbob:{PLAIN}x\n")

    def test_finds_a_name_as_rfc_4013_prepares_it(self):
        self.write("j\u00f6rg:{PLAIN}x\n")
        self.put("jo\u0308rg")
        self.assertEqual(self.read(), "j\u00f6rg:{PLAIN}new\n")

    def test_loses_a_user(self):
        self.write("# \nalice:{PLAIN}1\nbob:{PLAIN}x\nalice:{PLAIN}2\n")
        self.done("--delete", "--file", self.path, "alice", given=b"")
        self.assertEqual(self.read(), "# \nbob:{PLAIN}x\n")

    def test_that_has_not_the_user_to_lose_stays_as_it_is(self):
        self.write("bob:{PLAIN}x")
        before = self.state()
        self.assert_refused("--delete", "--file", self.path, "alice")
        self.assertEqual((self.state(), os.listdir(self.folder)), (before, ["passwd"]))

    def test_that_is_missing_loses_nobody(self):
        self.assert_refused("--delete", "--file", self.path, "alice")
        self.assertEqual(os.listdir(self.folder), [])

    def test_keeps_mode_and_owner(self):
        self.write("bob:{PLAIN}x\n", 0o640)
        if os.geteuid() == 0:
            os.chown(self.path, 12345, 23456)
        before = os.stat(self.path)
        self.put("alice")
        after = os.stat(self.path)
        self.assertEqual((after.st_mode, after.st_uid, after.st_gid), (before.st_mode, before.st_uid, before.st_gid))

    def test_is_replaced_never_written_into(self):
        self.write("bob:{PLAIN}x\n")
        with open(self.path, encoding="utf-8") as old:
            self.put("alice")
            self.assertEqual(old.read(), "bob:{PLAIN}x\n")

    def test_is_left_as_it_is_without_a_password(self):
        self.write("bob:{PLAIN}x\n")
        before = self.state()
        self.assert_refused("--file", self.path, "alice", given=b"")
        self.assertEqual((self.state(), os.listdir(self.folder)), (before, ["passwd"]))

    def test_behind_a_symbolic_link_is_changed_and_the_link_stays(self):
        self.write("bob:{PLAIN}x\n")
        target, self.path = self.path, os.path.join(self.folder, "link")
        os.symlink("passwd", self.path)
        self.done("--scheme", "PLAIN", "--file", self.path, "alice")
        self.assertTrue(os.path.islink(self.path))
        self.path = target
        self.assertEqual(self.read(), "bob:{PLAIN}x\nalice:{PLAIN}pencil\n")

    def test_that_cannot_be_is_refused(self):
        os.mkfifo(os.path.join(self.folder, "fifo"))
        os.symlink("nowhere", os.path.join(self.folder, "dangling"))
        for path in (self.folder, "/dev/null", os.path.join(self.folder, "no", "folder"),
                     os.path.join(self.folder, "fifo"), os.path.join(self.folder, "dangling"), "/" + "x" * 5000):
            self.assert_refused("--file", path, "alice")
        self.assertEqual(sorted(os.listdir(self.folder)), ["dangling", "fifo"])

    def test_changed_by_many_at_once_has_all_their_changes(self):
        names = [f"user{number}" for number in range(20)]
        command = [PROGRAM, "passwd", "--scheme", "PLAIN", "--file", self.path]
        running = [subprocess.Popen([*command, name], stdin=subprocess.PIPE) for name in names]
        for process in running:
            process.communicate(b"x\n", PATIENCE)
        self.assertEqual([process.returncode for process in running], [0] * len(names))
        self.assertEqual(sorted(self.read().split()), sorted(f"{name}:{{PLAIN}}x" for name in names))
        self.assertEqual(os.listdir(self.folder), ["passwd"])


if __name__ == "__main__":
    unittest.main()
