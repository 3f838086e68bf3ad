/* SPDX-License-Identifier: MIT */

/* A server lends its sessions the system's clocks, unless the settings have others. */

#include "harness.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

static struct world world;
static struct client client;
static time_t before;        /* the session began */
static bool dated;           /* the field of the message has a date from `before` to its question */
static uint64_t nanoseconds; /* of all questions */

/* Whether the message begins with the field of that second. */
static bool begins_with_field(struct cmta_session *session, struct cmta_slice data, time_t second) {
  char field[1024];
  const ptrdiff_t length = cmta_received(session, (int64_t)second, field, sizeof field);
  return length > 0 && data.length >= (size_t)length && memcmp(data.at, field, (size_t)length) == 0;
}

static enum cmta_verdict on_message(struct cmta_session *session, void *user,
                                    const struct cmta_message *message) {
  struct cmta_slice data;
  (void)user;
  cr_assert_eq(cmta_message_data(message, &data), 0);
  for (time_t second = before; second <= time(NULL); second++)
    dated = dated || begins_with_field(session, data, second);
  return CMTA_ACCEPT;
}

static void on_decided(struct cmta_session *session, void *user,
                       const struct cmta_decision *decision) {
  (void)session;
  (void)user;
  nanoseconds += decision->nanoseconds;
}

static int64_t of_1970(void *context) { return *(int64_t *)context; }

static void begin(void) {
  world_init(&world);
  world.settings.received = true;
  world.hooks.decided = on_decided;
  dated = false;
  nanoseconds = 0;
  before = time(NULL);
}

static void converse(void) {
  world_listen_any(&world);
  client_connect(&client, &world, 0);
  client_mail(&client);
}

static void end(void) {
  client_close(&client, false);
  world_free(&world);
}

TestSuite(clock, .init = begin, .fini = end, .timeout = 30);

Test(clock, of_the_system_dates_messages) {
  world.hooks.message = on_message;
  converse();
  cr_expect(dated);
}

Test(clock, of_the_system_measures_decisions) {
  converse();
  cr_expect_gt(nanoseconds, 0);
}

Test(clock, of_the_application_is_not_replaced) {
  int64_t second = 1;
  world.settings.clock.calendar = of_1970;
  world.settings.clock.context = &second;
  converse();
  cr_expect_not_null(strstr(world.last, "; Thu, 1 Jan 1970 00:00:01 +0000\r\n"));
  cr_expect_eq(nanoseconds, 0);
}
