/* SPDX-License-Identifier: MIT */

/* A path owns one block, which begins with its parameters; the transaction owns the paths and the
 * message. */

#include "engine/envelope.h"

#include "engine/chain.h"

#include <string.h>

bool transaction_begin(struct cmta_session *session) {
  size_t data = session->service->set_count * sizeof(struct attachment);
  size_t size = sizeof(struct transaction) + data;
  struct transaction *transaction = memory_take(&session->memory, size);
  if (!transaction)
    return false;
  transaction->message.envelope = &transaction->envelope;
  transaction->message.collected = session->service->settings.collect;
  session->transaction = transaction;
  return true;
}

void path_free(struct memory *memory, struct cmta_path *path) {
  memory_give(memory, (void *)path->parameters);
  *path = (struct cmta_path){.parameters = NULL};
}

void transaction_free(struct cmta_session *session) {
  struct transaction *transaction = session->transaction;
  struct memory *memory = &session->memory;
  if (!transaction)
    return;
  session->transaction = NULL;
  chain_free_data(session->service, transaction->attachments);
  path_free(memory, &transaction->envelope.reverse_path);
  path_free(memory, &transaction->candidate);
  for (size_t i = 0; i < transaction->envelope.forward_path_count; i++)
    path_free(memory, &transaction->forward_paths[i]);
  memory_give(memory, transaction->forward_paths);
  memory_give(memory, transaction->message.data);
  memory_give(memory, transaction->section.data);
  memory_give(memory, transaction->received);
  memory_give(memory, transaction->id);
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

/* Memory for a message grows by doubling, up to what a message may have. */
bool message_keep(struct cmta_session *session, struct cmta_slice slice) {
  struct cmta_message *message = &session->transaction->message;
  uint64_t most = session->service->settings.max_message_size;
  size_t needed = (size_t)message->size + slice.length;
  if (!memory_grow(&session->memory, (void **)&message->data, &message->capacity, needed, 1,
                   most < SIZE_MAX ? (size_t)most : 0))
    return false;
  memcpy(message->data + message->size, slice.at, slice.length);
  return true;
}

void message_forget(struct cmta_session *session) {
  struct cmta_message *message = &session->transaction->message;
  memory_give(&session->memory, message->data);
  message->data = NULL;
  message->capacity = 0;
}

const struct cmta_envelope *cmta_message_envelope(const struct cmta_message *message) {
  return message->envelope;
}

uint64_t cmta_message_size(const struct cmta_message *message) { return message->size; }

int cmta_message_data(const struct cmta_message *message, struct cmta_slice *data) {
  if (!data)
    return CMTA_E_ARGUMENT;
  if (!message->collected)
    return CMTA_E_STATE;
  *data = (struct cmta_slice){message->data, (size_t)message->size};
  return 0;
}
