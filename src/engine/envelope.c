/* SPDX-License-Identifier: MIT */

/* A path owns one block, which begins with its parameters; an envelope owns its paths and the block
 * they lie in, the transaction the envelope and the message. */

#include "engine/envelope.h"

#include "engine/answers.h"
#include "engine/chain.h"
#include "engine/message.h"

bool transaction_begin(struct cmta_session *session) {
  size_t data = session->service->set_count * sizeof(struct attachment);
  size_t size = sizeof(struct transaction) + data;
  struct transaction *transaction = memory_take(&session->memory, size);
  if (!transaction)
    return false;
  session->transaction = transaction;
  message_begin(session);
  return true;
}

void path_free(struct memory *memory, struct cmta_path *path) {
  memory_give(memory, (void *)path->parameters);
  *path = (struct cmta_path){.parameters = NULL};
}

void envelope_release(struct memory *memory, struct cmta_envelope *envelope) {
  path_free(memory, &envelope->reverse_path);
  for (size_t i = 0; i < envelope->forward_path_count; i++)
    memory_give(memory, (void *)envelope->forward_paths[i].parameters);
  memory_give(memory, (void *)envelope->forward_paths);
}

void envelope_move(struct memory *from, struct memory *to, const struct cmta_envelope *envelope) {
  memory_move(from, to, envelope->reverse_path.parameters);
  for (size_t i = 0; i < envelope->forward_path_count; i++)
    memory_move(from, to, envelope->forward_paths[i].parameters);
  memory_move(from, to, envelope->forward_paths);
}

void transaction_free(struct cmta_session *session) {
  struct transaction *transaction = session->transaction;
  struct memory *memory = &session->memory;
  if (!transaction)
    return;
  message_unclaim(session);
  session->transaction = NULL;
  chain_free_data(session->service, transaction->attachments);
  message_release(&transaction->message);
  envelope_release(memory, &transaction->envelope);
  path_free(memory, &transaction->candidate);
  memory_give(memory, transaction->section.data);
  memory_give(memory, transaction->received);
  memory_give(memory, transaction->id);
  answers_free(session, transaction);
  memory_give(memory, transaction);
}

bool envelope_make_room(struct cmta_session *session) {
  struct transaction *transaction = session->transaction;
  bool room = memory_grow(&session->memory, (void **)&transaction->forward_paths,
                          &transaction->capacity, transaction->envelope.forward_path_count + 1,
                          sizeof *transaction->forward_paths, 0);
  transaction->envelope.forward_paths = transaction->forward_paths;
  return room;
}

void envelope_add_candidate(struct cmta_session *session) {
  struct transaction *transaction = session->transaction;
  struct cmta_envelope *envelope = &transaction->envelope;
  transaction->forward_paths[envelope->forward_path_count++] = transaction->candidate;
  transaction->candidate = (struct cmta_path){.parameters = NULL};
}
