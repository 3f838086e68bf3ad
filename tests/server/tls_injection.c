/* SPDX-License-Identifier: MIT */

/* What a client, or somebody between it and the server, sends in clear behind STARTTLS is never
 * executed (CVE-2011-0411, NO STARTTLS): the connection ends. */

#include "secure.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct world world;
static struct client client;
static struct secure secure;
static unsigned hellos, secured;
static int listener;

/* The question that stays open where a test says so: `starttls`, by a bit that is no other's. */
enum { LATE = ALL_QUESTIONS + 1 };

static enum cmta_verdict on_hello(struct cmta_session *session, void *user,
                                  struct cmta_slice name) {
  (void)session, (void)user;
  hellos++;
  cr_assert_not(cmta_slice_is_word(name, "injected"), "a command in clear was executed");
  return CMTA_ACCEPT;
}

static enum cmta_verdict on_starttls(struct cmta_session *session, void *user) {
  struct world *of = user;
  of->open = session;
  return of->late == LATE ? CMTA_LATER : CMTA_ACCEPT;
}

static enum cmta_verdict on_secured(struct cmta_session *session, void *user) {
  (void)session, (void)user;
  secured++;
  return CMTA_ACCEPT;
}

static void begin(void) {
  secure_begin();
  world_init(&world);
  world.hooks.hello = on_hello;
  world.hooks.starttls = on_starttls;
  world.hooks.secured = on_secured;
  hellos = secured = 0;
}

static void end(void) {
  world_free(&world);
  secure_end();
}

TestSuite(tls_injection, .init = begin, .fini = end, .timeout = 30);

static void listen_with_tls(void) {
  struct cmta_tls *tls = secure_rules(secure_issue("server.example", EC, NULL));
  listener = secure_listen(&world, tls, CMTA_TLS_OFFERED);
}

static void open_client(void) {
  world.open = NULL;
  client_connect(&client, &world, listener);
  secure_init(&secure, &client);
}

/* Takes what the server says in clear up to its answer to STARTTLS. */
static void take_answer(void) {
  client_expect(&client, "220 ");
  client_expect(&client, "250");
  client_expect(&client, "");
}

/* Whatever the client does now, no command of it is heard, and there is no TLS: not even for one
   that knows nothing of what was injected. */
static void expect_refusal(const char *about, size_t cut) {
  char octets[512];
  if (strncmp(client.reply, "220 ", 4) == 0)
    (void)secure_connect(&secure);
  while (client.read(&client, octets, sizeof octets) < 0 && errno == EAGAIN)
    client_wait_for(&client, EV_READ);
  secure_close(&secure, false);
  secure_run_empty(&world);
  cr_assert_eq(secured, 0, "%s, cut at %zu", about, cut);
  cr_assert_eq(hellos, 1, "%s, cut at %zu", about, cut);
  cr_assert_eq(world.reason, CMTA_CLOSED_TLS, "%s, cut at %zu", about, cut);
  hellos = 0;
}

#define UP_TO_STARTTLS "EHLO x\r\nSTARTTLS\r\n"

/* Each cut is two segments; the server runs in between until it has nothing to do. */
static void inject(const char *octets, size_t length, size_t cut) {
  open_client();
  cr_assert(client_push(&client, octets, cut));
  for (int i = 0; i < 3; i++)
    ev_run(world.loop, EVRUN_NOWAIT);
  (void)client_push(&client, octets + cut, length - cut);
  take_answer();
  expect_refusal(octets, cut);
}

Test(tls_injection, of_a_command_fails_in_every_cut) {
  static const char octets[] = UP_TO_STARTTLS "EHLO injected\r\n";
  listen_with_tls();
  for (size_t cut = 0; cut < sizeof octets; cut++)
    inject(octets, sizeof octets - 1, cut);
}

Test(tls_injection, of_a_part_of_a_command_fails_in_every_cut) {
  static const char octets[] = UP_TO_STARTTLS "E";
  listen_with_tls();
  for (size_t cut = 0; cut < sizeof octets; cut++)
    inject(octets, sizeof octets - 1, cut);
}

Test(tls_injection, octet_by_octet_fails) {
  static const char octets[] = UP_TO_STARTTLS "EHLO injected\r\n";
  listen_with_tls();
  open_client();
  for (size_t i = 0; i + 1 < sizeof octets; i++)
    (void)client_push(&client, octets + i, 1);
  take_answer();
  expect_refusal(octets, 1);
}

/* As a client does that does not wait for the 220: the handshake would be good. */
Test(tls_injection, a_handshake_that_does_not_wait_for_the_220_fails) {
  char octets[2048] = UP_TO_STARTTLS, *hello;
  size_t length = strlen(octets);
  listen_with_tls();
  open_client();
  (void)SSL_do_handshake(secure_ssl(&secure));
  long more = BIO_get_mem_data(secure.out, &hello);
  memcpy(octets + length, hello, (size_t)more);
  cr_assert(client_push(&client, octets, length + (size_t)more));
  client_expect(&client, "220 ");
  client_expect(&client, "250");
  client_expect(&client, "421 4.7.0 ");
  client_expect_end(&client);
  cr_assert_eq(world.reason, CMTA_CLOSED_TLS);
  secure_close(&secure, false);
}

/* Behind STARTTLS and in front of the handshake, in one segment. */
Test(tls_injection, in_front_of_the_handshake_fails) {
  char octets[2048] = "NOOP\r\n", *hello;
  size_t length = strlen(octets);
  listen_with_tls();
  open_client();
  client_expect(&client, "220 ");
  client_say(&client, "EHLO x", "250");
  client_say(&client, "STARTTLS", "220 ");
  (void)SSL_do_handshake(secure_ssl(&secure));
  long more = BIO_get_mem_data(secure.out, &hello);
  memcpy(octets + length, hello, (size_t)more);
  (void)BIO_reset(secure.out);
  cr_assert(client_push(&client, octets, length + (size_t)more));
  expect_refusal("NOOP", 0);
}

/* The question is open while the bytes come: read, or waiting in the kernel. */
static void inject_in_question(bool together, enum cmta_verdict verdict) {
  world.late = LATE;
  listen_with_tls();
  open_client();
  client_send(&client, together ? UP_TO_STARTTLS "EHLO injected\r\n" : UP_TO_STARTTLS);
  world_run_until_asked(&world);
  if (!together)
    cr_assert(client_push(&client, "EHLO injected\r\n", 15));
  world_decide(&world, verdict);
  take_answer();
  expect_refusal("in question", together);
}

Test(tls_injection, in_one_segment_with_starttls_that_is_decided_later_fails) {
  inject_in_question(true, CMTA_ACCEPT);
}

Test(tls_injection, while_starttls_is_in_question_fails) { inject_in_question(false, CMTA_ACCEPT); }

/* Then there is no TLS, and nothing was injected anywhere. */
Test(tls_injection, behind_a_refused_starttls_is_the_next_command) {
  world.late = LATE;
  listen_with_tls();
  open_client();
  client_send(&client, UP_TO_STARTTLS "NOOP\r\n");
  world_run_until_asked(&world);
  world.late = 0;
  world_decide(&world, CMTA_TEMPFAIL);
  client_expect(&client, "220 ");
  client_expect(&client, "250");
  client_expect(&client, "454 ");
  client_expect(&client, "250 ");
  secure_close(&secure, false);
}
