/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_ENVELOPE_JSON_H
#define CMTA_TESTKIT_ENVELOPE_JSON_H

#include <cmta/mail.h>

#include <jansson.h>

/* What MAIL has said, and an array of what RCPT has of each recipient that the mail was accepted
   for: README.md, "cmta sink", has the fields. NULL without memory. */
json_t *envelope_json_from(const struct cmta_envelope *envelope);
json_t *envelope_json_to(const struct cmta_mail *mail);

#endif
