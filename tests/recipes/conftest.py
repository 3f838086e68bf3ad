# SPDX-License-Identifier: MIT
# conftest.py: a mail server for each test that asks for `sink`.
import json
import os
import shlex
import subprocess
from types import SimpleNamespace

import pytest

COMMAND = shlex.split(os.environ.get("CMTA_SINK", "cmta sink"))


@pytest.fixture
def sink(tmp_path, request):
    def mails():
        return [json.loads(line) for line in file.open(encoding="utf-8")]

    file = tmp_path / "mails.jsonl"
    options = ["--listen", "127.0.0.1:0", "--jsonl", file, *getattr(request, "param", [])]
    with subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()  # "listening 127.0.0.1 40587"
        assert line, "the sink does not start; it has said why on standard error"
        _, host, port = line.split()
        yield SimpleNamespace(host=host, port=int(port), mails=mails)
        process.terminate()
