/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_MATCH_H
#define CMTA_TESTKIT_MATCH_H

/* Which mails are meant. */

#include <cmta/mail.h>

/* Copies what a caller has given; NULL stands for any mail. False for a structure that cannot be.
 */
bool match_read(struct cmta_match *match, const struct cmta_match *given);

/* Whether the mail is as each part of a match alone says. */
bool match_sender(const struct cmta_match *match, const struct cmta_mail *mail);
bool match_recipient(const struct cmta_match *match, const struct cmta_mail *mail);
bool match_subject(const struct cmta_match *match, const struct cmta_mail *mail);
bool match_text(const struct cmta_match *match, const struct cmta_mail *mail);
bool match_header(const struct cmta_match *match, const struct cmta_mail *mail);
bool match_id(const struct cmta_match *match, const struct cmta_mail *mail);

/* Whether it is as all of them say. */
bool match_all(const struct cmta_match *match, const struct cmta_mail *mail);

/* Whether a match asks for what the message says: mail_content(). */
bool match_asks_for_content(const struct cmta_match *match);

/* How much a match asks for, and how much of that a mail has. */
unsigned match_weight(const struct cmta_match *match);
unsigned match_nearness(const struct cmta_match *match, const struct cmta_mail *mail);

#endif
