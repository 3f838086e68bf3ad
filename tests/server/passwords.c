/* SPDX-License-Identifier: MIT */

#include "passwords.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <gsasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Files ---- */

void scratch_init(struct scratch *scratch) {
  const char *folder = getenv("TMPDIR");
  snprintf(scratch->folder, sizeof scratch->folder, "%.40s/cmta-XXXXXX", folder ? folder : "/tmp");
  cr_assert_not_null(mkdtemp(scratch->folder));
  scratch->path[0] = '\0';
}

void scratch_free(struct scratch *scratch) {
  DIR *folder = opendir(scratch->folder);
  struct dirent *file;
  while (folder && (file = readdir(folder)))
    (void)unlinkat(dirfd(folder), file->d_name, 0);
  if (folder)
    closedir(folder);
  (void)rmdir(scratch->folder);
}

void scratch_write(struct scratch *scratch, const char *name, const char *text, mode_t mode) {
  char made[160];
  snprintf(scratch->path, sizeof scratch->path, "%s/%.40s", scratch->folder, name);
  snprintf(made, sizeof made, "%s.new", scratch->path);
  FILE *file = fopen(made, "w");
  cr_assert_not_null(file);
  fputs(text, file);
  cr_assert_eq(fclose(file), 0);
  cr_assert_eq(chmod(made, mode), 0);
  cr_assert_eq(rename(made, scratch->path), 0);
}

/* ---- Logins ---- */

void passwords_world(struct world *world, struct ev_loop *loop) {
  world_init(world);
  if (loop) {
    ev_loop_destroy(world->loop);
    world->loop = loop;
  }
  world->config.auth_failure_delay = 0;
  world->settings.auth_in_clear = true;
  world->settings.max_auth_failures = 0;
  world->settings.max_errors = 0;
  world_listen_any(world);
}

void passwords_connect(struct client *client, struct world *world) {
  client_connect(client, world, 0);
  client_expect(client, "220 ");
  client_say(client, "EHLO client.example", "250");
}

static void send_base64(struct client *client, const char *before, const char *octets,
                        size_t length) {
  char *text;
  cr_assert_eq(gsasl_base64_to(octets, length, &text, NULL), GSASL_OK);
  client_send(client, before);
  client_send(client, *text || !*before ? text : "=");
  client_send(client, "\r\n");
  gsasl_free(text);
}

void auth_plain_send(struct client *client, const char *authorization, const char *name,
                     const char *password) {
  char text[4096];
  int length = snprintf(text, sizeof text, "%s%c%s%c%s", authorization, '\0', name, '\0', password);
  send_base64(client, "AUTH PLAIN ", text, (size_t)length);
}

void auth_plain(struct client *client, const char *authorization, const char *name,
                const char *password, const char *beginning) {
  auth_plain_send(client, authorization, name, password);
  client_expect(client, beginning);
}

void auth_login(struct client *client, const char *name, const char *password,
                const char *beginning) {
  client_say(client, "AUTH LOGIN", "334 ");
  send_base64(client, "", name, strlen(name));
  client_expect(client, "334 ");
  send_base64(client, "", password, strlen(password));
  client_expect(client, beginning);
}

/* What the last 334 says, decoded. */
static size_t challenge_of(const struct client *client, char **octets) {
  size_t length = 0;
  const char *text = client->reply + 4;
  cr_assert_eq(gsasl_base64_from(text, strcspn(text, "\r"), octets, &length), GSASL_OK);
  return length;
}

/* Answers challenges until the server has decided. */
static void answer(struct client *client, Gsasl_session *session) {
  char *challenge, *output = NULL;
  size_t length = 0;
  while (client_expect(client, ""), strncmp(client->reply, "334 ", 4) == 0) {
    size_t size = challenge_of(client, &challenge);
    int error = gsasl_step(session, challenge, size, &output, &length);
    cr_assert(error == GSASL_OK || error == GSASL_NEEDS_MORE, "%s", gsasl_strerror(error));
    send_base64(client, "", output, length);
    if (length == 0)
      client_expect(client, "");
    gsasl_free(challenge);
    gsasl_free(output);
    if (length == 0)
      return;
  }
}

void auth_scram(struct client *client, const char *mechanism, const char *name,
                const char *password, const char *beginning) {
  Gsasl *gsasl;
  Gsasl_session *session;
  char *output, start[64];
  size_t length;
  cr_assert_eq(gsasl_init(&gsasl), GSASL_OK);
  cr_assert_eq(gsasl_client_start(gsasl, mechanism, &session), GSASL_OK);
  gsasl_property_set(session, GSASL_AUTHID, name);
  gsasl_property_set(session, GSASL_PASSWORD, password);
  cr_assert_eq(gsasl_step(session, NULL, 0, &output, &length), GSASL_NEEDS_MORE);
  snprintf(start, sizeof start, "AUTH %s ", mechanism);
  send_base64(client, start, output, length);
  gsasl_free(output);
  answer(client, session);
  cr_assert_eq(strncmp(client->reply, beginning, strlen(beginning)), 0, "%s of %s: %s", mechanism,
               name, client->reply);
  gsasl_finish(session);
  gsasl_done(gsasl);
}
