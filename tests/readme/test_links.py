# SPDX-License-Identifier: MIT
"""Each file that README.md links to exists. usage: test_links.py SOURCE SERVER CMTA"""
import os
import re
import sys

page = open(sys.argv[1] + "/README.md", encoding="utf-8").read()
links = [link for link in re.findall(r"\]\(([^)]+)\)", page) if "://" not in link]
assert links, "no links found"
missing = [link for link in links if not os.path.exists(os.path.join(sys.argv[1], link))]
assert not missing, missing
