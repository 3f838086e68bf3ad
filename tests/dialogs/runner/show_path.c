/* SPDX-License-Identifier: MIT */
/* Paths and their parameters as text, for what dialogues expect. */
#include "script.h"

void script_show_path(struct text *text, const struct cmta_path *path) {
  text_print(text, text->length == 0 ? "<" : " <");
  text_append(text, path->address.at, path->address.length);
  text_print(text, ">");
  for (size_t i = 0; i < path->parameter_count; i++) {
    const struct cmta_parameter *parameter = &path->parameters[i];
    text_print(text, " ");
    text_append(text, parameter->keyword.at, parameter->keyword.length);
    text_print(text, parameter->has_value ? "=" : "");
    text_append(text, parameter->value.at, parameter->value.length);
  }
}

void script_show_values(struct text *text, const struct cmta_path *path) {
  text_clear(text);
  for (size_t i = 0; i < path->parameter_count; i++) {
    const struct cmta_parameter *parameter = &path->parameters[i];
    text_print(text, i == 0 ? "" : ", ");
    text_append(text, parameter->keyword.at, parameter->keyword.length);
    text_print(text, " %lld ", (long long)parameter->number);
    text_show(text, parameter->text.at, parameter->text.length);
  }
}
