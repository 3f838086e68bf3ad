# SPDX-License-Identifier: MIT
"""Recipients are looked up in a thread: users of this machine are taken, in whatever order answers are waited for."""

from support import MESSAGE, Example, ExampleTest, main, needs, swaks


class LookupThread(ExampleTest):
    def test_users_are_taken_and_others_refused(self):
        with Example() as example, example.client() as client:
            refused = client.sendmail("a@example.org", ["root@example.org", "no.such.user@example.org"], MESSAGE)
            self.assertEqual(list(refused), ["no.such.user@example.org"])
            self.assertEqual(refused["no.such.user@example.org"][0], 550)

    def test_many_clients_wait_at_once_and_each_gets_its_own_answer(self):
        with Example() as example:
            clients = [example.client() for _ in range(40)]
            for client in clients:
                client.ehlo()
                client.mail("a@example.org")
            names = ["root", "no.such.user"] * 20
            for client, name in zip(clients, names):
                client.putcmd("RCPT", f"TO:<{name}@example.org>")
            self.assertEqual([client.getreply()[0] for client in clients], [250, 550] * 20)
            for client in clients:
                client.close()

    def test_clients_that_do_not_wait_do_no_harm(self):
        with Example() as example:
            for _ in range(50):
                client = example.client()
                client.ehlo()
                client.send(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<root@b.example>\r\n")
                client.close()
            with example.client() as client:
                self.assertEqual(client.sendmail("a@example.org", "root@example.org", MESSAGE), {})


@needs("swaks")
class Swaks(ExampleTest):
    def test_swaks_waits_for_the_thread(self):
        with Example() as example:
            self.assertEqual(swaks(example.port, "--to", "root@example.org", "--from", "a@example.org")[0], 0)
            self.assertEqual(swaks(example.port, "--to", "no.such@example.org", "--from", "a@example.org")[0], 24)


if __name__ == "__main__":
    main()
