# SPDX-License-Identifier: MIT
"""The sink with TLS and a user is started, and sent to, with the commands that README.md shows, and its record is as it says.
usage: test_submission.py SOURCE SERVER CMTA"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77

page = open(sys.argv[1] + "/README.md", encoding="utf-8").read()
sink, port, curl = re.search(r"^    \$ cmta (sink [^\n]*--tls-self-signed [^\n]*)\n    listening 127\.0\.0\.1 (\d+)\n    \$ (curl [^\n]*)\n", page,
                             re.M).groups()
said = [json.loads("{%s}" % part) for part in re.findall(r'`("(?:protocol|tls|auth)": [^`]*)`', page)]


def talk(folder, process):
    """Sends as the page says; returns the record."""
    real = process.stdout.readline().split()[2]
    with open(os.path.join(folder, "mail.txt"), "w", encoding="ascii") as mail:
        mail.write("Subject: test\n\ntext\n")
    subprocess.run(shlex.split(curl.replace(port, real)), cwd=folder, check=True, capture_output=True, timeout=60)
    with open(os.path.join(folder, "messages.jsonl"), encoding="utf-8") as lines:
        return json.loads(lines.read())


def main():
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([sys.argv[3], *shlex.split(sink)], cwd=folder, stdout=subprocess.PIPE, text=True)
        try:
            record = talk(folder, process)
            process.terminate()
            assert process.wait(60) == 0, process.returncode
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
    assert len(said) == 3, said
    for part in said:
        assert part.items() <= record.items(), (part, record)


if not shutil.which("curl"):
    sys.exit(SKIPPED)
main()
