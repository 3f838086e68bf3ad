/* SPDX-License-Identifier: MIT */

/* Structures that grow. */

#include "testkit/sized.h"

#include <string.h>

bool sized_copy(void *into, size_t known, const void *from, size_t size) {
  if (size < sizeof size || size > known)
    return false;
  memcpy(into, from, size);
  memcpy(into, &known, sizeof known);
  return true;
}
