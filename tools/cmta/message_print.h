/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_MESSAGE_PRINT_H
#define CMTA_TOOLS_MESSAGE_PRINT_H

#include <cmta/mail.h>
#include <cmta/session.h>

/* A mail for a person: a line that names it, who sent it, its TLS and who it has logged in as, the
   envelope, a blank line, the message line by line, a line that ends it. What the client sent is
   made fit for a terminal (escape.h). NULL without memory; the caller frees it. */
char *message_print(struct cmta_session *session, const struct cmta_mail *mail, size_t *length);

#endif
