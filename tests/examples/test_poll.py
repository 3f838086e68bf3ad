# SPDX-License-Identifier: MIT
"""A loop that is no libev serves many clients at once with the engine alone."""

import signal
import socket
import threading

from support import MESSAGE, Example, ExampleTest, main, needs, swaks


def example_poll():
    return Example(listen="0", status=-signal.SIGTERM)


class Poll(ExampleTest):
    def test_clients_take_turns(self):
        with example_poll() as example:
            clients = [example.client() for _ in range(20)]
            for command in "EHLO c.example", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>":
                self.assertEqual([client.docmd(command)[0] for client in clients], [250] * 20)
            self.assertEqual([client.data(MESSAGE)[0] for client in clients], [250] * 20)
            self.assertEqual([client.quit()[0] for client in clients], [221] * 20)

    def test_a_place_is_free_again(self):
        """There are 99."""
        with example_poll() as example:
            for _ in range(2):
                clients = [example.client() for _ in range(99)]
                self.assertEqual([client.noop()[0] for client in clients], [250] * 99)
                for client in clients:
                    client.close()

    def test_a_client_that_waits_for_a_place_gets_one(self):
        with example_poll() as example:
            clients = [example.client() for _ in range(99)]
            waiting = socket.create_connection(("127.0.0.1", example.port))
            clients[50].quit()
            self.assertEqual(waiting.recv(4), b"220 ")
            waiting.close()
            for client in clients:
                client.close()

    def test_a_large_message_is_taken(self):
        with example_poll() as example, example.client() as client:
            self.assertEqual(client.sendmail("a@example.org", "b@example.org", b"x" * 70 + b"\r\n" * 100000), {})

    def test_the_connection_is_closed_behind_the_last_reply(self):
        with example_poll() as example, socket.create_connection(("127.0.0.1", example.port)) as client:
            client.sendall(b"QUIT\r\n")
            with client.makefile("rb") as file:
                self.assertEqual([line[:4] for line in file], [b"220 ", b"221 "])

    def test_replies_wait_for_a_client_that_does_not_read(self):
        count = 30000
        with example_poll() as example, socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", example.port))
            sender = threading.Thread(target=client.sendall, args=(b"NOOP\r\n" * count + b"QUIT\r\n",))
            sender.start()
            with client.makefile("rb") as file:
                codes = [line[:3] for line in file]
            sender.join()
            self.assertEqual(codes, [b"220"] + [b"250"] * count + [b"221"])


@needs("swaks")
class Swaks(ExampleTest):
    def test_swaks_sends_a_message(self):
        with example_poll() as example:
            status, dialogue = swaks(example.port, "--from", "a@example.org", "--to", "b@example.org")
        self.assertEqual(status, 0, dialogue)


if __name__ == "__main__":
    main()
