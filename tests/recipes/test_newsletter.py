# SPDX-License-Identifier: MIT
# test_newsletter.py
import smtplib

import pytest


def send_newsletter(host, port, *readers):  # what is tested
    with smtplib.SMTP(host, port) as client:
        return client.sendmail("news@example.org", readers, "Subject: News\r\n\r\nHello.\r\n")


def test_every_reader_gets_it(sink):
    send_newsletter(sink.host, sink.port, "bob@example.net", "carol@example.net")
    [mail] = sink.mails()
    assert [to["address"] for to in mail["to"]] == ["bob@example.net", "carol@example.net"]
    assert "Subject: News\r\n" in mail["data"]


@pytest.mark.parametrize("sink", [["--fault", "rcpt nth 1: reply 450 4.2.1 Mailbox busy"]], indirect=True)
def test_a_reader_who_is_busy_does_not_keep_others_from_it(sink):
    assert send_newsletter(sink.host, sink.port, "bob@example.net", "carol@example.net") == {"bob@example.net": (450, b"4.2.1 Mailbox busy")}
    assert [to["address"] for to in sink.mails()[0]["to"]] == ["carol@example.net"]
