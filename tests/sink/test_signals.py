# SPDX-License-Identifier: MIT
"""SIGINT, SIGTERM and SIGHUP: a graceful end, and one at once."""

import array
import fcntl
import os
import signal
import subprocess
import termios

from support import Sink, SinkTest, main


class Signals(SinkTest):
    def hangup_is(self, disposition):
        """What SIGHUP does to programs that are started from here on."""
        self.addCleanup(signal.signal, signal.SIGHUP, signal.signal(signal.SIGHUP, disposition))

    def test_each_signal_ends_it_with_0_and_one_line(self):
        self.hangup_is(signal.SIG_DFL)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(signal=number), Sink("--quiet") as sink:
                sink.signal(number)
                status, errors = sink.wait()
                self.assertEqual((status, len(errors)), (0, 1), errors)

    def test_a_signal_right_after_the_listening_line_is_heard(self):
        for _ in range(20):
            with Sink("--quiet") as sink:
                self.assertEqual(sink.stop()[0], 0)

    def test_a_closed_terminal_leaves_no_port_file(self):
        self.hangup_is(signal.SIG_DFL)
        path = self.folder + "/ports"
        with Sink("--quiet", "--port-file", path) as sink:
            sink.signal(signal.SIGHUP)
            self.assertEqual(sink.wait()[0], 0)
        self.assertFalse(os.path.exists(path))

    def test_sighup_that_is_ignored_ends_nothing(self):
        self.hangup_is(signal.SIG_IGN)
        with Sink("--quiet") as sink, sink.client() as client:
            sink.signal(signal.SIGHUP)
            for _ in range(3):
                self.assertTrue(client.say("NOOP").startswith("250 "))

    def test_while_it_waits_for_the_other_end_of_a_fifo_a_signal_just_ends_it(self):
        fifo = self.folder + "/fifo"
        os.mkfifo(fifo)
        for option in ("--jsonl", "--mbox", "--fault-file"):
            with self.subTest(option=option), Sink(option, fifo, stdout=subprocess.DEVNULL) as sink:
                while not sink.sleeps():
                    pass
                self.assertEqual(sink.stop()[0], -signal.SIGTERM)

    def test_the_last_line_counts_what_was_taken(self):
        with Sink("--quiet") as sink:
            for _ in range(2):
                with sink.client() as client:
                    client.message(b"12345678\r\n", recipients=["<a@example.org>", "<b@example.org>"])
                    client.say("QUIT")
            self.assertEqual(sink.stop()[1],
                             ["cmta sink: 2 messages, 4 recipients, 20 octets, 2 connections"])

    def test_an_idle_client_gets_421(self):
        with Sink("--quiet") as sink, sink.client() as client:
            sink.signal()
            self.assertTrue(client.reply().startswith("421"))
            self.assertEqual(client.reply(), "")
            self.assertEqual(sink.wait()[0], 0)

    def half_a_message(self, sink, client):
        """Begins a message, then sends a signal and sees by an idle client that it was heard."""
        client.envelope()
        client.say("DATA")
        client.send(b"first half\r\n")
        with sink.client() as idle:
            sink.signal()
            self.assertTrue(idle.reply().startswith("421"))

    def test_a_client_in_its_message_may_finish(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            self.half_a_message(sink, client)
            client.send(b"second half\r\n.\r\n")
            self.assertTrue(client.reply().startswith("250"))
            self.assertTrue(client.reply().startswith("421"))
            self.assertEqual(sink.wait()[0], 0)
            self.assertEqual(self.record()["data"], "first half\r\nsecond half\r\n")

    def test_nobody_is_let_in_after_the_signal(self):
        with Sink("--quiet") as sink, sink.client() as client:
            self.half_a_message(sink, client)
            self.assertRaises(ConnectionRefusedError, sink.client)

    def test_a_second_signal_ends_it_at_once(self):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            self.half_a_message(sink, client)
            sink.signal()
            self.assertEqual(sink.wait()[0], 0)
            self.assertEqual(self.records(), [])


LARGE = b"large\r\n" * 20000


def waits_in(file):
    """How many octets nobody has read yet."""
    count = array.array("i", [0])
    fcntl.ioctl(file, termios.FIONREAD, count)
    return count[0]


class Waits(SinkTest):
    """Messages that nobody can be rid of: a signal ends the sink all the same."""

    def begin(self, client, message):
        client.envelope()
        client.say("DATA")
        client.send(message)

    def await_full(self, sink):
        while not waits_in(sink.process.stdout) or not sink.sleeps():
            pass

    def test_a_sink_whose_output_nobody_reads_ends_at_a_signal(self):
        for arguments in (["--jsonl", "-"], []):
            with self.subTest(arguments=arguments), Sink(*arguments) as sink, sink.client() as client:
                self.begin(client, LARGE + b".\r\n")
                self.await_full(sink)
                sink.signal()
                self.assertTrue(client.reply().startswith("451 4.3.0 "))
                self.assertTrue(client.reply().startswith("421"))
                self.assertEqual(sink.wait()[0], 0)

    def test_one_signal_is_enough_for_several_messages_that_wait(self):
        with Sink("--jsonl", "-") as sink, sink.client() as first, sink.client() as second:
            self.begin(second, LARGE)
            self.begin(first, LARGE + b".\r\n")
            self.await_full(sink)
            second.send(b".\r\n")
            sink.signal()
            self.assertEqual([client.reply()[:10] for client in (first, second)], ["451 4.3.0 "] * 2)
            self.assertEqual(sink.wait()[0], 0)

    def await_lock(self, sink):
        """The message is in the file before the one that is locked."""
        while not os.path.getsize(self.path) or not sink.sleeps():
            pass

    def locked(self, option):
        """A sink that writes to `path` and then to a file that is locked; with that file."""
        box = open(os.path.join(self.folder, "box"), "ab+", 0)
        self.addCleanup(box.close)
        fcntl.lockf(box, fcntl.LOCK_EX)
        return Sink("--jsonl", self.path, option, box.name), box

    def test_a_message_waits_while_another_program_has_locked_its_file(self):
        for option in ("--mbox", "--jsonl"):
            sink, box = self.locked(option)
            with self.subTest(option=option), sink, sink.client() as client:
                self.begin(client, b"Subject: test\r\n\r\n.\r\n")
                self.await_lock(sink)
                self.assertEqual(os.path.getsize(box.name), 0)
                fcntl.lockf(box, fcntl.LOCK_UN)
                self.assertTrue(client.reply().startswith("250"))
                self.assertIn(b"Subject: test", box.read())
            os.unlink(self.path)
            os.unlink(box.name)

    def test_a_signal_ends_the_wait_for_a_file_that_is_locked(self):
        sink, box = self.locked("--mbox")
        with sink, sink.client() as client:
            self.begin(client, b"Subject: test\r\n\r\n.\r\n")
            self.await_lock(sink)
            sink.signal()
            self.assertTrue(client.reply().startswith("451 4.3.0 "))
            status, errors = sink.wait()
            self.assertEqual((status, errors[0]), (0, f"cmta sink: cannot write to {box.name}: a signal came while nobody read it, or somebody had locked it"))
            self.assertEqual(os.path.getsize(box.name), 0)


if __name__ == "__main__":
    main()
