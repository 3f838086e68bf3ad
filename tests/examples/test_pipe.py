# SPDX-License-Identifier: MIT
"""A program gets every octet, at its own pace; while it reads nothing other clients are served."""

import os
import threading

from support import MESSAGE, Example, ExampleTest, main

LARGE = b"Subject: large\r\n\r\n" + b"".join(b"%08d %s\r\n" % (n, b"x" * 80) for n in range(50000))


class Pipe(ExampleTest):
    def test_the_program_gets_every_octet(self):
        path = self.path("out")
        with Example(f"cat >{path}") as example, example.client() as client:
            client.sendmail("a@example.org", "b@example.org", MESSAGE)
            client.sendmail("a@example.org", "b@example.org", LARGE)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), MESSAGE + LARGE)

    def test_a_program_that_reads_nothing_holds_up_its_client_alone(self):
        gate, path = self.path("gate"), self.path("out")
        os.mkfifo(gate)
        with Example(f"read line <{gate}; cat >{path}") as example, example.client() as slow:
            sender = threading.Thread(target=slow.sendmail, args=("a@example.org", "b@example.org", LARGE))
            sender.start()
            with example.client() as quick:
                self.assertEqual(quick.noop()[0], 250)
            self.assertTrue(sender.is_alive(), "the message was taken though nobody had read it")
            with open(gate, "w", encoding="ascii") as file:
                file.write("go\n")
            sender.join()
        with open(path, "rb") as file:
            self.assertEqual(file.read(), LARGE)

    def test_a_client_that_goes_away_while_the_pipe_is_full_leaves_nothing_behind(self):
        gate = self.path("gate")
        os.mkfifo(gate)
        with Example(f"read line <{gate}; cat >/dev/null") as example:
            with example.client() as client:
                client.ehlo()
                client.docmd("MAIL FROM:<a@b.example>")
                client.docmd("RCPT TO:<a@b.example>")
                client.docmd("DATA")
                client.send(LARGE[:200000])
                client.close()
            with example.client() as other:
                self.assertEqual(other.noop()[0], 250)
            with open(gate, "w", encoding="ascii") as file:
                file.write("go\n")


if __name__ == "__main__":
    main()
