# SPDX-License-Identifier: MIT
"""A test by the kit passes when the mails are sent, and says what is missing when they are not."""

import os
import subprocess
import sys
import textwrap
import unittest

from support import PATIENCE, PROGRAM, ExampleTest, main

SENDER = textwrap.dedent("""\
    import smtplib, sys
    with smtplib.SMTP("127.0.0.1", int(sys.argv[-1])) as client:
        for to in sys.argv[1:-1]:
            client.sendmail("news@example.org", [to], "Subject: The News\\r\\n\\r\\nHello.\\r\\n")
""")


class Kit(ExampleTest):
    def run_example(self, *recipients):
        script = self.path("sender.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write(SENDER)
        command = " ".join([sys.executable, script, *recipients])
        return subprocess.run([PROGRAM, command], stdout=subprocess.PIPE, text=True, timeout=PATIENCE)

    def test_it_passes_when_all_have_mail(self):
        done = self.run_example("bob@example.net", "alice@example.net")
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_it_fails_and_says_who_has_none(self):
        done = self.run_example("bob@example.net")
        self.assertEqual(done.returncode, 1)
        self.assertIn('missing: recipient "alice@example.net", subject "News"\n', done.stdout)


if __name__ == "__main__":
    main()
