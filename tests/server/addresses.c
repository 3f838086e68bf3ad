/* SPDX-License-Identifier: MIT */

/* Where a server listens, and who its clients are. */

#include "harness.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct world world;
static char folder[] = "/tmp/cmta-test-XXXXXX";
static char path[64];

static void begin(void) {
  world_init(&world);
  cr_assert_not_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/socket", folder);
}

static void end(void) {
  world_free(&world);
  unlink(path);
  rmdir(folder);
}

TestSuite(addresses, .init = begin, .fini = end, .timeout = 30);

static void mail_through(int listener) {
  struct client client;
  unsigned before = world.messages;
  client_connect(&client, &world, listener);
  client_mail(&client);
  cr_assert_eq(world.messages, before + 1);
  cr_assert_str_eq(world.last, "Subject: x\r\n\r\nbody\r\n");
  client_say(&client, "QUIT", "221 ");
  client_expect_end(&client);
  client_close(&client, false);
}

static uint16_t port_of(int listener) {
  uint16_t port = 0;
  cr_assert_eq(cmta_server_listener(world.server, listener, NULL, &port), 0);
  return port;
}

static const char *name_of(int listener) {
  const char *name = NULL;
  cr_assert_eq(cmta_server_listener(world.server, listener, &name, NULL), 0);
  return name;
}

Test(addresses, several_listeners_serve_whole_mails) {
  cr_assert_eq(world_listen(&world, "127.0.0.1:0"), 0);
  cr_assert_eq(world_listen(&world, "localhost:0"), 1);
  cr_assert_eq(world_listen(&world, path), 2);
  for (int listener = 0; listener < 3; listener++)
    mail_through(listener);
}

Test(addresses, ipv6_serves_a_whole_mail) {
  if (!world_has_ipv6())
    cr_skip_test("no IPv6 here");
  cr_assert_eq(world_listen(&world, "[::1]:0"), 0);
  mail_through(0);
  cr_assert_str_eq(name_of(0), "::1");
  cr_assert_str_eq(world.peer, "::1");
}

Test(addresses, port_0_is_readable_back) {
  world_listen_any(&world);
  cr_assert_neq(port_of(0), 0);
  cr_assert_str_eq(name_of(0), "127.0.0.1");
  cr_assert_eq(cmta_server_listener(world.server, 1, NULL, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_listener(world.server, -1, NULL, NULL), CMTA_E_ARGUMENT);
}

Test(addresses, a_wildcard_serves_ipv4_and_shows_its_peer_as_ipv4) {
  struct client client;
  cr_assert_eq(world_listen(&world, "*:0"), 0);
  cr_assert_eq(world_listen(&world, ":0"), 1);
  for (int listener = 0; listener < 2; listener++) {
    char port[32];
    snprintf(port, sizeof port, "%u", port_of(listener));
    cr_assert(strcmp(name_of(listener), "::") == 0 || strcmp(name_of(listener), "0.0.0.0") == 0);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port_of(listener))};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client_connect(&client, &world, listener);
    close(client.fd);
    client.fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(connect(client.fd, (struct sockaddr *)&to, sizeof to), 0);
    fcntl(client.fd, F_SETFL, O_NONBLOCK);
    client_expect(&client, "220 ");
    cr_assert_str_eq(world.peer, "127.0.0.1");
    client_close(&client, false);
  }
  world_run_empty(&world);
}

Test(addresses, an_ipv6_address_leaves_its_port_of_ipv4_to_others) {
  char both[32];
  if (!world_has_ipv6())
    cr_skip_test("no IPv6 here");
  world_listen_any(&world);
  snprintf(both, sizeof both, "[::]:%u", port_of(0));
  cr_assert_eq(world_listen(&world, both), 1);
}

Test(addresses, what_is_no_address_is_refused) {
  static const char *const wrong[] = {"",
                                      "127.0.0.1",
                                      "127.0.0.1:",
                                      "127.0.0.1:smtp",
                                      "127.0.0.1:65536",
                                      "::1:25",
                                      "[::1]",
                                      "[::1]25",
                                      "[127.0.0.1]:0",
                                      "[::1:0",
                                      "[]:0",
                                      "unix:",
                                      "127.0.0.1:-1",
                                      "127.0.0.1: 25",
                                      "127.0.0.1:+25",
                                      "no such:0",
                                      "127.0.0.1:0x",
                                      "127.0.0.1:000001",
                                      "*",
                                      ":"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    cr_assert_eq(world_listen(&world, wrong[i]), CMTA_E_ADDRESS, "%s", wrong[i]);
  cr_assert_eq(world_listen(&world, NULL), CMTA_E_ADDRESS);
}

Test(addresses, a_path_longer_than_a_socket_may_have_is_refused) {
  char name[512];
  memset(name, 'x', sizeof name);
  name[0] = '/';
  name[sizeof name - 1] = '\0';
  cr_assert_eq(world_listen(&world, name), CMTA_E_ADDRESS);
}

Test(addresses, an_address_in_use_is_told_with_errno) {
  char again[32];
  world_listen_any(&world);
  snprintf(again, sizeof again, "127.0.0.1:%u", port_of(0));
  cr_assert_eq(world_listen(&world, again), CMTA_E_SYSTEM);
  cr_assert_eq(errno, EADDRINUSE);
}

Test(addresses, a_socket_file_is_made_and_removed) {
  char prefixed[80];
  struct stat file;
  snprintf(prefixed, sizeof prefixed, "unix:%s", path);
  cr_assert_eq(world_listen(&world, prefixed), 0);
  cr_assert_str_eq(name_of(0), path);
  cr_assert_eq(port_of(0), 0);
  mail_through(0);
  cr_assert_str_eq(world.peer, "");
  cmta_server_stop(world.server, NULL, NULL);
  cr_assert_neq(stat(path, &file), 0);
}

/* Leaves a socket file behind that nobody serves. */
static void leave_stale(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  cr_assert_eq(listen(fd, 1), 0);
  close(fd);
}

Test(addresses, a_socket_file_that_nobody_serves_is_replaced) {
  leave_stale();
  cr_assert_eq(world_listen(&world, path), 0);
  mail_through(0);
}

Test(addresses, a_socket_file_that_is_served_is_left_alone) {
  cr_assert_eq(world_listen(&world, path), 0);
  cr_assert_eq(world_listen(&world, path), CMTA_E_SYSTEM);
  cr_assert_eq(errno, EADDRINUSE);
  mail_through(0);
}

Test(addresses, a_file_that_is_no_socket_is_left_alone) {
  struct stat file;
  int fd = open(path, O_CREAT | O_WRONLY, 0600);
  close(fd);
  cr_assert_eq(world_listen(&world, path), CMTA_E_SYSTEM);
  cr_assert_eq(errno, EADDRINUSE);
  cr_assert(stat(path, &file) == 0 && S_ISREG(file.st_mode));
}

Test(addresses, the_file_of_another_server_is_not_removed) {
  struct stat file;
  cr_assert_eq(world_listen(&world, path), 0);
  unlink(path);
  leave_stale();
  cmta_server_stop(world.server, NULL, NULL);
  cr_assert_eq(stat(path, &file), 0);
}

Test(addresses, wrong_arguments_make_no_server) {
  struct cmta_server *server = NULL;
  struct cmta_config config;
  cmta_config_init(&config);
  struct cmta_settings settings;
  cmta_settings_init(&settings);
  config.size = sizeof config + 1;
  cr_assert_eq(cmta_server_new(&server, world.loop, &config, NULL, NULL), CMTA_E_ARGUMENT);
  config.size = sizeof config;
  config.settings = &settings;
  settings.size = 1;
  cr_assert_eq(cmta_server_new(&server, world.loop, &config, NULL, NULL), CMTA_E_ARGUMENT);
  settings.size = sizeof settings;
  settings.hostname = NULL;
  cr_assert_eq(cmta_server_new(&server, world.loop, &config, NULL, NULL), CMTA_E_ARGUMENT);
  cr_assert_eq(cmta_server_new(NULL, world.loop, NULL, NULL, NULL), CMTA_E_ARGUMENT);
  cr_assert_null(server);
}
