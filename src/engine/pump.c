/* SPDX-License-Identifier: MIT */

/*
 * The pump. Each phase of the chart has a reader, which turns the next bytes into an event; a
 * question in hand comes before any of them. Nothing else steps the chart, and no action or hook
 * comes back in here.
 */

#include "engine/pump.h"

#include "engine/answers.h"
#include "engine/auth.h"
#include "engine/chart.h"
#include "engine/chunk.h"
#include "engine/decide.h"
#include "engine/facts.h"
#include "engine/foresee.h"
#include "engine/fragment.h"
#include "engine/line.h"
#include "engine/offer.h"
#include "engine/output.h"
#include "engine/own_verbs.h"
#include "engine/read_message.h"
#include "engine/reply.h"
#include "engine/starttls.h"
#include "engine/statistics.h"
#include "engine/synchrony.h"
#include "engine/trace.h"
#include "event.h"

static void begin_row(struct cmta_session *session, int event, const struct verb *verb) {
  session->event = event;
  session->verb = verb;
  session->hand.standard = verb ? verb->accepted : REPLY_NONE;
  session->utf8_asked = false;
}

int pump_begin(struct cmta_session *session, int event) {
  begin_row(session, event, event ? verb_of_event(session->service, event) : NULL);
  return event;
}

int pump_begin_refused(struct cmta_session *session, int event, enum reply_id why) {
  pump_begin(session, event);
  session->hand.standard = why;
  return event;
}

int pump_complain(struct cmta_session *session, enum reply_id id) {
  session_complain(session, id);
  return READ_AGAIN;
}

static enum reply_id reply_of_fault(enum command_fault fault, const struct command *command) {
  switch (fault) {
  case COMMAND_UNKNOWN:
    return command->name.length ? REPLY_UNKNOWN_COMMAND : REPLY_GARBAGE;
  case COMMAND_UNIMPLEMENTED:
    return REPLY_NOT_IMPLEMENTED;
  case COMMAND_SENDER:
    return REPLY_BAD_SENDER;
  case COMMAND_RECIPIENT:
    return REPLY_BAD_RECIPIENT;
  case COMMAND_SYNTAX:
    break;
  }
  return REPLY_BAD_ARGUMENTS;
}

/* The longest line that may come now (RFC 4954 section 4). */
static size_t longest_line(const struct cmta_session *session) {
  size_t most = session->service->max_line;
  return most < AUTH_LINE && auth_is_possible(session) ? AUTH_LINE : most;
}

/* The limit of one verb; only lines beyond the common limit need the sum (RFC 5321
 * section 4.5.3.1.4). To a client that did not say EHLO nothing is offered. */
static bool is_too_long(const struct cmta_session *session, size_t length) {
  const struct cmta_settings *settings = &session->service->settings;
  size_t most = settings->max_command_line;
  if (session->verb->event == AUTH)
    return length > AUTH_LINE;
  if (most == 0 || length <= most)
    return false;
  return length - most > offer_octets(session, session->verb->event);
}

static enum reply_id reply_of_too_long(const struct verb *verb) {
  return verb && verb->event == AUTH ? REPLY_AUTHENTICATION_TOO_LONG : REPLY_LINE_TOO_LONG;
}

/* A BDAT that cannot be read hides how many octets behind it are no commands: nothing more is read.
 */
static int lose_track(struct cmta_session *session) {
  session->ending = CMTA_CLOSED_PROTOCOL;
  return pump_complain(session, REPLY_BAD_CHUNK);
}

/* A command that is well-formed, and must not come: the octets of a chunk come all the same. */
static int turn_away(struct cmta_session *session, int event, enum reply_id why) {
  if (event != BDAT)
    return pump_complain(session, why);
  chunk_drop(session, why);
  return READ_AGAIN;
}

/* What the grammar or the limits of lines say against a line. */
static enum reply_id fault_of_line(struct cmta_session *session, int event, size_t length) {
  if (event < 0)
    return reply_of_fault((enum command_fault)event, session->command);
  if (!is_too_long(session, length))
    return REPLY_NONE;
  session->violations |= CMTA_VIOLATION_LONG_LINE;
  return reply_of_too_long(session->verb);
}

/* A complete line: 500 and 501 are the grammar's, what a fact or a row of settings.verbs forbids
 * the guards'; the rest goes to the chart. more: bytes have come behind it that are not its own. */
static int judge_line(struct cmta_session *session, struct cmta_slice line, bool more) {
  const struct verb *verb;
  int event = line_read(session, line, session->command, &verb);
  begin_row(session, verb ? verb->event : 0, verb);
  session->slice = session->command->argument;
  trace_command_line(session, line, verb);
  if (more && !synchrony_behind(session, verb))
    return READ_STOP;
  enum reply_id wrong = fault_of_line(session, event, line.length);
  if (wrong != REPLY_NONE)
    return framer_has_bdat(&session->framer) ? lose_track(session) : pump_complain(session, wrong);
  if (event == BDAT)
    chunk_begin(session);
  enum reply_id barred = facts_guard(facts_of(session), session->verb);
  if (barred == REPLY_NONE && session->verb->own)
    barred = own_verb_guard(session, more);
  return barred == REPLY_NONE ? event : turn_away(session, event, barred);
}

/* Of a line that was too long. */
static int complain_of_length(struct cmta_session *session, struct cmta_slice line) {
  bool is_auth = framer_has_auth(&session->framer);
  fragment_tell_long(session, line);
  session->violations |= CMTA_VIOLATION_LONG_LINE;
  if (framer_has_bdat(&session->framer))
    return lose_track(session);
  return pump_complain(session, is_auth ? REPLY_AUTHENTICATION_TOO_LONG : REPLY_LINE_TOO_LONG);
}

/* Whether an unfinished line may hold what a client says to prove who it is. */
static bool may_be_secret(const struct cmta_session *session) {
  return auth_is_possible(session) || session->hushed || framer_has_auth(&session->framer);
}

static int read_command(struct cmta_session *session, struct cmta_slice *input) {
  struct cmta_slice line;
  session->framer.secret = auth_is_possible(session) || session->hushed;
  enum framed framed =
      framer_next(&session->framer, &session->memory, longest_line(session), input, &line);
  session->failed |= framed == FRAMED_NO_MEMORY;
  if (framed != FRAMED_LINE && framed != FRAMED_TOO_LONG)
    return READ_STOP;
  session->progress++;
  statistics_count(session, (struct cmta_counts){.commands = 1});
  pump_begin(session, 0);
  if (framed == FRAMED_TOO_LONG)
    return complain_of_length(session, line);
  return judge_line(session, line, input->length > 0 && !framer_has_bdat(&session->framer));
}

/* An event of an exchange that is over; why is said at once. */
static int begin_fault(struct cmta_session *session, enum reply_id why) {
  session->event = FAULT;
  session->hand.standard = why;
  return FAULT;
}

static int read_response(struct cmta_session *session, struct cmta_slice *input) {
  struct cmta_slice line;
  session->framer.secret = true;
  enum framed framed = framer_next(&session->framer, &session->memory, AUTH_LINE, input, &line);
  session->failed |= framed == FRAMED_NO_MEMORY;
  if (framed != FRAMED_LINE && framed != FRAMED_TOO_LONG)
    return READ_STOP;
  session->progress++;
  pump_begin(session, RESPONSE);
  if (framed == FRAMED_TOO_LONG) {
    fragment_tell_long(session, line);
    return begin_fault(session, REPLY_AUTHENTICATION_TOO_LONG);
  }
  trace_response_line(session, line);
  enum reply_id wrong = auth_respond(session, (struct cmta_slice){line.at, line.length - 2});
  return wrong == REPLY_NONE ? RESPONSE : begin_fault(session, wrong);
}

/* What the runtime reports is here, or nobody would read now. */
static int read_secured(struct cmta_session *session, struct cmta_slice *input) {
  (void)input;
  if (session->tls_step != TLS_STEP_DONE)
    return READ_STOP;
  session->tls_step = TLS_STEP_NONE;
  return pump_begin(session, SECURED);
}

/* XCLIENT has led back to the beginning. */
static int read_connect(struct cmta_session *session, struct cmta_slice *input) {
  (void)input;
  return pump_begin(session, CONNECT);
}

/* The phases by name, and who reads the next bytes. */
static const struct phase_row {
  const char *name;
  int (*read)(struct cmta_session *session, struct cmta_slice *input);
} phases[PHASE_COUNT] = {
    [PHASE_CONNECTING] = {"connecting", read_connect},
    [PHASE_GREETED] = {"greeted", read_command},
    [PHASE_READY] = {"ready", read_command},
    [PHASE_HANDSHAKE] = {"handshake", read_secured},
    [PHASE_AUTH] = {"auth", read_response},
    [PHASE_MAIL] = {"mail", read_command},
    [PHASE_RCPT] = {"rcpt", read_command},
    [PHASE_CHUNKS] = {"chunks", read_command},
    [PHASE_BODY] = {"body", read_body},
    [PHASE_DISCARD] = {"discard", read_discard},
    [PHASE_CHUNK] = {"chunk", read_chunk},
    [PHASE_SKIP] = {"skip", read_skip},
};

/* The next event of the client's bytes, which are counted before a hook is asked about them. */
static int read_event(struct cmta_session *session, struct cmta_slice *input) {
  int event = session->chunk.dropped ? read_dropped(session, input)
                                     : phases[session->phase].read(session, input);
  size_t taken = session->brought->counted - input->length;
  statistics_count(session, (struct cmta_counts){.octets_in = taken});
  session->brought->counted = input->length;
  bool ends = event == CHUNK_END || event == BODY_END;
  if (ends && input->length && !synchrony_behind(session, session->verb))
    return READ_STOP;
  return event;
}

/* While TLS is waited for nothing may come in clear. */
static int wait_for_tls(struct cmta_session *session, const struct cmta_slice *input) {
  if (input->length)
    session_finish(session, CMTA_CLOSED_TLS);
  return READ_STOP;
}

static int next_event(struct cmta_session *session, struct cmta_slice *input) {
  if (session->close_reason != CMTA_CLOSED_NOT || session->failed)
    return READ_STOP;
  if (starttls_is_waited_for(session))
    return wait_for_tls(session, input);
  if (!session->opened) {
    if (input->length)
      synchrony_note_early(session);
    session->opened = true;
    return pump_begin(session, CONNECT);
  }
  if (session->hand.question != QUESTION_NONE)
    return decide_event(session);
  if (session->halted || session->paused || output_is_full(session))
    return READ_STOP;
  return read_event(session, input);
}

/* What the event in hand has led to, once the chart has stepped. */
static void end_if_due(struct cmta_session *session) {
  if (session->close_reason != CMTA_CLOSED_NOT)
    return;
  if (session->failed)
    session_finish(session, CMTA_CLOSED_MEMORY);
  else if (session->hand.question != QUESTION_NONE && !session->stopping_now)
    return;
  else if (session->ending != CMTA_CLOSED_NOT)
    session_finish(session, session->ending);
  else if (session_machine_over(session))
    session_finish(session, session->verb->event == QUIT ? CMTA_CLOSED_QUIT : CMTA_CLOSED_VERDICT);
  else if (session->stopping_now || (session->stopping && !session->transaction))
    session_goodbye(session, REPLY_SHUTDOWN, CMTA_CLOSED_SHUTDOWN);
}

static void step(struct cmta_session *session, int event) {
  session_machine_step(session, event);
  if (session->misplaced) {
    session->misplaced = false;
    turn_away(session, event, REPLY_OUT_OF_SEQUENCE);
  }
}

static void pump(struct cmta_session *session, struct cmta_slice *input) {
  int event;
  while ((event = next_event(session, input)) != READ_STOP) {
    session->behind = input->length > 0;
    if (event != READ_AGAIN)
      step(session, event);
    end_if_due(session);
  }
  end_if_due(session);
}

static bool is_in_message(const struct cmta_session *session) {
  static const bool in_message[PHASE_COUNT] = {
      [PHASE_BODY] = true, [PHASE_DISCARD] = true, [PHASE_CHUNK] = true, [PHASE_SKIP] = true};
  return in_message[session->phase] || session->chunk.dropped;
}

ptrdiff_t cmta_session_receive(struct cmta_session *session, const void *bytes, size_t length) {
  struct brought brought = {{bytes, length}, length};
  struct command command;
  if (!session || (!bytes && length) || length > PTRDIFF_MAX)
    return CMTA_E_ARGUMENT;
  if (session->running)
    return CMTA_E_STATE;
  session->running = true;
  session->paused = false;
  session->command = &command;
  session->brought = &brought;
  session->heard_secrets = auth_is_possible(session) && !is_in_message(session);
  if (length == 0 || synchrony_at_once(session))
    pump(session, &brought.left);
  session->heard_secrets |= session->framer.length && may_be_secret(session);
  foresee(session, brought.left);
  if (session->halted && brought.left.length)
    fragment_tell_rest(session);
  if (session->framer.length == 0)
    framer_release(&session->framer, &session->memory);
  session->command = NULL;
  session->brought = NULL;
  session->running = false;
  return session->failed ? CMTA_E_MEMORY : (ptrdiff_t)(length - brought.left.length);
}

uint64_t cmta_session_received(const struct cmta_session *session) {
  const struct brought *brought = session->brought;
  uint64_t counted = session->counts.octets_in;
  if (!brought)
    return counted;
  return counted + (brought->counted - brought->left.length) + read_waiting(session, brought->left);
}

void session_enter(struct cmta_session *session, enum phase phase) {
  session->phase = (unsigned char)phase;
}

const char *cmta_session_phase(const struct cmta_session *session) {
  return phases[session->phase].name;
}

const char *event_name(int event, const struct verb *verb) {
  switch (event) {
  case CONNECT:
    return "CONNECT";
  case SLICE:
    return "SLICE";
  case HEADERS:
    return "HEADERS";
  case FAULT:
    return "FAULT";
  case CHUNK_END:
    return "CHUNK_END";
  case BODY_END:
    return "BODY_END";
  case RESPONSE:
    return "RESPONSE";
  case SECURED:
    return "SECURED";
  case EXTENSION:
    return verb && verb->name ? verb->name : "EXTENSION";
  default:
    return verb && verb->name ? verb->name : "";
  }
}

const char *cmta_session_event(const struct cmta_session *session) {
  return event_name(session->event, session->verb);
}

unsigned cmta_session_timeout(const struct cmta_session *session) {
  const struct cmta_settings *settings = &session->service->settings;
  if (session->close_reason != CMTA_CLOSED_NOT)
    return 0;
  if (session->hand.question == QUESTION_OPEN)
    return decide_deadline(session);
  if (starttls_is_waited_for(session))
    return settings->handshake_timeout;
  return is_in_message(session) ? settings->data_timeout : settings->command_timeout;
}
