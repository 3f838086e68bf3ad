# SPDX-License-Identifier: MIT
"""README.md has the words of faults, with what they mean, as `cmta sink --help-faults` prints them.
usage: test_faults.py SOURCE SERVER CMTA"""
import re
import subprocess
import sys

with open(f"{sys.argv[1]}/README.md", encoding="utf-8") as file:
    section = file.read().split("\n### Faults\n")[1].split("\n### ")[0]
help_text = subprocess.run([sys.argv[3], "sink", "--help-faults"], capture_output=True, text=True, check=True).stdout


def spaced(text):
    return re.sub(r"\s+", " ", text)


rows = re.findall(r"^\| (`.*?`) \| (.*) \|$", section, re.M)
documented = {}
for usages, meaning in rows:
    for usage in re.findall(r"`(.*?)`", usages):
        documented[usage] = usage.upper() if meaning == "the command of this name" else meaning

printed = spaced(help_text)
for usage, meaning in documented.items():
    assert f" {usage} {meaning}" in printed, (usage, meaning)

# Each row of the help is one of the page's: two blanks, the usage, blanks, what it means.
shown = re.findall(r"^  (\S.*?)(?:  +|\n +)\S", help_text, re.M)
assert sorted(shown) == sorted(documented), (sorted(shown), sorted(documented))
