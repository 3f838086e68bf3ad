# SPDX-License-Identifier: MIT
"""The option tables of README.md name just the options that `cmta sink --help` and `cmta passwd --help` have.
usage: test_options.py SOURCE SERVER CMTA"""
import re
import subprocess
import sys

page = open(sys.argv[1] + "/README.md", encoding="utf-8").read()
for command in "sink", "passwd":
    section = re.search(rf"^## cmta {command}\n(.*?)^## ", page, re.M | re.S).group(1)
    documented = set(re.findall(r"^\| `(--[a-z-]+)", section, re.M))
    shown = subprocess.run([sys.argv[3], command, "--help"], capture_output=True, text=True, check=True).stdout
    offered = set(re.findall(r"^\s+(--[a-z-]+)", shown, re.M)) - {"--help"}
    assert documented == offered, \
        f"{command}: only in README.md: {documented - offered}; only in --help: {offered - documented}"
