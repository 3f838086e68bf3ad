# SPDX-License-Identifier: MIT
"""X-PRIORITY is offered, checked by the library and read by the hook."""

import smtplib

from support import MESSAGE, Example, ExampleTest, main, needs, swaks


class Parameter(ExampleTest):
    def test_it_is_offered(self):
        with Example() as example, example.client() as client:
            client.ehlo()
            self.assertTrue(client.has_extn("X-PRIORITY"))

    def test_what_is_urgent_enough_is_taken_and_the_rest_put_off(self):
        with Example("-1") as example, example.client() as client:
            client.sendmail("a@example.org", "b@example.org", MESSAGE, ["x-priority=-1"])
            client.sendmail("a@example.org", "b@example.org", MESSAGE)
            with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
                client.sendmail("a@example.org", "b@example.org", MESSAGE, ["X-PRIORITY=-2"])
            self.assertEqual(refused.exception.smtp_code, 450)
            self.assertEqual(refused.exception.smtp_error, b"4.7.15 Priority -2 has to wait")
        self.assertEqual(example.output, MESSAGE * 2)

    def test_what_is_no_priority_is_501(self):
        with Example("-9") as example, example.client() as client:
            client.ehlo()
            for value in "=10", "=-10", "=high", "=", "":
                self.assertEqual(client.docmd(f"MAIL FROM:<a@b.example> X-PRIORITY{value}")[0], 501)
            self.assertEqual(client.docmd("MAIL FROM:<a@b.example> X-PRIORITY=9")[0], 250)

    def test_it_is_no_parameter_of_rcpt(self):
        with Example("0") as example, example.client() as client:
            client.ehlo()
            client.mail("a@example.org")
            self.assertEqual(client.rcpt("b@example.org", ["X-PRIORITY=1"])[0], 555)


@needs("swaks")
class Swaks(ExampleTest):
    def test_swaks_sends_a_message_of_no_priority(self):
        with Example("0") as example:
            self.assertEqual(swaks(example.port, "--to", "b@example.org", "--from", "a@example.org")[0], 0)


if __name__ == "__main__":
    main()
