/* SPDX-License-Identifier: MIT */

/* Settings and hooks, copied and checked once for all sessions. */

#include "engine/extensions.h"
#include "engine/keywords.h"
#include "engine/mechanisms.h"
#include "engine/own_verbs.h"
#include "engine/session.h"
#include "engine/shown.h"
#include "engine/text.h"
#include "event.h"

#include <stdio.h>
#include <string.h>

enum {
  MAX_HOSTNAME = 255, /* octets of a domain (RFC 5321 section 4.5.3.1.2) */
  MAX_GREETING = 200, /* so that the greeting is one reply line with any host name */
  MAX_SETS = 1000     /* hook sets of a chain */
};

void cmta_settings_init(struct cmta_settings *settings) {
  *settings = (struct cmta_settings){
      .size = sizeof *settings,
      .hostname = "localhost",
      .greeting = "ESMTP cmta",
      .extensions = CMTA_EXTENSIONS_DEFAULT,
      .collect = true,
      .max_message_size = 26214400,
      .max_header_section = 262144,
      .max_message_memory = 1048576,
      .max_discarded = 104857600,
      .max_received = 100,
      .max_recipients = 1000,
      .max_errors = 20,
      .max_command_line = 512,
      .max_text_line = 1000,
      .max_memory = 33554432,
      .command_timeout = 300,
      .data_timeout = 180,
      .decision_timeout = 300,
      .handshake_timeout = 60,
      .max_auth_failures = 3,
      .max_hold = 604800,
  };
  cmta_manners_init(&settings->manners);
}

/* The grammar reads up to a line's end and forgives blanks before it; neither belongs to a name. */
static bool is_hostname(const char *name) {
  char line[MAX_HOSTNAME + 3];
  if (!name || strlen(name) > MAX_HOSTNAME || strpbrk(name, "\r\n "))
    return false;
  snprintf(line, sizeof line, "%s\r\n", name);
  return address_is_hello_name(line);
}

static bool is_greeting(const char *text) {
  return text && strlen(text) <= MAX_GREETING && text_is_printable(text);
}

/* All of a store, or nothing of it. */
static bool is_store(const struct cmta_store *store) {
  bool all = store->begin && store->append && store->read && store->map && store->end;
  bool none = !store->begin && !store->append && !store->read && !store->map && !store->end;
  return all || none;
}

/* SMTPUTF8 needs 8BITMIME (RFC 6531 section 3.1), BINARYMIME CHUNKING (RFC 3030 section 3). */
static bool are_extensions(unsigned bits) {
  bool utf8_alone = (bits & CMTA_EXTENSION_SMTPUTF8) && !(bits & CMTA_EXTENSION_8BITMIME);
  bool binary_alone = (bits & CMTA_EXTENSION_BINARYMIME) && !(bits & CMTA_EXTENSION_CHUNKING);
  return !(bits & ~extension_all()) && !utf8_alone && !binary_alone;
}

/* Limits below what every server must take are no limits but mistakes (section 4.5.3.1); a Received
 * field needs a date. */
static bool is_sound(const struct cmta_settings *settings) {
  return is_hostname(settings->hostname) && is_greeting(settings->greeting) &&
         are_extensions(settings->extensions) && is_store(&settings->store) &&
         keywords_are_sound(settings) && own_verbs_are_sound(settings) &&
         (settings->max_command_line == 0 || settings->max_command_line >= 512) &&
         (settings->max_text_line == 0 || settings->max_text_line >= 1000) &&
         (!settings->received || settings->clock.calendar) &&
         mechanisms_are_sound(settings->mechanisms) && shown_is_sound(settings);
}

/* The longest line that a command may have, whatever hooks offer. */
static size_t longest_line_of(const struct cmta_settings *settings, int event) {
  size_t more = extension_octets(extension_all(), event);
  more = octets_sum(more, keywords_octets(settings, event));
  return settings->max_command_line ? octets_sum(settings->max_command_line, more) : SIZE_MAX;
}

static size_t longest_line(const struct cmta_settings *settings) {
  size_t mail = longest_line_of(settings, MAIL), rcpt = longest_line_of(settings, RCPT);
  return mail > rcpt ? mail : rcpt;
}

/* A service and its texts lie in one block, the texts behind the structure. */
static struct cmta_service *lay_out(const struct cmta_settings *settings, struct memory *memory) {
  size_t texts = text_size(settings->hostname) + text_size(settings->greeting) +
                 text_size(settings->priority_policy);
  struct cmta_service *service = memory_take(memory, sizeof *service + texts);
  if (!service)
    return NULL;
  char *room = (char *)(service + 1);
  service->settings = *settings;
  service->settings.hostname = text_copy(settings->hostname, &room);
  service->settings.greeting = text_copy(settings->greeting, &room);
  service->settings.priority_policy = text_copy(settings->priority_policy, &room);
  service->max_line = longest_line(settings);
  return service;
}

/* A structure of a program that was built against this header or an older, shorter one. */
static bool is_size(size_t size, size_t known) { return size >= sizeof size && size <= known; }

/* Hooks are whole pointers: half of one would be called. */
static bool is_hooks_size(size_t size) {
  return is_size(size, sizeof(struct cmta_hooks)) && size % sizeof(void (*)(void)) == 0;
}

/* Makes room for one set more. */
static struct hook_set *add_set(struct cmta_service *service, struct memory *memory) {
  size_t size = (service->set_count + 1) * sizeof *service->sets;
  struct hook_set *sets = memory_resize(memory, service->sets, size);
  if (!sets)
    return NULL;
  service->sets = sets;
  struct hook_set *set = &sets[service->set_count];
  *set = (struct hook_set){.user = NULL};
  return set;
}

/* The mechanisms likewise; false without memory. */
static bool copy_mechanisms(struct cmta_service *service, struct memory *memory) {
  const char *list = service->settings.mechanisms;
  bool any = list && list[strspn(list, " ")];
  service->mechanisms = mechanisms_copy(list, memory);
  service->settings.mechanisms = NULL;
  return service->mechanisms || !any;
}

/* The tables that settings name become the service's own. */
static bool copy_tables(struct cmta_service *service) {
  struct cmta_settings *settings = &service->settings;
  struct memory memory = memory_account(&settings->allocator, 0);
  if (!copy_mechanisms(service, &memory))
    return false;
  if (settings->keyword_count == 0)
    settings->keywords = NULL;
  else
    settings->keywords = keywords_copy(settings, &memory);
  return settings->keywords || settings->keyword_count == 0;
}

static int copy_set(struct cmta_service *service, const struct cmta_hooks *hooks, void *user) {
  struct memory memory = memory_account(&service->settings.allocator, 0);
  struct hook_set *set = add_set(service, &memory);
  if (!set)
    return CMTA_E_MEMORY;
  if (hooks)
    memcpy(&set->hooks, hooks, hooks->size);
  const char *name = set->hooks.name ? set->hooks.name : "";
  set->hooks.name = memory_copy(&memory, text_slice(name));
  set->user = user;
  if (!set->hooks.name)
    return CMTA_E_MEMORY;
  return (int)service->set_count++;
}

int cmta_service_add(struct cmta_service *service, const struct cmta_hooks *hooks, void *user) {
  if (!service || !hooks || !is_hooks_size(hooks->size) || service->set_count >= MAX_SETS)
    return CMTA_E_ARGUMENT;
  if (atomic_load_explicit(&service->sealed, memory_order_relaxed))
    return CMTA_E_STATE;
  return copy_set(service, hooks, user);
}

/* The settings that a program chose, which may know fewer of them. */
static bool read_settings(struct cmta_settings *chosen, const struct cmta_settings *settings) {
  cmta_settings_init(chosen);
  if (settings && !is_size(settings->size, sizeof *settings))
    return false;
  if (settings)
    memcpy(chosen, settings, settings->size);
  chosen->size = sizeof *chosen;
  return cmta_manners_copy(&chosen->manners, &chosen->manners) == 0 && is_sound(chosen);
}

int cmta_service_new(struct cmta_service **service, const struct cmta_settings *settings,
                     const struct cmta_hooks *hooks, void *user) {
  struct cmta_settings chosen;
  if (!service || (hooks && !is_hooks_size(hooks->size)) || !read_settings(&chosen, settings))
    return CMTA_E_ARGUMENT;
  struct memory memory = memory_account(&chosen.allocator, 0);
  *service = lay_out(&chosen, &memory);
  if (*service && copy_tables(*service) && own_verbs_copy(*service, &memory) &&
      copy_set(*service, hooks, user) == 0)
    return 0;
  cmta_service_free(*service);
  *service = NULL;
  return CMTA_E_MEMORY;
}

void cmta_service_free(struct cmta_service *service) {
  if (!service)
    return;
  struct memory memory = memory_account(&service->settings.allocator, 0);
  for (size_t i = 0; i < service->set_count; i++)
    memory_give(&memory, (void *)service->sets[i].hooks.name);
  memory_give(&memory, service->sets);
  memory_give(&memory, (void *)service->settings.keywords);
  own_verbs_free(service, &memory);
  memory_give(&memory, service->mechanisms);
  memory_give(&memory, service);
}
