/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_DATA_H
#define CMTA_ENGINE_DATA_H

/* Application data with its destructor. */

struct attachment {
  void *data;
  void (*destroy)(void *data);
};

/* Replaces application data, the old one destroyed; both NULL to clear. */
void attachment_set(struct attachment *attachment, void *data, void (*destroy)(void *));

#endif
