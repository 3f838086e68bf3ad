# SPDX-License-Identifier: MIT
"""The option table of README.md names just the options that `cmta sink --help` has.
usage: test_options.py SOURCE SERVER CMTA"""
import re
import subprocess
import sys

page = open(sys.argv[1] + "/README.md", encoding="utf-8").read()
documented = set(re.findall(r"^\| `(--[a-z-]+)", page, re.M))
shown = subprocess.run([sys.argv[3], "sink", "--help"], capture_output=True, text=True, check=True).stdout
offered = set(re.findall(r"^\s+(--[a-z-]+)", shown, re.M)) - {"--help"}
assert documented == offered, f"only in README.md: {documented - offered}; only in --help: {offered - documented}"
