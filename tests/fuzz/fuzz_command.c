/* SPDX-License-Identifier: MIT */

/*
 * Fuzzes the grammar of commands (spec/command.re, address.re, parameter.re): whatever a line
 * holds, its result is one of the known ones and points into the line, nothing beyond the line is
 * read, and an address that was accepted is accepted again, as the same.
 *
 * Input: one octet with the bits of enum command_manner, and the line without its CR LF.
 */

#include "engine/base64.h"
#include "engine/command.h"
#include "event.h"
#include "fuzz/typed.h"

#include <stdlib.h>
#include <string.h>

/* The line in memory of just its size, so that the address sanitizer sees reads beyond it. */
struct line {
  char *at;
  size_t length;
};

/* Ends the program, which libFuzzer reports, unless claim holds. */
static void demand(bool claim) {
  if (!claim)
    abort();
}

static struct line new_line(size_t length) {
  struct line line = {malloc(length + 2), length + 2};
  demand(line.at != NULL);
  memcpy(line.at + length, "\r\n", 2);
  return line;
}

/* The framer hands out no line with a CR LF inside: each is broken, the one that would come of a
   last CR too. */
static struct line framed_line(const char *text, size_t length) {
  struct line line = new_line(length);
  if (length > 0)
    memcpy(line.at, text, length);
  for (size_t i = 0; i + 1 < length; i++)
    if (line.at[i] == '\r' && line.at[i + 1] == '\n')
      line.at[i] = ' ';
  return line;
}

static void demand_inside(const struct line *line, struct cmta_slice slice) {
  if (slice.length > 0)
    demand(slice.at >= line->at && slice.at + slice.length <= line->at + line->length);
}

static void demand_same(struct cmta_slice one, struct cmta_slice other) {
  demand(one.length == other.length);
  demand(one.length == 0 || memcmp(one.at, other.at, one.length) == 0);
}

static bool is_client_event(int verb) { return verb >= EHLO && verb <= XFORWARD; }

static void check_result(const struct line *line, int result, const struct command *command) {
  demand(result < 0 ? result >= COMMAND_RECIPIENT : is_client_event(result));
  demand(result < 0 ? command->verb == 0 || is_client_event(command->verb)
                    : command->verb == result);
  demand_inside(line, command->name);
}

static void check_slices(const struct line *line, const struct command *command) {
  demand_inside(line, command->argument);
  demand_inside(line, command->parameters);
  demand_inside(line, command->path.address);
  demand_inside(line, command->path.local_part);
  demand_inside(line, command->path.domain);
  demand(command->path.parameter_count == 0);
}

static void demand_path(const struct cmta_path *path) { demand(typed_path_fault(path) == NULL); }

static void demand_envelope(const struct cmta_envelope *envelope) {
  demand(typed_envelope_fault(envelope) == NULL);
}

/* What the values of a path say, if the value is one; room is of its size. */
static void check_path_value(struct cmta_slice value, char *room) {
  struct cmta_path path = {0};
  if (parameter_notify(value, &path.notify)) {
    demand(path.notify != 0);
    demand_path(&path);
  }
  path = (struct cmta_path){0};
  struct cmta_original_recipient *original = &path.original_recipient;
  size_t length = parameter_original_recipient(value, room, original);
  demand(length == 0 || length == original->type.length + original->address.length);
  if (length > 0)
    demand_path(&path);
  path = (struct cmta_path){0};
  if (parameter_valid_since(value, &path.valid_since))
    demand_path(&path);
}

/* And those of an envelope. */
static void check_envelope_value(struct cmta_slice value, char *room) {
  struct cmta_envelope envelope = {.dsn = {.envelope_id = {.at = room}}};
  envelope.dsn.envelope_id.length = parameter_envelope_id(value, room);
  demand_envelope(&envelope);
  if (parameter_return(value, &envelope.dsn.returns))
    demand_envelope(&envelope);
  if (parameter_deliver_by(value, &envelope.deliver_by))
    demand_envelope(&envelope);
  envelope = (struct cmta_envelope){.has_priority = true};
  if (parameter_priority(value, &envelope.priority))
    demand_envelope(&envelope);
  envelope.future_release.hold = CMTA_HOLD_FOR;
  if (parameter_hold_for(value, &envelope.future_release.seconds))
    demand_envelope(&envelope);
  envelope.future_release.hold = CMTA_HOLD_UNTIL;
  if (parameter_hold_until(value, &envelope.future_release.seconds))
    demand_envelope(&envelope);
}

/* A value may be of any type; what it says once decoded is no longer than it was, and fits into
   just the room that is promised. */
static void check_value(struct cmta_slice value) {
  static const char *const words[] = {"low", "high", NULL};
  int64_t number = 0;
  uint64_t octets = 0;
  enum cmta_body_type body = CMTA_BODY_7BIT;
  struct line room = new_line(value.length);
  (void)parameter_size(value, &octets);
  (void)parameter_body(value, &body);
  (void)parameter_integer(value, &number);
  (void)parameter_date_time(value, &number);
  demand(!parameter_word(value, words, &number) || number < 2);
  size_t said = parameter_xtext(value, room.at), mailbox = parameter_mailbox(value, room.at);
  demand(said <= value.length && (mailbox == 0 || mailbox == said));
  free(room.at);
  char *exact = malloc(value.length + !value.length);
  demand(exact != NULL);
  check_path_value(value, exact);
  check_envelope_value(value, exact);
  free(exact);
}

/* Each parameter takes something off the rest, so that there is an end. */
static void check_parameters(const struct line *line, struct cmta_slice rest, unsigned manner) {
  struct cmta_parameter parameter = {0};
  size_t before = rest.length;
  while (parameter_next(&rest, manner, &parameter) == 1) {
    demand(rest.length < before);
    before = rest.length;
    demand(parameter.keyword.length > 0);
    demand_inside(line, parameter.keyword);
    demand_inside(line, parameter.value);
    if (parameter.has_value)
      check_value(parameter.value);
  }
}

/* An initial response has room for just what it promises; what is base64 is so again. */
static void check_response(struct cmta_slice text) {
  struct line bytes = {malloc(text.length / 4 * 3), text.length / 4 * 3};
  struct line again = {malloc(text.length), text.length};
  demand(text.length < 4 || bytes.at != NULL);
  demand(text.length == 0 || again.at != NULL);
  if (base64_decode(text.at, text.length, bytes.at, &bytes.length)) {
    base64_encode(bytes.at, bytes.length, again.at);
    demand(BASE64_LENGTH(bytes.length) == text.length);
    demand(text.length == 0 || memcmp(again.at, text.at, text.length) == 0);
  }
  free(bytes.at);
  free(again.at);
}

/* The mailbox in brackets is a path, and the same one. */
static void check_path_again(const struct command *command, unsigned manner) {
  size_t length = command->path.address.length;
  struct line line = new_line(length + 2);
  line.at[0] = '<';
  if (length > 0)
    memcpy(line.at + 1, command->path.address.at, length);
  line.at[length + 1] = '>';
  struct cmta_path path = {0};
  bool utf8 = false;
  size_t read = address_parse_path(line.at, command->verb == MAIL, manner, &path, &utf8);
  demand(read == length + 2);
  demand_same(path.address, command->path.address);
  demand_same(path.local_part, command->path.local_part);
  demand_same(path.domain, command->path.domain);
  demand(command->utf8 || !utf8); /* the source route may have been the part beyond ASCII */
  free(line.at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  unsigned manner = data[0] & (COMMAND_STRICT | COMMAND_UTF8);
  struct line line = framed_line((const char *)data + 1, size - 1);
  struct command command = {0};
  int result = command_parse(line.at, line.length, manner, &command);
  check_result(&line, result, &command);
  if (result > 0) {
    check_slices(&line, &command);
    check_parameters(&line, command.parameters, manner);
  }
  if (result == AUTH)
    check_response(command.parameters);
  if (result == MAIL || result == RCPT)
    check_path_again(&command, manner);
  free(line.at);
  return 0;
}
