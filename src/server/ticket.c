/* SPDX-License-Identifier: MIT */

/*
 * Late answers from other threads. Who answers leaves a copy of the answer, and wakes the loop; the
 * loop's thread gives it to the session. A ticket is good while its slot is of its generation. The
 * slot is freed by the loop's thread alone, at the latest when the run that ended its question is
 * over, and before a connection goes; so an answer that is found in a slot has a connection.
 */

#include "server/ticket.h"

#include "server/block.h"
#include "server/connection.h"
#include "server/sasl.h"
#include "server/secret.h"
#include "server/slot.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Octets of an enhanced status code and its NUL, more than any good one has. */
enum { ENHANCED_SIZE = 16 };

/* An answer on its way. */
struct answer {
  struct answer *next;
  size_t size; /* of this block */
  struct cmta_ticket ticket;
  enum cmta_verdict verdict;
  bool is_auth; /* an authenticator's: what follows `secret` is not used */
  enum cmta_auth_result result;
  struct secret secret;
  int code;                     /* 0: no reply */
  char enhanced[ENHANCED_SIZE]; /* empty for none */
  char text[];                  /* lines with LF between them */
};

/* ---- Answers ---- */

static void answers_give(struct cmta_server *server, struct answer *answer) {
  while (answer) {
    struct answer *next = answer->next;
    secret_forget(&answer->secret, &server->allocator);
    block_give(&server->allocator, answer, answer->size);
    answer = next;
  }
}

/* Takes all answers out. Under the lock. */
static struct answer *answers_cut(struct tickets *tickets) {
  struct answer *first = tickets->first;
  tickets->first = NULL;
  tickets->last = &tickets->first;
  return first;
}

/* ---- Tickets that are over ---- */

/* Frees the slot at a place of its connection's list. With the last one all answers that wait are
 * stale: they are returned. Under the lock. */
static struct answer *forget(struct cmta_server *server, uint32_t *place) {
  slot_free(server, place);
  return server->tickets.open > 0 ? NULL : answers_cut(&server->tickets);
}

/* Whether a slot is to be freed now. */
typedef bool release_rule(struct cmta_session *session, const struct slot *slot);

static bool is_any(struct cmta_session *session, const struct slot *slot) {
  (void)session, (void)slot;
  return true;
}

static bool is_over(struct cmta_session *session, const struct slot *slot) {
  return !cmta_session_awaits(session, slot->recipient, slot->number);
}

static bool is_overdue(struct cmta_session *session, const struct slot *slot) {
  return cmta_session_overdue(session, slot->recipient);
}

/* Frees slots of a connection. */
static void release(struct connection *connection, release_rule *rule) {
  struct cmta_server *server = connection->server;
  struct answer *stale = NULL;
  uint32_t *place = &connection->slot;
  if (connection->slot == 0)
    return;
  pthread_mutex_lock(&server->tickets.lock);
  while (*place) {
    struct slot *slot = &server->tickets.slots[*place - 1];
    if (rule(connection->session, slot))
      stale = forget(server, place);
    else
      place = &slot->next;
  }
  pthread_mutex_unlock(&server->tickets.lock);
  answers_give(server, stale);
}

void ticket_release(struct connection *connection) { release(connection, is_any); }

void ticket_note(struct connection *connection) { release(connection, is_over); }

/* ---- On the loop's thread ---- */

/* Cuts the next line off the text; NULL when there is none. */
static char *next_line(char **text) {
  char *line = *text;
  if (!line)
    return NULL;
  char *end = strchr(line, '\n');
  if (end)
    *end = '\0';
  *text = end ? end + 1 : NULL;
  return line;
}

/* What cannot be said to this client is not said: after an error the standard text counts. */
static void compose(struct cmta_session *session, struct answer *answer) {
  char *rest = answer->text;
  const char *line = next_line(&rest);
  const char *enhanced = answer->enhanced[0] ? answer->enhanced : NULL;
  int error = cmta_reply(session, answer->code, enhanced, "%s", line);
  while (error == 0 && (line = next_line(&rest)))
    error = cmta_reply_line(session, "%s", line);
}

/* A reply that does not fit after all is thrown away at the first try. */
static void decide(struct cmta_session *session, struct answer *answer) {
  if (answer->code)
    compose(session, answer);
  if (cmta_session_decide(session, answer->verdict) == CMTA_E_VERDICT)
    (void)cmta_session_decide(session, answer->verdict);
}

/* Has an answer count for the recipient that it is about, and leaves what the program has chosen.
 */
static void decide_for(struct cmta_session *session, size_t recipient, struct answer *answer) {
  size_t chosen = cmta_session_recipient(session);
  if (cmta_session_select(session, recipient) == 0)
    decide(session, answer);
  (void)cmta_session_select(session, chosen);
}

/* Gives an answer to its session, if that still waits for it. Its connection, or NULL. */
static struct connection *deliver(struct cmta_server *server, struct answer *answer) {
  const struct slot *slot = slot_of(&server->tickets, answer->ticket);
  if (!slot)
    return NULL;
  struct connection *connection = slot->connection;
  size_t recipient = slot->recipient;
  if (!cmta_session_awaits(connection->session, slot->recipient, slot->number))
    return NULL;
  if (answer->is_auth) {
    ticket_release(connection);
    (void)exchange_answer(connection, answer->result, &answer->secret.value);
  } else {
    decide_for(connection->session, recipient, answer);
  }
  ticket_note(connection);
  return connection;
}

/* Runs no session: each is noted for the loop. Whether there was an answer for a connection. */
static bool deliver_all(struct cmta_server *server, const struct connection *connection) {
  bool found = false;
  pthread_mutex_lock(&server->tickets.lock);
  struct answer *first = answers_cut(&server->tickets);
  pthread_mutex_unlock(&server->tickets.lock);
  for (struct answer *answer = first; answer; answer = answer->next) {
    const struct connection *given = deliver(server, answer);
    found |= given && given == connection;
  }
  answers_give(server, first);
  return found;
}

static void on_wake(struct ev_loop *loop, ev_async *watcher, int revents) {
  (void)loop, (void)revents;
  deliver_all(watcher->data, NULL);
}

bool ticket_last_call(struct connection *connection) {
  if (connection->slot == 0)
    return false;
  if (deliver_all(connection->server, connection))
    return true;
  release(connection, is_overdue);
  return false;
}

int cmta_server_ticket(struct cmta_server *server, struct cmta_session *session,
                       struct cmta_ticket *ticket) {
  if (!server || !session || !ticket)
    return CMTA_E_ARGUMENT;
  if (cmta_session_service(session) != server->service ||
      cmta_session_question_number(session) == 0)
    return CMTA_E_STATE;
  struct connection *connection = cmta_session_runtime(session);
  ticket_note(connection);
  pthread_mutex_lock(&server->tickets.lock);
  bool open = slot_in_hand(connection) || slot_open(server, connection);
  pthread_mutex_unlock(&server->tickets.lock);
  const struct slot *slot = slot_in_hand(connection);
  if (!open)
    return CMTA_E_MEMORY;
  *ticket = (struct cmta_ticket){(uint32_t)(slot - server->tickets.slots), slot->generation};
  return 0;
}

/* ---- On any thread ---- */

/* The question that a ticket is for. 0, CMTA_E_STALE, CMTA_E_ARGUMENT for an authenticator's. */
static int find_question(struct tickets *tickets, struct cmta_ticket ticket,
                         const char **question) {
  pthread_mutex_lock(&tickets->lock);
  const struct slot *slot = slot_unanswered(tickets, ticket);
  int error = !slot ? CMTA_E_STALE : slot->is_auth ? CMTA_E_ARGUMENT : 0;
  *question = slot ? slot->question : NULL;
  pthread_mutex_unlock(&tickets->lock);
  return error;
}

/* An answer with the formatted text, or NULL. *error: 0, or why it cannot be sent. */
static struct answer *answer_new(struct cmta_server *server, const char *format, va_list arguments,
                                 int *error) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, again);
  va_end(again);
  *error = length < 0 ? CMTA_E_ARGUMENT : CMTA_E_MEMORY;
  size_t size = sizeof(struct answer) + (size_t)length + 1;
  struct answer *answer = length < 0 ? NULL : block_take(&server->allocator, size);
  if (!answer)
    return NULL;
  answer->size = size;
  vsnprintf(answer->text, (size_t)length + 1, format, arguments);
  *error = strlen(answer->text) == (size_t)length ? 0 : CMTA_E_ARGUMENT;
  return answer;
}

/* Puts the answer on its way, unless its question is over by now. */
static bool post(struct cmta_server *server, struct answer *answer) {
  struct tickets *tickets = &server->tickets;
  pthread_mutex_lock(&tickets->lock);
  struct slot *slot = slot_unanswered(tickets, answer->ticket);
  if (slot && slot->is_auth != answer->is_auth)
    slot = NULL;
  if (slot) {
    slot->answered = true;
    *tickets->last = answer;
    tickets->last = &answer->next;
    ev_async_send(server->loop, &tickets->wake);
  }
  pthread_mutex_unlock(&tickets->lock);
  return slot;
}

int cmta_ticket_answer(struct cmta_server *server, struct cmta_ticket ticket,
                       enum cmta_verdict verdict, int code, const char *enhanced,
                       const char *format, ...) {
  if (!server || (code && !format))
    return CMTA_E_ARGUMENT;
  const char *question;
  int error = find_question(&server->tickets, ticket, &question);
  if (error)
    return error;
  va_list arguments;
  va_start(arguments, format);
  struct answer *answer = answer_new(server, code ? format : "", arguments, &error);
  va_end(arguments);
  if (error == 0)
    error = cmta_reply_check(question, verdict, code, enhanced, answer->text, true);
  if (error == 0) {
    answer->ticket = ticket, answer->verdict = verdict, answer->code = code;
    snprintf(answer->enhanced, sizeof answer->enhanced, "%s", code && enhanced ? enhanced : "");
    error = post(server, answer) ? 0 : CMTA_E_STALE;
  }
  if (error)
    answers_give(server, answer);
  return error;
}

int cmta_ticket_decide(struct cmta_server *server, struct cmta_ticket ticket,
                       enum cmta_verdict verdict) {
  return cmta_ticket_answer(server, ticket, verdict, 0, NULL, "%s", "");
}

/* Whether the question of a ticket wants a secret. */
static bool wants_secret(struct tickets *tickets, struct cmta_ticket ticket) {
  pthread_mutex_lock(&tickets->lock);
  const struct slot *slot = slot_unanswered(tickets, ticket);
  bool wants = slot && slot->looks_up;
  pthread_mutex_unlock(&tickets->lock);
  return wants;
}

int cmta_ticket_auth(struct cmta_server *server, struct cmta_ticket ticket,
                     enum cmta_auth_result result, const struct cmta_secret *secret) {
  if (!server || !auth_answer_is_sound(result, secret))
    return CMTA_E_ARGUMENT;
  if (auth_answer_lacks_secret(result, secret) && wants_secret(&server->tickets, ticket))
    return CMTA_E_ARGUMENT;
  struct answer *answer = block_take(&server->allocator, sizeof *answer);
  if (!answer)
    return CMTA_E_MEMORY;
  *answer =
      (struct answer){.size = sizeof *answer, .ticket = ticket, .is_auth = true, .result = result};
  int error = 0;
  if (secret && !secret_keep(&answer->secret, &server->allocator, secret))
    error = CMTA_E_MEMORY;
  else if (!post(server, answer))
    error = CMTA_E_STALE;
  if (error)
    answers_give(server, answer);
  return error;
}

/* ---- Life ---- */

void tickets_init(struct cmta_server *server) {
  struct tickets *tickets = &server->tickets;
  pthread_mutex_init(&tickets->lock, NULL);
  tickets->last = &tickets->first;
  ev_async_init(&tickets->wake, on_wake);
  tickets->wake.data = server;
}

void tickets_close(struct cmta_server *server) {
  deliver_all(server, NULL);
  for (struct connection *c = server->connections; c; c = c->next)
    ticket_release(c);
}

void tickets_free(struct cmta_server *server) {
  struct tickets *tickets = &server->tickets;
  block_give(&server->allocator, tickets->slots, tickets->slot_count * sizeof *tickets->slots);
  pthread_mutex_destroy(&tickets->lock);
}
