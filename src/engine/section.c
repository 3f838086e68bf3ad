/* SPDX-License-Identifier: MIT */

/* The header section of the running message, in a block of its own: the slices that it came in are
 * gone when its question is asked, and the message itself may not be kept. */

#include "engine/section.h"

#include "engine/chain.h"

#include <string.h>

void section_begin(struct cmta_session *session) {
  struct transaction *transaction = session->transaction;
  transaction->section.wanted = chain_has(session->service, offsetof(struct cmta_hooks, headers));
  if (transaction->section.wanted)
    body_seek_headers(&transaction->body);
}

bool section_keep(struct cmta_session *session, struct cmta_slice slice) {
  struct section *section = &session->transaction->section;
  size_t needed = section->length + slice.length;
  if (!section->wanted)
    return true;
  if (!memory_grow(&session->memory, (void **)&section->data, &section->capacity, needed, 1, 0))
    return false;
  memcpy(section->data + section->length, slice.at, slice.length);
  section->length = needed;
  return true;
}

void section_forget(struct cmta_session *session) {
  struct section *section = &session->transaction->section;
  memory_give(&session->memory, section->data);
  *section = (struct section){.wanted = false};
}

enum reply_id headers_check(struct cmta_session *session) {
  const struct section *section = &session->transaction->section;
  session->slice = (struct cmta_slice){section->data ? section->data : "", section->length};
  return REPLY_NONE;
}

enum cmta_verdict headers_ask(struct cmta_session *session, const struct hook_set *set) {
  return set->hooks.headers(session, set->user, session->slice);
}

void headers_done(struct cmta_session *session) { section_forget(session); }
