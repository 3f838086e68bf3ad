/* SPDX-License-Identifier: MIT */

/*
 * The difference between what is expected and what is there, for people:
 *
 *     2 mails were expected, 1 is there
 *     missing: recipient "bob@example.net", subject "Welcome"
 *       nearest: 19a1-5e3c2a10-1 from "shop@example.org" to "bob@example.net", "Goodbye"
 *         its subject is "Goodbye"
 *     besides: 19a1-5e3c2a10-1 from "shop@example.org" to "bob@example.net", "Goodbye"
 */

#include "testkit/expect.h"

#include "testkit/match.h"
#include "testkit/shown.h"

#include <stdint.h>
#include <string.h>

static struct cmta_slice slice_of(const char *text) {
  return (struct cmta_slice){text, text ? strlen(text) : 0};
}

static void say(struct shown *shown, const char *before, struct cmta_slice words) {
  shown_add(shown, "%s", before);
  shown_quote(shown, words);
}

/* ---- What a mail has ---- */

static void say_sender(struct shown *shown, const struct cmta_mail *mail) {
  say(shown, "", cmta_message_envelope(mail->message)->reverse_path.address);
}

static void say_recipients(struct shown *shown, const struct cmta_mail *mail) {
  const struct cmta_path *path;
  for (size_t i = 0; (path = cmta_mail_recipient(mail, i)); i++)
    say(shown, i ? ", " : "", path->address);
}

static void say_field(struct shown *shown, const struct cmta_mail *mail, const char *name) {
  const char *value = cmta_mail_header(mail, name);
  if (value)
    say(shown, "", slice_of(value));
  else
    shown_add(shown, "not there");
}

static void say_mail(struct shown *shown, const struct cmta_mail *mail) {
  shown_add(shown, "%s from ", mail->id);
  say_sender(shown, mail);
  shown_add(shown, " to ");
  say_recipients(shown, mail);
  shown_add(shown, ", subject ");
  say_field(shown, mail, "Subject");
  shown_add(shown, "\n");
}

/* ---- What is expected ---- */

/* A part of an expectation with what goes before it; NULL says nothing. */
static void say_part(struct shown *shown, const char **before, const char *name,
                     const char *value) {
  if (!value)
    return;
  shown_add(shown, "%s%s ", *before, name);
  shown_quote(shown, slice_of(value));
  *before = ", ";
}

static void say_expected(struct shown *shown, const struct cmta_match *match) {
  const char *before = "";
  say_part(shown, &before, "id", match->id);
  say_part(shown, &before, "sender", match->sender);
  say_part(shown, &before, "recipient", match->recipient);
  say_part(shown, &before, "subject", match->subject);
  say_part(shown, &before, "header", match->header);
  if (match->header)
    say_part(shown, &before, "with", match->value);
  say_part(shown, &before, "text", match->text);
  shown_add(shown, *before ? "\n" : "any mail\n");
}

/* ---- How near they are ---- */

/* How many parts of an expectation a mail is like: of those that tell mails apart best, most. */
static unsigned nearness(const struct cmta_match *match, const struct cmta_mail *mail) {
  return (match->id && match_id(match, mail) ? 16U : 0) +
         (match->recipient && match_recipient(match, mail) ? 8U : 0) +
         (match->subject && match_subject(match, mail) ? 4U : 0) +
         (match->header && match_header(match, mail) ? 2U : 0) +
         (match->sender && match_sender(match, mail) ? 1U : 0) +
         (match->text && match_text(match, mail) ? 4U : 0);
}

/* The mail that is for no expectation and nearest to this one; NULL when none is. */
static const struct cmta_mail *nearest(const struct comparison *comparison,
                                       const struct cmta_match *match) {
  const struct cmta_mail *best = NULL;
  unsigned most = 0;
  for (size_t i = 0; i < comparison->mail_count; i++) {
    const struct cmta_mail *mail = comparison->mails[i];
    unsigned near = comparison->used[i] ? 0 : nearness(match, mail);
    if (!comparison->used[i] && (!best || near > most)) {
      best = mail;
      most = near;
    }
  }
  return best;
}

static void say_differences(struct shown *shown, const struct cmta_match *match,
                            const struct cmta_mail *mail) {
  if (!match_id(match, mail))
    shown_add(shown, "    its id is %s\n", mail->id);
  if (!match_sender(match, mail)) {
    shown_add(shown, "    its sender is ");
    say_sender(shown, mail);
    shown_add(shown, "\n");
  }
  if (!match_recipient(match, mail)) {
    shown_add(shown, "    its recipients are ");
    say_recipients(shown, mail);
    shown_add(shown, "\n");
  }
}

static void say_other_differences(struct shown *shown, const struct cmta_match *match,
                                  const struct cmta_mail *mail) {
  if (!match_subject(match, mail)) {
    shown_add(shown, "    its subject is ");
    say_field(shown, mail, "Subject");
    shown_add(shown, "\n");
  }
  if (!match_header(match, mail)) {
    say(shown, "    its field ", slice_of(match->header));
    shown_add(shown, " is ");
    say_field(shown, mail, match->header);
    shown_add(shown, "\n");
  }
  if (!match_text(match, mail)) {
    say(shown, "    its text is ", slice_of(cmta_mail_text(mail)));
    shown_add(shown, "\n");
  }
}

static void say_missing(struct shown *shown, const struct comparison *comparison,
                        const struct cmta_match *match) {
  const struct cmta_mail *mail = nearest(comparison, match);
  shown_add(shown, "missing: ");
  say_expected(shown, match);
  if (!mail)
    return;
  shown_add(shown, "  nearest: ");
  say_mail(shown, mail);
  say_differences(shown, match, mail);
  say_other_differences(shown, match, mail);
}

static bool is_same(struct cmta_slice one, struct cmta_slice other) {
  return one.length == other.length &&
         (one.length == 0 || memcmp(one.at, other.at, one.length) == 0);
}

/* Whether nothing that is said of them but the id tells the mails apart. */
static bool look_alike(const struct cmta_mail *one, const struct cmta_mail *other) {
  const struct cmta_envelope *a = cmta_message_envelope(one->message);
  const struct cmta_envelope *b = cmta_message_envelope(other->message);
  size_t count = cmta_mail_recipient_count(one);
  bool same = is_same(a->reverse_path.address, b->reverse_path.address) &&
              is_same(slice_of(cmta_mail_header(one, "Subject")),
                      slice_of(cmta_mail_header(other, "Subject"))) &&
              count == cmta_mail_recipient_count(other);
  for (size_t i = 0; same && i < count; i++)
    same = is_same(cmta_mail_recipient(one, i)->address, cmta_mail_recipient(other, i)->address);
  return same;
}

/* How many surplus mails from `from` on to before `to` look like this one. */
static size_t count_alike(const struct comparison *comparison, const struct cmta_mail *mail,
                          size_t from, size_t to) {
  size_t count = 0;
  for (size_t i = from; i < to; i++)
    count += !comparison->used[i] && look_alike(comparison->mails[i], mail);
  return count;
}

/* Many that look alike are said once. */
static void say_besides(struct shown *shown, const struct comparison *comparison, size_t number) {
  const struct cmta_mail *mail = comparison->mails[number];
  if (comparison->used[number] || count_alike(comparison, mail, 0, number))
    return;
  shown_add(shown, "besides: ");
  say_mail(shown, mail);
  size_t more = count_alike(comparison, mail, number + 1, comparison->mail_count);
  if (more)
    shown_add(shown, "  and %zu more like it\n", more);
}

static void say_counts(struct shown *shown, size_t expected, size_t there) {
  shown_add(shown, "%zu %s expected, %zu %s there\n", expected,
            expected == 1 ? "mail was" : "mails were", there, there == 1 ? "is" : "are");
}

void expect_say(const struct comparison *comparison, char *text, size_t size) {
  struct shown shown = shown_in(text, size);
  say_counts(&shown, comparison->expected_count, comparison->mail_count);
  for (size_t i = 0; i < comparison->expected_count; i++)
    if (comparison->mail_of[i] == SIZE_MAX)
      say_missing(&shown, comparison, &comparison->expected[i]);
  for (size_t i = 0; i < comparison->mail_count; i++)
    say_besides(&shown, comparison, i);
}
