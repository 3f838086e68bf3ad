/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_EXTENSIONS_H
#define CMTA_TOOLS_SINK_EXTENSIONS_H

/* The argument of `cmta sink --extensions`. Which extensions there are the library knows. */

#include "sink_options.h"

/* Adds the extensions of a list to the bits of enum cmta_extension, and takes those away that have
   a '-' in front. NULL, or what is wrong with the list: the end of a sentence, a static string. */
const char *extensions_read(unsigned *extensions, const char *list);

/* NULL, or what one of the extensions lacks, or how it contradicts the other options, TLS settled
   and an address there: a sentence, a static string. */
const char *extensions_check(const struct sink_options *options);

#endif
