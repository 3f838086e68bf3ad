/* SPDX-License-Identifier: MIT */

/*
 * Fuzzes AUTH in a server (src/server/exchange.c and what it stands on): whatever a client says and
 * whatever authenticators answer, at once, late or never, nobody is let in whom none of them knows,
 * each exchange ends once, no secret is shown, and all memory comes back.
 *
 * Input: an octet for the mechanism, one with the bits of enum choice, one for each authenticator
 * (oracle_add()), the answers (fuzz/exchange_oracle.h), and the responses (fuzz/auth_client.h); one
 * that begins with RAW is sent as it is, not in base64. What is left when an exchange has ended is
 * the next one.
 */

#include "fuzz/exchange_oracle.h"

#include "server/mechanism.h"
#include "server/password.h"

#include <gsasl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum choice {
  SECURED = 0x01,  /* there is TLS 1.3, which can be bound to */
  OLDER = 0x02,    /* ... TLS 1.2 instead */
  VERIFIED = 0x04, /* the client has shown a certificate that leads to an authority */
  DELAYED = 0x08,  /* refusals wait */
  ALONE = 0x10     /* there is one authenticator, not two */
};

enum { RAW = 0xfb, HEADER = 2 + ORACLES + 2 * ANSWERS, MECHANISMS = 10 };

/* One input. */
struct run {
  struct line line;
  struct oracles oracles;
  struct client client;
  const struct mechanism_row *row;
  unsigned bits;
  bool exchanging;  /* the command AUTH is sent, and its last reply is not heard */
  bool let_in;      /* that was 235 */
  unsigned replies; /* to the line that was said last */
  char *said;       /* by the client last, base64 undone, from gsasl; or NULL */
  size_t said_length;
  size_t held; /* octets of the library */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *account(void *context, void *pointer, size_t old_size, size_t new_size) {
  struct run *run = context;
  run->held += new_size - old_size;
  if (new_size > 0)
    return realloc(pointer, new_size);
  free(pointer);
  return NULL;
}

static bool starts(struct cmta_slice line, const char *beginning) {
  size_t length = strlen(beginning);
  return line.length >= length && memcmp(line.at, beginning, length) == 0;
}

/* ---- What is shown ---- */

/* Of the client nothing is shown but the commands and that there was more. */
static void trace(struct cmta_session *session, void *user, enum cmta_direction direction,
                  struct cmta_slice line) {
  const struct run *run = user;
  char with[64], without[64];
  (void)session;
  if (direction != CMTA_FROM_CLIENT || !run->row)
    return;
  snprintf(without, sizeof without, "AUTH %s\r\n", run->row->name);
  snprintf(with, sizeof with, "AUTH %s [secret]\r\n", run->row->name);
  demand(cmta_slice_is(line, "EHLO client.example\r\n") || cmta_slice_is(line, "*\r\n") ||
         cmta_slice_is(line, "[secret]\r\n") || cmta_slice_is(line, "AUTH [secret]\r\n") ||
         cmta_slice_is(line, with) || cmta_slice_is(line, without));
}

/* SCRAM says the client's nonce again, which may be anything; nobody else says what was said. */
static void check_secret(const struct run *run, struct cmta_slice text) {
  if (strncmp(run->row->name, "SCRAM-", 6) == 0 || text.length == 0)
    return;
  demand(!memmem(text.at, text.length, CLIENT_PASSWORD, strlen(CLIENT_PASSWORD)));
  demand(!memmem(text.at, text.length, HIDDEN_PASSWORD, strlen(HIDDEN_PASSWORD)));
}

/* ---- How an exchange ends ---- */

/* What the client has said as its password, last. */
static struct cmta_slice password_of(const struct run *run) {
  const char *at = run->said, *end = at + run->said_length;
  for (int i = 0; i < 2 && at && strcmp(run->row->name, "PLAIN") == 0; i++) {
    at = memchr(at, '\0', (size_t)(end - at));
    at = at ? at + 1 : NULL;
  }
  return at ? (struct cmta_slice){at, (size_t)(end - at)} : (struct cmta_slice){0};
}

/* As it is or prepared. */
static bool is_password(struct cmta_slice said, const char *password) {
  char *prepared = NULL;
  size_t length = strlen(password);
  bool same = (said.length == length && memcmp(said.at, password, length) == 0) ||
              (password_prepare(said, true, &prepared) == 0 && strcmp(prepared, password) == 0);
  password_wipe(prepared);
  return same;
}

/* Whether the client has shown that it knows the password, where the authenticator only told it. */
static bool is_proved(const struct run *run) {
  enum grant granted = run->oracles.granted;
  if (granted == GRANTS_VERIFIED)
    return run->row->need != NEEDS_SECRET;
  if (granted == GRANTS_NOTHING || (!run->oracles.may_act && *run->oracles.authorization))
    return false;
  if (run->row->need == NEEDS_SECRET)
    return granted == GRANTS_SECRET && run->client.knows;
  return is_password(password_of(run),
                     granted == GRANTS_HIDDEN ? HIDDEN_PASSWORD : CLIENT_PASSWORD);
}

static void check_identity(const struct run *run) {
  const struct cmta_session *session = line_session(&run->line);
  const struct cmta_identity *identity = session ? cmta_session_identity(session) : NULL;
  if (!run->let_in || !session) {
    demand(!identity);
    return;
  }
  demand(identity && *identity->user && strcmp(identity->user, run->oracles.user) == 0);
  demand(strcmp(identity->authorization, run->oracles.authorization) == 0);
  demand(strcmp(identity->mechanism, run->row->name) == 0);
}

/* When no exchange runs nothing is said but goodbye. */
static void take_reply(struct run *run, int code, struct cmta_slice text) {
  if (!run->exchanging) {
    demand(code == 421);
    return;
  }
  demand(run->replies++ == 0);
  check_secret(run, text);
  if (code == 334) {
    client_hear(&run->client, text);
    return;
  }
  demand(code == 235 || code >= 400);
  demand(code != 235 || is_proved(run));
  run->exchanging = false;
  run->let_in = code == 235;
}

/* ---- What is heard ---- */

/* A challenge is heard without its base64. */
static void hear_line(struct run *run, struct cmta_slice line) {
  char *challenge = NULL;
  demand(line.length >= 4 && line.at[3] == ' ');
  struct cmta_slice text = {line.at + 4, line.length - 4};
  if (starts(line, "334 ") && run->exchanging && text.length > 0) {
    demand(gsasl_base64_from(text.at, text.length, &challenge, &text.length) == GSASL_OK);
    text.at = challenge;
  }
  take_reply(run, atoi(line.at), text);
  gsasl_free(challenge);
}

static void hear(struct run *run) {
  struct line *line = &run->line;
  const char *at = line->output, *end = at + line->output_length;
  while (at < end) {
    const char *next = memmem(at, (size_t)(end - at), "\r\n", 2);
    demand(next != NULL);
    hear_line(run, (struct cmta_slice){at, (size_t)(next - at)});
    at = next + 2;
  }
  line->output_length = 0;
}

/* ---- What is said ---- */

/* Says a line to its end: until no question is open. Then it has its reply, if the client is there
 * to hear it. */
static void say(struct run *run, struct cmta_slice text) {
  enum { MOST = 20 };
  run->replies = 0;
  line_say(&run->line, text);
  for (unsigned i = 0; line_waits(&run->line); i++) {
    demand(i < MOST);
    oracles_go_on(&run->oracles);
  }
  hear(run);
  demand(run->replies == 1 || run->line.gone);
  demand(run->oracles.open == 0);
  oracles_check_stale(&run->oracles);
  check_identity(run);
}

static void remember(struct run *run, const char *text, size_t length) {
  gsasl_free(run->said);
  run->said = NULL;
  run->said_length = 0;
  if (gsasl_base64_from(text, length, &run->said, &run->said_length) != GSASL_OK)
    run->said = NULL;
}

/* One line at most. */
static void add_raw(char *line, struct cmta_slice said) {
  size_t length = strlen(line), from = 1;
  for (; from < said.length && !strchr("\r\n", said.at[from]); from++)
    line[length++] = said.at[from];
  line[length] = '\0';
}

static void add_base64(char *line, struct cmta_slice said) {
  char *text = NULL;
  demand(gsasl_base64_to(said.at, said.length, &text, NULL) == GSASL_OK);
  strcat(line, text);
  gsasl_free(text);
}

/* A response, behind the command where there is no exchange. */
static void respond(struct run *run, struct cmta_slice said) {
  char line[3 * CLIENT_SAID] = "";
  bool raw = said.length > 0 && (unsigned char)*said.at == RAW;
  if (!run->exchanging)
    snprintf(line, sizeof line, "AUTH %s%s", run->row->name, said.at ? " " : "");
  size_t front = strlen(line);
  if (raw)
    add_raw(line, said);
  else if (said.length > 0)
    add_base64(line, said);
  else if (said.at && front)
    strcat(line, "=");
  remember(run, line + front, strlen(line + front));
  strcat(line, "\r\n");
  run->exchanging = true;
  say(run, (struct cmta_slice){line, strlen(line)});
}

static void play(struct run *run, struct cmta_slice input) {
  while (input.length > 0 && !run->let_in && line_session(&run->line) && !run->line.gone) {
    if (!run->exchanging) {
      run->client = (struct client){.hash = run->oracles.hash};
      run->oracles.granted = GRANTS_NOTHING;
    }
    respond(run, client_say(&run->client, &input));
  }
}

/* ---- The server ---- */

static const char *hash_of(const struct mechanism_row *row) {
  return strstr(row->name, "SHA-1") ? "SHA-1" : "SHA-256";
}

static void make_server(struct run *run) {
  const struct cmta_hooks hooks = {.size = sizeof hooks, .trace = trace};
  struct cmta_settings settings;
  struct cmta_config config;
  cmta_settings_init(&settings);
  cmta_config_init(&config);
  settings.auth_in_clear = true;
  settings.collect = false;
  settings.allocator = (struct cmta_allocator){.reallocate = account, .context = run};
  settings.mechanisms = "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-1 EXTERNAL "
                        "OAUTHBEARER XOAUTH2 PLAIN LOGIN CRAM-MD5";
  config.settings = &settings;
  config.auth_failure_delay = run->bits & DELAYED ? 1 : 0;
  demand(cmta_server_new(&run->line.server, run->line.loop, &config, &hooks, run) == 0);
}

/* Opens the connection, and says EHLO. */
static void begin(struct run *run, const uint8_t *header) {
  static const char hello[] = "EHLO client.example\r\n";
  struct line *line = &run->line;
  line->loop = ev_loop_new(EVFLAG_AUTO);
  demand(line->loop != NULL);
  ev_set_userdata(line->loop, line);
  line->verified = run->bits & VERIFIED;
  line->version = run->bits & OLDER ? "TLSv1.2" : "TLSv1.3";
  if (!(run->bits & SECURED))
    line->version = NULL;
  make_server(run);
  run->oracles = (struct oracles){.line = line, .answers = header + ORACLES};
  run->oracles.hash = hash_of(run->row);
  for (unsigned i = 0; i < (run->bits & ALONE ? 1 : ORACLES); i++)
    oracle_add(&run->oracles, header[i]);
  line_open(line);
  line_say(line, (struct cmta_slice){hello, strlen(hello)});
  demand(memmem(line->output, line->output_length, "250 ", 4) != NULL);
  line->output_length = 0;
}

static void end(struct run *run) {
  cmta_server_free(run->line.server);
  ev_loop_destroy(run->line.loop);
  demand(run->oracles.open == 0 && run->oracles.released == run->oracles.added);
  demand(run->held == 0);
  gsasl_free(run->said);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < HEADER)
    return 0;
  struct run *run = calloc(1, sizeof *run);
  demand(run != NULL);
  run->row = mechanism_row(data[0] % MECHANISMS);
  run->bits = data[1];
  begin(run, data + 2);
  play(run, (struct cmta_slice){(const char *)data + HEADER, size - HEADER});
  end(run);
  free(run);
  return 0;
}
