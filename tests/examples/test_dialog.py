# SPDX-License-Identifier: MIT
"""The policy keeps its promises, and a test that does not hold says what was heard."""

import subprocess

from support import PATIENCE, PROGRAM, ExampleTest, main


class Dialog(ExampleTest):
    def run_example(self, *arguments):
        result = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=PATIENCE)
        return result.returncode, result.stdout + result.stderr

    def test_all_is_as_expected(self):
        self.assertEqual(self.run_example(), (0, ""))

    def test_what_is_not_as_expected_is_said(self):
        status, output = self.run_example("example.com")
        self.assertEqual(status, 1)
        self.assertEqual(output.splitlines()[:2], ["sent:     MAIL FROM:<spammer@example.org>", "expected: 550 5.7.1"])
        self.assertRegex(output.splitlines()[2], "^said:     250 2.1.0 ")


if __name__ == "__main__":
    main()
