/* SPDX-License-Identifier: MIT */
/* What becomes of the messages of `cmta sink`: they go to stores, are printed and counted, and then
 * forgotten. */

#include "command.h"
#include "message_print.h"
#include "sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char command[] = "sink";

static bool prints(const struct sink_options *options) {
  return !options->quiet && options->stores.count == 0;
}

bool sink_keeps(const struct sink_options *options) {
  return options->stores.count || !options->quiet;
}

static int error_number(int error) { return error == CMTA_E_SYSTEM ? errno : ENOMEM; }

/* A signal ends a wait, and nothing else. */
static const char *reason_of(int number) {
  return number == EINTR ? "a signal came while nobody read it, or somebody had locked it"
                         : strerror(number);
}

/* Writes it to a store. 0, or the errno of what went wrong. */
static int put(const struct sink *sink, size_t store, const struct cmta_mail *mail) {
  int error = cmta_store_put(sink->stores[store], mail);
  if (error == 0)
    return 0;
  int number = error_number(error);
  complain(command, "cannot write to %s: %s", sink->options.stores.rows[store].name,
           reason_of(number));
  return number;
}

static int print(struct sink *sink, struct cmta_session *session, const struct cmta_mail *mail) {
  size_t length = 0;
  char *text = message_print(session, mail, &length);
  int error = text ? cmta_store_append(sink->printer, text, length) : CMTA_E_MEMORY;
  int number = error ? error_number(error) : 0;
  if (error)
    complain(command, "cannot write to standard output: %s", reason_of(number));
  free(text);
  return number;
}

/* 452 is for what more room would help (RFC 5321 section 4.2.3). */
static enum cmta_mail_fate refuse(int error) {
  bool full = error == ENOSPC || error == EDQUOT || error == EFBIG || error == ENOMEM;
  return full ? CMTA_MAIL_NO_ROOM : CMTA_MAIL_REFUSE;
}

void sink_count_mail(struct sink *sink, size_t recipients, uint64_t octets) {
  sink->totals.messages++;
  sink->totals.recipients += recipients;
  sink->totals.octets += octets;
  sink_count_message(&sink->count, sink->server);
}

/* Where all that were wanted have come while this one was on its way, it was not. What a signal has
 * ended the wait for will not be there for the next one either: it would want a signal of its own.
 */
static enum cmta_mail_fate on_mail(void *user, struct cmta_session *session,
                                   struct cmta_mail *mail) {
  struct sink *sink = user;
  int error = 0;
  if (sink->ends || sink_count_is_full(&sink->count))
    return CMTA_MAIL_REFUSE;
  for (size_t i = 0; !error && i < sink->options.stores.count; i++)
    error = put(sink, i, mail);
  if (!error && prints(&sink->options))
    error = print(sink, session, mail);
  sink->ends = error == EINTR;
  if (error)
    return refuse(error);
  sink_count_mail(sink, cmta_mail_recipient_count(mail),
                  cmta_message_size(cmta_mail_message(mail)));
  return CMTA_MAIL_DONE;
}

static bool open_store(struct sink *sink, size_t number) {
  const struct store_option *option = &sink->options.stores.rows[number];
  int error = cmta_store_new(&sink->stores[number], option->form, option->path);
  if (error)
    complain(command, "cannot write to %s: %s", option->name, strerror(error_number(error)));
  return error == 0;
}

static bool open_stores(struct sink *sink) {
  size_t count = sink->options.stores.count;
  sink->stores = calloc(count + 1, sizeof *sink->stores);
  if (!sink->stores)
    complain(command, "no memory");
  bool open = sink->stores;
  for (size_t i = 0; open && i < count; i++)
    open = open_store(sink, i);
  return open;
}

bool sink_keep_begin(struct sink *sink) {
  if (!sink_keeps(&sink->options))
    return true;
  if (!open_stores(sink))
    return false;
  if (cmta_mailbox_new(&sink->mailbox) != 0 ||
      cmta_store_new(&sink->printer, CMTA_STORE_JSONL, "-") != 0) {
    complain(command, "no memory");
    return false;
  }
  cmta_mailbox_on_mail(sink->mailbox, on_mail, sink);
  return true;
}

void sink_keep_end(struct sink *sink) {
  cmta_mailbox_free(sink->mailbox);
  cmta_store_free(sink->printer);
  for (size_t i = 0; sink->stores && i < sink->options.stores.count; i++)
    cmta_store_free(sink->stores[i]);
  free(sink->stores);
}
