# SPDX-License-Identifier: MIT
"""The first policy that does not accept decides, and the rest are not asked."""

import smtplib

from support import MESSAGE, Example, ExampleTest, main, needs, swaks


class Chain(ExampleTest):
    def test_both_have_their_say_about_a_message_that_is_taken(self):
        with Example("bad.example") as example, example.client() as client:
            client.sendmail("a@good.example", "b@example.org", MESSAGE)
        self.assertEqual(example.output, b"mail: accept by blocklist\n" + MESSAGE + b"message: accept by delivery\n")

    def test_what_the_first_refuses_the_second_never_sees(self):
        with Example("worse.example", "bad.example") as example, example.client() as client:
            with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
                client.sendmail("a@BAD.example", "b@example.org", MESSAGE)
            self.assertEqual(refused.exception.smtp_code, 550)
        self.assertEqual(example.output, b"mail: reject by blocklist\n")


@needs("swaks")
class Swaks(ExampleTest):
    def test_swaks_hears_the_refusal(self):
        with Example("bad.example") as example:
            self.assertEqual(swaks(example.port, "--to", "b@example.org", "--from", "a@bad.example")[0], 23)


if __name__ == "__main__":
    main()
