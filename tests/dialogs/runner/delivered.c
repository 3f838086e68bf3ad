/* SPDX-License-Identifier: MIT */
/* Messages that were delivered; see delivered.h. */
#include "delivered.h"

#include "script.h"

#include <string.h>

static void show_original(struct text *text, const struct cmta_original_recipient *original) {
  if (original->type.length == 0)
    return;
  text_print(text, " orcpt=");
  text_append(text, original->type.at, original->type.length);
  text_append(text, ";", 1);
  text_append(text, original->address.at, original->address.length);
}

static void show_recipient(struct text *text, const struct cmta_path *path) {
  const struct cmta_valid_since *valid = &path->valid_since;
  if (path->notify)
    text_print(text, " notify=%u", path->notify);
  show_original(text, &path->original_recipient);
  if (valid->action != CMTA_RRVS_NOT_GIVEN)
    text_print(text, " rrvs=%lld;%s", (long long)valid->since,
               valid->action == CMTA_RRVS_CONTINUE ? "C" : "R");
}

static void show_dsn(struct text *text, const struct cmta_envelope *envelope) {
  if (envelope->dsn.returns)
    text_print(text, " ret=%d", (int)envelope->dsn.returns);
  if (envelope->dsn.envelope_id.length > 0)
    text_print(text, " envid=");
  text_append(text, envelope->dsn.envelope_id.at, envelope->dsn.envelope_id.length);
}

/* When and how the message is to be delivered. */
static void show_delivery(struct text *text, const struct cmta_envelope *envelope) {
  static const char *const holds[] = {"", "hold-for", "hold-until"};
  const struct cmta_deliver_by *by = &envelope->deliver_by;
  const struct cmta_future_release *release = &envelope->future_release;
  if (envelope->require_tls)
    text_print(text, " requiretls");
  if (by->mode != CMTA_BY_NOT_GIVEN)
    text_print(text, " by=%d;%s%s", (int)by->seconds, by->mode == CMTA_BY_NOTIFY ? "N" : "R",
               by->trace ? "T" : "");
  if (release->hold != CMTA_HOLD_NOT_GIVEN)
    text_print(text, " %s=%lld", holds[release->hold], (long long)release->seconds);
  if (envelope->has_priority)
    text_print(text, " priority=%d", envelope->priority);
}

static void show_typed(struct text *text, const struct cmta_envelope *envelope) {
  static const char *const bodies[] = {"7BIT", "8BITMIME", "BINARYMIME"};
  text_print(text, "size=%llu body=%s smtputf8=%s", (unsigned long long)envelope->declared_size,
             bodies[envelope->body], envelope->smtputf8 ? "on" : "off");
  if (envelope->submitter.length > 0)
    text_print(text, " submitter=");
  text_append(text, envelope->submitter.at, envelope->submitter.length);
  show_dsn(text, envelope);
  show_delivery(text, envelope);
  for (size_t i = 0; i < envelope->forward_path_count; i++)
    show_recipient(text, &envelope->forward_paths[i]);
}

/* What the message says slice by slice. 0 or the library's error. */
static int read_slices(const struct cmta_message *message, struct text *content) {
  struct cmta_slice slice;
  uint64_t position = 0;
  int result;
  while ((result = cmta_message_next(message, &position, &slice)) > 0)
    text_append(content, slice.at, slice.length);
  return result;
}

/* What the message says, which must be the same both ways; *known is false when it is not kept, or
 * its file cannot be read. */
static const char *read_message(struct text *content, const struct cmta_message *message,
                                bool *known) {
  struct text slices = {0};
  struct cmta_slice data;
  const int spans = cmta_message_data(message, &data);
  const int sliced = read_slices(message, &slices);
  if (spans == 0)
    text_append(content, data.at, data.length);
  else if (sliced == 0)
    text_append(content, slices.at, slices.length);
  const bool same = spans != 0 || sliced != 0 || text_equal(content, &slices);
  text_clear(&slices);
  *known = spans == 0 || sliced == 0;
  return same ? NULL : "a message is another slice by slice";
}

static void show_facts(struct delivered *kept, const struct cmta_message *message) {
  const struct cmta_envelope *envelope = cmta_message_envelope(message);
  const struct cmta_slice hello = cmta_message_hello_name(message);
  kept->size = cmta_message_size(message);
  script_show_path(&kept->from, &envelope->reverse_path);
  for (size_t i = 0; i < envelope->forward_path_count; i++)
    script_show_path(&kept->to, &envelope->forward_paths[i]);
  show_typed(&kept->typed, envelope);
  text_print(&kept->facts, "%s %u %s ", cmta_message_peer(message)->address,
             cmta_message_peer(message)->port, cmta_message_protocol(message));
  text_append(&kept->facts, hello.at, hello.length);
}

void delivered_clear(struct delivered *kept) {
  cmta_message_free(kept->taken);
  text_clear(&kept->content);
  text_clear(&kept->from);
  text_clear(&kept->to);
  text_clear(&kept->typed);
  text_clear(&kept->facts);
}

const char *delivered_fill(struct delivered *kept, const struct cmta_message *message,
                           const struct text *chunks) {
  bool known;
  const char *fault = read_message(&kept->content, message, &known);
  if (!known)
    text_append(&kept->content, chunks->at, chunks->length);
  show_facts(kept, message);
  return text_equal(&kept->content, chunks) ? fault : "the chunks are not the message";
}

static bool has_same_facts(const struct delivered *a, const struct delivered *b) {
  return a->size == b->size && text_equal(&a->from, &b->from) && text_equal(&a->to, &b->to) &&
         text_equal(&a->typed, &b->typed) && text_equal(&a->facts, &b->facts);
}

/* A taken message must say what it said in its session. */
static const char *compare_taken(const struct delivered *kept) {
  struct delivered again = {0};
  bool known;
  const char *fault = read_message(&again.content, kept->taken, &known);
  show_facts(&again, kept->taken);
  if (known && !text_equal(&again.content, &kept->content))
    fault = "a taken message says something else";
  else if (!has_same_facts(&again, kept))
    fault = "a taken message has other facts";
  delivered_clear(&again);
  return fault;
}

/* The session has an empty envelope afterwards. */
const char *delivered_take(struct delivered *kept, struct cmta_session *session, bool lenient) {
  const int error = cmta_message_take(session, &kept->taken);
  struct cmta_message *second = NULL;
  if (error == CMTA_E_MEMORY && lenient)
    return NULL;
  if (error != 0 || cmta_message_take(session, &second) != CMTA_E_STATE)
    return "a message cannot be taken once";
  if (cmta_session_envelope(session)->forward_path_count > 0)
    return "the envelope of a taken message is left";
  return compare_taken(kept);
}

const char *delivered_release(struct delivered *kept) {
  const char *fault = kept->taken != NULL ? compare_taken(kept) : NULL;
  cmta_message_free(kept->taken);
  kept->taken = NULL;
  return fault;
}
