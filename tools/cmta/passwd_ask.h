/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_PASSWD_ASK_H
#define CMTA_TOOLS_PASSWD_ASK_H

/* Asks for a password. */

#include <stdbool.h>

/* Octets of a password at most, with a NUL. */
enum { PASSWORD_SIZE = 1024 };

/* Reads a password: from a terminal twice, unseen, else one line of standard input. False when one
   line on standard error has said what is wrong. Whoever calls wipes it. */
bool password_ask(char password[PASSWORD_SIZE]);

#endif
