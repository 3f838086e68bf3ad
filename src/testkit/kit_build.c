/* SPDX-License-Identifier: MIT */

/* Makes the parts of a kit and puts them together, on the caller's thread: what is wrong is known
 * before there is another. */

#include "testkit/kit.h"

#include "testkit/deadline.h"
#include "testkit/sized.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the parts are made of. */
struct plans {
  struct cmta_kit_config kit;
  struct cmta_config config;
  struct cmta_settings settings;
};

/* A test must not wait for what protects others: a second at the end, none for a failed login. */
static bool read_plans(struct plans *plans, const struct cmta_kit_config *given) {
  cmta_kit_config_init(&plans->kit);
  cmta_config_init(&plans->config);
  cmta_settings_init(&plans->settings);
  plans->config.auth_failure_delay = 0;
  if (given && !sized_copy(&plans->kit, sizeof plans->kit, given, given->size))
    return false;
  const struct cmta_config *config = plans->kit.config;
  if (config && !sized_copy(&plans->config, sizeof plans->config, config, config->size))
    return false;
  const struct cmta_settings *settings = plans->config.settings;
  if (settings && !sized_copy(&plans->settings, sizeof plans->settings, settings, settings->size))
    return false;
  plans->settings.auth_in_clear |= plans->kit.users != NULL;
  plans->config.settings = &plans->settings;
  plans->config.stop_timeout = STOP_SECONDS;
  plans->config.virtual_time |= plans->kit.virtual_time;
  return true;
}

/* The first hook set is not the application's, which is meant all the same. */
static void on_accepted(struct cmta_session *session, void *user) {
  const struct cmta_kit *kit = user;
  cmta_recorder_accepted(kit->recorder, session);
  cmta_plan_accepted(kit->plan, session);
  if (kit->accepted)
    kit->accepted(session, kit->user);
}

/* Who waits for the recorder finds that the application knows. */
static void on_gone(struct cmta_session *session, void *user) {
  const struct cmta_kit *kit = user;
  if (kit->gone)
    kit->gone(session, kit->user);
  cmta_recorder_gone(kit->recorder, session);
}

/* An empty set carries the kit; what has gone wrong before is asked for first, the mailbox last. */
static int add_sets(struct cmta_kit *kit, const struct cmta_kit_config *config) {
  static const struct cmta_hooks none = {.size = sizeof none};
  int number = cmta_recorder_add_to(kit->recorder, kit->server);
  if (number >= 0)
    number = cmta_plan_add_to(kit->plan, kit->server);
  if (number >= 0)
    number = cmta_server_add(kit->server, config->hooks ? config->hooks : &none, config->user);
  if (number >= 0)
    number = cmta_mailbox_add_to(kit->mailbox, kit->server);
  return number < 0 ? number : 0;
}

static int make_parts(struct cmta_kit *kit, const struct cmta_kit_config *config) {
  int error = cmta_mailbox_new(&kit->mailbox);
  if (!error)
    error = cmta_recorder_new(&kit->recorder, 0);
  if (!error)
    error = cmta_plan_new(&kit->plan, config->seed);
  if (!error)
    cmta_plan_on_fault(kit->plan, cmta_recorder_fault, kit->recorder);
  return error;
}

static int make_server(struct cmta_kit *kit, struct plans *plans) {
  kit->accepted = plans->config.accepted;
  kit->gone = plans->config.gone;
  kit->user = plans->kit.user;
  kit->seed = plans->kit.seed;
  kit->virtual_time = plans->config.virtual_time;
  plans->config.accepted = on_accepted;
  plans->config.gone = on_gone;
  int error = make_parts(kit, &plans->kit);
  if (!error)
    error = cmta_server_new(&kit->server, NULL, &plans->config, NULL, kit);
  if (!error)
    error = add_sets(kit, &plans->kit);
  if (!error && plans->kit.users)
    error = cmta_server_add_users(kit->server, plans->kit.users, false);
  return error < 0 ? error : 0;
}

/* ---- Where it listens ---- */

/* Clients that do not wait where they must are at least noted, for the transcript. */
static void notice(struct cmta_manners *manners) {
  if (manners->early_talker == CMTA_REACTION_IGNORE)
    manners->early_talker = CMTA_REACTION_FLAG;
  if (manners->pipelining == CMTA_REACTION_IGNORE)
    manners->pipelining = CMTA_REACTION_FLAG;
}

/* Whether a listener in this mode needs a certificate. */
static bool needs_tls(enum cmta_tls_mode mode) {
  return mode != CMTA_TLS_OFF && mode != CMTA_TLS_UNAVAILABLE;
}

static int make_tls_for(struct cmta_tls **tls, const char *names) {
  struct cmta_tls_config config;
  cmta_tls_config_init(&config);
  config.self_signed = names;
  return cmta_tls_new(tls, &config, NULL, 0);
}

static int make_tls(struct cmta_kit *kit) {
  int error = make_tls_for(&kit->tls, "localhost 127.0.0.1 ::1");
  if (!error)
    error = make_tls_for(&kit->wrong_tls, "wrong.example");
  if (error)
    return error;
  cmta_plan_set_wrong_tls(kit->plan, kit->wrong_tls);
  const char *right = cmta_tls_certificate(kit->tls), *wrong = cmta_tls_certificate(kit->wrong_tls);
  if (right && wrong && asprintf(&kit->certificate, "%s%s", right, wrong) >= 0)
    return 0;
  kit->certificate = NULL;
  return CMTA_E_MEMORY;
}

/* What clients of the kit can have; who answers AUTH, or offers more, may be a hook. */
static unsigned reach_of(const struct plans *plans, const struct cmta_manners *manners) {
  const struct cmta_kit_config *config = &plans->kit;
  unsigned reach = manners->lmtp ? CMTA_REACH_LMTP : CMTA_REACH_SMTP;
  if (config->tls_mode == CMTA_TLS_IMPLICIT)
    reach |= CMTA_REACH_TLS;
  else if (needs_tls(config->tls_mode))
    reach |= CMTA_REACH_STARTTLS;
  if (config->users || config->hooks)
    reach |= CMTA_REACH_AUTH;
  bool chunks = plans->settings.extensions & CMTA_EXTENSION_CHUNKING;
  return reach | (chunks || config->hooks ? CMTA_REACH_CHUNKING : 0);
}

static int note_address(struct cmta_kit *kit, int listener) {
  const char *address;
  int error = cmta_server_listener(kit->server, listener, &address, &kit->port);
  if (error)
    return error;
  kit->address = strdup(address);
  return kit->address ? 0 : CMTA_E_MEMORY;
}

static int begin_to_listen(struct cmta_kit *kit, const struct plans *plans) {
  const struct cmta_kit_config *config = &plans->kit;
  struct cmta_manners manners;
  const struct cmta_manners *given = config->manners ? config->manners : &plans->settings.manners;
  int error = cmta_manners_copy(&manners, given);
  if (!error && needs_tls(config->tls_mode))
    error = make_tls(kit);
  if (error)
    return error;
  notice(&manners);
  cmta_plan_set_reach(kit->plan, reach_of(plans, &manners));
  struct cmta_listen listen;
  cmta_listen_init(&listen);
  listen.address = config->address;
  listen.tls = kit->tls;
  listen.tls_mode = config->tls_mode;
  listen.manners = &manners;
  int listener = cmta_server_listen_with(kit->server, &listen);
  return listener < 0 ? listener : note_address(kit, listener);
}

/* ---- Life ---- */

static struct cmta_kit *kit_new(void) {
  struct cmta_kit *kit = calloc(1, sizeof *kit);
  if (!kit || !condition_init(&kit->changed)) {
    free(kit);
    return NULL;
  }
  pthread_mutex_init(&kit->lock, NULL);
  pthread_mutex_init(&kit->advancing, NULL);
  return kit;
}

int kit_build(struct cmta_kit **kit, const struct cmta_kit_config *config) {
  struct plans plans;
  if (!read_plans(&plans, config))
    return CMTA_E_ARGUMENT;
  struct cmta_kit *made = kit_new();
  if (!made)
    return CMTA_E_MEMORY;
  int error = make_server(made, &plans);
  if (!error)
    error = begin_to_listen(made, &plans);
  if (error) {
    int why = errno;
    kit_free(made);
    errno = why;
    return error;
  }
  *kit = made;
  return 0;
}

/* The server goes before what its hooks need. */
void kit_free(struct cmta_kit *kit) {
  cmta_server_free(kit->server);
  cmta_tls_free(kit->tls);
  cmta_tls_free(kit->wrong_tls);
  cmta_mailbox_free(kit->mailbox);
  cmta_plan_free(kit->plan);
  cmta_recorder_free(kit->recorder);
  free(kit->certificate);
  free(kit->address);
  pthread_cond_destroy(&kit->changed);
  pthread_mutex_destroy(&kit->advancing);
  pthread_mutex_destroy(&kit->lock);
  free(kit);
}
