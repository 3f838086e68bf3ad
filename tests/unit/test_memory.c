/* SPDX-License-Identifier: MIT */

/* A session's account of memory. */

#include "engine/memory.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct cmta_allocator libc;

Test(memory, counts_what_is_held_and_comes_back_to_nothing) {
  struct memory memory = memory_account(&libc, 0);
  void *block = memory_take(&memory, 100);
  cr_assert_geq(memory.used, 100);
  block = memory_resize(&memory, block, 1000);
  cr_assert_geq(memory.used, 1000);
  memory_give(&memory, block);
  cr_assert_eq(memory.used, 0);
}

Test(memory, never_passes_its_ceiling) {
  struct memory memory = memory_account(&libc, 1000);
  void *block = memory_take(&memory, 500);
  cr_assert_null(memory_take(&memory, 500));
  cr_assert_null(memory_resize(&memory, block, 1000));
  cr_assert_not_null(block = memory_resize(&memory, block, 900));
  cr_assert_leq(memory.used, 1000);
  memory_give(&memory, block);
}

Test(memory, refuses_sizes_that_overflow) {
  struct memory memory = memory_account(&libc, 0);
  void *block = NULL;
  size_t capacity = 0;
  cr_assert_null(memory_take(&memory, SIZE_MAX));
  cr_assert_not(memory_grow(&memory, &block, &capacity, SIZE_MAX / 2, 16, 0));
  cr_assert_eq(memory.used, 0);
}

Test(memory, grows_by_doubling_but_never_past_the_most_that_may_be_needed) {
  struct memory memory = memory_account(&libc, 0);
  void *block = NULL;
  size_t capacity = 0;
  cr_assert(memory_grow(&memory, &block, &capacity, 100, 1, 250));
  cr_assert(memory_grow(&memory, &block, &capacity, 101, 1, 250));
  cr_assert_eq(capacity, 200);
  cr_assert(memory_grow(&memory, &block, &capacity, 201, 1, 250));
  cr_assert_eq(capacity, 250);
  memory_give(&memory, block);
}

Test(memory, gives_zeroed_blocks_and_terminated_copies) {
  struct memory memory = memory_account(&libc, 0);
  const char *zeroed = memory_take(&memory, 64);
  for (size_t i = 0; i < 64; i++)
    cr_assert_eq(zeroed[i], 0);
  char *copy = memory_copy(&memory, (struct cmta_slice){"abcdef", 3});
  cr_assert_str_eq(copy, "abc");
  memory_give(&memory, copy);
  memory_give(&memory, (void *)zeroed);
}

Test(memory, counts_a_block_where_it_was_moved_to) {
  struct memory here = memory_account(&libc, 0), there = memory_account(&libc, 0);
  void *block = memory_take(&here, 100);
  const size_t used = here.used;
  memory_move(&here, &there, NULL);
  memory_move(&here, &there, block);
  cr_assert_eq(here.used, 0);
  cr_assert_eq(there.used, used);
  memory_give(&there, block);
  cr_assert_eq(there.used, 0);
}
