# SPDX-License-Identifier: MIT
"""Each example is short, is built, and stands in README.md with its test."""

import glob
import os
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
LONGEST = 60  # lines


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


class Files(unittest.TestCase):
    def setUp(self):
        self.names = sorted(os.path.basename(path) for path in glob.glob(os.path.join(FOLDER, "example_*.c")))

    def test_there_are_nine_at_least(self):
        self.assertGreaterEqual(len(self.names), 9)

    def test_none_is_longer_than_a_page(self):
        lengths = {name: len(read(name).splitlines()) for name in self.names}
        self.assertEqual({name: length for name, length in lengths.items() if length > LONGEST}, {})

    def test_each_has_a_row_in_readme_with_its_test(self):
        table = read("README.md")
        for name in self.names:
            subject = name[len("example_"):-len(".c")]
            self.assertIn(f"| [`{name}`]({name}) |", table)
            self.assertIn(f"| `example/{subject}` |", table)
            self.assertTrue(os.path.exists(os.path.join(FOLDER, f"test_{subject}.py")), subject)


if __name__ == "__main__":
    unittest.main()
