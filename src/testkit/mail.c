/* SPDX-License-Identifier: MIT */

/* One mail. What it says is read when somebody asks for the first time. */

#include "testkit/mail.h"

#include <stdlib.h>

struct cmta_mail *mail_new(size_t recipients) {
  struct cmta_mail *mail = calloc(1, sizeof *mail);
  size_t *places = calloc(recipients ? recipients : 1, sizeof *places);
  if (!mail || !places || pthread_mutex_init(&mail->lock, NULL) != 0) {
    free(mail);
    free(places);
    return NULL;
  }
  atomic_init(&mail->owners, 1);
  mail->recipients = places;
  return mail;
}

/* Late answers may come in any order. */
void mail_add_recipient(struct cmta_mail *mail, size_t place) {
  size_t at = mail->recipient_count++;
  for (; at > 0 && mail->recipients[at - 1] > place; at--)
    mail->recipients[at] = mail->recipients[at - 1];
  mail->recipients[at] = place;
}

struct cmta_mail *cmta_mail_share(struct cmta_mail *mail) {
  atomic_fetch_add(&mail->owners, 1);
  return mail;
}

void cmta_mail_free(struct cmta_mail *mail) {
  if (!mail || atomic_fetch_sub(&mail->owners, 1) > 1)
    return;
  content_free(mail->content);
  mail_forget_session(mail);
  cmta_message_free(mail->message);
  pthread_mutex_destroy(&mail->lock);
  free(mail->recipients);
  free(mail);
}

const char *cmta_mail_id(const struct cmta_mail *mail) { return mail->id; }

int64_t cmta_mail_time(const struct cmta_mail *mail) { return mail->time; }

uint64_t cmta_mail_connection(const struct cmta_mail *mail) { return mail->connection; }

const struct cmta_message *cmta_mail_message(const struct cmta_mail *mail) { return mail->message; }

size_t cmta_mail_recipient_count(const struct cmta_mail *mail) { return mail->recipient_count; }

const struct cmta_path *cmta_mail_recipient(const struct cmta_mail *mail, size_t index) {
  const struct cmta_envelope *envelope = cmta_message_envelope(mail->message);
  return index < mail->recipient_count ? &envelope->forward_paths[mail->recipients[index]] : NULL;
}

/* A mail never changes, but for what is known of it. */
const struct content *mail_content(const struct cmta_mail *mail) {
  struct cmta_mail *known = (struct cmta_mail *)mail;
  struct cmta_slice bytes;
  pthread_mutex_lock(&known->lock);
  if (!known->content && cmta_message_data(mail->message, &bytes) == 0)
    known->content = content_read(bytes);
  const struct content *content = known->content;
  pthread_mutex_unlock(&known->lock);
  return content;
}

const char *cmta_mail_header(const struct cmta_mail *mail, const char *name) {
  const struct content *content = mail_content(mail);
  const struct content_field *field = content ? content_next(content, NULL, name) : NULL;
  return field ? field->value : NULL;
}

const char *cmta_mail_text(const struct cmta_mail *mail) {
  const struct content *content = mail_content(mail);
  return content && content->text ? content->text : "";
}
