# SPDX-License-Identifier: MIT
"""Known recipients are taken in any case of letters, others refused; what is taken is printed."""

import smtplib

from support import MESSAGE, Example, ExampleTest, main, needs, swaks


class RejectRecipient(ExampleTest):
    def test_a_message_for_a_known_name_is_printed_and_others_hear_that_they_are_not(self):
        with Example("alice", "bob") as example, example.client() as client:
            refused = client.sendmail("a@example.org", ["Alice@example.org", "carol@example.org"], MESSAGE)
            self.assertEqual(refused, {"carol@example.org": (550, b"5.1.1 Nobody of that name")})
        self.assertEqual(example.output, MESSAGE)

    def test_a_message_for_nobody_is_refused(self):
        with Example("alice") as example, example.client() as client:
            for name in "ali", "alicea", "postmaster":
                with self.assertRaises(smtplib.SMTPRecipientsRefused):
                    client.sendmail("a@example.org", f"{name}@example.org", MESSAGE)
        self.assertEqual(example.output, b"")


@needs("swaks")
class Swaks(ExampleTest):
    def test_swaks_hears_the_550(self):
        with Example("alice") as example:
            status, dialogue = swaks(example.port, "--from", "a@example.org", "--to", "bob@example.org")
        self.assertEqual(status, 24)
        self.assertIn("<** 550 5.1.1 Nobody of that name\n", dialogue)


if __name__ == "__main__":
    main()
