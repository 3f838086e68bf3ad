/* SPDX-License-Identifier: MIT */

/* What a message says, by GMime. Fields are found here, so that GMime sees of the header section
 * what it decodes and no more, and a message need not have one. */

#include "testkit/mime.h"
#include "testkit/words.h"

#include <gmime/gmime.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Words for parts with parts in them that the Content-Type fields of a message may have: reading it
 * goes as deep as they lie in each other. */
enum { MOST_NESTS = 200 };

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
  if (rest->length == 0)
    return *rest;
  const char *end = memchr(rest->at, '\n', rest->length);
  struct cmta_slice line = {rest->at, end ? (size_t)(end - rest->at) + 1 : rest->length};
  rest->at += line.length;
  rest->length -= line.length;
  return line;
}

/* Cuts the next line off, with those that continue it where it is a field (RFC 5322 section
 * 2.2.3). */
static struct cmta_slice cut_folded(struct cmta_slice *rest) {
  struct cmta_slice lines = {rest->at, 0};
  do
    lines.length += cut_line(rest).length;
  while (rest->length > 0 && (*rest->at == ' ' || *rest->at == '\t'));
  return lines;
}

bool content_is_field(struct cmta_slice lines) {
  size_t name = 0, colon;
  while (name < lines.length && lines.at[name] > ' ' && lines.at[name] < 0x7f &&
         lines.at[name] != ':')
    name++;
  for (colon = name; colon < lines.length && (lines.at[colon] == ' ' || lines.at[colon] == '\t');)
    colon++;
  return name > 0 && colon < lines.length && lines.at[colon] == ':';
}

/* Cuts the next field off; empty at the end of the section: what is no field is of the body, as of
 * a message that has no header section at all. */
static struct cmta_slice cut_field(struct cmta_slice *rest) {
  struct cmta_slice left = *rest, field = cut_folded(&left);
  if (!content_is_field(field))
    return (struct cmta_slice){rest->at, 0};
  *rest = left;
  return field;
}

static bool begins(struct cmta_slice text, const char *front) {
  size_t length = strlen(front);
  return text.length >= length && g_ascii_strncasecmp(text.at, front, length) == 0;
}

/* What stands between messages in an mbox file, and some put in front of one, is no part of it. */
static void skip_separator(struct cmta_slice *rest) {
  bool from = begins(*rest, "From ") || begins(*rest, ">From ");
  if (from && !content_is_field(*rest))
    (void)cut_line(rest);
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

/* Where the first encoded word begins that never ends, or NULL: from each of those GMime would look
 * for an end as far as the text goes. */
static char *unfinished_word(char *text) {
  char *last_end = g_strrstr(text, "?=");
  return strstr(last_end ? last_end + 2 : text, "=?");
}

/* Adds text to the string, which frees it. */
static void append(GString *string, char *text) {
  g_string_append(string, text);
  g_free(text);
}

/* Without its encoded words; octets that are no UTF-8 are those of ISO 8859-1 to GMime, and what is
 * wrong then is replaced. */
static char *decoded_words(char *text) {
  GString *whole = g_string_new(NULL);
  char *rest = unfinished_word(text);
  char *back = rest ? g_mime_utils_decode_8bit(NULL, rest, strlen(rest)) : g_strdup("");
  if (rest)
    *rest = '\0';
  for (size_t next; *text; text += next) {
    char *piece = g_strndup(text, words_together(text, &next));
    append(whole, g_mime_utils_header_decode_text(NULL, piece));
    g_free(piece);
  }
  append(whole, back);
  return g_string_free(whole, FALSE);
}

static char *decoded(struct cmta_slice text) {
  char *plain = unfolded(text);
  char *found = decoded_words(plain);
  char *valid = g_utf8_make_valid(found, -1);
  g_free(found);
  g_free(plain);
  return valid;
}

static void read_field(GArray *fields, struct cmta_slice field) {
  size_t length = (size_t)((const char *)memchr(field.at, ':', field.length) - field.at);
  struct cmta_slice name = trimmed((struct cmta_slice){field.at, length});
  struct cmta_slice value = {field.at + length + 1, field.length - length - 1};
  struct content_field read = {.name = unfolded(name), .value = decoded(trimmed(value))};
  g_array_append_val(fields, read);
}

/* Cuts the header section off, with the empty line that ends it. Returns those of its fields that
 * say how the body is to be read (RFC 2045 section 3), and such a line. */
static GString *read_fields(struct content *content, struct cmta_slice *rest) {
  GArray *fields = g_array_new(FALSE, FALSE, sizeof(struct content_field));
  GString *of_body = g_string_new(NULL);
  struct cmta_slice field;
  skip_separator(rest);
  while ((field = cut_field(rest)).length > 0) {
    read_field(fields, field);
    if (begins(field, "content-"))
      g_string_append_len(of_body, field.at, (gssize)field.length);
  }
  if (begins(*rest, "\r\n") || begins(*rest, "\n"))
    (void)cut_line(rest);
  content->field_count = fields->len;
  content->fields = (struct content_field *)(void *)g_array_free(fields, FALSE);
  return g_string_append(of_body, "\r\n");
}

/* ---- Text ---- */

static bool is_attachment(GMimeObject *part) {
  const char *disposition = g_mime_object_get_disposition(part);
  return disposition && g_ascii_strcasecmp(disposition, "attachment") == 0;
}

/* Whether there is text in a part, or plain text, that is no attachment. */
static bool has_text(GMimeObject *part, bool plain) {
  if (!part || is_attachment(part))
    return false;
  if (GMIME_IS_TEXT_PART(part))
    return !plain ||
           g_mime_content_type_is_type(g_mime_object_get_content_type(part), "*", "plain");
  int count = GMIME_IS_MULTIPART(part) ? g_mime_multipart_get_count((GMimeMultipart *)part) : 0;
  for (int i = 0; i < count; i++)
    if (has_text(g_mime_multipart_get_part((GMimeMultipart *)part, i), plain))
      return true;
  return false;
}

/* Of alternatives the first that has plain text, or else text; NULL when none has. */
static GMimeObject *chosen(GMimeMultipart *alternatives) {
  int count = g_mime_multipart_get_count(alternatives);
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < count; i++)
      if (has_text(g_mime_multipart_get_part(alternatives, i), round == 0))
        return g_mime_multipart_get_part(alternatives, i);
  return NULL;
}

/* The charset to convert from; NULL where octets that are UTF-8 can stay. */
static const char *foreign_charset(GMimeTextPart *part) {
  const char *charset = g_mime_text_part_get_charset(part);
  bool ours = !charset || g_ascii_strcasecmp(charset, "utf-8") == 0 ||
              g_ascii_strcasecmp(charset, "us-ascii") == 0;
  return ours ? NULL : charset;
}

/* What a part holds, its transfer encoding undone, in UTF-8 where its charset is known. */
static GByteArray *decoded_part(GMimeTextPart *part) {
  GByteArray *octets = g_byte_array_new();
  GMimeDataWrapper *content = g_mime_part_get_content((GMimePart *)part);
  const char *charset = foreign_charset(part);
  GMimeFilter *filter = charset ? g_mime_filter_charset_new(charset, "utf-8") : NULL;
  GMimeStream *memory = g_mime_stream_mem_new_with_byte_array(octets);
  GMimeStream *stream = g_mime_stream_filter_new(memory);
  g_mime_stream_mem_set_owner((GMimeStreamMem *)memory, FALSE);
  if (filter)
    g_mime_stream_filter_add((GMimeStreamFilter *)stream, filter);
  if (content)
    g_mime_data_wrapper_write_to_stream(content, stream);
  g_mime_stream_flush(stream);
  g_object_unref(stream);
  g_object_unref(memory);
  if (filter)
    g_object_unref(filter);
  return octets;
}

/* Puts octets behind the text: valid, NUL replaced, lines ended by LF, the last one of what was
 * there before, too. */
static void add_text(GString *text, const char *octets, size_t length) {
  if (text->len > 0 && text->str[text->len - 1] != '\n')
    g_string_append_c(text, '\n');
  char *valid = length ? g_utf8_make_valid(octets, (gssize)length) : g_strdup("");
  for (const char *at = valid; *at; at++)
    if (at[0] != '\r' || at[1] != '\n')
      g_string_append_c(text, *at);
  g_free(valid);
}

static void add_part(GString *text, GMimeObject *part) {
  if (!has_text(part, false))
    return;
  if (GMIME_IS_TEXT_PART(part)) {
    GByteArray *octets = decoded_part((GMimeTextPart *)part);
    add_text(text, (const char *)octets->data, octets->len);
    g_byte_array_free(octets, TRUE);
    return;
  }
  GMimeMultipart *parts = (GMimeMultipart *)part;
  if (g_mime_content_type_is_type(g_mime_object_get_content_type(part), "*", "alternative")) {
    add_part(text, chosen(parts));
    return;
  }
  for (int i = 0; i < g_mime_multipart_get_count(parts); i++)
    add_part(text, g_mime_multipart_get_part(parts, i));
}

/* ---- The whole ---- */

/* How often a word is in a text, in any case of letters. */
static size_t count_word(struct cmta_slice text, const char *word) {
  size_t length = strlen(word), count = 0;
  for (size_t i = 0; i + length <= text.length; i++)
    count += g_ascii_strncasecmp(text.at + i, word, length) == 0;
  return count;
}

/* Whether parts may lie in each other so deeply that reading them would need too much stack: each
 * has a field that says so, wherever the header sections of parts are. */
static bool is_too_deep(struct cmta_slice bytes) {
  size_t nests = 0;
  while (bytes.length > 0 && nests <= MOST_NESTS) {
    struct cmta_slice lines = cut_folded(&bytes);
    if (count_word(lines, "content-type") > 0)
      nests += count_word(lines, "multipart/") + count_word(lines, "message/");
  }
  return nests > MOST_NESTS;
}

/* Encoded words in the fields of parts, which nobody sees, are found by the strict rule: by the
 * loose one GMime would look for the end of each from its beginning as far as the field goes. */
static GMimeObject *parse(GMimeStream *stream) {
  GMimeParserOptions *options = g_mime_parser_options_new();
  GMimeParser *parser = g_mime_parser_new_with_stream(stream);
  g_mime_parser_options_set_rfc2047_compliance_mode(options, GMIME_RFC_COMPLIANCE_STRICT);
  GMimeObject *part = g_mime_parser_construct_part(parser, options);
  g_object_unref(parser);
  g_mime_parser_options_free(options);
  return part;
}

static void add_message(GString *text, const GString *fields, struct cmta_slice body) {
  GMimeStream *front = g_mime_stream_mem_new_with_buffer(fields->str, fields->len);
  GMimeStream *back = g_mime_stream_mem_new_with_buffer(body.at, body.length);
  GMimeStream *stream = g_mime_stream_cat_new();
  g_mime_stream_cat_add_source((GMimeStreamCat *)stream, front);
  g_mime_stream_cat_add_source((GMimeStreamCat *)stream, back);
  GMimeObject *part = parse(stream);
  if (part) {
    add_part(text, part);
    g_object_unref(part);
  }
  g_object_unref(stream);
  g_object_unref(back);
  g_object_unref(front);
}

/* What is too deep is shown as it is. */
static void read_text(struct content *content, const GString *fields, struct cmta_slice bytes,
                      struct cmta_slice body) {
  GString *text = g_string_new(NULL);
  if (is_too_deep(bytes))
    add_text(text, body.at, body.length);
  else if (body.length > 0)
    add_message(text, fields, body);
  content->text = g_string_free(text, FALSE);
}

/* ---- Life ---- */

struct content *content_read(struct cmta_slice bytes) {
  struct content *content = calloc(1, sizeof *content);
  if (!content)
    return NULL;
  pthread_mutex_lock(&gmime);
  g_mime_init();
  struct cmta_slice body = bytes;
  GString *fields = read_fields(content, &body);
  read_text(content, fields, bytes, body);
  g_string_free(fields, TRUE);
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

/* Into memory of ours: without any GLib would end the program. */
char *base64_new(struct cmta_slice bytes) {
  char *text = malloc(bytes.length / 3 * 4 + 5);
  gint state = 0, save = 0;
  if (!text)
    return NULL;
  gsize length =
      g_base64_encode_step((const guchar *)bytes.at, bytes.length, FALSE, text, &state, &save);
  length += g_base64_encode_close(FALSE, text + length, &state, &save);
  text[length] = '\0';
  return text;
}
