/* SPDX-License-Identifier: MIT */

/* One after the other, each compared with the next: they are as few as the limit says. */

#include "engine/domains.h"

#include "engine/ascii.h"
#include "engine/text.h"

struct domains {
  char **rows; /* `count` of them, in a block of `capacity` */
  size_t count, capacity;
  char *candidate; /* a new one, of the forward-path in question; or NULL */
};

static bool is_new(const struct domains *domains, struct cmta_slice domain) {
  for (size_t i = 0; i < domains->count; i++)
    if (ascii_same(text_slice(domains->rows[i]), domain))
      return false;
  return true;
}

/* Makes room for one more, and has it in question. False without memory. */
static bool have_in_question(struct memory *memory, struct domains *domains, size_t most,
                             struct cmta_slice domain) {
  if (!memory_grow(memory, (void **)&domains->rows, &domains->capacity, domains->count + 1,
                   sizeof *domains->rows, most))
    return false;
  domains->candidate = memory_copy(memory, domain);
  return domains->candidate;
}

enum reply_id domains_check(struct cmta_session *session) {
  struct cmta_slice domain = session->transaction->candidate.domain;
  size_t most = session->service->settings.max_recipient_domains;
  if (most == 0 || domain.length == 0)
    return REPLY_NONE;
  if (!session->domains)
    session->domains = memory_take(&session->memory, sizeof *session->domains);
  struct domains *domains = session->domains;
  if (!domains)
    return REPLY_NO_STORAGE;
  if (!is_new(domains, domain))
    return REPLY_NONE;
  if (domains->count >= most)
    return REPLY_TOO_MANY_DOMAINS;
  bool room = have_in_question(&session->memory, domains, most, domain);
  return room ? REPLY_NONE : REPLY_NO_STORAGE;
}

void domains_done(struct cmta_session *session) {
  struct domains *domains = session->domains;
  if (!domains || !domains->candidate)
    return;
  domains->rows[domains->count++] = domains->candidate;
  domains->candidate = NULL;
}

void domains_undone(struct cmta_session *session) {
  struct domains *domains = session->domains;
  if (!domains)
    return;
  memory_give(&session->memory, domains->candidate);
  domains->candidate = NULL;
}

void domains_free(struct cmta_session *session) {
  struct domains *domains = session->domains;
  if (!domains)
    return;
  domains_undone(session);
  for (size_t i = 0; i < domains->count; i++)
    memory_give(&session->memory, domains->rows[i]);
  memory_give(&session->memory, domains->rows);
  memory_give(&session->memory, domains);
  session->domains = NULL;
}
