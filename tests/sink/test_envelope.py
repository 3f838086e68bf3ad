# SPDX-License-Identifier: MIT
"""What MAIL and RCPT ask for, as the JSON lines tell it."""

import os
import time

from submission import trusting
from support import Client, Sink, SinkTest, main

OFFERED = "BINARYMIME,PRDR,DSN,REQUIRETLS,DELIVERBY,MT-PRIORITY,RRVS"
NOTHING = {"size": None, "body": None, "smtputf8": False, "auth": None, "ret": None, "envid": None, "by": None, "hold": None,
           "mt_priority": None, "requiretls": False, "prdr": False}


class Envelope(SinkTest):
    def setUp(self):
        super().setUp()
        self.authority = os.path.join(self.folder, "authority.pem")
        self.sink = Sink("--jsonl", self.path, "--extensions", OFFERED, "--auth", "alice:secret", "--auth-in-clear",
                         "--tls-self-signed", self.authority, "--max-message-size", "0", lmtp=("127.0.0.1:0",))
        self.addCleanup(self.sink.__exit__)

    def record_of(self, mail="", rcpt="", login=False):
        with self.sink.client() as client:
            if login:
                self.assertTrue(client.auth("PLAIN", b"\0alice\0secret").startswith("235"))
            reply = client.message(sender=f"<from@example.org>{mail}", recipients=[f"<to@example.org>{rcpt}"])
            self.assertTrue(reply.startswith("250"), reply)
        return self.records()[-1]

    def assert_from(self, mail, login=False, **fields):
        """The fields of `from` beside address and params: these, and of the others nothing."""
        record = self.record_of(" " + mail if mail else "", login=login)["from"]
        self.assertEqual(record.pop("address"), "from@example.org")
        del record["params"]
        self.assertEqual(record, {**NOTHING, **fields})

    def assert_to(self, rcpt, **fields):
        record = self.record_of(rcpt=" " + rcpt if rcpt else "")["to"][0]
        del record["address"], record["params"]
        self.assertEqual(record, {"notify": None, "orcpt": None, "rrvs": None, **fields})

    def test_what_is_not_given_is_null(self):
        self.assert_from("")
        self.assert_to("")

    def test_size_body_and_smtputf8(self):
        self.assert_from("SIZE=0", size=0)
        self.assert_from("SIZE=77 BODY=7BIT", size=77, body="7BIT")

    def test_a_size_that_no_json_integer_holds_is_null(self):
        for size, expected in ((2**63 - 1, 2**63 - 1), (2**63, None), (2**64 - 1, None)):
            self.assert_from(f"SIZE={size}", size=expected)
        self.assert_from("BODY=8bitmime SMTPUTF8", body="8BITMIME", smtputf8=True)

    def test_binarymime(self):
        with self.sink.client() as client:
            client.envelope(sender="<a@example.org> BODY=BINARYMIME")
            client.send(b"BDAT 3 LAST\r\n\n\0x")
            self.assertTrue(client.reply().startswith("250"))
        self.assertEqual((self.record()["from"]["body"], self.record()["data"]), ("BINARYMIME", "\n\0x"))

    def test_auth_is_the_submitter_that_a_known_client_names(self):
        self.assert_from("AUTH=eve@example.org", auth="")
        self.assert_from("AUTH=e+2Bve@example.org", login=True, auth="e+ve@example.org")
        self.assert_from("AUTH=<>", login=True, auth="")

    def test_ret_and_envid(self):
        self.assert_from("RET=HDRS ENVID=a+20b", ret="HDRS", envid="a b")
        self.assert_from("RET=full", ret="FULL")

    def test_by(self):
        self.assert_from("BY=120;R", by={"seconds": 120, "mode": "return", "trace": False})
        self.assert_from("BY=-10;NT", by={"seconds": -10, "mode": "notify", "trace": True})

    def test_hold(self):
        self.sink = Sink("--jsonl", self.path, "--submission", "--extensions", "FUTURERELEASE", "--auth", "alice:secret", "--auth-in-clear")
        self.addCleanup(self.sink.__exit__)
        self.assert_from("HOLDFOR=60", login=True, hold={"for": 60, "until": None})
        until = time.strftime("%Y-%m-%dT%H:00:00", time.gmtime(time.time() + 86400))
        self.assert_from(f"HOLDUNTIL={until}Z", login=True, hold={"for": None, "until": f"{until}Z"})

    def test_mt_priority(self):
        self.assert_from("MT-PRIORITY=-9", mt_priority=-9)
        self.assert_from("MT-PRIORITY=0", mt_priority=0)

    def test_requiretls(self):
        with self.sink.tls_client(trusting(self.authority)) as client:
            client.message(sender="<a@example.org> REQUIRETLS")
        self.assertIs(self.record()["from"]["requiretls"], True)

    def test_prdr(self):
        self.assert_from("PRDR", prdr=True)

    def test_notify(self):
        self.assert_to("NOTIFY=NEVER", notify=["NEVER"])
        self.assert_to("NOTIFY=delay,success,failure", notify=["SUCCESS", "FAILURE", "DELAY"])

    def test_orcpt(self):
        self.assert_to("ORCPT=rfc822;a+2Bb@example.org", orcpt={"type": "rfc822", "address": "a+b@example.org"})
        self.assert_to("ORCPT=utf-8;\\x{7528}@example.org", orcpt={"type": "utf-8", "address": "\u7528@example.org"})

    def test_rrvs(self):
        self.assert_to("RRVS=2020-01-02T03:04:05+01:00", rrvs={"since": "2020-01-02T02:04:05Z", "action": "reject"})
        self.assert_to("RRVS=0001-01-01T00:00:00Z;C", rrvs={"since": "0001-01-01T00:00:00Z", "action": "continue"})

    def test_params_hold_what_was_said(self):
        record = self.record_of(" ret=HDRS ENVID=a+20b", " NOTIFY=delay")
        self.assertEqual(record["from"]["params"], {"RET": "HDRS", "ENVID": "a+20b"})
        self.assertEqual(record["to"][0]["params"], {"NOTIFY": "delay"})

    def test_lmtp_is_told(self):
        self.assertIs(self.record_of()["lmtp"], False)
        with Client(self.sink.lmtp_port, hello=None) as client:
            client.say("LHLO client.example")
            self.assertTrue(client.message(sender="<a@example.org> RET=FULL").startswith("250"))
        record = self.records()[-1]
        self.assertEqual((record["lmtp"], record["protocol"], record["from"]["ret"]), (True, "LMTP", "FULL"))

    def test_what_is_for_submission_does_not_count_in_lmtp(self):
        with Sink("--jsonl", self.path, "--submission", "--auth", "alice:secret", "--auth-in-clear", lmtp=("127.0.0.1:0",)) as sink:
            with sink.client() as client, Client(sink.lmtp_port, hello=None) as other:
                self.assertTrue(client.say("MAIL FROM:<a@localhost>").startswith("530"))
                other.say("LHLO client.example")
                self.assertTrue(other.message(sender="<a@localhost>").startswith("250"))


if __name__ == "__main__":
    main()
