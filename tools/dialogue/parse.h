/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_PARSE_H
#define TOOLS_PARSE_H

/* Parts of a line of a dialogue, for the files that read it. */

#include "dialogue.h"

/* The place of a name among count names; count when it is none of them. */
size_t parse_index(const char *const *names, size_t count, const char *name, size_t length);

/* Takes the next word off rest; its length, 0 at the end. */
size_t parse_word(const char **rest, const char **word);

bool parse_at_end(const char *rest);

/* "one" "two" as one text; false when it is no such thing. */
bool parse_strings(struct text *text, const char *rest);

/* VERDICT [NAME="text" ...] [CODE [ENHANCED] "line" ...] */
bool parse_answer(struct answer *answer, const char *rest);

/* Frees what an answer holds. */
void answer_clear(struct answer *answer);

/* `tls MODE` */
bool parse_tls(struct dialogue *dialogue, const char *rest);

/* `trust xclient xforward` */
bool parse_trust(struct dialogue *dialogue, const char *rest);

#endif
