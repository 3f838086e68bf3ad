# SPDX-License-Identifier: MIT
"""README.md and `cmta sink --help` name just the extensions that the engine has, and say of each rightly whether it is on by default.
usage: test_extensions.py SOURCE SERVER CMTA"""
import re
import subprocess
import sys


def read(path):
    with open(f"{sys.argv[1]}/{path}", encoding="utf-8") as file:
        return file.read()


table = dict(re.findall(r'\{(CMTA_EXTENSION_\w+), "([\w-]+)', read("src/engine/extensions.c")))
default = re.search(r"CMTA_EXTENSIONS_DEFAULT =(.*?)\n\};", read("include/cmta/settings.h"), re.S).group(1)
on = {table[bit] for bit in re.findall(r"CMTA_EXTENSION_\w+", default)}
off = set(table.values()) - on
assert on and off, table

rows = re.findall(r"^\| `([A-Z0-9-]+)[^|`]*` \|[^|]*\| (on|off)\b[^|]*\|", read("README.md"), re.M)
documented = {word: {name for name, state in rows if state == word} for word in ("on", "off")}
assert documented == {"on": on, "off": off}, (documented, on, off)

shown = subprocess.run([sys.argv[3], "sink", "--help"], capture_output=True, text=True, check=True).stdout
lists = re.search(r"by default on:(.*?); by default off:(.*?)\n  --", shown, re.S).groups()
assert [set(names.split()) for names in lists] == [on, off], (lists, on, off)
