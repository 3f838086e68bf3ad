/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_EXTENSIONS_H
#define CMTA_TOOLS_SINK_EXTENSIONS_H

/* The argument of `cmta sink --extensions`. Which extensions there are the library knows. */

/* Adds the extensions of a list to the bits of enum cmta_extension, and takes those away that have
   a '-' in front. NULL, or what is wrong with the list: the end of a sentence, a static string. */
const char *extensions_read(unsigned *extensions, const char *list);

/* NULL, or which extension lacks another one: a sentence, a static string. */
const char *extensions_check(unsigned extensions);

#endif
