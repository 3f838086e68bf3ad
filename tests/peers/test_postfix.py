# SPDX-License-Identifier: MIT
"""Postfix delivers to the sink through TLS, verifying its certificate, and logs in with each mechanism of Cyrus SASL."""

import os
import pwd
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sink"))

from submission import MECHANISMS, PASSWORD, USER, SubmissionTest
from support import PATIENCE, main

SASL = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")

# A domain of recipients each, and what its transport differs in.
TRANSPORTS = {
    "starttls": "",
    "implicit": "-o smtp_tls_wrappermode=yes",
    "untrusted": "-o smtp_tls_CAfile={other}",
    "misnamed": "-o smtp_tls_secure_cert_match=other.example",
    "tls12": "-o smtp_tls_mandatory_protocols=<=TLSv1.2",
    **{mechanism.lower(): f"-o smtp_sasl_auth_enable=yes -o smtp_sasl_mechanism_filter={mechanism}" for mechanism in SASL},
}

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
smtp_tls_security_level = secure
smtp_tls_secure_cert_match = hostname
smtp_tls_CAfile = {authority}
smtp_tls_loglevel = 1
smtp_sasl_security_options = noanonymous
smtp_sasl_password_maps = inline:{{ {{ [localhost]:{port} = {user} }} }}
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


class Postfix(SubmissionTest):
    options = ("--mechanisms", ",".join(name for name in MECHANISMS if name != "EXTERNAL"), "--tls", "required")
    required = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.configuration = os.path.join(cls.class_folder, "etc")
        os.chmod(cls.class_folder, 0o755)
        for name in "etc", "queue", "data":
            os.mkdir(os.path.join(cls.class_folder, name))
        os.chown(os.path.join(cls.class_folder, "data"), pwd.getpwnam("postfix").pw_uid, -1)
        cls.configure()
        cls.postfix = subprocess.Popen(["postfix", "-c", cls.configuration, "start-fg"], stdout=subprocess.PIPE, text=True)
        cls.addClassCleanup(cls.stop)
        cls.log_until(r"daemon started")

    @classmethod
    def configure(cls):
        transports = ", ".join("{{ {0}.example = {0}:[localhost]:{1} }}".format(name, cls.sink.tls_port if name == "implicit" else cls.sink.port)
                               for name in TRANSPORTS)
        cls.write("main.cf", MAIN.format(folder=cls.class_folder, transports=transports, authority=cls.authority, port=cls.sink.port,
                                         user=f"{USER}:{PASSWORD}"))
        cls.write("master.cf", MASTER + "".join(f"{name} unix - - n - - smtp {options.format(other=cls.client_certificate)}\n"
                                                for name, options in TRANSPORTS.items()))
        cls.write("dynamicmaps.cf", "")

    @classmethod
    def write(cls, name, text):
        with open(os.path.join(cls.configuration, name), "w", encoding="ascii") as file:
            file.write(text)

    @classmethod
    def stop(cls):
        subprocess.run(["postfix", "-c", cls.configuration, "stop"], capture_output=True, timeout=PATIENCE)
        cls.postfix.communicate(timeout=PATIENCE)

    @classmethod
    def log_until(cls, pattern):
        """Reads the log up to a line that has the pattern, and returns the match."""
        for line in cls.postfix.stdout:
            found = re.search(pattern, line)
            if found:
                return found
        raise AssertionError(f"Postfix ended before {pattern!r}")

    def deliver(self, transport):
        """Gives Postfix a message for a transport; returns what its log says became of it, and why."""
        command = ["sendmail", "-C", self.configuration, "-f", "from@example.org", f"to@{transport}.example"]
        subprocess.run(command, input=b"Subject: test\n\ntext\n", check=True, capture_output=True, timeout=PATIENCE)
        return self.log_until(rf"to=<to@{transport}\.example>.* status=(\w+) \((.*)\)").groups()

    def assert_delivers(self, transport):
        status, reply = self.deliver(transport)
        self.assertEqual(status, "sent", reply)
        record = self.record()
        self.assertIn(record["id"], reply)
        self.assert_tls(record["tls"])
        return record

    def test_it_delivers_through_starttls_to_a_certificate_that_it_verifies(self):
        self.assertEqual(self.assert_delivers("starttls")["protocol"], "ESMTPS")

    def test_it_delivers_through_tls_from_the_first_byte(self):
        self.assertEqual(self.assert_delivers("implicit")["protocol"], "ESMTPS")

    def test_it_delivers_through_tls_1_2(self):
        self.assertEqual(self.assert_delivers("tls12")["tls"]["version"], "TLSv1.2")

    def test_it_delivers_nothing_to_a_certificate_that_it_does_not_trust(self):
        for transport in "untrusted", "misnamed":
            with self.subTest(transport=transport):
                status, reason = self.deliver(transport)
                self.assertEqual(status, "deferred")
                self.assertRegex(reason, "not (trusted|verified)")
        self.assertEqual(self.records(), [])

    def test_it_logs_in_with_each_mechanism(self):
        for mechanism in SASL:
            with self.subTest(mechanism=mechanism):
                self.before += len(self.records())
                record = self.assert_delivers(mechanism.lower())
                self.assertEqual(record["protocol"], "ESMTPSA")
                self.assertEqual(record["auth"], {"user": USER, "mechanism": mechanism, "authzid": ""})


if __name__ == "__main__":
    main()
