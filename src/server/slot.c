/* SPDX-License-Identifier: MIT */

/* The slots of open questions (slot.h): one block of them that grows, the free ones linked, those
 * of a connection likewise. */

#include "server/slot.h"

#include "server/block.h"
#include "server/connection.h"
#include "server/sasl.h"

/* Slots that are made at first; then their number doubles. */
enum { FIRST_SLOTS = 8 };

struct slot *slot_of(const struct tickets *tickets, struct cmta_ticket ticket) {
  if (ticket.generation == 0 || ticket.slot >= tickets->slot_count)
    return NULL;
  struct slot *slot = &tickets->slots[ticket.slot];
  return slot->generation == ticket.generation ? slot : NULL;
}

struct slot *slot_unanswered(const struct tickets *tickets, struct cmta_ticket ticket) {
  struct slot *slot = slot_of(tickets, ticket);
  return slot && !slot->answered ? slot : NULL;
}

/* Makes more slots, all free; there was none. Under the lock. */
static bool slots_grow(struct cmta_server *server) {
  struct tickets *tickets = &server->tickets;
  uint32_t old = tickets->slot_count;
  uint32_t count = old ? old * 2 : FIRST_SLOTS;
  if (count <= old)
    return false;
  struct slot *slots =
      block_resize(&server->allocator, tickets->slots, old * sizeof *slots, count * sizeof *slots);
  if (!slots)
    return false;
  for (uint32_t i = old; i < count; i++)
    slots[i] = (struct slot){.next = i + 1 < count ? i + 2 : 0};
  tickets->slots = slots;
  tickets->slot_count = count;
  tickets->free = old + 1;
  return true;
}

bool slot_open(struct cmta_server *server, struct connection *connection) {
  struct tickets *tickets = &server->tickets;
  if (tickets->free == 0 && !slots_grow(server))
    return false;
  if (tickets->open++ == 0)
    ev_async_start(server->loop, &tickets->wake);
  uint32_t number = tickets->free;
  struct slot *slot = &tickets->slots[number - 1];
  tickets->free = slot->next;
  *slot = (struct slot){.generation = ++tickets->generation,
                        .question = cmta_session_question(connection->session),
                        .number = cmta_session_question_number(connection->session),
                        .recipient = cmta_session_recipient(connection->session),
                        .is_auth = exchange_asks(connection),
                        .looks_up = exchange_looks_up(connection),
                        .connection = connection,
                        .next = connection->slot};
  connection->slot = number;
  return true;
}

void slot_free(struct cmta_server *server, uint32_t *place) {
  struct tickets *tickets = &server->tickets;
  uint32_t number = *place;
  struct slot *slot = &tickets->slots[number - 1];
  *place = slot->next;
  *slot = (struct slot){.next = tickets->free};
  tickets->free = number;
  if (--tickets->open == 0)
    ev_async_stop(server->loop, &tickets->wake);
}

struct slot *slot_in_hand(const struct connection *connection) {
  uint64_t number = cmta_session_question_number(connection->session);
  struct slot *slots = connection->server->tickets.slots;
  for (uint32_t at = connection->slot; at; at = slots[at - 1].next)
    if (slots[at - 1].number == number)
      return &slots[at - 1];
  return NULL;
}
