/* SPDX-License-Identifier: MIT */

/* What is known of a transaction, compared with what a fault is for. */

#include "testkit/plan.h"

#include "testkit/mail.h"
#include "testkit/match.h"

#include <stdint.h>

/* Of MAIL the path in question, else that of the envelope. */
static bool sender_matches(const struct moment *moment, const char *pattern) {
  const struct cmta_envelope *envelope = cmta_session_envelope(moment->session);
  if (moment->sender)
    return cmta_address_matches(moment->sender->address, pattern);
  return envelope && cmta_address_matches(envelope->reverse_path.address, pattern);
}

/* Of RCPT the path in question; where each recipient has an answer of its own, that one. */
static bool recipient_matches(const struct moment *moment, const char *pattern) {
  const struct cmta_envelope *envelope = cmta_session_envelope(moment->session);
  if (moment->recipient)
    return cmta_address_matches(moment->recipient->address, pattern);
  if (!envelope)
    return false;
  size_t only = cmta_session_recipient(moment->session);
  for (size_t i = 0; i < envelope->forward_path_count; i++)
    if ((only == SIZE_MAX || only == i) &&
        cmta_address_matches(envelope->forward_paths[i].address, pattern))
      return true;
  return false;
}

/* What a message says is read for this alone, as a mail that nobody has taken. */
static bool content_matches(const struct cmta_message *message, const struct cmta_match *match) {
  struct cmta_mail mail = {.message = (struct cmta_message *)message};
  if (pthread_mutex_init(&mail.lock, NULL) != 0)
    return false;
  bool matches =
      match_subject(match, &mail) && match_header(match, &mail) && match_text(match, &mail);
  content_free(mail.content);
  pthread_mutex_destroy(&mail.lock);
  return matches;
}

bool plan_matches(const struct moment *moment, const struct cmta_match *match) {
  if (match->sender && !sender_matches(moment, match->sender))
    return false;
  if (match->recipient && !recipient_matches(moment, match->recipient))
    return false;
  if (!match->subject && !match->header && !match->text)
    return true;
  return moment->message && content_matches(moment->message, match);
}
