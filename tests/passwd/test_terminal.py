# SPDX-License-Identifier: MIT
"""The questions at a terminal, here a pseudo-terminal."""

import os
import pty
import signal
import subprocess
import termios
import unittest

from support import PATIENCE, PROGRAM, PasswdTest


class Terminal(PasswdTest):
    def setUp(self):
        super().setUp()
        self.master, self.slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, self.slave)
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""   # and not yet expected
        self.shown = b""  # from the beginning

    def start(self):
        """Starts the program with the terminal as its own, and as standard input and error."""
        def take_terminal():
            os.setsid()
            os.close(os.open(os.ttyname(0), os.O_RDWR))  # which makes it the controlling one
        command = [PROGRAM, "passwd", "--scheme", "PLAIN", "alice"]
        process = subprocess.Popen(command, stdin=self.slave, stdout=subprocess.PIPE, stderr=self.slave,
                                   preexec_fn=take_terminal)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.kill)
        return process

    def expect(self, what):
        """Reads what is shown until this is there."""
        while what not in self.seen:
            new = os.read(self.master, 1024)
            self.seen += new
            self.shown += new
        self.seen = self.seen.split(what, 1)[1]

    def answer(self, question, text):
        """Waits for a question, and types once nothing typed is shown any more."""
        self.expect(question)
        self.assertFalse(termios.tcgetattr(self.slave)[3] & termios.ECHO)
        os.write(self.master, text)

    def end(self, process):
        """Standard output and the exit status; the terminal must be as before."""
        output = process.stdout.read()
        status = process.wait(PATIENCE)
        self.assertEqual(termios.tcgetattr(self.slave), self.before)
        return output, status

    def test_it_asks_twice(self):
        process = self.start()
        self.answer(b"Password: ", b"pencil\n")
        self.answer(b"Again: ", b"pencil\n")
        self.assertEqual(self.end(process), (b"alice:{PLAIN}pencil\n", 0))

    def test_it_wants_the_same_twice(self):
        process = self.start()
        self.answer(b"Password: ", b"giraffe\n")
        self.answer(b"Again: ", b"zebra\n")
        self.expect(b"cmta passwd: the two passwords differ\r\n")
        self.assertEqual(self.end(process), (b"", 2))

    def test_it_shows_just_the_questions(self):
        process = self.start()
        self.answer(b"Password: ", b"giraffe\n")
        self.answer(b"Again: ", b"giraffe\n")
        self.end(process)
        os.write(self.slave, b"end")
        self.expect(b"end")
        self.assertEqual(self.shown, b"Password: \r\nAgain: \r\nend")

    def test_an_empty_line_ends_it(self):
        process = self.start()
        self.answer(b"Password: ", b"\n")
        self.expect(b"cmta passwd: no password given\r\n")
        self.assertEqual(self.end(process), (b"", 2))

    def test_the_end_of_input_ends_it(self):
        process = self.start()
        self.answer(b"Password: ", b"\x04")
        self.expect(b"cmta passwd: no password given\r\n")
        self.assertEqual(self.end(process), (b"", 2))

    def test_an_interrupt_ends_it_and_the_terminal_shows_again_what_is_typed(self):
        process = self.start()
        self.answer(b"Password: ", b"penc\x03")
        self.assertEqual(self.end(process), (b"", -signal.SIGINT))

    def test_a_signal_ends_it_and_the_terminal_shows_again_what_is_typed(self):
        process = self.start()
        self.expect(b"Password: ")
        process.terminate()
        self.assertEqual(self.end(process), (b"", -signal.SIGTERM))


if __name__ == "__main__":
    signal.alarm(PATIENCE)
    unittest.main()
