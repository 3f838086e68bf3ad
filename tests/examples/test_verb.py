# SPDX-License-Identifier: MIT
"""XCOUNT is a verb like any other: answered, listed, and refused where it does not belong."""

from support import MESSAGE, Example, ExampleTest, main, needs, swaks


class Verb(ExampleTest):
    def test_it_counts_what_was_printed(self):
        with Example() as example, example.client() as client:
            self.assertEqual(self.say(client, "xcount"), "250 2.0.0 0 printed")
            client.sendmail("a@example.org", "b@example.org", MESSAGE)
            client.sendmail("a@example.org", "b@example.org", MESSAGE)
            with example.client() as other:
                self.assertEqual(self.say(other, "XCOUNT"), "250 2.0.0 2 printed")
        self.assertEqual(example.output, MESSAGE * 2)

    def test_it_refuses_an_argument(self):
        with Example() as example, example.client() as client:
            self.assertEqual(self.say(client, "XCOUNT", "all"), "501 5.5.4 XCOUNT takes no argument")

    def test_it_is_misplaced_in_a_transaction(self):
        with Example() as example, example.client() as client:
            client.ehlo()
            client.mail("a@example.org")
            self.assertEqual(client.docmd("XCOUNT")[0], 503)
            self.assertEqual(client.rcpt("b@example.org")[0], 250)

    def test_help_lists_it(self):
        with Example() as example, example.client() as client:
            self.assertIn("XCOUNT", self.say(client, "HELP"))
            self.assertIn("XCOUNT", self.say(client, "HELP", "xcount"))


@needs("swaks")
class Swaks(ExampleTest):
    def test_swaks_sends_a_message_as_ever(self):
        with Example() as example:
            self.assertEqual(swaks(example.port, "--to", "b@example.org", "--from", "a@example.org")[0], 0)


if __name__ == "__main__":
    main()
