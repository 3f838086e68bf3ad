# SPDX-License-Identifier: MIT
"""What goes wrong around the sink: addresses, files, full disks, readers that go away."""

import json
import os
import resource
import socket

from support import Sink, SinkTest, main, run


class Start(SinkTest):
    def test_an_address_in_use_is_refused(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = "127.0.0.1:%d" % taken.getsockname()[1]
            result = run("sink", "--listen", address)
        self.assert_refused(result)
        self.assertIn(address, result.stderr.decode())

    def test_a_socket_path_in_use_is_refused(self):
        path = os.path.join(self.folder, "socket")
        with Sink(listen=[f"unix:{path}"]):
            self.assert_refused(run("sink", "--listen", f"unix:{path}"))

    def test_a_file_in_no_folder_is_refused(self):
        self.assert_refused(run("sink", "--listen", "127.0.0.1:0", "--jsonl", self.folder + "/no/file"))

    def test_a_folder_is_no_file(self):
        self.assert_refused(run("sink", "--listen", "127.0.0.1:0", "--jsonl", self.folder))

    def test_a_file_name_with_control_bytes_is_one_clean_line(self):
        result = run("sink", "--listen", "127.0.0.1:0", "--jsonl", "/no\n\x1b[2J/file")
        self.assert_refused(result)
        self.assertNotIn(b"\x1b", result.stderr)

    def test_no_place_for_temporary_files_is_refused(self):
        result = run("sink", "--listen", "127.0.0.1:0", env={**os.environ, "TMPDIR": self.folder + "/none"})
        self.assert_refused(result)
        self.assertIn(b"temporary files", result.stderr)

    def test_standard_output_that_is_full_is_refused(self):
        with open("/dev/full", "wb") as full, Sink(stdout=full) as sink:
            status, errors = sink.wait()
            self.assertEqual((status, len(errors)), (2, 1))

    def test_standard_output_that_is_closed_is_refused_and_no_file_takes_its_place(self):
        with Sink("--jsonl", self.path, stdout=None, preexec_fn=lambda: os.close(1)) as sink:
            status, errors = sink.wait()
            self.assertEqual((status, len(errors)), (2, 1))
            self.assertEqual(self.records(), [])


class Writing(SinkTest):
    def assert_says_one_line(self, sink, name):
        status, errors = sink.stop()
        self.assertEqual((status, len(errors)), (0, 2), errors)  # this line and the summary
        self.assertRegex(errors[0], rf"\Acmta sink: cannot write to {name}: ")

    def test_a_full_disk_is_452_and_one_line(self):
        with Sink("--jsonl", "/dev/full") as sink, sink.client() as client:
            self.assertTrue(client.message().startswith("452 4.3.1 "))
            client.say("QUIT")
            self.assert_says_one_line(sink, "/dev/full")

    def test_a_message_that_was_not_kept_is_not_counted(self):
        with Sink("--jsonl", "/dev/full") as sink, sink.client() as client:
            client.message()
            client.say("QUIT")
            self.assertIn(" 0 messages, ", sink.stop()[1][-1])

    def test_a_reader_that_went_away_is_451_and_one_line(self):
        for arguments in (["--jsonl", "-"], []):
            with self.subTest(arguments=arguments), Sink(*arguments) as sink, sink.client() as client:
                sink.process.stdout.close()
                self.assertTrue(client.message().startswith("451 4.3.0 "))
                client.say("QUIT")
                sink.process.stdout = None
                self.assert_says_one_line(sink, "standard output")

    def test_a_line_that_does_not_fit_leaves_no_half_line(self):
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        with Sink("--jsonl", self.path, preexec_fn=limit) as sink, sink.client() as client:
            small, large = b"small\r\n", b"large\r\n" * 1000
            codes = [client.message(data)[:3] for data in (small, large, small)]
            self.assertEqual(codes, ["250", "452", "250"])
            self.assertEqual([record["data"] for record in self.records()], ["small\r\n"] * 2)

    def open_fifo(self):
        reader = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(reader, True)
        return open(reader, "rb")

    def test_half_a_line_in_a_pipe_does_not_spoil_the_next(self):
        os.mkfifo(self.path)
        with self.open_fifo() as first, Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.envelope()
            client.say("DATA")
            client.send(b"large\r\n" * 100000 + b".\r\n")
            first.raw.read(10)  # the sink has begun to write and waits for room
            first.close()
            self.assertTrue(client.reply().startswith("451 4.3.0 "))
            with self.open_fifo() as second:
                client.envelope()
                client.say("DATA")
                client.send(b"small\r\n.\r\n")
                torn, whole = second.readline(), second.readline()
                self.assertTrue(client.reply().startswith("250"))
        self.assertRaises(ValueError, json.loads, torn)
        self.assertEqual(json.loads(whole)["data"], "small\r\n")


if __name__ == "__main__":
    main()
