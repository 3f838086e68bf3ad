/* SPDX-License-Identifier: MIT */

/*
 * A message on its own. It takes the blocks of the transaction over as they lie, in an account of
 * its own; all that can fail comes first.
 */

#include "engine/envelope.h"
#include "engine/message.h"
#include "engine/verbs.h"
#include "event.h"

#include <string.h>

/* A message that was taken, and what it needs without session and service. */
struct taken {
  struct cmta_message message; /* what its owner holds */
  struct cmta_envelope envelope;
  struct origin origin; /* its texts lie behind this structure */
  struct memory memory;
  struct cmta_store store;
};

/* A copy of what the session knows, as yet without the transaction's blocks. */
static struct taken *taken_new(const struct cmta_session *session) {
  struct cmta_slice hello = cmta_session_hello_name(session);
  size_t address = strlen(session->peer.address) + 1;
  struct memory memory = memory_account(&session->memory.allocator, 0);
  struct taken *taken = memory_take(&memory, sizeof *taken + address + hello.length);
  if (!taken)
    return NULL;
  char *text = (char *)(taken + 1);
  taken->memory = memory;
  taken->store = session->service->settings.store;
  taken->origin.peer = session->peer;
  taken->origin.peer.address = memcpy(text, session->peer.address, address);
  taken->origin.hello_name = (struct cmta_slice){text + address, hello.length};
  taken->origin.protocol = cmta_session_protocol(session);
  if (hello.length)
    memcpy(text + address, hello.at, hello.length);
  return taken;
}

/* Moves envelope and bytes; the transaction goes on with neither. */
static void take_over(struct taken *taken, struct cmta_session *session) {
  struct transaction *transaction = session->transaction;
  taken->message = transaction->message;
  taken->message.session = NULL;
  taken->message.envelope = &taken->envelope;
  taken->message.origin = &taken->origin;
  taken->message.memory = &taken->memory;
  taken->message.store = &taken->store;
  memory_move(&session->memory, &taken->memory, taken->message.data);
  taken->envelope = transaction->envelope;
  envelope_move(&session->memory, &taken->memory, &taken->envelope);
  transaction->envelope = (struct cmta_envelope){.forward_paths = NULL};
  transaction->forward_paths = NULL;
  transaction->capacity = 0;
  message_begin(session);
  transaction->message.collected = false;
  transaction->taken = true;
}

static bool can_take(const struct cmta_session *session) {
  bool asked = session->hand.question == QUESTION_ASKED || session->hand.question == QUESTION_OPEN;
  const struct transaction *transaction = session->transaction;
  return asked && session->event == BODY_END && !transaction->taken && !transaction->claim;
}

/* The reply may still be what the envelope allowed (RFC 6531 section 3.7.4.2). */
int cmta_message_take(struct cmta_session *session, struct cmta_message **message) {
  if (!session || !message)
    return CMTA_E_ARGUMENT;
  if (!can_take(session))
    return CMTA_E_STATE;
  struct taken *taken = taken_new(session);
  if (!taken)
    return CMTA_E_MEMORY;
  session->utf8_asked = session->transaction->envelope.smtputf8;
  take_over(taken, session);
  *message = &taken->message;
  return 0;
}

/* ---- Claims ---- */

/* A message that will be taken when it is accepted, and what for. */
struct claim {
  struct taken *taken;
  int (*given)(void *context, struct cmta_message *message);
  void *context;
};

int cmta_message_claim(struct cmta_session *session,
                       int (*given)(void *context, struct cmta_message *message), void *context) {
  if (!session || !given)
    return CMTA_E_ARGUMENT;
  if (!can_take(session))
    return CMTA_E_STATE;
  struct claim *claim = memory_take(&session->memory, sizeof *claim);
  struct taken *taken = claim ? taken_new(session) : NULL;
  if (!taken) {
    memory_give(&session->memory, claim);
    return CMTA_E_MEMORY;
  }
  *claim = (struct claim){taken, given, context};
  session->transaction->claim = claim;
  return 0;
}

enum reply_id message_hand_over(struct cmta_session *session) {
  struct claim *claim = session->transaction->claim;
  if (!claim || !claim->taken)
    return REPLY_NONE;
  struct taken *taken = claim->taken;
  claim->taken = NULL;
  take_over(taken, session);
  int code = claim->given(claim->context, &taken->message);
  if (code == 0)
    return REPLY_NONE;
  return code == 452 ? REPLY_NO_STORAGE : REPLY_TRY_LATER;
}

void message_unclaim(struct cmta_session *session) {
  struct claim *claim = session->transaction->claim;
  if (claim && claim->taken) {
    struct memory memory = claim->taken->memory;
    memory_give(&memory, claim->taken);
  }
  memory_give(&session->memory, claim);
  session->transaction->claim = NULL;
}

void cmta_message_free(struct cmta_message *message) {
  if (!message || message->session)
    return;
  struct taken *taken = (struct taken *)message;
  message_release(message);
  envelope_release(&taken->memory, &taken->envelope);
  struct memory memory = taken->memory;
  memory_give(&memory, taken);
}
