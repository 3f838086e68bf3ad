/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_SCENE_GATE_H
#define CMTA_TESTKIT_SCENE_GATE_H

/* The hook set in front of the one that is tested: it accepts for it, lets the one question through
   that is meant, once, and hears what was answered. */

#include <cmta/hooks.h>

struct scene_gate {
  const char *question;
  const char *identity; /* who logs in before, or NULL */
  bool armed;           /* the next such question is the one */
  bool passed;          /* it was let through */
  bool over;            /* another one came behind it */
  bool answered;
  enum cmta_verdict verdict;
  bool corrected;
};

/* Copies one hook by its place. */
void scene_copy_hook(struct cmta_hooks *to, const struct cmta_hooks *from, size_t place);

/* Whether there is a hook at a place. */
bool scene_has_hook(const struct cmta_hooks *hooks, size_t place);

/* The hooks of the gate, whose user is a struct scene_gate: that of its question, unless `closed`,
   and what it needs besides. */
struct cmta_hooks scene_gate_hooks(const struct scene_gate *gate, size_t place, bool closed);

#endif
