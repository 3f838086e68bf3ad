# SPDX-License-Identifier: MIT
"""A program gets every octet, at its own pace; while it reads nothing other clients are served."""

import hashlib
import os
import sys
import threading

from support import MESSAGE, Example, ExampleTest, main

LARGE = b"Subject: large\r\n\r\n" + b"".join(b"%08d %s\r\n" % (n, b"x" * 80) for n in range(50000))
READER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "reader.py")


class Pipe(ExampleTest):
    def test_the_program_gets_every_octet(self):
        path = self.path("out")
        with Example(f"cat >{path}") as example, example.client() as client:
            client.sendmail("a@example.org", "b@example.org", MESSAGE)
            client.sendmail("a@example.org", "b@example.org", LARGE)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), MESSAGE + LARGE)

    def gated(self):
        """An example whose program reads when open_gate() is called."""
        self.news, self.gate, self.out = self.path("news"), self.path("gate"), self.path("out")
        os.mkfifo(self.news)
        os.mkfifo(self.gate)
        return Example(f"exec {sys.executable} -B {READER} {self.news} {self.gate} {self.out}")

    def open_gate(self):
        with open(self.gate, "w", encoding="ascii") as gate:
            gate.write("go\n")

    def test_a_program_that_reads_nothing_holds_up_its_client_alone(self):
        with self.gated() as example, example.client() as slow, open(self.news, encoding="ascii") as news:
            sender = threading.Thread(target=slow.sendmail, args=("a@example.org", "b@example.org", LARGE))
            sender.start()
            self.assertEqual(news.readline(), "octets\n")
            with example.client() as quick:
                self.assertEqual(quick.noop()[0], 250)
            self.assertTrue(sender.is_alive(), "the message was taken though nobody had read it")
            self.open_gate()
            sender.join()
        with open(self.out, "rb") as file:
            self.assertEqual(hashlib.sha256(file.read()).digest(), hashlib.sha256(LARGE).digest())

    def test_a_client_that_goes_away_while_the_pipe_is_full_does_no_harm(self):
        with self.gated() as example, open(self.news, encoding="ascii") as news:
            with example.client() as client:
                client.ehlo()
                client.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n")
                self.assertEqual([client.getreply()[0] for _ in range(3)], [250, 250, 354])
                client.send(LARGE[:50000])
                self.assertEqual(news.readline(), "octets\n")
                client.close()
            with example.client() as other:
                self.assertEqual(other.noop()[0], 250)
                self.open_gate()
                self.assertEqual(other.sendmail("a@example.org", "b@example.org", MESSAGE), {})


if __name__ == "__main__":
    main()
