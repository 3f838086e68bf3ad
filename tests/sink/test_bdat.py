# SPDX-License-Identifier: MIT
"""Messages in chunks (RFC 3030), by a client of this file: smtplib, curl and swaks know no BDAT."""

import base64

from support import Sink, SinkTest, main

HEADER = b"Subject: chunks\r\n\r\n"


def cut(message, size):
    """The chunks of a message; the last one may be empty."""
    return [message[at:at + size] for at in range(0, len(message), size)] or [b""]


class Chunks(SinkTest):
    def begin(self, client):
        self.assertIn("CHUNKING", client.extensions)
        self.assertEqual(client.say("MAIL FROM:<a@example.org>")[:3], "250")
        self.assertEqual(client.say("RCPT TO:<b@example.org>")[:3], "250")

    def send_one_by_one(self, client, chunks):
        """Each chunk, its reply, and the next; all replies."""
        replies = []
        for chunk in chunks[:-1]:
            client.socket.sendall(b"BDAT %d\r\n%b" % (len(chunk), chunk))
            replies.append(client.reply())
        client.socket.sendall(b"BDAT %d LAST\r\n%b" % (len(chunks[-1]), chunks[-1]))
        return [*replies, client.reply()]

    def send_at_once(self, client, chunks):
        """All chunks in one group (RFC 3030 section 4.2)."""
        wire = b"".join(b"BDAT %d\r\n%b" % (len(chunk), chunk) for chunk in chunks) + b"BDAT 0 LAST\r\n"
        client.socket.sendall(wire)
        return [client.reply() for _ in range(len(chunks) + 1)]

    def record_of(self, message, size, send):
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            self.begin(client)
            replies = send(client, cut(message, size))
            for reply in replies:
                self.assertEqual(reply[:3], "250", reply)
            return self.records()[-1], replies

    def test_a_message_in_one_chunk_is_whole(self):
        message = HEADER + b"".join(b"%08d %s\r\n" % (n, b"x" * 900) for n in range(2000))
        record, _ = self.record_of(message, len(message), self.send_one_by_one)
        self.assertEqual((record["data"].encode(), record["size"]), (message, len(message)))

    def test_a_message_in_chunks_is_whole_wherever_it_is_cut(self):
        message = HEADER + b".\r\n..\r\n.text\r\nMAIL FROM:<evil@example.org>\r\n" * 5
        for size in (1, 2, 3, 7, 64):
            with self.subTest(size=size):
                record, replies = self.record_of(message, size, self.send_one_by_one)
                self.assertEqual(record["data"].encode(), message)
                self.assertEqual(replies[0], f"250 2.0.0 {size} octets received")

    def test_pipelined_chunks_are_one_message(self):
        message = HEADER + b"text\r\n" * 1000
        record, _ = self.record_of(message, 500, self.send_at_once)
        self.assertEqual(record["data"].encode(), message)

    def test_a_last_line_without_its_end_is_kept_so(self):
        record, _ = self.record_of(HEADER + b"no end", 10, self.send_one_by_one)
        self.assertEqual(record["data"].encode(), HEADER + b"no end")

    def test_octets_beyond_ascii_come_as_base64(self):
        message = HEADER + bytes(octet for octet in range(256) if octet not in b"\r\n") + b"\r\n"
        record, _ = self.record_of(message, 100, self.send_one_by_one)
        self.assertEqual(base64.b64decode(record["data_base64"], validate=True), message)

    def test_a_refused_chunk_runs_no_command(self):
        evil = b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nevil\r\n.\r\n"
        with Sink("--jsonl", self.path) as sink, sink.client() as client:
            client.socket.sendall(b"BDAT %d LAST\r\n%bNOOP\r\n" % (len(evil), evil))
            self.assertEqual([client.reply()[:3] for _ in range(2)], ["503", "250"])
        self.assertEqual(self.records(), [])

    def test_a_chunk_refused_by_the_policy_is_answered_once(self):
        with Sink("--reject", "data=550 no data here") as sink, sink.client() as client:
            self.begin(client)
            client.socket.sendall(b"BDAT 6\r\nRSET\r\nNOOP\r\n")
            self.assertEqual([client.reply()[:3] for _ in range(2)], ["550", "250"])


if __name__ == "__main__":
    main()
