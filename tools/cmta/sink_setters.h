/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TOOLS_SINK_SETTERS_H
#define CMTA_TOOLS_SINK_SETTERS_H

/* What each option of `cmta sink` does to a struct sink_options; for the rows of its table
 * (options.h). */

#include "sink_options.h"

/* Where the sink listens unless told otherwise. */
#define DEFAULT_ADDRESS "127.0.0.1:2525"

const char *set_listen(void *target, const char *argument);
const char *set_listen_tls(void *target, const char *argument);
const char *set_lmtp(void *target, const char *argument);
const char *set_tls(void *target, const char *argument);
const char *set_tls_cert(void *target, const char *argument);
const char *set_tls_key(void *target, const char *argument);
const char *set_tls_self_signed(void *target, const char *argument);
const char *set_tls_client_ca(void *target, const char *argument);
const char *set_auth(void *target, const char *argument);
const char *set_auth_file(void *target, const char *argument);
const char *set_auth_as_anybody(void *target, const char *argument);
const char *set_auth_required(void *target, const char *argument);
const char *set_auth_in_clear(void *target, const char *argument);
const char *set_auth_delay(void *target, const char *argument);
uint64_t get_auth_delay(const void *target);
const char *set_mechanisms(void *target, const char *argument);
const char *set_hostname(void *target, const char *argument);
const char *set_jsonl(void *target, const char *argument);
const char *set_maildir(void *target, const char *argument);
const char *set_mbox(void *target, const char *argument);
const char *set_dir(void *target, const char *argument);
const char *set_quiet(void *target, const char *argument);
const char *set_max_message_size(void *target, const char *argument);
uint64_t get_max_message_size(const void *target);
const char *set_max_recipients(void *target, const char *argument);
uint64_t get_max_recipients(const void *target);
const char *set_max_errors(void *target, const char *argument);
uint64_t get_max_errors(const void *target);
const char *set_max_connections(void *target, const char *argument);
uint64_t get_max_connections(const void *target);
const char *set_timeout(void *target, const char *argument);
const char *set_reject(void *target, const char *argument);
const char *set_proxy_from(void *target, const char *argument);
const char *set_xclient_from(void *target, const char *argument);
const char *set_extensions(void *target, const char *argument);
const char *set_line_endings(void *target, const char *argument);
const char *set_submission(void *target, const char *argument);
const char *set_port_file(void *target, const char *argument);
const char *set_count(void *target, const char *argument);
const char *set_wait(void *target, const char *argument);
const char *set_only(void *target, const char *argument);
const char *set_fault(void *target, const char *argument);
const char *set_fault_file(void *target, const char *argument);
const char *set_all_faults(void *target, const char *argument);
const char *set_help_faults(void *target, const char *argument);
const char *set_seed(void *target, const char *argument);
uint64_t get_seed(const void *target);
const char *set_transcript(void *target, const char *argument);
const char *set_json_transcript(void *target, const char *argument);

/* Whether a server may greet with the name. */
bool is_hostname(const char *name);

#endif
