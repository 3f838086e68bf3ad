# SPDX-License-Identifier: MIT
"""Ports for servers that cannot be told to take any; no test lives here."""

import socket


def free_port():
    """A port of the loopback that nobody has just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
