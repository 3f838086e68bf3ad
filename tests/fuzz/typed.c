/* SPDX-License-Identifier: MIT */
/* Ranges, and which octets strings may have; see typed.h. */
#include "fuzz/typed.h"

/* The first second of the year 0 and the last of 9999, with the widest offsets. */
#define FIRST_SECOND (INT64_C(-62167219200) - 86400)
#define LAST_SECOND (INT64_C(253402300799) + 86400)

enum { MOST_SECONDS = 999999999 };

static bool is_within(int64_t number, int64_t least, int64_t most) {
  return number >= least && number <= most;
}

static bool is_printable(struct cmta_slice text) {
  for (size_t i = 0; i < text.length; i++)
    if (text.at[i] < ' ' || text.at[i] > '~')
      return false;
  return true;
}

/* Octets of the character that text begins with; 0 when it is none, or a control of ASCII. */
static size_t character_of(const unsigned char *text, size_t length) {
  static const unsigned long least[] = {0x20, 0, 0x80, 0x800, 0x10000};
  const unsigned char first = text[0];
  const size_t octets = first < 0x80   ? 1
                        : first < 0xc0 ? 0
                        : first < 0xe0 ? 2
                        : first < 0xf0 ? 3
                                       : 4;
  if (octets == 0 || octets > length || first > 0xf7)
    return 0;
  unsigned long character = octets == 1 ? first : first & (0xffu >> (octets + 1));
  for (size_t i = 1; i < octets; i++) {
    if (text[i] >> 6 != 2)
      return 0;
    character = character << 6 | (text[i] & 0x3fu);
  }
  const bool surrogate = character >= 0xd800 && character <= 0xdfff;
  const bool good = character >= least[octets == 1 ? 0 : octets] && character != 0x7f;
  return good && character <= 0x10ffff && !surrogate ? octets : 0;
}

static bool is_utf8(struct cmta_slice text) {
  const unsigned char *at = (const unsigned char *)text.at;
  for (size_t left = text.length, taken; left > 0; left -= taken, at += taken)
    if ((taken = character_of(at, left)) == 0)
      return false;
  return true;
}

static const char *original_fault(const struct cmta_original_recipient *original) {
  const struct cmta_slice type = original->type, address = original->address;
  if ((type.length == 0) != (address.length == 0) || type.length + address.length >= 500)
    return "an original recipient has a type and an address, of 500 octets at most";
  if (!is_printable(type))
    return "a type is printable";
  if (cmta_slice_is_word(type, "utf-8") ? !is_utf8(address) : !is_printable(address))
    return "an address is UTF-8 without controls, or printable ASCII";
  return NULL;
}

const char *typed_path_fault(const struct cmta_path *path) {
  const struct cmta_valid_since *valid = &path->valid_since;
  if (path->notify > 15 ||
      ((path->notify & CMTA_NOTIFY_NEVER) && path->notify != CMTA_NOTIFY_NEVER))
    return "NEVER stands alone";
  if ((unsigned)valid->action > CMTA_RRVS_CONTINUE)
    return "an action is one of two";
  if (valid->action ? !is_within(valid->since, FIRST_SECOND, LAST_SECOND) : valid->since != 0)
    return "a mailbox is valid since a moment of four digits' years";
  return original_fault(&path->original_recipient);
}

static const char *by_fault(const struct cmta_deliver_by *by) {
  if (by->mode == CMTA_BY_NOT_GIVEN && (by->seconds != 0 || by->trace))
    return "a time without BY is none";
  if (!is_within(by->seconds, by->mode == CMTA_BY_RETURN ? 1 : -MOST_SECONDS, MOST_SECONDS))
    return "BY has nine digits, and more than 0 with R";
  return NULL;
}

static const char *release_fault(const struct cmta_future_release *release) {
  const int64_t seconds = release->seconds;
  if (release->hold == CMTA_HOLD_NOT_GIVEN && seconds != 0)
    return "a time without a hold is none";
  if (release->hold == CMTA_HOLD_FOR && !is_within(seconds, 1, MOST_SECONDS))
    return "HOLDFOR is 1 to 999999999";
  if (release->hold == CMTA_HOLD_UNTIL && !is_within(seconds, FIRST_SECOND, LAST_SECOND))
    return "HOLDUNTIL is a moment of four digits' years";
  return NULL;
}

const char *typed_envelope_fault(const struct cmta_envelope *envelope) {
  const struct cmta_dsn *dsn = &envelope->dsn;
  const char *fault = by_fault(&envelope->deliver_by);
  if (!fault)
    fault = release_fault(&envelope->future_release);
  if (fault)
    return fault;
  if ((unsigned)dsn->returns > CMTA_RETURN_HEADERS ||
      (envelope->require_tls && dsn->returns != CMTA_RETURN_HEADERS))
    return "RET is one of two, and HDRS with REQUIRETLS";
  if (dsn->envelope_id.length > 100 || !is_printable(dsn->envelope_id))
    return "ENVID is printable and has 100 octets at most";
  if (!is_within(envelope->priority, -9, 9) || (!envelope->has_priority && envelope->priority))
    return "a priority is -9 to 9";
  return NULL;
}
