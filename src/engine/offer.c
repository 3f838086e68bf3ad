/* SPDX-License-Identifier: MIT */

/* The offer of one session. Only edits take memory: a session whose hooks made none has what its
 * service has. */

#include "engine/offer.h"

#include "engine/ascii.h"
#include "engine/chain.h"
#include "engine/extensions.h"
#include "engine/keywords.h"
#include "engine/mechanisms.h"
#include "engine/shown.h"
#include "engine/text.h"
#include "event.h"

#include <string.h>

/* What an edit begins with; a line or a keyword and a NUL follow. */
enum { OFFERED = '+', WITHHELD = '-' };

/* The edits of one greeting, one a keyword, in the order in which these came first. */
struct offer {
  unsigned extensions; /* the built-in ones that are left */
  size_t length;
  char edits[];
};

static const char *edits_end(const struct offer *offer) { return offer->edits + offer->length; }

static const char *next_edit(const char *edit) { return edit + strlen(edit) + 1; }

/* The edit of a keyword, or NULL. */
static const char *find_edit(const struct offer *offer, struct cmta_slice keyword) {
  for (const char *edit = offer ? offer->edits : NULL; edit && edit < edits_end(offer);
       edit = next_edit(edit))
    if (ascii_same(keyword_of_line(edit + 1), keyword))
      return edit;
  return NULL;
}

/* What LMTP cannot be without (RFC 2033 section 5), and what it has no use for. */
enum {
  LMTP_ALWAYS = CMTA_EXTENSION_PIPELINING | CMTA_EXTENSION_ENHANCEDSTATUSCODES,
  LMTP_NEVER = CMTA_EXTENSION_PRDR
};

/* The extensions of the settings, as far as the protocol that is spoken leaves a choice. */
static unsigned extensions_of(const struct cmta_session *session) {
  unsigned bits = session->service->settings.extensions;
  return session->manners.lmtp ? (bits | LMTP_ALWAYS) & ~(unsigned)LMTP_NEVER : bits;
}

/* SMTPUTF8 goes with 8BITMIME (RFC 6531 section 3.1), BINARYMIME with CHUNKING (RFC 3030
 * section 3). */
unsigned offer_chosen(const struct cmta_session *session) {
  if (!session->offer)
    return extensions_of(session);
  unsigned bits = session->offer->extensions;
  if (!(bits & CMTA_EXTENSION_8BITMIME))
    bits &= ~(unsigned)CMTA_EXTENSION_SMTPUTF8;
  return bits & CMTA_EXTENSION_CHUNKING ? bits : bits & ~(unsigned)CMTA_EXTENSION_BINARYMIME;
}

/* What trust is needed for (cmta_session_set_trust()). */
static unsigned not_trusted(const struct cmta_session *session) {
  unsigned bits = 0;
  if (!(session->trust & CMTA_TRUST_XCLIENT))
    bits |= CMTA_EXTENSION_XCLIENT;
  if (!(session->trust & CMTA_TRUST_XFORWARD))
    bits |= CMTA_EXTENSION_XFORWARD;
  return bits;
}

/* ETRN is for relays, which a server for submission is not (RFC 6409 section 7), and needs a hook;
 * FUTURERELEASE is for submission alone (RFC 4865 section 4.2). */
static unsigned out_of_place(const struct cmta_session *session) {
  bool submission = session->manners.submission;
  bool etrn = !submission && chain_has(session->service, offsetof(struct cmta_hooks, etrn));
  return (etrn ? 0u : CMTA_EXTENSION_ETRN) | (submission ? 0u : CMTA_EXTENSION_FUTURERELEASE);
}

/* STARTTLS is not offered to a client that has TLS (RFC 3207 section 4.2), REQUIRETLS only to one
 * that has (RFC 8689 section 2), AUTH not without a mechanism. */
unsigned offer_extensions(const struct cmta_session *session) {
  unsigned bits = offer_chosen(session);
  bool tls = session->tls_mode != CMTA_TLS_OFF && !session->encrypted;
  if (!tls)
    bits &= ~(unsigned)CMTA_EXTENSION_STARTTLS;
  if (!session->encrypted)
    bits &= ~(unsigned)CMTA_EXTENSION_REQUIRETLS;
  bits &= ~(not_trusted(session) | out_of_place(session));
  return mechanisms_line(session) ? bits : bits & ~(unsigned)CMTA_EXTENSION_AUTH;
}

static bool condition_holds(const struct cmta_session *session, const struct cmta_keyword *row) {
  return !row->offered || row->offered(session, row->user);
}

/* The text of a row's line, or NULL where it is not offered. An edit outweighs the condition. */
static const char *row_line(const struct cmta_session *session, const struct cmta_keyword *row) {
  const char *edit = find_edit(session->offer, keyword_of_line(row->ehlo));
  if (edit)
    return *edit == OFFERED ? edit + 1 : NULL;
  return condition_holds(session, row) ? row->ehlo : NULL;
}

/* The row before that has the line of this row's extension; NULL where none has. */
static const struct cmta_keyword *head_of(const struct cmta_session *session,
                                          const struct cmta_keyword *row) {
  while (!row->ehlo && row > session->service->settings.keywords)
    row--;
  return row->ehlo ? row : NULL;
}

bool offer_has(const struct cmta_session *session, const struct cmta_keyword *row) {
  if (!session->esmtp)
    return false;
  const struct cmta_keyword *head = head_of(session, row);
  return (!head || row_line(session, head)) && (head == row || condition_holds(session, row));
}

size_t offer_octets(const struct cmta_session *session, int event) {
  const struct cmta_settings *settings = &session->service->settings;
  size_t octets = extension_octets(offer_extensions(session), event);
  for (size_t i = 0; i < settings->keyword_count; i++) {
    const struct cmta_keyword *row = &settings->keywords[i];
    if ((row->commands & keyword_command(event)) && row->octets && offer_has(session, row))
      octets = octets_sum(octets, row->octets);
  }
  return session->esmtp ? octets : 0;
}

/* The line of a built-in extension, or NULL where it is not offered. */
static const char *built_in_line(const struct cmta_session *session, size_t index,
                                 char text[OFFER_LINE]) {
  const struct extension *extension = extension_row(index);
  if (!(offer_extensions(session) & (unsigned)extension->bit))
    return NULL;
  const char *edit = find_edit(session->offer, keyword_of_line(extension->keyword));
  if (edit)
    return edit + 1;
  if (extension->bit == CMTA_EXTENSION_AUTH)
    return mechanisms_line(session);
  return shown_line(&session->service->settings, extension, text);
}

/* The line that an edit adds, or NULL where it is none, or that of a table. */
static const char *added_line(const struct cmta_session *session, const char *edit) {
  struct cmta_slice keyword = keyword_of_line(edit + 1);
  bool known =
      cmta_extension_bit(keyword) || keywords_find_line(&session->service->settings, keyword);
  return *edit == OFFERED && !known ? edit + 1 : NULL;
}

/* The cursor counts the built-in rows, then those of the settings, then the octets of the edits. */
bool offer_next(const struct cmta_session *session, size_t *cursor, char text[OFFER_LINE],
                struct cmta_slice *line) {
  const struct cmta_settings *settings = &session->service->settings;
  size_t built_in = extension_count(), rows = built_in + settings->keyword_count;
  size_t end = rows + (session->offer ? session->offer->length : 0);
  const char *found = NULL;
  while (!found && *cursor < end) {
    size_t at = (*cursor)++;
    if (at < built_in) {
      found = built_in_line(session, at, text);
    } else if (at < rows) {
      const struct cmta_keyword *row = &settings->keywords[at - built_in];
      found = row->ehlo ? row_line(session, row) : NULL;
    } else {
      const char *edit = session->offer->edits + (at - rows);
      found = added_line(session, edit);
      *cursor = at + strlen(edit) + 1;
    }
  }
  *line = text_slice(found);
  return found;
}

void offer_accept(struct cmta_session *session) {
  memory_give(&session->memory, session->offer);
  session->offer = session->offer_candidate;
  session->offer_candidate = NULL;
}

void offer_drop_candidate(struct cmta_session *session) {
  memory_give(&session->memory, session->offer_candidate);
  session->offer_candidate = NULL;
}

/* Makes room for an edit of size octets in the place of the one of the same keyword, or behind all
 * others. NULL without memory. */
static char *make_room(struct cmta_session *session, struct cmta_slice keyword, size_t size) {
  struct offer *old = session->offer_candidate;
  const char *edit = find_edit(old, keyword);
  size_t length = old ? old->length : 0;
  size_t at = edit ? (size_t)(edit - old->edits) : length;
  size_t behind = edit ? at + strlen(edit) + 1 : length;
  struct offer *offer = memory_resize(&session->memory, old, sizeof *offer + length + size);
  if (!offer)
    return NULL;
  if (!old)
    offer->extensions = extensions_of(session);
  session->offer_candidate = offer;
  memmove(offer->edits + at + size, offer->edits + behind, length - behind);
  offer->length = at + size + length - behind;
  return offer->edits + at;
}

static int put_edit(struct cmta_session *session, char kind, const char *text) {
  struct cmta_slice keyword = keyword_of_line(text);
  size_t size = strlen(text) + 2;
  char *room = make_room(session, keyword, size);
  if (!room)
    return CMTA_E_MEMORY;
  *room = kind;
  memcpy(room + 1, text, size - 1);
  unsigned bit = cmta_extension_bit(keyword);
  struct offer *offer = session->offer_candidate;
  offer->extensions = kind == OFFERED ? offer->extensions | bit : offer->extensions & ~bit;
  return 0;
}

static bool is_ehlo_in_question(const struct cmta_session *session) {
  return session_may_answer(session) && (session->event == EHLO || session->event == LHLO);
}

/* True when the reply in question has a line with this keyword, as far as that does not depend on
 * the condition of a row. */
static bool has_line(const struct cmta_session *session, struct cmta_slice keyword) {
  const struct cmta_settings *settings = &session->service->settings;
  const char *edit = find_edit(session->offer_candidate, keyword);
  if (edit)
    return *edit == OFFERED;
  return (extensions_of(session) & cmta_extension_bit(keyword)) ||
         keywords_find_line(settings, keyword);
}

int cmta_ehlo_offer(struct cmta_session *session, const char *line) {
  if (!session || !line || !keyword_is_line(line))
    return CMTA_E_ARGUMENT;
  return is_ehlo_in_question(session) ? put_edit(session, OFFERED, line) : CMTA_E_STATE;
}

int cmta_ehlo_withhold(struct cmta_session *session, const char *keyword) {
  if (!session || !keyword)
    return CMTA_E_ARGUMENT;
  if (!is_ehlo_in_question(session))
    return CMTA_E_STATE;
  unsigned bit = cmta_extension_bit(text_slice(keyword));
  if (!has_line(session, text_slice(keyword)) || (session->manners.lmtp && (bit & LMTP_ALWAYS)))
    return CMTA_E_ARGUMENT;
  return put_edit(session, WITHHELD, keyword);
}
