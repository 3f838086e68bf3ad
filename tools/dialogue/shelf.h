/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_SHELF_H
#define TOOLS_SHELF_H

/* A store for messages whose files are in memory, that fails on demand and notices what is not
 * allowed: a file that is used after its end, or ended twice. */

#include "dialogue.h"

struct shelf_file;

struct shelf {
  struct shelf_file *files; /* all that were ever begun */
  unsigned begun;
  unsigned ended;
  unsigned calls[STORE_FUNCTIONS];
  enum store_function fails; /* this function, from call number fails_from on; 0: never */
  unsigned fails_from;
  bool misused; /* a file was used after its end */
};

/* The store of a dialogue, which keeps its files on the shelf and fails as the dialogue says. The
   shelf must outlive it. */
struct cmta_store shelf_store(struct shelf *shelf, const struct dialogue *dialogue);

/* Frees what the shelf holds. */
void shelf_clear(struct shelf *shelf);

#endif
