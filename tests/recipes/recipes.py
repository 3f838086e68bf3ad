# SPDX-License-Identifier: MIT
"""Each recipe is run as it stands, in a scratch folder: it passes, and fails where the sink refuses the mail.
usage: recipes.py [Pytest | Shell | Node | Ci | Run]"""

import os
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "sink"))
from support import PATIENCE, PROGRAM, SinkTest, main, needs  # noqa: E402

NODE_PATH = os.pathsep.join(filter(None, (os.environ.get("NODE_PATH"), "/usr/share/nodejs")))


def can(*command):
    """Whether a command succeeds."""
    return shutil.which(command[0]) and subprocess.run(command, env=environment(), capture_output=True, timeout=PATIENCE).returncode == 0


def environment(**more):
    return {**os.environ, "NODE_PATH": NODE_PATH, "CMTA_SINK": f"{PROGRAM} sink", **more}


class Recipe:
    """`files` are put into the folder; `command` is run in it."""

    def setUp(self):
        super().setUp()
        for name in self.files:
            shutil.copy(os.path.join(HERE, name), self.folder)

    def run_recipe(self, **more):
        return subprocess.run(self.command, cwd=self.folder, env=environment(**more), capture_output=True, text=True, timeout=PATIENCE)

    def test_it_passes(self):
        result = self.run_recipe()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_it_fails_where_the_mail_is_refused(self):
        result = self.run_recipe(CMTA_SINK=f"{PROGRAM} sink --reject rcpt")
        self.assertNotEqual(result.returncode, 0, result.stdout + result.stderr)


class Telling(Recipe):
    """A recipe with words of its own for a sink that does not start."""

    def test_it_says_that_the_sink_does_not_start(self):
        result = self.run_recipe(CMTA_SINK=f"{PROGRAM} sink --listen nowhere")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("the sink does not start", result.stdout + result.stderr)


@unittest.skipUnless(can(sys.executable, "-c", "import pytest"), "pytest is not installed")
class Pytest(Telling, SinkTest):
    files = ("conftest.py", "test_newsletter.py")
    command = (sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", "scratch")


@needs("curl")
class Shell(Recipe, SinkTest):
    files = ("newsletter.sh",)
    command = ("./newsletter.sh",)


@unittest.skipUnless(can("node", "-e", "require('nodemailer'), require('node:test')"), "Nodemailer is not installed")
class Node(Telling, SinkTest):
    files = ("newsletter.test.js",)
    command = ("node", "--test")


@needs("curl")
class Ci(SinkTest):
    """A stand-in for the service: it runs each step by bash, with what the steps before it have put into the environment. cmta was
    checked out, but its tools/run builds nothing."""

    def setUp(self):
        super().setUp()
        yaml = __import__("yaml")
        with open(os.path.join(HERE, "ci.yml"), encoding="utf-8") as file:
            self.steps = yaml.safe_load(file)["jobs"]["mail"]["steps"]
        self.variables = os.path.join(self.folder, "variables")

    def check_out(self, *options):
        run = os.path.join(self.folder, "cmta", "tools", "run")
        os.makedirs(os.path.dirname(run))
        with open(run, "w", encoding="ascii") as file:
            file.write(f'#!/bin/sh\nexec {PROGRAM} sink {" ".join(options)} "$@"\n')
        os.chmod(run, 0o755)

    def run_step(self, step):
        with open(self.variables, "a+", encoding="utf-8") as file:
            file.seek(0)
            more = dict(line.rstrip("\n").split("=", 1) for line in file)
        return subprocess.run(["bash", "-e", "-c", step["run"]], cwd=self.folder, env={**os.environ, "GITHUB_ENV": self.variables, **more},
                              stdout=subprocess.DEVNULL, timeout=PATIENCE).returncode

    def run_steps(self):
        """The names of the steps that fail; behind one only those are run that always are."""
        failed = []
        for step in self.steps:
            if "run" in step and (not failed or step.get("if") == "always()"):
                failed += [step["name"]] if self.run_step(step) else []
        return failed

    def transcript(self):
        with open(os.path.join(self.folder, "transcripts", "1.txt"), encoding="utf-8") as file:
            return file.read()

    def test_its_steps_pass(self):
        self.check_out()
        self.assertEqual(self.run_steps(), [])
        self.assertIn("C  RCPT TO:<bob@example.net>\n", self.transcript())

    def test_it_keeps_what_was_said_where_the_mail_is_refused(self):
        self.check_out("--reject", "rcpt")
        self.assertEqual(self.run_steps(), ["Test"])
        self.assertIn("S  550 ", self.transcript())

    def test_what_it_keeps_is_what_the_sink_writes(self):
        kept = [step for step in self.steps if step.get("uses", "").startswith("actions/upload-artifact")]
        self.assertEqual([(step["if"], step["with"]["path"]) for step in kept], [("failure()", "transcripts")])


@needs("flock")
class Run(SinkTest):
    """tools/run in a tree where nothing is to be built: cmake only says that it has been called, and fails where it must not be."""

    HELD = '! flock -n "$root/build/.lock" true'
    scripts = {
        "tools/setup": "",
        "cmake": f'{HELD} && mkdir "$root/busy" && rmdir "$root/busy" && echo built >>"$root/log"\n',
        "build/cmta": f'if {HELD}; then echo locked; else echo "$@"; fi\n',
    }

    def setUp(self):
        super().setUp()
        for folder in "tools", "build":
            os.mkdir(os.path.join(self.folder, folder))
        self.program = shutil.copy(os.path.join(HERE, "..", "..", "tools", "run"), os.path.join(self.folder, "tools"))
        for name, text in self.scripts.items():
            path = os.path.join(self.folder, name)
            with open(path, "w", encoding="ascii") as file:
                file.write(f'#!/bin/sh\nroot={self.folder}\n{text}')
            os.chmod(path, 0o755)

    def start(self):
        return subprocess.Popen([self.program, "--quiet"], env={**os.environ, "PATH": self.folder + os.pathsep + os.environ["PATH"]},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def finish(self, process):
        output, errors = process.communicate(timeout=PATIENCE)
        return process.returncode, output, errors

    def test_it_builds_under_a_lock_that_the_sink_does_not_have(self):
        self.assertEqual(self.finish(self.start()), (0, "sink --quiet\n", ""))
        with open(os.path.join(self.folder, "log"), encoding="ascii") as file:
            self.assertEqual(file.read(), "built\n" * 2, "the tree was configured and built")

    def test_two_at_once_build_one_after_the_other(self):
        both = [self.start(), self.start()]
        for process in both:
            self.assertEqual(self.finish(process)[0], 0)

    def test_it_says_why_it_cannot_build(self):
        with open(os.path.join(self.folder, "cmake"), "a", encoding="ascii") as file:
            file.write("echo no compiler; exit 1\n")
        self.assertEqual(self.finish(self.start()), (1, "", "no compiler\n"))


if __name__ == "__main__":
    main()
