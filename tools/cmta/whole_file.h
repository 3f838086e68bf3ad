/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_WHOLE_FILE_H
#define CMTA_TOOLS_WHOLE_FILE_H

/* Files that others see whole or not at all. */

#include <stddef.h>

/* Writes text to a file of this name in the place of any that is there: into a temporary one beside
   it, which is then renamed. 0, or the errno of what went wrong: then the file is as it was. */
int whole_file_write(const char *path, const char *text, size_t length);

#endif
