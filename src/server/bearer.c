/* SPDX-License-Identifier: MIT */

/* Both are fields with %x01 behind each, and one more %x01 at the end. */

#include "server/bearer.h"

#include <string.h>
#include <strings.h>

/* What ends a field. */
static const char separator = 1;

/* Takes the next field off text; false when there is none that is complete. */
static bool next_field(struct cmta_slice *text, struct cmta_slice *field) {
  const char *end = text->length ? memchr(text->at, separator, text->length) : NULL;
  if (!end)
    return false;
  *field = (struct cmta_slice){text->at, (size_t)(end - text->at)};
  text->at = end + 1;
  text->length -= field->length + 1;
  return true;
}

/* Takes a beginning off a field, in any case of letters; false when it has another. */
static bool skip(struct cmta_slice *field, const char *beginning) {
  size_t length = strlen(beginning);
  if (field->length < length || strncasecmp(field->at, beginning, length) != 0)
    return false;
  field->at += length;
  field->length -= length;
  return true;
}

/* b64token (RFC 6750 section 2.1). */
static bool is_token(struct cmta_slice token) {
  static const char letters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=";
  for (size_t i = 0; i < token.length; i++)
    if (!token.at[i] || !strchr(letters, token.at[i]))
      return false;
  return token.length;
}

static bool read_token(struct cmta_slice field, struct cmta_slice *token) {
  if (!skip(&field, "auth=Bearer "))
    return false;
  while (skip(&field, " "))
    continue;
  *token = field;
  return is_token(field);
}

/* ---- OAUTHBEARER ---- */

/* saslname (RFC 5801 section 4): no NUL and no comma, and "=" only as "=2C" or "=3D". */
static bool is_name(struct cmta_slice name) {
  for (size_t i = 0; i < name.length; i++) {
    struct cmta_slice rest = {name.at + i, name.length - i};
    bool escape = name.at[i] == '=';
    if (!name.at[i] || name.at[i] == ',' || (escape && !skip(&rest, "=2C") && !skip(&rest, "=3D")))
      return false;
  }
  return name.length;
}

/* gs2-header: no channel binding; perhaps "a=" and a name. */
static bool read_header(struct cmta_slice header, struct cmta_slice *user) {
  if (!skip(&header, "n,") && !skip(&header, "y,"))
    return false;
  if (header.length == 0 || header.at[--header.length] != ',')
    return false;
  *user = header;
  return header.length == 0 || (skip(user, "a=") && is_name(*user));
}

/* Other fields, host and port, are of no use here. */
static bool read_oauthbearer(struct cmta_slice text, struct cmta_slice *user,
                             struct cmta_slice *token) {
  struct cmta_slice field = {0};
  *token = (struct cmta_slice){0};
  if (!next_field(&text, &field) || !read_header(field, user))
    return false;
  while (next_field(&text, &field) && field.length)
    if (field.length > 5 && strncasecmp(field.at, "auth=", 5) == 0 &&
        (token->at || !read_token(field, token)))
      return false;
  return token->at && field.length == 0 && text.length == 0;
}

/* "=2C" and "=3D" become what they stand for. */
static void decode_saslname(char *user) {
  char *to = user;
  for (const char *from = user; *from; from++)
    if (*from == '=') {
      *to++ = from[1] == '2' ? ',' : '=';
      from += 2;
    } else {
      *to++ = *from;
    }
  *to = '\0';
}

/* ---- XOAUTH2 ---- */

static bool read_xoauth2(struct cmta_slice text, struct cmta_slice *user,
                         struct cmta_slice *token) {
  struct cmta_slice field = {0};
  if (!next_field(&text, user) || !skip(user, "user=") || user->length == 0 ||
      memchr(user->at, '\0', user->length))
    return false;
  return next_field(&text, &field) && read_token(field, token) && next_field(&text, &field) &&
         field.length == 0 && text.length == 0;
}

/* ---- Forms ---- */

/* The refusal of OAUTHBEARER is as in RFC 7628 section 3.2.2; the other is what clients of the
 * older know. */
const struct bearer_form *bearer_form_of(const char *mechanism) {
  static const struct bearer_form standard = {read_oauthbearer, decode_saslname,
                                              "{\"status\":\"invalid_token\"}"};
  static const struct bearer_form older = {
      read_xoauth2, NULL, "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"\"}"};
  if (strcmp(mechanism, "OAUTHBEARER") == 0)
    return &standard;
  return strcmp(mechanism, "XOAUTH2") == 0 ? &older : NULL;
}
