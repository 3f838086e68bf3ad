/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_TYPED_H
#define FUZZ_TYPED_H

/* What <cmta/envelope.h> promises of the typed values of paths and envelopes, checked without the
 * help of the grammar. */

#include <cmta/envelope.h>

/* NULL, or which promise is broken. */
const char *typed_path_fault(const struct cmta_path *path);
const char *typed_envelope_fault(const struct cmta_envelope *envelope);

#endif
