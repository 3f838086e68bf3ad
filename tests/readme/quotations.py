# SPDX-License-Identifier: MIT
"""The fenced blocks of a Markdown page, and the files that some of them quote: a comment in the line before the block names the file,
`<!-- tests/recipes/newsletter.sh -->`. No test lives here."""
import os
import re

BLOCK = re.compile(r"^(?:<!-- (\S+) -->\n)?```(\w*)\n(.*?)^```$", re.S | re.M)
LICENCE = re.compile(r"^(#|//|/\*) SPDX-License-Identifier: MIT( \*/)?\n", re.M)


def blocks_of(page):
    """(file, language, text) of each block; no file is ""."""
    return BLOCK.findall(page)


def quotable(text):
    """The text of a file as a page quotes it: without the line of its licence."""
    return LICENCE.sub("", text, count=1)


def misquoted(page, root):
    """The files that the page quotes in other words, or that are not there."""
    wrong = []
    for file, _, text in blocks_of(page):
        path = os.path.join(root, file)
        if file and not (os.path.isfile(path) and quotable(open(path, encoding="utf-8").read()) == text):
            wrong.append(file)
    return wrong
