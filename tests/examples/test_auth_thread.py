# SPDX-License-Identifier: MIT
"""Passwords are looked up in a thread, for many clients at once and for those that do not wait."""

from concurrent.futures import ThreadPoolExecutor

import scram
from support import Example, ExampleTest, main


class AuthThread(ExampleTest):
    def test_who_is_known_logs_in(self):
        with Example() as example, example.client() as client:
            client.ehlo()
            self.assertEqual(scram.log_in(client, "alice", "wonderland"), 235)

    def test_a_wrong_password_and_an_unknown_name_are_refused(self):
        logins = [("alice", "Wonderland"), ("bob", "wonderland")]

        def log_in(login):
            with example.client() as client:
                client.ehlo()
                return scram.log_in(client, *login)

        with Example() as example, ThreadPoolExecutor() as pool:  # they wait for their refusals at once
            self.assertEqual(list(pool.map(log_in, logins)), [535, 535])

    def test_a_name_that_does_not_fit_is_no_other(self):
        with Example() as example, example.client() as client:
            client.ehlo()
            self.assertEqual(scram.log_in(client, "a" * 65, "wonderland"), 454)

    def test_many_clients_wait_at_once_and_each_is_asked_to_prove_itself(self):
        with Example() as example:
            clients = [example.client() for _ in range(40)]
            for client in clients:
                client.ehlo()
            for client in clients:
                client.putcmd("AUTH", "SCRAM-SHA-256 " + scram.encode(b"n,,n=alice,r=client-nonce"))
            self.assertEqual([client.getreply()[0] for client in clients], [334] * 40)
            for client in clients:
                client.close()

    def test_clients_that_do_not_wait_do_no_harm(self):
        with Example() as example:
            for _ in range(50):
                client = example.client()
                client.ehlo()
                client.putcmd("AUTH", "SCRAM-SHA-256 " + scram.encode(b"n,,n=alice,r=client-nonce"))
                client.close()
            with example.client() as client:
                client.ehlo()
                self.assertEqual(scram.log_in(client, "alice", "wonderland"), 235)


if __name__ == "__main__":
    main()
