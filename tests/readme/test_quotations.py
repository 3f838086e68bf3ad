# SPDX-License-Identifier: MIT
"""What README.md quotes of files stands in them, word for word. usage: test_quotations.py SOURCE SERVER CMTA"""
import sys

from quotations import blocks_of, misquoted, quotable

root = sys.argv[1]
page = open(root + "/README.md", encoding="utf-8").read()
recipe = "tests/recipes/newsletter.sh"
quotation = f"<!-- {recipe} -->\n```sh\n{quotable(open(f'{root}/{recipe}', encoding='utf-8').read())}```\n"
assert "SPDX" not in quotation and quotation.count("\n") > 10, quotation

# The check itself finds what is wrong.
assert misquoted(quotation, root) == []
assert misquoted(quotation.replace("--count 1", "--count 2"), root) == [recipe]
assert misquoted(quotation.replace(recipe, "tests/recipes/none.sh"), root) == ["tests/recipes/none.sh"]

wrong = misquoted(page, root)
assert not wrong, wrong

# Where one recipe is quoted, all are.
quoted = {file for file, _, _ in blocks_of(page)}
recipes = {"tests/examples/example_kit_criterion.c"}
recipes |= {"tests/recipes/" + name for name in ("conftest.py", "test_newsletter.py", "newsletter.sh", "newsletter.test.js", "ci.yml")}
assert not quoted & recipes or recipes <= quoted, recipes - quoted
