# SPDX-License-Identifier: MIT
"""Exim delivers to the sink through TLS, verifying its certificate, by SMTP, with PRDR and by LMTP, and logs in with each mechanism that Debian's
has."""

import glob
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sink"))

from submission import USER, SubmissionTest
from support import PATIENCE, main

# Where Debian's packages are unpacked; tools/peers says so.
UNPACKED = os.environ["CMTA_EXIM"]

# Whom Exim runs as when it does not need to be root. It wants the user Debian-exim, who is not there.
NOBODY = 65534

CONFIGURATION = """\
primary_hostname = client.example
exim_path = {folder}/exim
exim_user = {nobody}
exim_group = {nobody}
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
deliver_drop_privilege = true
keep_environment = *
trusted_users = root
begin routers
sink:
  driver = manualroute
  route_list = * localhost byname
  self = send
  transport = sink
begin transports
sink:
  driver = smtp
  port = {port}
  hosts_require_tls = *
  tls_verify_hosts = *
  tls_verify_cert_hostnames = *
  tls_verify_certificates = {authority}
  {options}
begin authenticators
{authenticator}
"""

AUTHENTICATORS = {
    "PLAIN": "driver = plaintext\n client_send = ^alice^secret",
    "LOGIN": "driver = plaintext\n client_send = : alice : secret",
    "CRAM-MD5": "driver = cram_md5\n client_name = alice\n client_secret = secret",
    "EXTERNAL": "driver = external\n client_send = alice",
}

RECIPIENTS = ("a@example.org", "full@example.org", "b@example.org")

# Exim starts itself anew, so that what it needs is said in one place. nss_wrapper knows the user that it wants.
STARTER = """\
#!/bin/sh
export LD_PRELOAD={folder}/libnss_wrapper.so NSS_WRAPPER_PASSWD={folder}/passwd NSS_WRAPPER_GROUP={folder}/group
exec {folder}/exim4 "$@"
"""


def unpacked(pattern):
    """The path of the one unpacked file that fits a pattern."""
    [path] = glob.glob(os.path.join(UNPACKED, pattern))
    return path


class Exim(SubmissionTest):
    options = ("--mechanisms", ",".join(AUTHENTICATORS), "--tls", "required", "--extensions", "PRDR",
               "--reject", "message:full@example.org=552 5.2.2 Full")
    lmtp = ("127.0.0.1:0",)
    required = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        os.chmod(cls.class_folder, 0o755)
        os.chmod(cls.client_key, 0o644)
        os.mkdir(os.path.join(cls.class_folder, "spool"))
        os.chown(os.path.join(cls.class_folder, "spool"), NOBODY, NOBODY)
        for pattern in "usr/sbin/exim4", "usr/lib/*/libnss_wrapper.so":
            shutil.copy(unpacked(pattern), cls.class_folder)
        cls.write("passwd", f"root:x:0:0::/:/bin/sh\nDebian-exim:x:{NOBODY}:{NOBODY}::/nonexistent:/bin/sh\n")
        cls.write("group", f"root:x:0:\nDebian-exim:x:{NOBODY}:\n")
        cls.write("exim", STARTER.format(folder=cls.class_folder))
        for name in "exim", "exim4":  # without the right to become root again: LD_PRELOAD would not be heeded
            os.chmod(os.path.join(cls.class_folder, name), 0o755)

    @classmethod
    def write(cls, name, text):
        with open(os.path.join(cls.class_folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def port(self, way):
        return self.sink.lmtp_port if way == "lmtp" else super().port(way)

    def deliver(self, way="starttls", options="", mechanism=None, authority=None, recipients=("to@example.org",)):
        """Has Exim deliver one message in the foreground; returns what it logged."""
        if mechanism:
            options += "\n  hosts_require_auth = *"
        authenticator = f"log_in:\n public_name = {mechanism}\n {AUTHENTICATORS[mechanism]}" if mechanism else ""
        self.write("configuration", CONFIGURATION.format(
            folder=self.class_folder, nobody=NOBODY, port=self.port(way), authority=authority or self.authority,
            options=options, authenticator=authenticator))
        self.write("spool/mainlog", "")
        os.chown(os.path.join(self.class_folder, "spool", "mainlog"), NOBODY, NOBODY)
        command = [os.path.join(self.class_folder, "exim"), "-C", os.path.join(self.class_folder, "configuration"), "-odf", "-oi",
                   "-f", "from@example.org", *recipients]
        subprocess.run(command, input=b"Subject: test\n\ntext\n", check=True, capture_output=True, timeout=PATIENCE)
        with open(os.path.join(self.class_folder, "spool", "mainlog"), encoding="utf-8") as log:
            return log.read()

    def assert_delivers(self, *arguments, **options):
        log = self.deliver(*arguments, **options)
        self.assertIn(" CV=yes ", log)
        record = self.record()
        self.assertIn(record["id"], log)
        self.assert_tls(record["tls"])
        return record

    def test_it_delivers_through_starttls_to_a_certificate_that_it_verifies(self):
        self.assertEqual(self.assert_delivers()["protocol"], "ESMTPS")

    def test_it_delivers_through_tls_from_the_first_byte(self):
        self.assertEqual(self.assert_delivers("implicit", "protocol = smtps")["protocol"], "ESMTPS")

    def test_it_delivers_through_tls_1_2(self):
        record = self.assert_delivers(options="tls_require_ciphers = NORMAL:-VERS-TLS1.3")
        self.assertEqual(record["tls"]["version"], "TLSv1.2")

    def assert_one_is_full(self, log):
        """Of three recipients the one in the middle was refused behind the message, and Exim knows."""
        self.assertRegex(log, r"\*\* full@example\.org .*552 5\.2\.2 Full")
        for name in "a", "b":
            self.assertRegex(log, rf"[=-]> {name}@example\.org ")
        [record] = [record for record in self.records() if record["from"]["address"]]  # Exim's notice of it comes here, too
        self.assertEqual([to["address"] for to in record["to"]], ["a@example.org", "b@example.org"])
        return record

    def test_it_delivers_by_prdr_to_those_who_are_not_refused(self):
        log = self.deliver(options="hosts_try_prdr = *", recipients=RECIPIENTS)
        self.assertIs(self.assert_one_is_full(log)["from"]["prdr"], True)

    def test_it_delivers_by_lmtp_to_those_who_are_not_refused(self):
        log = self.deliver("lmtp", "protocol = lmtp", recipients=RECIPIENTS)
        record = self.assert_one_is_full(log)
        self.assertEqual((record["protocol"], record["lmtp"]), ("LMTPS", True))

    def test_it_sends_in_chunks_and_with_data_where_it_is_told_to(self):
        log = self.deliver()
        self.assertIn(" K ", log)  # what Exim notes of BDAT
        in_chunks = self.records()[-1]["data"]
        self.assertTrue(in_chunks.endswith("\r\n\r\ntext\r\n"), in_chunks)
        log = self.deliver(options="hosts_try_chunking =")
        self.assertNotIn(" K ", log)
        self.assertTrue(self.records()[-1]["data"].endswith("\r\n\r\ntext\r\n"))

    def test_it_delivers_nothing_to_a_certificate_that_it_does_not_trust(self):
        log = self.deliver(authority=self.client_certificate)
        self.assertIn("certificate", log)
        self.assertNotIn(" => ", log)
        self.assertEqual(self.records(), [])

    def test_it_logs_in_with_each_mechanism(self):
        external = f"tls_certificate = {self.client_certificate}\n  tls_privatekey = {self.client_key}"
        for mechanism in AUTHENTICATORS:
            with self.subTest(mechanism=mechanism):
                self.before += len(self.records())
                record = self.assert_delivers(options=external if mechanism == "EXTERNAL" else "", mechanism=mechanism)
                self.assertEqual(record["protocol"], "ESMTPSA")
                self.assertEqual(record["auth"]["mechanism"], mechanism)
                self.assertEqual(record["auth"]["user"], USER)


if __name__ == "__main__":
    main()
