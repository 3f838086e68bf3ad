# SPDX-License-Identifier: MIT
"""Servers that the benchmarks measure: how each is started and what it has used. Not a program."""

import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import time


def free_port():
    """A port of the loopback address that nobody uses, for servers that cannot choose one themselves."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def new_certificate(folder):
    """A key (P-256, as `--tls-self-signed` makes it) and its certificate, in one file of the folder; returns its path."""
    if not shutil.which("openssl"):
        sys.exit("openssl is missing: tools/setup --bench")
    parts = [os.path.join(folder, name) for name in ("certificate", "key")]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-out", parts[0], "-keyout", parts[1]],
                   check=True, capture_output=True)
    path = os.path.join(folder, "certificate_and_key")
    with open(path, "w", encoding="ascii") as file:
        for part in parts:
            with open(part, encoding="ascii") as content:
                file.write(content.read())
    return path


def raise_descriptor_limit():
    """As many descriptors as this process and its children may have; returns the number."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class Server:
    """A running server on the loopback address; `with` ends it.

    Where its command has the word PORT, that is replaced; without it the server says on its first line of output where it listens.
    """

    def __init__(self, name, command, folder=None):
        self.name = name
        self.port = free_port()
        chosen = [word.replace("PORT", str(self.port)) for word in command]
        self.process = subprocess.Popen(chosen, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd=folder)
        if chosen == command:
            self.port = self._announced()
        self._wait_until_it_answers()

    def _announced(self):
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening(?:-tls)? \S+ (\d+)\n", line)
        if not found:
            raise SystemExit(f"{self.name} did not say where it listens: {line!r}")
        return int(found.group(1))

    def _wait_until_it_answers(self):
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise SystemExit(f"{self.name} does not listen")

    def cpu_seconds(self):
        """User and system time of the whole process, to the nanosecond: its CPU clock as clock_getcpuclockid(3) names it."""
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as file:
            return int(re.search(r"^Rss:\s+(\d+) kB", file.read(), re.M).group(1)) * 1024

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def sink(build, *arguments):
    """The command of `cmta sink` with no limits in the way."""
    return [os.path.join(build, "cmta"), "sink", "--quiet", "--max-connections", "0", *arguments]


def commands(build, peers):
    """The servers by name, floor first: those of the build folder, and of the peers asked for those that are installed."""
    known = {
        "floor": [os.path.join(build, "tools/bench/floor")],
        "cmta": sink(build, "--max-errors", "0", "--listen", "127.0.0.1:0"),
    }
    path = os.environ["PATH"] + ":/usr/sbin"
    if "smtp-sink" in peers and shutil.which("smtp-sink", path=path):
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        known["smtp-sink"] = [shutil.which("smtp-sink", path=path), *user, "-m", "30000", "127.0.0.1:PORT", "511"]
    return known


def starttls_commands(build, certificate):
    """The servers that offer STARTTLS by name, floor first."""
    return {
        "floor": [os.path.join(build, "tools/bench/floor"), certificate, "starttls"],
        "cmta": sink(build, "--max-errors", "0", "--tls-cert", certificate, "--listen", "127.0.0.1:0"),
    }


def implicit_tls_commands(build, certificate):
    """The servers with TLS from the first byte by name, floor first. The first line that they do not know, GET, ends a session."""
    return {
        "floor": [os.path.join(build, "tools/bench/floor"), certificate, "implicit"],
        "cmta": sink(build, "--max-errors", "1", "--tls-cert", certificate, "--listen-tls", "127.0.0.1:0"),
    }
