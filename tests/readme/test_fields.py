# SPDX-License-Identifier: MIT
"""README.md names just the fields that a JSON line of `cmta sink` has. usage: test_fields.py SOURCE SERVER CMTA"""
import json
import re
import smtplib
import subprocess
import sys

with open(sys.argv[1] + "/README.md", encoding="utf-8") as page:
    table = re.search(r"^\| field \|[^\n]*\n(.*?)\n\n", page.read(), re.M | re.S).group(1)
documented = {name for row in re.findall(r"^\| (`[^|]*) \|", table, re.M) for name in re.findall(r"`([^`]+)`", row)}


def records():
    """What the sink writes of one message that is text, and of one that is not."""
    with subprocess.Popen([sys.argv[3], "sink", "--listen", "127.0.0.1:0", "--jsonl", "-"], stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(process.stdout.readline().split()[2])
            with smtplib.SMTP("127.0.0.1", port, "client.example", 60) as client:
                for message in b"text\r\n", b"\xff\r\n":
                    client.sendmail("from@example.org", "to@example.org", message)
        finally:
            process.terminate()
        return [json.loads(line) for line in process.stdout]


told = set()
for record in records():
    told |= set(record) - {"from"}
    told |= {f"from.{name}" for name in record["from"]} | {f"to.{name}" for name in record["to"][0]}
assert documented == told, f"only in README.md: {documented - told}; only in a record: {told - documented}"
