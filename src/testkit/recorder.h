/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TESTKIT_RECORDER_H
#define CMTA_TESTKIT_RECORDER_H

/* Transcripts from the inside: recorder.c keeps them, recorder_hooks.c hears what happens,
 * warning.c sees against which rule, transcript.c writes. */

#include <cmta/session.h>
#include <cmta/transcript.h>

#include <pthread.h>

/* An event that is kept. */
struct kept_event {
  enum cmta_event_kind kind;
  bool tls;
  double seconds;
  uint64_t octets;
  size_t text; /* where it begins among the texts of its record */
  /* Of what the server says: it goes out with these octets of the session's, counted from its
     first, or in their place, and then both are the same. */
  uint64_t out_from, out_to;
};

/* Where in a header section that comes. */
enum header_place {
  HEADER_LINE_BEGINS = 0,
  HEADER_IN_NAME = 1,
  HEADER_BEHIND_NAME = 2, /* in blanks before the colon (RFC 5322 section 4.5) */
  HEADER_IN_VALUE = 3,
  HEADER_IN_SEPARATOR = 4 /* in a line of an mbox file */
};

/* What is known of it. */
struct header_watch {
  enum header_place at;
  char name[8]; /* of the field in hand, in small letters, as far as there is room */
  size_t length;
  char blank;      /* the first behind the name */
  bool first_over; /* the first line has ended */
  bool has_field;  /* the line before is of a field */
  bool has_date, has_from;
  bool ended, eight_bit; /* it was complete; such octets were warned of */
};

/* One connection. */
struct record {
  uint64_t connection;
  uint64_t began; /* by the server's clock, in nanoseconds */
  struct kept_event *events;
  size_t count, room;
  char *texts; /* each ended by NUL */
  size_t length, size;
  uint64_t left_out; /* events for which there was no room */
  bool connected;    /* a client was shown, */
  char peer[256];    /* last this one; "": it has no address */
  bool over;         /* its dialogue has come to its end, */
  bool closed;       /* and the connection, too */

  bool in_place;    /* what the server says now stands for another reply */
  bool in_reply;    /* more lines of the server's reply come */
  size_t reply_out; /* octets of it that still go out */

  unsigned warned;     /* violations that were warned of */
  bool in_message;     /* octets of a message may come */
  bool in_chunk;       /* likewise, so many as BDAT said */
  uint64_t chunk_size; /* that */
  uint64_t octets;     /* of the session, when they began */
  uint64_t seen;       /* likewise up to the last that had come of them when they were looked at */
  uint64_t unread;     /* octets that came and were never read */
  bool said_421;       /* the server's last line was one */
  struct header_watch header;
};

struct cmta_recorder {
  pthread_mutex_t lock;
  pthread_cond_t changed; /* a connection has ended */
  size_t most;
  struct record **records; /* by number, rising */
  size_t count, room;
  uint64_t end;       /* one more than the last number so far */
  uint64_t forgotten; /* the highest number for which there was no room */
  uint64_t closed;
  bool added;
  bool hears_ends; /* cmta_recorder_gone() is told, too */
  void (*told)(void *context, uint64_t connection);
  void *told_context;
};

/* The record of a connection, or NULL. With the lock, like all that follows. */
struct record *recorder_find(const struct cmta_recorder *recorder, uint64_t connection);

/* The record of a session, which is made where there is none; NULL when it is not kept, or without
   memory. */
struct record *recorder_record(struct cmta_recorder *recorder, struct cmta_session *session);

/* Frees the records for which there is no room. */
void recorder_shrink(struct cmta_recorder *recorder);

/* Adds an event whose text is fit to be shown. */
void record_add(struct record *record, const struct cmta_session *session,
                enum cmta_event_kind kind, uint64_t octets, const char *text);

/* Adds one with octets of others, a line of theirs without its CR LF. */
void record_add_line(struct record *record, const struct cmta_session *session,
                     enum cmta_event_kind kind, struct cmta_slice line);

/* Adds what became no line, as far as it may be shown. */
void record_add_fragment(struct record *record, const struct cmta_session *session,
                         const struct cmta_fragment *fragment);

/* Adds as much of a line of the server's as goes out, or what goes out in the reply's place. */
void record_reply_line(struct record *record, struct cmta_session *session, struct cmta_slice line);

/* Adds how much of what the client said was never read, if anything. */
void record_unread(struct record *record, const struct cmta_session *session);

/* Adds how much of what the server was shown to say has not gone out, if anything. */
void record_unsent(struct record *record, const struct cmta_session *session);

/* Shows each event. How many. */
int record_show(const struct record *record,
                void (*show)(void *context, const struct cmta_event *event), void *context);

/* Warns of what the session has noted, of each once. */
void warn_of_violations(struct record *record, const struct cmta_session *session);

/* Warns of CR and LF that stand alone in a command line. */
void warn_of_line(struct record *record, const struct cmta_session *session,
                  struct cmta_slice line);

/* Likewise in what became no line, and of the CR LF that it lacks. */
void warn_of_fragment(struct record *record, const struct cmta_session *session,
                      const struct cmta_fragment *fragment);

/* Warns of what is wrong with these octets of a message, and with its header section where they
   complete that; at the message's end there are none. */
void warn_of_octets(struct record *record, const struct cmta_session *session,
                    struct cmta_slice octets);
void warn_of_end(struct record *record, const struct cmta_session *session);

/* The transcript, ended by NUL, to be freed; NULL without memory. */
char *transcript_new(const struct record *record, enum cmta_transcript_form form);

#endif
