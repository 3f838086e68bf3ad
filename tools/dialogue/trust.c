/* SPDX-License-Identifier: MIT */
/* `trust WORD ...`, and what a trusted client has told, as text; see dialogue.h. */
#include "parse.h"

#include <string.h>

static const char *const words[] = {"xclient", "xforward"};

enum { WORDS = sizeof words / sizeof words[0] };

bool parse_trust(struct dialogue *dialogue, const char *rest) {
  while (!parse_at_end(rest)) {
    const char *word;
    const size_t length = parse_word(&rest, &word);
    const size_t index = parse_index(words, WORDS, word, length);
    if (index == WORDS)
      return false;
    dialogue->trust |= 1u << index;
  }
  return true;
}

static void show(struct text *text, const char *name, const char *value) {
  if (*value)
    text_print(text, "%s%s=%s", text->length ? " " : "", name, value);
}

static void show_end(struct text *text, const char *name, const struct cmta_peer *end) {
  show(text, name, end->address);
  if (end->port)
    text_print(text, "%s%s-port=%u", text->length ? " " : "", name, end->port);
}

void client_show(struct text *text, const struct cmta_client *client) {
  static const char *const sources[] = {"", "local", "remote"};
  if (client == NULL) {
    text_print(text, "none");
    return;
  }
  show(text, "name", client->name_temporary ? "(temporary)" : client->name);
  show_end(text, "address", &client->peer);
  show(text, "protocol", client->protocol);
  show(text, "hello", client->hello_name);
  show(text, "login", client->login);
  show_end(text, "local", &client->local);
  show(text, "identification", client->identification);
  show(text, "source", sources[client->source]);
}
