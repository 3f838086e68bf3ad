/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_ENVELOPE_JSON_H
#define CMTA_TOOLS_ENVELOPE_JSON_H

#include <cmta/envelope.h>

#include <jansson.h>

/* What MAIL has said, and an array of what each RCPT has: README.md, "cmta sink", has the fields.
   NULL without memory. */
json_t *envelope_json_from(const struct cmta_envelope *envelope);
json_t *envelope_json_to(const struct cmta_envelope *envelope);

#endif
