/* SPDX-License-Identifier: MIT */

/*
 * A message is in memory until it grows beyond max_message_memory, or until there is no memory for
 * it; then all of it goes to a file of the store, where there is one. What is too little for a call
 * of the store is gathered first: a client chooses how small the slices are.
 */

#include "engine/message.h"

#include <string.h>

enum {
  GATHERED = 4096, /* octets gathered for a file at most; larger slices go there as they come */
  WINDOW = 65536   /* octets of a slice that cmta_message_next() hands out at most */
};

void message_begin(struct cmta_session *session) {
  struct transaction *transaction = session->transaction;
  const struct cmta_settings *settings = &session->service->settings;
  transaction->message = (struct cmta_message){
      .session = session,
      .envelope = &transaction->envelope,
      .memory = &session->memory,
      .store = &settings->store,
      .collected = settings->collect,
  };
}

/* ---- Collecting ---- */

/* Whether a file can take over from memory. */
static bool has_store(const struct cmta_settings *settings) {
  return settings->max_message_memory && settings->store.begin;
}

/* Octets that may be kept in memory; 0: any number. */
static size_t most_in_memory(const struct cmta_settings *settings) {
  uint64_t most = settings->max_message_size < SIZE_MAX ? settings->max_message_size : 0;
  if (has_store(settings) && (most == 0 || settings->max_message_memory < most))
    return settings->max_message_memory;
  return (size_t)most;
}

/* Memory for a message grows by doubling, up to what a message may have there. */
static bool keep_in_memory(struct cmta_message *message, struct cmta_slice slice,
                           const struct cmta_settings *settings) {
  size_t most = most_in_memory(settings);
  size_t needed = (size_t)message->size + slice.length;
  if (has_store(settings) && needed > most)
    return false;
  if (!memory_grow(message->memory, (void **)&message->data, &message->capacity, needed, 1, most))
    return false;
  memcpy(message->data + message->size, slice.at, slice.length);
  return true;
}

static void give_data(struct cmta_message *message) {
  memory_give(message->memory, message->data);
  message->data = NULL;
  message->capacity = 0;
}

static bool append(struct cmta_message *message, const char *bytes, size_t length) {
  const struct cmta_store *store = message->store;
  if (length && store->append(store->context, message->file, bytes, length) < 0)
    return false;
  message->stored += length;
  return true;
}

/* Moves what is in memory to a file. */
static bool spill(struct cmta_message *message) {
  const struct cmta_store *store = message->store;
  message->file = store->begin(store->context);
  if (!message->file || !append(message, message->data, (size_t)message->size))
    return false;
  give_data(message);
  return true;
}

/* Octets that are gathered and not in the file yet. */
static size_t gathered(const struct cmta_message *message) {
  return (size_t)(message->size - message->stored);
}

/* Without memory to gather in, small slices go to the file as they come. */
static bool keep_in_file(struct cmta_message *message, struct cmta_slice slice) {
  size_t before = gathered(message);
  if (before + slice.length > GATHERED) {
    if (!append(message, message->data, before))
      return false;
    before = 0;
  }
  if (slice.length > GATHERED ||
      !memory_grow(message->memory, (void **)&message->data, &message->capacity, GATHERED, 1, 0))
    return append(message, slice.at, slice.length);
  memcpy(message->data + before, slice.at, slice.length);
  return true;
}

bool message_keep(struct cmta_session *session, struct cmta_slice slice) {
  const struct cmta_settings *settings = &session->service->settings;
  struct cmta_message *message = &session->transaction->message;
  if (!message->file) {
    if (keep_in_memory(message, slice, settings))
      return true;
    if (!has_store(settings) || !spill(message))
      return false;
  }
  return keep_in_file(message, slice);
}

bool message_complete(struct cmta_session *session) {
  struct cmta_message *message = &session->transaction->message;
  return !message->file || append(message, message->data, gathered(message));
}

void message_release(struct cmta_message *message) {
  give_data(message);
  if (message->file)
    message->store->end(message->store->context, message->file);
  message->file = NULL;
}

void message_forget(struct cmta_session *session) {
  message_release(&session->transaction->message);
}

/* ---- Facts ---- */

const struct cmta_envelope *cmta_message_envelope(const struct cmta_message *message) {
  return message->envelope;
}

const struct cmta_peer *cmta_message_peer(const struct cmta_message *message) {
  return message->session ? cmta_session_peer(message->session) : &message->origin->peer;
}

struct cmta_slice cmta_message_hello_name(const struct cmta_message *message) {
  return message->session ? cmta_session_hello_name(message->session) : message->origin->hello_name;
}

const char *cmta_message_protocol(const struct cmta_message *message) {
  return message->session ? cmta_session_protocol(message->session) : message->origin->protocol;
}

uint64_t cmta_message_size(const struct cmta_message *message) { return message->size; }

/* ---- Bytes ---- */

int cmta_message_data(const struct cmta_message *message, struct cmta_slice *data) {
  if (!message || !data)
    return CMTA_E_ARGUMENT;
  if (!message->collected)
    return CMTA_E_STATE;
  const struct cmta_store *store = message->store;
  const char *at = message->data;
  if (message->file && message->size > SIZE_MAX)
    return CMTA_E_SYSTEM;
  if (message->file)
    at = store->map(store->context, message->file, (size_t)message->size);
  if (message->file && !at)
    return CMTA_E_SYSTEM;
  *data = (struct cmta_slice){at, (size_t)message->size};
  return 0;
}

/* Reads a slice of the file into the message's window, which is no part of what the message says.
 */
static int read_window(struct cmta_message *message, uint64_t from, size_t length) {
  const struct cmta_store *store = message->store;
  if (!memory_grow(message->memory, (void **)&message->data, &message->capacity, WINDOW, 1, 0))
    return CMTA_E_MEMORY;
  int result = store->read(store->context, message->file, from, message->data, length);
  return result < 0 ? CMTA_E_SYSTEM : 0;
}

int cmta_message_next(const struct cmta_message *message, uint64_t *position,
                      struct cmta_slice *slice) {
  if (!message || !position || !slice || *position > message->size)
    return CMTA_E_ARGUMENT;
  if (!message->collected)
    return CMTA_E_STATE;
  uint64_t left = message->size - *position;
  size_t length = left < WINDOW ? (size_t)left : WINDOW;
  if (length == 0)
    return 0;
  int error = 0;
  if (message->file)
    error = read_window((struct cmta_message *)message, *position, length);
  if (error)
    return error;
  *slice = (struct cmta_slice){message->file ? message->data : message->data + *position, length};
  *position += length;
  return 1;
}
