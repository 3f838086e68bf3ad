/* SPDX-License-Identifier: MIT */

/*
 * Fuzzes faults in words: whatever they are, what is wrong is said in one line of printable ASCII;
 * a fault that can be is written as words that read as the same words again.
 *
 * Input: the words.
 */

#include "testkit/fault.h"

#include <stdlib.h>
#include <string.h>

/* Ends the program, which libFuzzer reports, unless claim holds. */
static void demand(bool claim) {
  if (!claim)
    abort();
}

static void check_line(const char *why) {
  demand(*why);
  for (; *why; why++)
    demand(*why >= ' ' && *why <= '~');
}

static char *new_words(const struct cmta_fault *fault) {
  ptrdiff_t length = cmta_fault_words(fault, NULL, 0);
  demand(length > 0);
  char *words = malloc((size_t)length + 1);
  demand(words != NULL);
  demand(cmta_fault_words(fault, words, (size_t)length + 1) == length);
  demand(strlen(words) == (size_t)length);
  return words;
}

static void check_words(const struct cmta_fault *fault) {
  struct cmta_fault again;
  char *words = new_words(fault), *strings = NULL;
  demand(fault_read(words, &again, &strings, NULL, 0) == 0);
  demand(fault_check(&again, NULL, 0) == 0);
  char *same = new_words(&again);
  demand(strcmp(words, same) == 0);
  free(same);
  free(strings);
  free(words);
}

static void check(const char *text) {
  struct cmta_fault fault;
  char *strings = NULL, why[512] = "";
  if (fault_read(text, &fault, &strings, why, sizeof why) != 0) {
    check_line(why);
    return;
  }
  if (fault_check(&fault, why, sizeof why) == 0)
    check_words(&fault);
  else
    check_line(why);
  free(strings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  demand(text != NULL);
  if (size > 0)
    memcpy(text, data, size);
  text[size] = '\0';
  check(text);
  free(text);
  return 0;
}
