/* SPDX-License-Identifier: MIT */

/* Messages as text for files. */

#include "testkit/mime.h"
#include "testkit/store.h"

#include <string.h>

static bool read_message(const struct cmta_mail *mail, struct cmta_slice *bytes) {
  return cmta_message_data(cmta_mail_message(mail), bytes) == 0;
}

static void print_slice(FILE *file, struct cmta_slice slice) {
  if (slice.length)
    fwrite(slice.at, 1, slice.length, file);
}

bool store_print_raw(FILE *file, const struct cmta_mail *mail) {
  struct cmta_slice bytes;
  if (!read_message(mail, &bytes))
    return false;
  print_slice(file, bytes);
  return true;
}

/* No address ends its field (RFC 5321 section 4.1.2), whatever it is: controls are not written. */
static void print_field(FILE *file, const char *name, struct cmta_slice value, bool in_angles) {
  fprintf(file, in_angles ? "%s: <" : "%s: ", name);
  for (size_t i = 0; i < value.length; i++) {
    unsigned char octet = (unsigned char)value.at[i];
    putc(octet < ' ' || octet == 0x7f ? '?' : octet, file);
  }
  fputs(in_angles ? ">\n" : "\n", file);
}

static void print_envelope(FILE *file, const struct cmta_mail *mail) {
  const struct cmta_path *path;
  print_field(file, "Return-Path",
              cmta_message_envelope(cmta_mail_message(mail))->reverse_path.address, true);
  for (size_t i = 0; (path = cmta_mail_recipient(mail, i)); i++)
    print_field(file, "Delivered-To", path->address, false);
}

static bool wants_quote(struct cmta_slice line) {
  while (line.length && *line.at == '>')
    line.at++, line.length--;
  return line.length >= 5 && memcmp(line.at, "From ", 5) == 0;
}

/* The first line, with CR LF or LF; what is left of the bytes follows. None of no bytes. */
static struct cmta_slice take_line(struct cmta_slice *bytes) {
  if (bytes->length == 0)
    return *bytes;
  const char *end = memchr(bytes->at, '\n', bytes->length);
  size_t taken = end ? (size_t)(end - bytes->at) + 1 : bytes->length;
  struct cmta_slice line = {bytes->at, end ? taken - 1 : taken};
  if (end && line.length && line.at[line.length - 1] == '\r')
    line.length--;
  bytes->at += taken;
  bytes->length -= taken;
  return line;
}

/* What has no header section is all text: its first line is not to belong to the envelope. */
static void print_message(FILE *file, struct cmta_slice bytes, bool quoted) {
  struct cmta_slice rest = bytes;
  struct cmta_slice first = take_line(&rest);
  if (first.length && !content_is_field(first))
    putc('\n', file);
  while (bytes.length) {
    struct cmta_slice line = take_line(&bytes);
    if (quoted && wants_quote(line))
      putc('>', file);
    print_slice(file, line);
    putc('\n', file);
  }
}

bool store_print_mail(FILE *file, const struct cmta_mail *mail, bool quoted) {
  struct cmta_slice bytes;
  if (!read_message(mail, &bytes))
    return false;
  print_envelope(file, mail);
  print_message(file, bytes, quoted);
  return true;
}
