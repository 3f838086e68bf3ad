/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTS_SERVER_OWN_CERTIFICATE_H
#define CMTA_TESTS_SERVER_OWN_CERTIFICATE_H

/* Certificates of clients, each its own authority. */

enum { CERTIFICATE_PATH = 64 };

/* Writes a certificate for the common name and its key to a new file, whose name goes to path. */
void certificate_make(const char *common_name, char path[CERTIFICATE_PATH]);

/* Takes the file away. */
void certificate_drop(const char *path);

#endif
