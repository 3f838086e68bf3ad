/* SPDX-License-Identifier: MIT */

/*
 * Whole dialogues, in clear and behind STARTTLS, over a channel on which everything goes wrong that
 * may: short reads and writes, waits in any place, a write that must read first and a read that
 * must write, failure at each operation.
 */

#include "calls.h"
#include "secure.h"

#include "server/connection.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Lines of a message of 100 KiB, and of one that needs more than one record; octets of each. */
enum { LINES = 1600, FEW_LINES = 270, LINE = 64 };

static struct world world;
static struct client client;
static struct secure secure;
static char *mail;               /* NUL behind it */
static unsigned delivered, good; /* messages; of these, as they should be */
static unsigned secured;         /* sessions */
static int listener;

static enum cmta_verdict compare(struct cmta_session *session, void *user,
                                 const struct cmta_message *message) {
  struct cmta_slice data;
  (void)session, (void)user;
  cr_assert_eq(cmta_message_data(message, &data), 0);
  delivered++;
  good += data.length == strlen(mail) && memcmp(data.at, mail, data.length) == 0;
  return CMTA_ACCEPT;
}

static enum cmta_verdict on_secured(struct cmta_session *session, void *user) {
  (void)session, (void)user;
  secured++;
  return CMTA_ACCEPT;
}

static void make_mail(int lines) {
  mail = malloc((size_t)lines * LINE + 1);
  for (int i = 0; i < lines; i++)
    snprintf(mail + (size_t)i * LINE, LINE + 1, "%062d\r\n", i);
}

static void begin(void) {
  secure_begin();
  world_init(&world);
  world.hooks.message = compare;
  world.hooks.secured = on_secured;
  struct cmta_tls *tls = secure_rules(secure_issue("server.example", EC, NULL));
  listener = secure_listen(&world, tls, CMTA_TLS_OFFERED);
  memset(&calls, 0, sizeof calls);
  delivered = good = secured = 0;
}

static void end(void) {
  world_free(&world);
  secure_end();
  free(mail);
}

TestSuite(tls_faults, .init = begin, .fini = end, .timeout = 60);

static void open_client(bool with_tls) {
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
  if (with_tls)
    secure_starttls(&secure);
  else
    client_expect(&client, "220 ");
}

static void deliver(void) {
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "MAIL FROM:<a@client.example>", "250 ");
  client_say(&client, "RCPT TO:<b@server.example>", "250 ");
  client_say(&client, "DATA", "354 ");
  client_send(&client, mail);
  client_say(&client, ".", "250 ");
  client_send(&client, "HELP\r\nNOOP\r\nHELP\r\nQUIT\r\n");
  client_expect(&client, "214");
  client_expect(&client, "250 ");
  client_expect(&client, "214");
  client_expect(&client, "221 ");
  client_expect_end(&client);
  cr_assert(!client.broken || calls.wait_every, "a close_notify is tried once");
  secure_close(&secure, false);
  cr_assert_eq(delivered, 1);
  cr_assert_eq(good, 1);
}

/* ---- Schedules ---- */

/* Many commands without waiting for replies, in more than one read. */
static void pipeline(void) {
  for (int i = 0; i < 300; i++)
    client_send(&client, "NOOP\r\n");
  for (int i = 0; i < 300; i++)
    client_expect(&client, "250 ");
}

static void meet(size_t most, unsigned wait_every) {
  for (int with_tls = 0; with_tls <= 1; with_tls++) {
    calls.most_carried = most;
    calls.wait_every = wait_every;
    delivered = good = 0;
    open_client(with_tls);
    pipeline();
    deliver();
  }
}

static void meet_with(int lines, size_t most, unsigned wait_every) {
  make_mail(lines);
  meet(most, wait_every);
}

Test(tls_faults, octet_by_octet) { meet_with(FEW_LINES, 1, 0); }

Test(tls_faults, octet_by_octet_with_waits) { meet_with(FEW_LINES, 1, 2); }

Test(tls_faults, with_each_other_operation_waiting) { meet_with(LINES, 0, 2); }

Test(tls_faults, with_short_operations) {
  static const size_t sizes[] = {4, 5, 6, 21, 1000, 16383, 16384, 16385, 16406};
  make_mail(FEW_LINES);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    meet(sizes[i], 0);
}

Test(tls_faults, with_short_operations_and_waits_of_all_kinds) {
  static const size_t sizes[] = {5, 17, 1000, 16389};
  make_mail(FEW_LINES);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    for (unsigned every = 2; every < 6; every++)
      meet(sizes[i], every);
}

/* ---- Reads that must write, and writes that must read ---- */

static const struct transport *original;
static struct transport crossed;
static unsigned tries, crossed_reads, crossed_writes;
static unsigned most_crossed; /* writes; 0: reads are */

static ssize_t crossed_read(struct channel *channel, void *buffer, size_t size) {
  if (!most_crossed && tries++ % 3 == 0) {
    channel->read_waits = READY_TO_WRITE;
    crossed_reads++;
    return TRANSPORT_WAIT;
  }
  return original->read(channel, buffer, size);
}

static ssize_t crossed_peek(struct channel *channel) {
  if (!most_crossed && tries++ % 3 == 0) {
    channel->read_waits = READY_TO_WRITE;
    crossed_reads++;
    return TRANSPORT_WAIT;
  }
  return original->peek(channel);
}

/* The client says something then: else it would wait for the server. */
static ssize_t crossed_write(struct channel *channel, const void *bytes, size_t size) {
  if (crossed_writes < most_crossed && tries++ % 2 == 0) {
    channel->write_waits = READY_TO_READ;
    crossed_writes++;
    cr_assert_eq(client_try(&client, "NOOP\r\n", 6), 6);
    return TRANSPORT_WAIT;
  }
  return original->write(channel, bytes, size);
}

static void cross(void) {
  struct channel *channel = &world.server->connections->channel;
  original = channel->transport;
  crossed = *original;
  crossed.read = crossed_read;
  crossed.peek = crossed_peek;
  crossed.write = crossed_write;
  channel->transport = &crossed;
  tries = crossed_reads = crossed_writes = 0;
}

static void open_crossed(bool with_tls, unsigned writes) {
  make_mail(LINES);
  open_client(with_tls);
  if (with_tls)
    client_say(&client, "NOOP", "250 "); /* then the server's handshake is done, too */
  most_crossed = writes;
  cross();
}

static void meet_crossed_reads(bool with_tls) {
  open_crossed(with_tls, 0);
  pipeline();
  deliver();
  cr_assert_gt(crossed_reads, 3);
}

Test(tls_faults, that_make_reads_wait_to_write) { meet_crossed_reads(false); }

Test(tls_faults, that_make_reads_wait_to_write_behind_starttls) { meet_crossed_reads(true); }

/* The questions are answered later, so that the server looks for bytes while they are open. */
Test(tls_faults, that_make_reads_wait_to_write_while_questions_are_open) {
  world.late = MAIL | RCPT | DATA | CHUNK;
  world.answer = true;
  meet_crossed_reads(true);
}

static void meet_crossed_writes(bool with_tls) {
  enum { CROSSED = 50 };
  open_crossed(with_tls, CROSSED);
  client_send(&client, "NOOP\r\n");
  for (int i = 0; i < 1 + CROSSED; i++)
    client_expect(&client, "250 ");
  deliver();
  cr_assert_eq(crossed_writes, CROSSED);
}

Test(tls_faults, that_make_writes_wait_to_read) { meet_crossed_writes(false); }

Test(tls_faults, that_make_writes_wait_to_read_behind_starttls) { meet_crossed_writes(true); }

/* Nothing of the client is wanted any more then. */
Test(tls_faults, that_make_the_last_write_wait_to_read) {
  open_crossed(true, 1);
  client_send(&client, "QUIT\r\n");
  client_expect(&client, "221 ");
  client_expect_end(&client);
  secure_close(&secure, false);
}

/* ---- Failures ---- */

#define UP_TO_DATA "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@s.example>\r\nDATA\r\n"

/* Sends, and takes what there is until a reply begins so or the connection ends. */
static bool try_for(const char *said, const char *beginning) {
  char octets[1024];
  ssize_t count;
  (void)client_push(&client, said, strlen(said));
  for (;;) {
    count = client.read(&client, octets, sizeof octets - 1);
    octets[count > 0 ? count : 0] = '\0';
    if (strstr(octets, beginning))
      return true;
    if (count == 0 || (count < 0 && errno != EAGAIN))
      return false;
    if (count < 0)
      client_wait_for(&client, EV_READ);
  }
}

static bool try_message(void) {
  bool asked = try_for(UP_TO_DATA, "354 ");
  if (asked)
    (void)client_push(&client, mail, strlen(mail));
  bool accepted = asked && try_for(".\r\n", "250 ");
  bool left = accepted && try_for("QUIT\r\n", "221 ");
  if (accepted)
    cr_assert_eq(good, 1);
  return left;
}

/* True when all went well though this operation was to fail. */
static bool fail_from(unsigned operation, bool with_tls) {
  delivered = good = 0;
  calls.carried = 0;
  calls.fail_from = operation;
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
  bool well = !with_tls || (try_for("EHLO c.example\r\nSTARTTLS\r\n", "\r\n220 2.0.0") &&
                            secure_connect(&secure));
  well = well && try_message();
  secure_close(&secure, false);
  secure_run_empty(&world);
  calls.fail_from = 0;
  return well;
}

/* A failure that nobody could have noticed yet ends the message as well as the connection. */
static void fail_everywhere(bool with_tls) {
  unsigned operation = 1;
  make_mail(LINES);
  while (!fail_from(operation, with_tls)) {
    cr_assert_eq(world.opened, world.closed, "operation %u", operation);
    cr_assert_leq(delivered, 1, "operation %u", operation);
    cr_assert_eq(good, delivered, "operation %u", operation);
    operation++;
  }
  cr_assert_gt(operation, with_tls ? 15 : 5);
  delivered = good = 0;
  open_client(with_tls);
  deliver();
}

Test(tls_faults, that_are_failures_end_the_connection) { fail_everywhere(false); }

Test(tls_faults, that_are_failures_end_the_connection_behind_starttls) { fail_everywhere(true); }

/* ---- Handshakes that break off ---- */

/* Says STARTTLS and so many octets of the client's part of the handshake; 0: all. How many went. */
static size_t begin_handshake(size_t octets) {
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
  secure.until = octets;
  client_expect(&client, "220 ");
  client_say(&client, "EHLO client.example", "250");
  client_say(&client, "STARTTLS", "220 ");
  cr_assert_eq(secure_connect(&secure), octets == 0);
  return secure.sent;
}

static void break_off(size_t octets, bool reset) {
  cr_assert_eq(begin_handshake(octets), octets);
  ev_run(world.loop, EVRUN_NOWAIT);
  cr_assert_eq(cmta_server_connections(world.server), 1, "octet %zu", octets);
  if (reset)
    client_close(&client, true);
  else
    shutdown(client.fd, SHUT_WR);
  secure_run_empty(&world);
  cr_assert_eq(world.reason, CMTA_CLOSED_TLS, "octet %zu", octets);
  if (!reset)
    client_close(&client, false);
  secure_free(&secure);
}

/* The connection ends where the client's part of the handshake ends, and not before. */
static void break_off_everywhere(bool reset) {
  make_mail(1);
  size_t all = begin_handshake(0);
  secure_close(&secure, false);
  secure_run_empty(&world);
  cr_assert_gt(all, 200);
  secured = 0;
  for (size_t octets = 1; octets < all; octets++)
    break_off(octets, reset);
  cr_assert_eq(secured, 0);
  open_client(true);
  deliver();
}

Test(tls_faults, that_end_a_handshake_at_any_octet_end_the_connection) {
  break_off_everywhere(false);
}

Test(tls_faults, that_reset_a_handshake_at_any_octet_end_the_connection) {
  break_off_everywhere(true);
}
