/* SPDX-License-Identifier: MIT */

/* The connections of a server, as many as are to be kept. */

#include "testkit/recorder.h"

#include "testkit/deadline.h"

#include <cmta/server.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- Its life ---- */

int cmta_recorder_new(struct cmta_recorder **recorder, size_t most) {
  if (!recorder)
    return CMTA_E_ARGUMENT;
  struct cmta_recorder *made = calloc(1, sizeof *made);
  if (!made || !condition_init(&made->changed)) {
    free(made);
    return CMTA_E_MEMORY;
  }
  pthread_mutex_init(&made->lock, NULL);
  made->most = most;
  made->end = 1;
  *recorder = made;
  return 0;
}

static void record_free(struct record *record) {
  free(record->events);
  free(record->texts);
  free(record);
}

void cmta_recorder_free(struct cmta_recorder *recorder) {
  if (!recorder)
    return;
  for (size_t i = 0; i < recorder->count; i++)
    record_free(recorder->records[i]);
  free(recorder->records);
  pthread_cond_destroy(&recorder->changed);
  pthread_mutex_destroy(&recorder->lock);
  free(recorder);
}

/* ---- Records ---- */

/* The place of the first record whose number is not below. */
static size_t place_of(const struct cmta_recorder *recorder, uint64_t connection) {
  size_t low = 0, high = recorder->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (recorder->records[middle]->connection < connection)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

struct record *recorder_find(const struct cmta_recorder *recorder, uint64_t connection) {
  size_t place = place_of(recorder, connection);
  bool there = place < recorder->count && recorder->records[place]->connection == connection;
  return there ? recorder->records[place] : NULL;
}

static bool make_room(struct cmta_recorder *recorder) {
  if (recorder->count < recorder->room)
    return true;
  size_t room = recorder->room * 2 + 16;
  struct record **records = realloc(recorder->records, room * sizeof(struct record *));
  if (!records)
    return false;
  recorder->records = records;
  recorder->room = room;
  return true;
}

static struct record *insert(struct cmta_recorder *recorder, uint64_t connection) {
  struct record *record = make_room(recorder) ? calloc(1, sizeof *record) : NULL;
  if (!record)
    return NULL;
  size_t place = place_of(recorder, connection);
  struct record **at = recorder->records + place;
  memmove(at + 1, at, (recorder->count - place) * sizeof(struct record *));
  *at = record;
  recorder->count++;
  record->connection = connection;
  if (connection >= recorder->end)
    recorder->end = connection + 1;
  return record;
}

void recorder_shrink(struct cmta_recorder *recorder) {
  while (recorder->most && recorder->count > recorder->most) {
    recorder->forgotten = recorder->records[0]->connection;
    record_free(recorder->records[0]);
    recorder->count--;
    memmove(recorder->records, recorder->records + 1, recorder->count * sizeof(struct record *));
  }
}

/* One that was there and was forgotten does not come back, whatever room there is; nor does one
 * come that would be the first to go. */
static bool is_forgotten(const struct cmta_recorder *recorder, uint64_t connection) {
  bool full = recorder->most && recorder->count >= recorder->most;
  return connection <= recorder->forgotten ||
         (full && connection < recorder->records[0]->connection);
}

struct record *recorder_record(struct cmta_recorder *recorder, struct cmta_session *session) {
  uint64_t connection = cmta_connection_number(session);
  struct record *record = recorder_find(recorder, connection);
  if (record || is_forgotten(recorder, connection))
    return record;
  record = insert(recorder, connection);
  if (record)
    record->began = cmta_session_now(session);
  recorder_shrink(recorder);
  return record;
}

void cmta_recorder_fault(void *recorder, struct cmta_session *session, int number,
                         const char *text) {
  struct cmta_recorder *self = recorder;
  (void)number;
  pthread_mutex_lock(&self->lock);
  struct record *record = recorder_record(self, session);
  if (record)
    record_add(record, session, CMTA_EVENT_FAULT, 0, text);
  pthread_mutex_unlock(&self->lock);
}

/* ---- What is kept ---- */

uint64_t cmta_recorder_first(struct cmta_recorder *recorder) {
  pthread_mutex_lock(&recorder->lock);
  uint64_t first = recorder->count ? recorder->records[0]->connection : recorder->end;
  pthread_mutex_unlock(&recorder->lock);
  return first;
}

uint64_t cmta_recorder_end(struct cmta_recorder *recorder) {
  pthread_mutex_lock(&recorder->lock);
  uint64_t end = recorder->end;
  pthread_mutex_unlock(&recorder->lock);
  return end;
}

int cmta_recorder_show(struct cmta_recorder *recorder, uint64_t connection,
                       void (*show)(void *context, const struct cmta_event *event), void *context) {
  if (!recorder || !show)
    return CMTA_E_ARGUMENT;
  pthread_mutex_lock(&recorder->lock);
  const struct record *record = recorder_find(recorder, connection);
  int count = record ? record_show(record, show, context) : CMTA_E_ARGUMENT;
  pthread_mutex_unlock(&recorder->lock);
  return count;
}

char *cmta_recorder_text(struct cmta_recorder *recorder, uint64_t connection,
                         enum cmta_transcript_form form) {
  if (!recorder)
    return NULL;
  pthread_mutex_lock(&recorder->lock);
  const struct record *record = recorder_find(recorder, connection);
  char *text = record ? transcript_new(record, form) : NULL;
  pthread_mutex_unlock(&recorder->lock);
  return text;
}

int cmta_recorder_wait_closed(struct cmta_recorder *recorder, uint64_t count, double seconds) {
  if (!recorder)
    return CMTA_E_ARGUMENT;
  struct timespec deadline = deadline_in(seconds);
  pthread_mutex_lock(&recorder->lock);
  while (recorder->closed < count && condition_wait(&recorder->changed, &recorder->lock, &deadline))
    continue;
  uint64_t closed = recorder->closed;
  pthread_mutex_unlock(&recorder->lock);
  if (closed < count)
    return CMTA_E_TIMEOUT;
  return closed < INT_MAX ? (int)closed : INT_MAX;
}

void cmta_recorder_on_closed(struct cmta_recorder *recorder,
                             void (*closed)(void *context, uint64_t connection), void *context) {
  pthread_mutex_lock(&recorder->lock);
  recorder->told = closed;
  recorder->told_context = context;
  pthread_mutex_unlock(&recorder->lock);
}

void cmta_recorder_clear(struct cmta_recorder *recorder) {
  size_t left = 0;
  pthread_mutex_lock(&recorder->lock);
  for (size_t i = 0; i < recorder->count; i++) {
    struct record *record = recorder->records[i];
    if (record->closed)
      record_free(record);
    else
      recorder->records[left++] = record;
  }
  recorder->count = left;
  pthread_mutex_unlock(&recorder->lock);
}
