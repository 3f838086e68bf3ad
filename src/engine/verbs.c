/* SPDX-License-Identifier: MIT */

/* The table of verbs. A new verb is a row here, an event in spec/event.h, a rule in spec/command.re
 * and a row in spec/session.rl; those of settings.verbs are made of the last row. */

#include "engine/verbs.h"

#include "engine/auth.h"
#include "engine/facts.h"
#include "engine/hello.h"
#include "engine/inquiry.h"
#include "engine/own_verbs.h"
#include "engine/section.h"
#include "engine/starttls.h"
#include "engine/transaction.h"
#include "event.h"

static const struct verb verbs[] = {
    {.event = CONNECT,
     .flags = VERB_PLAIN_REPLY | VERB_ENDS_GROUP,
     .check = connect_check,
     .question = "connect",
     .hook = offsetof(struct cmta_hooks, connect),
     .ask = connect_ask,
     .accepted = REPLY_GREETING,
     .refused = REPLY_NO_SERVICE,
     .deferred = REPLY_BUSY},

    {.event = EHLO,
     .name = "EHLO",
     .help = "EHLO domain",
     .flags = VERB_PLAIN_REPLY | VERB_COMMAND | VERB_ENDS_GROUP,
     .check = hello_check,
     .question = "hello",
     .hook = offsetof(struct cmta_hooks, hello),
     .ask = hello_ask,
     .done = ehlo_done,
     .undone = hello_undone,
     .accepted = REPLY_HELLO},
    {.event = HELO,
     .name = "HELO",
     .help = "HELO domain",
     .flags = VERB_PLAIN_REPLY | VERB_COMMAND | VERB_ENDS_GROUP,
     .barred = FACT_TLS_FIRST,
     .check = hello_check,
     .question = "hello",
     .hook = offsetof(struct cmta_hooks, hello),
     .ask = hello_ask,
     .done = helo_done,
     .undone = hello_undone,
     .accepted = REPLY_HELLO},

    {.event = MAIL,
     .name = "MAIL",
     .help = "MAIL FROM:<reverse-path> [parameters]",
     .flags = VERB_COMMAND,
     .barred = FACT_TLS_FIRST | FACT_AUTH_FIRST,
     .check = mail_check,
     .question = "mail",
     .hook = offsetof(struct cmta_hooks, mail),
     .ask = mail_ask,
     .done = mail_done,
     .undone = mail_undone,
     .accepted = REPLY_SENDER_OK},
    {.event = RCPT,
     .name = "RCPT",
     .help = "RCPT TO:<forward-path> [parameters]",
     .flags = VERB_COMMAND,
     .barred = FACT_TLS_FIRST | FACT_AUTH_FIRST,
     .check = rcpt_check,
     .question = "rcpt",
     .hook = offsetof(struct cmta_hooks, rcpt),
     .ask = rcpt_ask,
     .done = rcpt_done,
     .undone = rcpt_undone,
     .accepted = REPLY_RECIPIENT_OK,
     .refused = REPLY_RECIPIENT_REFUSED},
    {.event = DATA,
     .name = "DATA",
     .help = "DATA",
     .flags = VERB_COMMAND | VERB_ENDS_GROUP | VERB_ONE_SUCCESS,
     .barred = FACT_TLS_FIRST | FACT_AUTH_FIRST,
     .question = "data",
     .hook = offsetof(struct cmta_hooks, data),
     .ask = data_ask,
     .done = data_done,
     .accepted = REPLY_START_MAIL,
     .refused = REPLY_TRANSACTION_REFUSED},
    {.event = SLICE,
     .flags = VERB_ENDS_GROUP,
     .check = slice_check,
     .question = "chunk",
     .hook = offsetof(struct cmta_hooks, chunk),
     .ask = slice_ask,
     .accepted = REPLY_NONE,
     .refused = REPLY_MESSAGE_REFUSED},
    {.event = HEADERS,
     .flags = VERB_ENDS_GROUP,
     .check = headers_check,
     .question = "headers",
     .hook = offsetof(struct cmta_hooks, headers),
     .ask = headers_ask,
     .done = headers_done,
     .accepted = REPLY_NONE,
     .refused = REPLY_MESSAGE_REFUSED},
    {.event = BODY_END,
     .check = message_check,
     .question = "message",
     .hook = offsetof(struct cmta_hooks, message),
     .ask = message_ask,
     .done = message_done,
     .undone = message_undone,
     .accepted = REPLY_MESSAGE_OK,
     .refused = REPLY_MESSAGE_REFUSED},

    {.event = RSET,
     .name = "RSET",
     .help = "RSET",
     .flags = VERB_COMMAND,
     .barred = FACT_TLS_FIRST,
     .question = "rset",
     .hook = offsetof(struct cmta_hooks, rset),
     .ask = rset_ask,
     .done = rset_done,
     .accepted = REPLY_RESET},
    {.event = NOOP,
     .name = "NOOP",
     .help = "NOOP [text]",
     .flags = VERB_COMMAND | VERB_ENDS_GROUP,
     .question = "noop",
     .hook = offsetof(struct cmta_hooks, noop),
     .ask = noop_ask,
     .accepted = REPLY_OK},
    {.event = VRFY,
     .name = "VRFY",
     .help = "VRFY user",
     .flags = VERB_COMMAND | VERB_ENDS_GROUP,
     .barred = FACT_TLS_FIRST | FACT_AUTH_FIRST,
     .check = inquiry_check,
     .question = "vrfy",
     .hook = offsetof(struct cmta_hooks, vrfy),
     .ask = vrfy_ask,
     .accepted = REPLY_CANNOT_VERIFY},
    {.event = EXPN,
     .name = "EXPN",
     .help = "EXPN list",
     .flags = VERB_COMMAND | VERB_ENDS_GROUP,
     .barred = FACT_NO_EXPN | FACT_TLS_FIRST | FACT_AUTH_FIRST,
     .check = inquiry_check,
     .question = "expn",
     .hook = offsetof(struct cmta_hooks, expn),
     .ask = expn_ask,
     .accepted = REPLY_LIST_NOT_SHOWN},
    {.event = HELP,
     .name = "HELP",
     .help = "HELP [command]",
     .flags = VERB_COMMAND | VERB_ENDS_GROUP,
     .barred = FACT_NO_HELP | FACT_TLS_FIRST,
     .check = help_check,
     .question = "help",
     .hook = offsetof(struct cmta_hooks, help),
     .ask = help_ask,
     .done = help_done,
     .accepted = REPLY_HELP},
    {.event = QUIT,
     .name = "QUIT",
     .help = "QUIT",
     .flags = VERB_COMMAND | VERB_ENDS_GROUP,
     .accepted = REPLY_GOODBYE},

    {.event = STARTTLS,
     .name = "STARTTLS",
     .help = "STARTTLS",
     .flags = VERB_COMMAND | VERB_ENDS_GROUP | VERB_ONE_SUCCESS,
     .barred = FACT_TLS_ON | FACT_NO_STARTTLS | FACT_TLS_UNAVAILABLE | FACT_NO_EHLO,
     .question = "starttls",
     .hook = offsetof(struct cmta_hooks, starttls),
     .ask = starttls_ask,
     .done = starttls_done,
     .accepted = REPLY_START_TLS,
     .deferred = REPLY_TLS_UNAVAILABLE},
    {.event = SECURED,
     .flags = VERB_ENDS_GROUP,
     .check = secured_check,
     .question = "secured",
     .hook = offsetof(struct cmta_hooks, secured),
     .ask = secured_ask,
     .accepted = REPLY_NONE,
     .refused = REPLY_NO_SERVICE,
     .deferred = REPLY_BUSY},

    {.event = AUTH,
     .name = "AUTH",
     .help = "AUTH mechanism [initial-response]",
     .flags = VERB_COMMAND | VERB_ENDS_GROUP | VERB_EXCHANGE | VERB_ONE_SUCCESS,
     .barred = FACT_TLS_FIRST | FACT_NO_MECHANISM | FACT_NO_EHLO | FACT_AUTHENTICATED,
     .check = auth_check,
     .question = "auth",
     .hook = offsetof(struct cmta_hooks, auth),
     .ask = auth_ask,
     .is_complete = auth_is_complete,
     .done = auth_done,
     .undone = auth_undone,
     .rejected = auth_rejected,
     .accepted = REPLY_AUTHENTICATED,
     .refused = REPLY_AUTHENTICATION_FAILED,
     .deferred = REPLY_AUTHENTICATION_UNAVAILABLE},
    {.event = RESPONSE,
     .flags = VERB_ENDS_GROUP | VERB_EXCHANGE | VERB_ONE_SUCCESS,
     .question = "auth",
     .hook = offsetof(struct cmta_hooks, auth),
     .ask = auth_ask,
     .is_complete = auth_is_complete,
     .done = auth_done,
     .undone = auth_undone,
     .rejected = auth_rejected,
     .accepted = REPLY_AUTHENTICATED,
     .refused = REPLY_AUTHENTICATION_FAILED,
     .deferred = REPLY_AUTHENTICATION_UNAVAILABLE},

    {.event = EXTENSION,
     .barred = FACT_TLS_FIRST,
     .question = "verb",
     .hook = offsetof(struct cmta_hooks, verb),
     .ask = own_verb_ask,
     .accepted = REPLY_OK},
};

enum { VERB_COUNT = sizeof verbs / sizeof *verbs };

const struct verb *verbs_built_in(size_t *count) {
  *count = VERB_COUNT;
  return verbs;
}

const struct verb *verb_of_event(const struct cmta_service *service, int event) {
  const struct verb *end = service->verbs + service->verb_count;
  for (const struct verb *verb = service->verbs; verb < end; verb++)
    if (verb->event == event)
      return verb;
  return NULL;
}

const struct verb *verb_of_name(const struct cmta_service *service, struct cmta_slice name) {
  const struct verb *end = service->verbs + service->verb_count;
  for (const struct verb *verb = service->verbs; verb < end; verb++)
    if (verb->name && cmta_slice_is_word(name, verb->name))
      return verb;
  return NULL;
}

const struct verb *verb_next(const struct cmta_service *service, const struct verb *verb) {
  const struct verb *next = verb ? verb + 1 : service->verbs;
  return next < service->verbs + service->verb_count ? next : NULL;
}
