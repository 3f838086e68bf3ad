/* SPDX-License-Identifier: MIT */
/* The accounting allocator; see account.h. Each block is led by its true size. */
#include "account.h"

#include <stdlib.h>
#include <string.h>

/* What fresh memory holds, so that what was there before is not taken for the session's. */
enum { FILLING = 0xa5 };

/* Large enough to keep what follows it aligned. */
union head {
  size_t size;
  max_align_t alignment;
};

static bool must_fail(struct account *account) {
  account->calls++;
  const bool fails =
      account->fail_at != 0 &&
      (account->fail_on ? account->calls >= account->fail_at : account->calls == account->fail_at);
  account->failed = account->failed || fails;
  return fails;
}

static void take_off(struct account *account, const union head *head, size_t said) {
  account->wrong_size = account->wrong_size || head->size != said;
  account->leaked = account->leaked ||
                    (!account->unfilled && secrets_are_in(account->secrets, head + 1, head->size));
  account->held -= head->size;
  account->blocks--;
}

static void put_on(struct account *account, union head *head, size_t size) {
  head->size = size;
  account->held += size;
  account->blocks++;
  if (account->held > account->peak)
    account->peak = account->held;
}

static void *reallocate(void *context, void *pointer, size_t old_size, size_t new_size) {
  struct account *account = context;
  union head *head = pointer == NULL ? NULL : (union head *)pointer - 1;
  if (new_size == 0) {
    if (head != NULL)
      take_off(account, head, old_size);
    free(head);
    return NULL;
  }
  if (must_fail(account))
    return NULL;
  union head *fresh = malloc(sizeof *fresh + new_size);
  if (fresh == NULL)
    abort();
  if (!account->unfilled)
    memset(fresh + 1, FILLING, new_size);
  if (head != NULL) {
    memcpy(fresh + 1, pointer, old_size < new_size ? old_size : new_size);
    take_off(account, head, old_size);
    free(head);
  }
  put_on(account, fresh, new_size);
  return fresh + 1;
}

struct cmta_allocator account_allocator(struct account *account) {
  return (struct cmta_allocator){.reallocate = reallocate, .context = account};
}
