# SPDX-License-Identifier: MIT
"""--reject: each stage can be refused, with the code and the text that were given."""

from support import Sink, SinkTest, main, run

STAGES = ["connect", "hello", "mail", "rcpt", "data", "message"]


class Reject(SinkTest):
    def replies(self, client):
        """Goes through a session until a refusal; returns the stage it came in and the reply."""
        steps = [("connect", lambda: client.greeting),
                 ("hello", lambda: client.say("EHLO client.example")),
                 ("mail", lambda: client.say("MAIL FROM:<a@example.org>")),
                 ("rcpt", lambda: client.say("RCPT TO:<b@example.org>")),
                 ("data", lambda: client.say("DATA")),
                 ("message", lambda: client.say("text\r\n."))]
        for stage, step in steps:
            reply = step()
            if reply[0] not in "23":
                return stage, reply
        return "accepted", reply

    def refusal(self, *rules):
        arguments = [word for rule in rules for word in ("--reject", rule)]
        with Sink("--jsonl", self.path, *arguments) as sink, sink.client(hello=None) as client:
            stage, reply = self.replies(client)
            self.assertEqual(self.records(), [], "a refused message was kept")
            return stage, reply

    def test_every_stage_refuses_where_it_stands(self):
        for stage in STAGES:
            with self.subTest(stage=stage):
                where, reply = self.refusal(stage)
                self.assertEqual((where, reply[0]), (stage, "5"))

    def test_every_stage_says_the_code_and_the_text_given(self):
        for stage in STAGES:
            with self.subTest(stage=stage):
                where, reply = self.refusal(f"{stage}=571 Not today, thank you")
                self.assertEqual(where, stage)
                self.assertRegex(reply, r"\A571 (5\.\d\.\d+ )?Not today, thank you\Z")

    def test_every_stage_can_refuse_for_now(self):
        for stage in STAGES:
            with self.subTest(stage=stage):
                where, reply = self.refusal(f"{stage}=450 Come back")
                self.assertEqual(where, stage)
                self.assertRegex(reply, r"\A450 (4\.\d\.\d+ )?Come back\Z")

    def test_an_enhanced_code_in_the_text_is_the_reply_s(self):
        self.assertEqual(self.refusal("rcpt=550 5.7.1 no"), ("rcpt", "550 5.7.1 no"))

    def test_an_enhanced_code_of_three_digits_is_one(self):
        self.assertEqual(self.refusal("mail=450 4.123.456 later"), ("mail", "450 4.123.456 later"))

    def test_a_version_number_is_no_enhanced_code(self):
        stage, reply = self.refusal("rcpt=550 5.7.1.2 is old")
        self.assertRegex(reply, r"\A550 5\.\d\.\d 5\.7\.1\.2 is old\Z")

    def test_a_number_with_needless_zeros_is_no_enhanced_code(self):
        for text in ("5.07.1 no", "5.7.01 no"):
            with self.subTest(text=text):
                self.assertTrue(self.refusal(f"rcpt=553 {text}")[1].startswith("553 5."))
                self.assertTrue(self.refusal(f"rcpt=553 {text}")[1].endswith(" " + text))

    def test_a_code_without_text_has_some_text(self):
        self.assertRegex(self.refusal("rcpt=553")[1], r"\A553 5\.\d\.\d \S")

    def test_421_closes_the_connection(self):
        for stage in STAGES:
            with self.subTest(stage=stage):
                with Sink("--quiet", "--reject", f"{stage}=421 Bye") as sink:
                    with sink.client(hello=None) as client:
                        where, reply = self.replies(client)
                        self.assertEqual((where, reply[:4]), (stage, "421 "))
                        self.assertEqual(client.reply(), "")

    def test_rules_for_two_stages_both_hold(self):
        with Sink("--quiet", "--reject", "rcpt=550 first", "--reject", "mail=551 second") as sink:
            with sink.client(hello=None) as client:
                self.assertEqual(self.replies(client)[0], "mail")

    def test_the_last_rule_for_a_stage_counts(self):
        self.assertTrue(self.refusal("rcpt=550 first", "rcpt=551 second")[1].startswith("551"))

    def test_an_address_s_rule_is_for_nobody_else(self):
        rules = ("--reject", "rcpt:b@example.org=550 5.1.1 no b", "--reject", "mail:c@example.org=450 no c")
        with Sink("--quiet", *rules) as sink, sink.client() as client:
            self.assertEqual(client.say("MAIL FROM:<c@example.org>"), "450 4.2.0 no c")
            self.assertTrue(client.say("MAIL FROM:<b@example.org>").startswith("250"))
            self.assertEqual(client.say("RCPT TO:<b@example.org>"), "550 5.1.1 no b")
            for recipient in "c@example.org", "b@example.org.example", "ab@example.org":
                self.assertTrue(client.say(f"RCPT TO:<{recipient}>").startswith("250"))

    def test_an_address_in_brackets_is_refused_as_it_is_nobody_s(self):
        for rule in ("mail:<a@example.org>", "rcpt:<a@example.org>=550 no a", "message:a@example.org>", "mail:<>"):
            result = run("sink", "--listen", "127.0.0.1:0", "--reject", rule)
            self.assert_refused(result)
            self.assertEqual(result.stderr.decode(), f'cmta sink: --reject "{rule}" wants the address without < and >\n')

    def test_a_recipient_s_rule_refuses_the_message_for_all(self):
        with Sink("--jsonl", self.path, "--reject", "message:b@example.org=554 no b") as sink, sink.client() as client:
            self.assertTrue(client.message(recipients=["<a@example.org>"]).startswith("250"))
            self.assertTrue(client.message(recipients=["<a@example.org>", "<b@example.org>"]).startswith("554"))
            self.assertEqual(len(self.records()), 1)

    def test_after_a_refused_message_the_session_goes_on(self):
        with Sink("--quiet", "--reject", "message=554 spam") as sink, sink.client() as client:
            self.assertEqual([client.message()[:3] for _ in range(3)], ["554"] * 3)
            self.assertTrue(client.say("QUIT").startswith("221"))

    def test_refused_messages_are_not_counted(self):
        with Sink("--quiet", "--reject", "message") as sink:
            with sink.client() as client:
                client.message()
            self.assertIn(" 0 messages, ", sink.stop()[1][0])


if __name__ == "__main__":
    main()
