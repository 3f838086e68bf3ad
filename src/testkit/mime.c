/* SPDX-License-Identifier: MIT */

/* What a message says, by GMime. Fields are found here, so that GMime sees of the header section
 * what it decodes and no more. */

#include "testkit/mime.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <stdlib.h>

/* GMime has to be told that it begins, and has tables that all threads share: one at a time. */
static pthread_mutex_t gmime = PTHREAD_MUTEX_INITIALIZER;

static bool is_blank(char octet) {
  return octet == ' ' || octet == '\t' || octet == '\r' || octet == '\n';
}

static struct cmta_slice trimmed(struct cmta_slice text) {
  while (text.length > 0 && is_blank(text.at[0])) {
    text.at++;
    text.length--;
  }
  while (text.length > 0 && is_blank(text.at[text.length - 1]))
    text.length--;
  return text;
}

/* ---- Fields ---- */

/* Cuts the next line off, its end with it. */
static struct cmta_slice cut_line(struct cmta_slice *rest) {
  const char *end = memchr(rest->at, '\n', rest->length);
  struct cmta_slice line = {rest->at, end ? (size_t)(end - rest->at) + 1 : rest->length};
  rest->at += line.length;
  rest->length -= line.length;
  return line;
}

/* Cuts the next field off, its folded lines with it (RFC 5322 section 2.2.3); empty at the end of
 * the section. */
static struct cmta_slice cut_field(struct cmta_slice *rest) {
  struct cmta_slice field = {rest->at, 0};
  if (rest->length == 0 || *rest->at == '\r' || *rest->at == '\n')
    return field;
  do
    field.length += cut_line(rest).length;
  while (rest->length > 0 && (*rest->at == ' ' || *rest->at == '\t'));
  return field;
}

/* A copy as a string, without line ends, blanks in place of NUL. */
static char *unfolded(struct cmta_slice text) {
  char *copy = g_malloc(text.length + 1);
  size_t length = 0;
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] != '\r' && text.at[i] != '\n')
      copy[length++] = text.at[i] ? text.at[i] : ' ';
  copy[length] = '\0';
  return copy;
}

/* Octets that are no UTF-8 are those of ISO 8859-1 to GMime, and what is wrong then is replaced. */
static char *decoded(struct cmta_slice text) {
  char *plain = unfolded(text);
  char *found = g_mime_utils_header_decode_text(NULL, plain);
  char *valid = g_utf8_make_valid(found, -1);
  g_free(found);
  g_free(plain);
  return valid;
}

static void read_field(GArray *fields, struct cmta_slice field) {
  const char *colon = memchr(field.at, ':', field.length);
  if (!colon)
    return;
  size_t length = (size_t)(colon - field.at);
  struct cmta_slice name = trimmed((struct cmta_slice){field.at, length});
  struct cmta_slice value = {colon + 1, field.length - length - 1};
  struct content_field read = {.name = unfolded(name), .value = decoded(trimmed(value))};
  g_array_append_val(fields, read);
}

static void read_fields(struct content *content, struct cmta_slice bytes) {
  GArray *fields = g_array_new(FALSE, FALSE, sizeof(struct content_field));
  struct cmta_slice field;
  while ((field = cut_field(&bytes)).length > 0)
    read_field(fields, field);
  content->field_count = fields->len;
  content->fields = (struct content_field *)(void *)g_array_free(fields, FALSE);
}

/* ---- Life ---- */

struct content *content_read(struct cmta_slice bytes) {
  struct content *content = calloc(1, sizeof *content);
  if (!content)
    return NULL;
  pthread_mutex_lock(&gmime);
  g_mime_init();
  read_fields(content, bytes);
  pthread_mutex_unlock(&gmime);
  return content;
}

void content_free(struct content *content) {
  if (!content)
    return;
  for (size_t i = 0; i < content->field_count; i++) {
    g_free(content->fields[i].name);
    g_free(content->fields[i].value);
  }
  g_free(content->fields);
  g_free(content->text);
  free(content);
}

const struct content_field *content_next(const struct content *content,
                                         const struct content_field *before, const char *name) {
  size_t from = before ? (size_t)(before - content->fields) + 1 : 0;
  for (size_t i = from; i < content->field_count; i++)
    if (g_ascii_strcasecmp(content->fields[i].name, name) == 0)
      return &content->fields[i];
  return NULL;
}
