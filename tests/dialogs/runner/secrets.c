/* SPDX-License-Identifier: MIT */
/* What must be wiped and never be seen; see secrets.h. */
#include "secrets.h"

#include "base64.h"

#include <stdlib.h>
#include <string.h>

/* The first place of part in bytes, or NULL. */
static const char *find(const char *bytes, size_t length, const struct text *part) {
  while (length >= part->length) {
    const char *at = memchr(bytes, part->at[0], length - part->length + 1);
    if (at == NULL || memcmp(at, part->at, part->length) == 0)
      return at;
    length -= (size_t)(at + 1 - bytes);
    bytes = at + 1;
  }
  return NULL;
}

static bool is_known(const struct secrets *secrets, const struct text *text) {
  for (size_t i = 0; i < secrets->count; i++)
    if (text_equal(&secrets->texts[i], text))
      return true;
  return false;
}

void secrets_add(struct secrets *secrets, const char *bytes, size_t length) {
  struct text text = {0};
  text_append(&text, bytes, length);
  if (length < SECRET_LEAST || is_known(secrets, &text)) {
    text_clear(&text);
    return;
  }
  struct text *grown = realloc(secrets->texts, (secrets->count + 1) * sizeof grown[0]);
  if (grown == NULL)
    abort();
  secrets->texts = grown;
  grown[secrets->count++] = text;
}

void secrets_add_response(struct secrets *secrets, struct cmta_slice response) {
  char *encoded = base64_text(response.at, response.length);
  if (encoded == NULL)
    abort();
  secrets_add(secrets, response.at, response.length);
  secrets_add(secrets, encoded, strlen(encoded));
  free(encoded);
}

void secrets_add_lines(struct secrets *secrets, const struct dialogue *dialogue) {
  for (size_t i = 0; i < dialogue->secret_count; i++)
    secrets_add(secrets, dialogue->secrets[i].at, dialogue->secrets[i].length);
}

void secrets_add_all(struct secrets *secrets, const struct secrets *others) {
  for (size_t i = 0; i < others->count; i++)
    secrets_add(secrets, others->texts[i].at, others->texts[i].length);
}

bool secrets_are_in(const struct secrets *secrets, const void *bytes, size_t length) {
  for (size_t i = 0; secrets != NULL && i < secrets->count; i++)
    if (find(bytes, length, &secrets->texts[i]) != NULL)
      return true;
  return false;
}

/* Whether a place of this secret touches the octets. */
static bool has_part(const struct text *secret, const struct text *said, size_t from,
                     size_t length) {
  const char *at = said->at, *end = said->at + said->length;
  while ((at = find(at, (size_t)(end - at), secret)) != NULL) {
    const size_t place = (size_t)(at - said->at);
    if (place < from + length && from < place + secret->length)
      return true;
    at++;
  }
  return false;
}

bool secrets_have_part(const struct secrets *secrets, const struct text *said, size_t from,
                       size_t length) {
  for (size_t i = 0; i < secrets->count; i++)
    if (has_part(&secrets->texts[i], said, from, length))
      return true;
  return false;
}

void secrets_clear(struct secrets *secrets) {
  for (size_t i = 0; i < secrets->count; i++)
    text_clear(&secrets->texts[i]);
  free(secrets->texts);
  *secrets = (struct secrets){0};
}
