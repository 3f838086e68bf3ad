/* SPDX-License-Identifier: MIT */

/*
 * Bytes of the client that its session did not take yet. They came into the buffer that all
 * connections share and cannot stay there; a connection without any has no block.
 */

#include "server/connection.h"

#include "server/block.h"

#include <string.h>

bool rest_is_there(const struct connection *connection) { return connection->rest.block; }

/* What was kept may have been secrets. */
void rest_give(struct connection *connection) {
  if (rest_is_there(connection))
    explicit_bzero(connection->rest.block, connection->rest.size);
  block_give(&connection->server->allocator, connection->rest.block, connection->rest.capacity);
  connection->rest = (struct rest){0};
}

/* Makes room for more octets behind the rest: what was taken goes, and the block doubles, up to
 * RECEIVE_SIZE. */
static bool make_room(struct connection *connection, size_t more) {
  struct rest *rest = &connection->rest;
  uint32_t used = rest->size - rest->from;
  size_t needed = used + more;
  if (rest->size + more <= rest->capacity)
    return true;
  size_t doubled = rest->capacity < RECEIVE_SIZE / 2 ? rest->capacity * 2 : RECEIVE_SIZE;
  size_t capacity = needed < doubled && rest_is_there(connection) ? doubled : needed;
  char *block = block_take(&connection->server->allocator, capacity);
  if (!block)
    return false;
  if (used)
    memcpy(block, rest->block + rest->from, used);
  rest_give(connection);
  *rest = (struct rest){.block = block, .capacity = (uint32_t)capacity, .size = used};
  return true;
}

void rest_keep(struct connection *connection, const char *bytes, size_t length) {
  struct rest *rest = &connection->rest;
  if (length == 0 || connection->failed || connection_is_over(connection))
    return;
  if (!make_room(connection, length)) {
    connection->failed = true;
    return;
  }
  memcpy(rest->block + rest->size, bytes, length);
  rest->size += (uint32_t)length;
}
