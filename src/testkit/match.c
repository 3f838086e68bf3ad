/* SPDX-License-Identifier: MIT */

/* Which mails are meant: patterns for addresses, texts for what is said. */

#include "testkit/match.h"

#include "testkit/mail.h"

#include <stddef.h>
#include <string.h>

bool match_read(struct cmta_match *match, const struct cmta_match *given) {
  *match = (struct cmta_match)CMTA_MATCH_INIT;
  if (!given)
    return true;
  if (given->size < sizeof given->size || given->size > sizeof *match)
    return false;
  memcpy(match, given, given->size);
  match->size = sizeof *match;
  return true;
}

/* Letters of ASCII without their case, in any locale. */
static char folded(char octet) {
  return octet >= 'A' && octet <= 'Z' ? (char)(octet - 'A' + 'a') : octet;
}

static bool is_same(char pattern, char octet) {
  return pattern == '?' || folded(pattern) == folded(octet);
}

/* What a '*' stands for is as short as it can be; where that leads nowhere the last one is made
 * longer. */
bool cmta_address_matches(struct cmta_slice address, const char *pattern) {
  const char *star = NULL;
  size_t at = 0, retry = 0;
  while (at < address.length) {
    if (*pattern == '*') {
      star = ++pattern;
      retry = at;
    } else if (*pattern && is_same(*pattern, address.at[at])) {
      pattern++;
      at++;
    } else if (star) {
      pattern = star;
      at = ++retry;
    } else {
      return false;
    }
  }
  while (*pattern == '*')
    pattern++;
  return *pattern == '\0';
}

bool match_sender(const struct cmta_match *match, const struct cmta_mail *mail) {
  const struct cmta_envelope *envelope = cmta_message_envelope(mail->message);
  return !match->sender || cmta_address_matches(envelope->reverse_path.address, match->sender);
}

bool match_recipient(const struct cmta_match *match, const struct cmta_mail *mail) {
  const struct cmta_path *path;
  for (size_t i = 0; match->recipient && (path = cmta_mail_recipient(mail, i)); i++)
    if (cmta_address_matches(path->address, match->recipient))
      return true;
  return !match->recipient;
}

bool match_subject(const struct cmta_match *match, const struct cmta_mail *mail) {
  const char *subject = match->subject ? cmta_mail_header(mail, "Subject") : NULL;
  return !match->subject || (subject && strstr(subject, match->subject));
}

bool match_text(const struct cmta_match *match, const struct cmta_mail *mail) {
  return !match->text || strstr(cmta_mail_text(mail), match->text);
}

bool match_header(const struct cmta_match *match, const struct cmta_mail *mail) {
  if (!match->header)
    return true;
  const struct content *content = mail_content(mail);
  const struct content_field *field = NULL;
  while (content && (field = content_next(content, field, match->header)))
    if (!match->value || strstr(field->value, match->value))
      return true;
  return false;
}

bool match_id(const struct cmta_match *match, const struct cmta_mail *mail) {
  return !match->id || strcmp(match->id, mail->id) == 0;
}

bool match_asks_for_content(const struct cmta_match *match) {
  return match->subject || match->text || match->header;
}

/* The quick ones first: a message is read only where its envelope fits. */
bool match_all(const struct cmta_match *match, const struct cmta_mail *mail) {
  return match_id(match, mail) && match_sender(match, mail) && match_recipient(match, mail) &&
         match_subject(match, mail) && match_header(match, mail) && match_text(match, mail);
}

/* The parts of a match: those that tell mails apart best weigh most. */
static const struct part {
  size_t offset;
  unsigned weight;
  bool (*matches)(const struct cmta_match *match, const struct cmta_mail *mail);
} parts[] = {
    {offsetof(struct cmta_match, id), 16, match_id},
    {offsetof(struct cmta_match, recipient), 8, match_recipient},
    {offsetof(struct cmta_match, subject), 4, match_subject},
    {offsetof(struct cmta_match, text), 4, match_text},
    {offsetof(struct cmta_match, header), 2, match_header},
    {offsetof(struct cmta_match, sender), 1, match_sender},
};

static bool has_part(const struct cmta_match *match, const struct part *part) {
  const char *text;
  memcpy(&text, (const char *)match + part->offset, sizeof text);
  return text != NULL;
}

unsigned match_weight(const struct cmta_match *match) {
  unsigned weight = 0;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    weight += has_part(match, &parts[i]) ? parts[i].weight : 0;
  return weight;
}

unsigned match_nearness(const struct cmta_match *match, const struct cmta_mail *mail) {
  unsigned near = 0;
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    near += has_part(match, &parts[i]) && parts[i].matches(match, mail) ? parts[i].weight : 0;
  return near;
}

bool cmta_mail_matches(const struct cmta_mail *mail, const struct cmta_match *match) {
  struct cmta_match chosen;
  return mail && match_read(&chosen, match) && match_all(&chosen, mail);
}
