# SPDX-License-Identifier: MIT
"""Each file, and each heading, that README.md links to exists. usage: test_links.py SOURCE SERVER CMTA"""
import os
import re
import sys

page = open(sys.argv[1] + "/README.md", encoding="utf-8").read()
links = [link for link in re.findall(r"\]\(([^)]+)\)", page) if "://" not in link]
assert links, "no links found"
headings = {"#" + heading.strip().lower().replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", page, re.M)}
missing = [link for link in links if link not in headings and not os.path.exists(os.path.join(sys.argv[1], link))]
assert not missing, missing
