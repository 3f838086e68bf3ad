/* SPDX-License-Identifier: MIT */

/*
 * What clients say that becomes no line of the dialogue. How bytes are to be read that nobody reads
 * any more is known as long as they can be commands: octets of the message in hand are left out,
 * and behind what may be a secret, or a message that begins, no line is looked for.
 */

#include "engine/fragment.h"

#include "engine/chain.h"
#include "engine/chart.h"
#include "engine/read_message.h"
#include "engine/trace.h"
#include "event.h"

/* Whether AUTH may begin behind what is known of it. */
static bool may_go_on_as_auth(const struct cmta_fragment *fragment) {
  size_t known = fragment->bytes.length, end = fragment->ended ? 2 : 0;
  return known && fragment->octets > known + end && trace_may_go_on_as_auth(fragment->bytes);
}

/* Whether all of it was told: else a secret was left out. */
static bool tell(struct cmta_session *session, struct cmta_fragment fragment, bool hidden) {
  size_t shown;
  bool finds_auth = trace_finds_auth(fragment.bytes, &shown);
  bool hides_all = hidden || may_go_on_as_auth(&fragment);
  fragment.secret = hides_all || finds_auth;
  if (fragment.secret)
    fragment.octets = fragment.bytes.length = hides_all ? 0 : shown;
  session->heard_secrets |= fragment.secret;
  session->hushed |= fragment.secret;
  chain_tell_fragment(session, &fragment);
  return !fragment.secret;
}

/* Of a line in the framer, or the one that has left it. */
static struct cmta_slice beginning_of(const struct framer *framer, struct cmta_slice known) {
  if (framer_has_auth(framer) && known.length == 0)
    return (struct cmta_slice){framer->start, FRAMER_START};
  return known;
}

void fragment_tell_long(struct cmta_session *session, struct cmta_slice line) {
  const struct framer *framer = &session->framer;
  struct cmta_fragment fragment = {.bytes = beginning_of(framer, framer_beginning(framer, line)),
                                   .octets = line.length,
                                   .ended = true,
                                   .read = true};
  tell(session, fragment, session->hushed || session->phase == PHASE_AUTH);
}

/* What bytes are that nobody has read. */
enum sort { LINES, MESSAGE, SECRET };

static enum sort tell_unfinished(struct cmta_session *session, enum sort sort) {
  const struct framer *framer = &session->framer;
  struct cmta_fragment fragment = {.bytes = beginning_of(framer, framer_unfinished(framer)),
                                   .octets = framer->length,
                                   .read = true};
  return tell(session, fragment, sort == SECRET) ? LINES : SECRET;
}

static void skip(struct cmta_slice *rest, size_t length) {
  if (length == 0)
    return;
  rest->at += length;
  rest->length -= length;
}

/* Takes the next line off what was not read. What comes behind it. */
static enum sort tell_line(struct cmta_session *session, struct cmta_slice *rest) {
  size_t found = framer_line_end(rest, false);
  size_t length = found ? found : rest->length;
  struct cmta_slice line = {rest->at, found ? found - 2 : length};
  bool begins = framer_is_verb(line, "DATA") || framer_is_verb(line, "BDAT");
  skip(rest, length);
  struct cmta_fragment fragment = {.bytes = line, .octets = length, .ended = found};
  if (!tell(session, fragment, false))
    return SECRET;
  return begins ? MESSAGE : LINES;
}

static void tell_unread(struct cmta_session *session, struct cmta_slice rest, enum sort sort) {
  while (rest.length && sort == LINES)
    sort = tell_line(session, &rest);
  struct cmta_fragment fragment = {.bytes = {rest.at, 0}, .octets = rest.length};
  if (rest.length && sort == MESSAGE)
    tell(session, fragment, false);
}

/* How what comes next would have been read. */
static enum sort sort_of(const struct cmta_session *session) {
  if (session->hushed || session->phase == PHASE_AUTH)
    return SECRET;
  bool is_lost = session->close_reason == CMTA_CLOSED_PROTOCOL && framer_has_bdat(&session->framer);
  bool is_data = session->event == DATA && session->phase == PHASE_RCPT;
  return is_lost || is_data ? MESSAGE : LINES;
}

void fragment_tell_rest(struct cmta_session *session) {
  struct cmta_slice rest = session->brought ? session->brought->left : (struct cmta_slice){0};
  enum sort sort = sort_of(session);
  if (!session->opened || session->rest_told ||
      !chain_has(session->service, offsetof(struct cmta_hooks, fragment)))
    return;
  session->rest_told = true;
  skip(&rest, read_waiting(session, rest));
  if (session->framer.length)
    sort = tell_unfinished(session, sort);
  else if (rest.length && sort == SECRET)
    tell(session, (struct cmta_fragment){.octets = 0}, true);
  tell_unread(session, rest, sort);
}
