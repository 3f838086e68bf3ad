/* SPDX-License-Identifier: MIT */

/* Answers of several recipients. Each goes through the chain of hook sets by itself: decide.c asks,
 * as if it were the only one. */

#include "engine/answer.h"

#include "engine/chain.h"
#include "engine/decide.h"
#include "engine/draft.h"
#include "engine/verbs.h"
#include "event.h"

#include <string.h>

/* Octets of memory kept for each reply, until they are sent: more than a standard one has. */
enum { REPLY_ROOM = 64 };

struct answers *answers_of(const struct cmta_session *session) {
  return session->transaction ? session->transaction->answers : NULL;
}

/* ---- The one in hand ---- */

static void put_back(struct cmta_session *session) {
  struct answers *answers = answers_of(session);
  answers->rows[answers->in_hand].hand = session->hand;
  session->hand.draft = NULL;
}

static void take_in_hand(struct cmta_session *session, size_t index) {
  struct answers *answers = answers_of(session);
  answers->in_hand = index;
  session->hand = answers->rows[index].hand;
  answers->rows[index].hand.draft = NULL;
}

void answers_choose(struct cmta_session *session, size_t index) {
  put_back(session);
  take_in_hand(session, index);
}

const struct hand *answers_hand(const struct cmta_session *session, size_t index) {
  const struct answers *answers = answers_of(session);
  return index == answers->in_hand ? &session->hand : &answers->rows[index].hand;
}

/* The first recipient from `from` on whose question is so far; the count when there is none. */
static size_t find(const struct cmta_session *session, unsigned state, size_t from) {
  size_t count = answers_of(session)->count;
  while (from < count && answers_hand(session, from)->question != state)
    from++;
  return from;
}

/* ---- Asking ---- */

static bool has_prdr(const struct cmta_session *session) {
  return cmta_path_parameter(&session->transaction->envelope.reverse_path, "PRDR");
}

bool answers_are_wanted(const struct cmta_session *session) {
  if (session->event != BODY_END)
    return false;
  size_t count = session->transaction->envelope.forward_path_count;
  return session->manners.lmtp || (count > 1 && has_prdr(session));
}

bool answers_are_asked(const struct cmta_session *session) { return answers_of(session); }

bool answers_accept(const struct cmta_session *session) {
  const struct answers *answers = answers_of(session);
  for (size_t i = 0; answers && i < answers->count; i++)
    if (answers->rows[i].event == ACCEPT)
      return true;
  return false;
}

static struct answers *make(struct cmta_session *session, size_t count) {
  struct answers *answers =
      memory_take(&session->memory, sizeof *answers + count * sizeof answers->rows[0]);
  if (!answers)
    return NULL;
  answers->count = count;
  answers->chosen = SIZE_MAX;
  session->transaction->answers = answers;
  answers->room = memory_take(&session->memory, count * REPLY_ROOM);
  return answers->room ? answers : NULL;
}

static void give_room(struct cmta_session *session) {
  struct answers *answers = answers_of(session);
  memory_give(&session->memory, answers->room);
  answers->room = NULL;
}

/* Sends the replies to those before `end` that have none yet. */
static void send_up_to(struct cmta_session *session, size_t end) {
  struct answers *answers = answers_of(session);
  for (; answers->sent < end; answers->sent++) {
    take_in_hand(session, answers->sent);
    reply_send(session, session->hand.standard, false);
  }
}

/* In LMTP a reply leaves as soon as those before it have (RFC 2033 section 5). What it takes is
 * less than it gives back of the room. */
static void send_what_can_be(struct cmta_session *session) {
  struct answers *answers = answers_of(session);
  size_t end = find(session, QUESTION_OPEN, 0);
  if (!session->manners.lmtp || end == answers->sent)
    return;
  put_back(session);
  give_room(session);
  send_up_to(session, end);
  answers->room = memory_take(&session->memory, (answers->count - end) * REPLY_ROOM);
}

/* The one that is to be in hand of those that are open; the count when none is. */
static size_t first_open(const struct cmta_session *session) {
  size_t chosen = answers_of(session)->chosen;
  bool stays = chosen != SIZE_MAX && answers_hand(session, chosen)->question == QUESTION_OPEN;
  return stays ? chosen : find(session, QUESTION_OPEN, 0);
}

/* What was decided for all of them, or 0 while a question is open. */
static int sum_up(struct cmta_session *session) {
  struct answers *answers = answers_of(session);
  size_t open = first_open(session);
  if (open < answers->count) {
    send_what_can_be(session);
    answers_choose(session, open);
    return 0;
  }
  put_back(session);
  return answers_accept(session) ? ACCEPT : REJECT;
}

/* Keeps what became of the one in hand; false when the session has ended by it. */
static bool note(struct cmta_session *session, int event) {
  if (session->close_reason != CMTA_CLOSED_NOT)
    return false;
  struct answers *answers = answers_of(session);
  answers->rows[answers->in_hand].event = event;
  return true;
}

int answers_begin(struct cmta_session *session) {
  struct answers *answers = make(session, session->transaction->envelope.forward_path_count);
  if (!answers) {
    answers_free(session, session->transaction);
    session->hand.standard = REPLY_NO_STORAGE;
    return REJECT;
  }
  for (size_t i = 0; i < answers->count; i++) {
    answers_choose(session, i);
    if (!note(session, decide_ask(session)))
      return 0;
  }
  return sum_up(session);
}

/* A set that is asked after a late answer may answer later, too. An answer to one is no progress of
 * the others: their time goes on. */
int answers_go_on(struct cmta_session *session) {
  struct answers *answers = answers_of(session);
  uint64_t progress = session->progress;
  for (size_t i = 0; i < answers->count; i++) {
    if (answers_hand(session, i)->question != QUESTION_DECIDED)
      continue;
    answers_choose(session, i);
    if (!note(session, decide_take_answer(session)))
      return 0;
  }
  int event = sum_up(session);
  if (event == 0)
    session->progress = progress;
  return event;
}

/* ---- Those that are open ---- */

void answers_take_first_open(struct cmta_session *session) {
  size_t open = first_open(session);
  if (open < answers_of(session)->count)
    answers_choose(session, open);
}

void answers_leave(struct cmta_session *session) {
  struct answers *answers = answers_of(session);
  if (!answers)
    return;
  answers->chosen = SIZE_MAX;
  answers_take_first_open(session);
}

void answers_cancel_in_hand(struct cmta_session *session) {
  bool running = session->running;
  session->running = true;
  chain_tell_cancelled(session);
  session->running = running;
}

void answers_cancel(struct cmta_session *session) {
  size_t count = answers_of(session)->count;
  for (size_t i = find(session, QUESTION_OPEN, 0); i < count;
       i = find(session, QUESTION_OPEN, i + 1)) {
    answers_choose(session, i);
    answers_cancel_in_hand(session);
    session->hand.question = QUESTION_NONE;
  }
}

size_t cmta_session_recipient(const struct cmta_session *session) {
  const struct answers *answers = answers_of(session);
  return answers && session_in_question(session) ? answers->in_hand : SIZE_MAX;
}

size_t cmta_session_replies_before(const struct cmta_session *session) {
  const struct answers *answers = answers_of(session);
  bool lmtp = answers && session->manners.lmtp && session_in_question(session);
  return lmtp && answers->in_hand > answers->sent ? answers->in_hand - answers->sent : 0;
}

int cmta_session_select(struct cmta_session *session, size_t recipient) {
  if (!session)
    return CMTA_E_ARGUMENT;
  struct answers *answers = answers_of(session);
  if (session->running || session->hand.question != QUESTION_OPEN ||
      (!answers && recipient != SIZE_MAX))
    return CMTA_E_STATE;
  if (!answers)
    return 0;
  size_t index = recipient == SIZE_MAX ? find(session, QUESTION_OPEN, 0) : recipient;
  if (index >= answers->count || answers_hand(session, index)->question != QUESTION_OPEN)
    return CMTA_E_STATE;
  answers->chosen = recipient;
  answers_choose(session, index);
  return 0;
}

static bool waits(unsigned state) { return state == QUESTION_ASKED || state == QUESTION_OPEN; }

bool cmta_session_awaits(const struct cmta_session *session, size_t recipient, uint64_t number) {
  const struct answers *answers = answers_of(session);
  if (!answers || recipient == answers->in_hand)
    return waits(session->hand.question) && session->hand.number == number &&
           recipient == cmta_session_recipient(session);
  return recipient < answers->count && waits(answers->rows[recipient].hand.question) &&
         answers->rows[recipient].hand.number == number;
}

/* ---- Replies ---- */

static bool same_draft(const struct draft *a, const struct draft *b) {
  if (!a || !b)
    return a == b;
  return a->code == b->code && strcmp(a->enhanced, b->enhanced) == 0 && a->length == b->length &&
         memcmp(a->text, b->text, a->length) == 0;
}

static bool all_the_same(const struct answers *answers) {
  for (size_t i = 1; i < answers->count; i++)
    if (answers->rows[i].hand.standard != answers->rows[0].hand.standard ||
        !same_draft(answers->rows[i].hand.draft, answers->rows[0].hand.draft))
      return false;
  return true;
}

/* The code that a recipient gets. */
static int code_of(const struct answer *row) {
  return row->hand.draft ? row->hand.draft->code : reply_row(row->hand.standard)->code;
}

/* The reply for the whole where recipients had different ones. */
static enum reply_id reply_of_all(const struct answers *answers) {
  enum reply_id id = REPLY_MESSAGE_REFUSED;
  for (size_t i = 0; i < answers->count; i++) {
    if (answers->rows[i].event == ACCEPT)
      return REPLY_MESSAGE_OK;
    if (code_of(&answers->rows[i]) / 100 == 4)
      id = REPLY_TRY_LATER;
  }
  return id;
}

static void withdraw(struct cmta_session *session, struct hand *hand, enum reply_id id) {
  draft_free(&session->memory, hand->draft);
  hand->draft = NULL;
  hand->standard = id;
}

void answers_withdraw(struct cmta_session *session, enum reply_id id) {
  struct answers *answers = answers_of(session);
  if (!answers)
    withdraw(session, &session->hand, id);
  for (size_t i = answers ? answers->sent : 0; answers && i < answers->count; i++)
    if (answers->rows[i].event == ACCEPT) {
      withdraw(session, &answers->rows[i].hand, id);
      answers->rows[i].event = REJECT;
    }
}

void answers_send(struct cmta_session *session) {
  struct answers *answers = answers_of(session);
  give_room(session);
  if (session->manners.lmtp) {
    send_up_to(session, answers->count);
  } else if (all_the_same(answers)) {
    send_up_to(session, 1);
  } else {
    enum reply_id id = reply_of_all(answers);
    reply_standard(session, REPLY_FOR_EACH);
    send_up_to(session, answers->count);
    reply_standard(session, id);
  }
}

/* An error counts once, and the one that is too many ends the session with one reply. */
void answers_refuse(struct cmta_session *session) {
  size_t count = session->manners.lmtp ? session->transaction->envelope.forward_path_count : 1;
  enum reply_id id = session->hand.standard;
  if (!reply_composed_code(session) && reply_row(id)->error) {
    session_complain(session, id);
    count = session->ending == CMTA_CLOSED_NOT ? count : 1;
  } else {
    reply_repeat(session, id);
  }
  for (size_t i = 1; i < count; i++)
    reply_repeat(session, id);
  reply_clear(session);
}

void answers_free(struct cmta_session *session, struct transaction *transaction) {
  struct answers *answers = transaction->answers;
  if (!answers)
    return;
  for (size_t i = 0; i < answers->count; i++)
    draft_free(&session->memory, answers->rows[i].hand.draft);
  memory_give(&session->memory, answers->room);
  memory_give(&session->memory, answers);
  transaction->answers = NULL;
}
