/* SPDX-License-Identifier: MIT */

/* The words of the registry of mail transmission types (RFC 3848, RFC 6531 section 4.3), each for
 * the facts that it stands for. */

#include "engine/protocol.h"

#include <criterion/criterion.h>

static const struct {
  const char *word;
  unsigned facts;
} registry[] = {
    {"SMTP", 0},
    {"ESMTP", PROTOCOL_ESMTP},
    {"ESMTPA", PROTOCOL_ESMTP | PROTOCOL_AUTH},
    {"ESMTPS", PROTOCOL_ESMTP | PROTOCOL_TLS},
    {"ESMTPSA", PROTOCOL_ESMTP | PROTOCOL_TLS | PROTOCOL_AUTH},
    {"LMTP", PROTOCOL_LMTP},
    {"LMTPA", PROTOCOL_LMTP | PROTOCOL_AUTH},
    {"LMTPS", PROTOCOL_LMTP | PROTOCOL_TLS},
    {"LMTPSA", PROTOCOL_LMTP | PROTOCOL_TLS | PROTOCOL_AUTH},
    {"UTF8SMTP", PROTOCOL_ESMTP | PROTOCOL_UTF8},
    {"UTF8SMTPA", PROTOCOL_ESMTP | PROTOCOL_UTF8 | PROTOCOL_AUTH},
    {"UTF8SMTPS", PROTOCOL_ESMTP | PROTOCOL_UTF8 | PROTOCOL_TLS},
    {"UTF8SMTPSA", PROTOCOL_ESMTP | PROTOCOL_UTF8 | PROTOCOL_TLS | PROTOCOL_AUTH},
    {"UTF8LMTP", PROTOCOL_LMTP | PROTOCOL_UTF8},
    {"UTF8LMTPA", PROTOCOL_LMTP | PROTOCOL_UTF8 | PROTOCOL_AUTH},
    {"UTF8LMTPS", PROTOCOL_LMTP | PROTOCOL_UTF8 | PROTOCOL_TLS},
    {"UTF8LMTPSA", PROTOCOL_LMTP | PROTOCOL_UTF8 | PROTOCOL_TLS | PROTOCOL_AUTH},
};

enum { WORDS = sizeof registry / sizeof registry[0], ALL_FACTS = 31 };

Test(protocol, has_the_word_of_the_registry_for_its_facts) {
  for (size_t i = 0; i < WORDS; i++)
    cr_expect_str_eq(protocol_word(registry[i].facts), registry[i].word);
}

Test(protocol, knows_no_word_that_is_not_registered) {
  for (unsigned facts = 0; facts <= ALL_FACTS; facts++) {
    size_t found = 0;
    while (found < WORDS && strcmp(registry[found].word, protocol_word(facts)) != 0)
      found++;
    cr_expect_lt(found, WORDS, "%s", protocol_word(facts));
  }
}

Test(protocol, of_plain_smtp_is_the_same_with_tls) {
  cr_expect_str_eq(protocol_word(PROTOCOL_TLS), "SMTP");
}
