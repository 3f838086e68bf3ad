# SPDX-License-Identifier: MIT
"""An instance of Postfix of its own, for the tests of what it delivers; no test lives here."""

import os
import pwd
import re
import subprocess

from support import PATIENCE

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = /dev/stdout
myhostname = client.example
mydestination =
inet_interfaces = loopback-only
smtp_host_lookup = native
default_transport = error
transport_maps = inline:{{ {transports} }}
"""

MASTER = """\
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n 1000? 1 tlsmgr
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
"""


class Postfix:
    """Runs in a scratch folder, with its log on standard output; a context manager. The domain of the recipient decides how a message goes:
    NAME.example by the transport NAME, which is a next hop and the line of master.cf behind the name."""

    def __init__(self, folder, transports, main="", master=""):
        self.folder = folder
        self.configuration = os.path.join(folder, "etc")
        os.chmod(folder, 0o755)
        for name in "etc", "queue", "data":
            os.mkdir(os.path.join(folder, name))
        os.chown(os.path.join(folder, "data"), pwd.getpwnam("postfix").pw_uid, -1)
        routes = ", ".join(f"{{ {name}.example = {name}:{hop} }}" for name, (hop, _) in transports.items())
        self.write("main.cf", MAIN.format(folder=folder, transports=routes) + main)
        self.write("master.cf", MASTER + master + "".join(f"{name} unix - - n - - {client}\n" for name, (_, client) in transports.items()))
        self.write("dynamicmaps.cf", "")
        self.process = subprocess.Popen(["postfix", "-c", self.configuration, "start-fg"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True)

    def __enter__(self):
        self.log_until(r"daemon started")
        return self

    def __exit__(self, *_):
        subprocess.run(["postfix", "-c", self.configuration, "stop"], capture_output=True, timeout=PATIENCE)
        self.process.communicate(timeout=PATIENCE)

    def write(self, name, text):
        with open(os.path.join(self.configuration, name), "w", encoding="ascii") as file:
            file.write(text)

    def log_until(self, pattern):
        """Reads the log up to a line that has the pattern, and returns the match."""
        for line in self.process.stdout:
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"Postfix ended before {pattern!r}")

    def submit(self, *recipients):
        """Gives it a message, as a program on its own machine does."""
        command = ["sendmail", "-C", self.configuration, "-f", "from@example.org", *recipients]
        subprocess.run(command, input=b"Subject: test\n\ntext\n", check=True, capture_output=True, timeout=PATIENCE)

    def outcomes(self, domain, count=1):
        """What its log says next became of so many recipients of a domain, and why: address: (status, reason)."""
        found = {}
        while len(found) < count:
            address, *outcome = self.log_until(rf"to=<([^>]*@{domain})>.* status=(\w+) \((.*)\)").groups()
            found[address] = tuple(outcome)
        return found
