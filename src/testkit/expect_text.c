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

/* Fields of one name that are said at most. */
enum { MOST_FIELDS = 5 };

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

/* 0: out of question, as the mail is for another expectation, and like this one or nothing like it.
 * A mail that is for none goes before one as near that is for one. */
static unsigned nearness_of(const struct comparison *comparison, size_t expectation,
                            struct candidate *candidate) {
  bool is_free = candidate->holder == SIZE_MAX;
  if (!is_free && assign_is_like(comparison, expectation, candidate))
    return 0;
  return 2 * match_nearness(&comparison->expected[expectation], candidate->mail) + is_free;
}

/* Whether it is for no expectation, or can be for none, or is nearer than to the one that it is
 * for: that was glad of any. */
static bool may_be_meant(struct comparison *comparison, struct candidate *candidate) {
  size_t holder = candidate->holder;
  if (holder == SIZE_MAX || assign_release(comparison, candidate))
    return true;
  return candidate->near > 2 * match_weight(&comparison->expected[holder]);
}

/* One of those that are nearest; NULL when all are out of question. */
static struct candidate *most_near(const struct comparison *comparison) {
  struct candidate *best = NULL;
  for (size_t i = 0; i < comparison->candidate_count; i++) {
    struct candidate *candidate = &comparison->candidates[i];
    if (candidate->near > (best ? best->near : 0))
      best = candidate;
  }
  return best;
}

/* The mail that may be meant and is nearest to this expectation; NULL when none is. */
static const struct cmta_mail *nearest(struct comparison *comparison, size_t expectation) {
  struct candidate *best;
  for (size_t i = 0; i < comparison->candidate_count; i++)
    comparison->candidates[i].near =
        nearness_of(comparison, expectation, &comparison->candidates[i]);
  while ((best = most_near(comparison)) && !may_be_meant(comparison, best))
    best->near = 0;
  return best ? best->mail : NULL;
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

/* All of the name, as any of them could be the one, but no long list. */
static void say_fields(struct shown *shown, const struct cmta_mail *mail, const char *name) {
  const struct content *content = mail_content(mail);
  const struct content_field *field = content ? content_next(content, NULL, name) : NULL;
  say(shown, "    its field ", slice_of(name));
  shown_add(shown, field ? " is " : " is not there");
  for (int i = 0; field && i < MOST_FIELDS; i++) {
    say(shown, i ? ", " : "", slice_of(field->value));
    field = content_next(content, field, name);
  }
  shown_add(shown, field ? ", ...\n" : "\n");
}

static void say_other_differences(struct shown *shown, const struct cmta_match *match,
                                  const struct cmta_mail *mail) {
  if (!match_subject(match, mail)) {
    shown_add(shown, "    its subject is ");
    say_field(shown, mail, "Subject");
    shown_add(shown, "\n");
  }
  if (!match_header(match, mail))
    say_fields(shown, mail, match->header);
  if (!match_text(match, mail)) {
    say(shown, "    its text is ", slice_of(cmta_mail_text(mail)));
    shown_add(shown, "\n");
  }
}

static void say_missing(struct shown *shown, struct comparison *comparison, size_t expectation) {
  const struct cmta_match *match = &comparison->expected[expectation];
  const struct cmta_mail *mail = nearest(comparison, expectation);
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

/* Those that look alike are said once. How many others look like this one. */
static size_t count_alike(struct comparison *comparison, size_t number) {
  struct candidate *candidates = comparison->candidates;
  size_t count = 0;
  for (size_t i = number + 1; i < comparison->candidate_count; i++)
    if (candidates[i].holder == SIZE_MAX && !candidates[i].said &&
        look_alike(candidates[i].mail, candidates[number].mail)) {
      candidates[i].said = true;
      count++;
    }
  return count;
}

static void say_besides(struct shown *shown, struct comparison *comparison, size_t number) {
  const struct candidate *candidate = &comparison->candidates[number];
  if (candidate->holder != SIZE_MAX || candidate->said)
    return;
  shown_add(shown, "besides: ");
  say_mail(shown, candidate->mail);
  size_t more = count_alike(comparison, number);
  if (more)
    shown_add(shown, "  and %zu more like it\n", more);
}

static void say_counts(struct shown *shown, size_t expected, size_t there) {
  shown_add(shown, "%zu %s expected, %zu %s there\n", expected,
            expected == 1 ? "mail was" : "mails were", there, there == 1 ? "is" : "are");
}

void expect_say(struct comparison *comparison, char *text, size_t size) {
  struct shown shown = shown_in(text, size);
  say_counts(&shown, comparison->expected_count, comparison->candidate_count);
  for (size_t i = 0; i < comparison->expected_count && !shown_is_full(&shown); i++)
    if (comparison->mail_of[i] == SIZE_MAX)
      say_missing(&shown, comparison, i);
  for (size_t i = 0; i < comparison->candidate_count && !shown_is_full(&shown); i++)
    say_besides(&shown, comparison, i);
}
