# SPDX-License-Identifier: MIT
"""The tests by Criterion and the kit pass."""

import subprocess

from support import PATIENCE, PROGRAM, ExampleTest, main, needs


@needs("curl")
class KitCriterion(ExampleTest):
    def test_its_tests_pass(self):
        done = subprocess.run([PROGRAM, "--verbose=1"], stderr=subprocess.PIPE, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Tested: 2 | Passing: 2", done.stderr)


if __name__ == "__main__":
    main()
