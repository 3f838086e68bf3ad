/* SPDX-License-Identifier: MIT */

/* Lists of networks: how they are spelled, and who is in them. */

#include "harness.h"

#include <cmta/networks.h>
#include <criterion/criterion.h>

static bool has(const char *list, const char *address) {
  struct cmta_networks *networks;
  cr_assert_eq(cmta_networks_new(&networks, list), 0, "%s", list);
  bool found = cmta_networks_have(networks, address);
  cmta_networks_free(networks);
  return found;
}

Test(networks, have_the_hosts_of_their_prefixes) {
  static const struct {
    const char *list, *inside, *outside;
  } rows[] = {
      {"192.0.2.1", "192.0.2.1", "192.0.2.2"},
      {"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
      {"192.0.2.128/25", "192.0.2.128", "192.0.2.127"},
      {"192.0.2.4/30", "192.0.2.7", "192.0.2.8"},
      {"192.0.2.1/32", "192.0.2.1", "192.0.2.0"},
      {"128.0.0.0/1", "255.0.0.1", "127.255.255.255"},
      {"0.0.0.0/0", "255.255.255.255", "::1"},
      {"::/0", "2001:db8::1", "192.0.2.1"},
      {"::/0", "::", "::ffff:192.0.2.1"},
      {"::1", "::1", "::2"},
      {"2001:db8::/32", "2001:db8:ffff::", "2001:db9::"},
      {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
      {"::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9"},
      {"192.0.2.0/24", "::ffff:192.0.2.9", "::192.0.2.9"},
      {" 192.0.2.1 , 198.51.100.0/24,::1 ", "198.51.100.7", "198.51.101.7"},
      {"unix", "/run/socket", "127.0.0.1"},
      {"unix", "", "::1"},
      {"127.0.0.1", "127.0.0.1", ""},
      {"127.0.0.1", "127.0.0.1", "/run/socket"},
      {"127.0.0.1,unix", "127.0.0.1", "localhost"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    cr_expect(has(rows[i].list, rows[i].inside), "%s has %s", rows[i].list, rows[i].inside);
    cr_expect_not(has(rows[i].list, rows[i].outside), "%s has %s", rows[i].list, rows[i].outside);
  }
}

Test(networks, without_entries_have_nobody) {
  cr_expect_not(has("", "127.0.0.1"));
  cr_expect_not(has("  ", ""));
  cr_expect_not(cmta_networks_have(NULL, "127.0.0.1"));
  cr_expect_not(has("0.0.0.0/0,::/0,unix", "what"));
}

Test(networks, are_spelled_strictly) {
  static const char *const bad[] = {
      ",",
      "127.0.0.1,",
      ",127.0.0.1",
      "127.0.0.1,,::1",
      "127.0.0.1 ::1",
      "127.0.0.1;::1",
      "localhost",
      "127.0.0",
      "127.0.0.01",
      "127.0.0.1/",
      "127.0.0.1/33",
      "127.0.0.1/-1",
      "127.0.0.1/032",
      "127.0.0.1/ 32",
      "127.0.0.1/32/32",
      "127.0.0.1/24",
      "127.0.0.0/7",
      "::1/129",
      "::1/127",
      "2001:db8::1/32",
      "[::1]",
      "fe80::1%lo",
      "Unix",
      "unix/1",
      "*",
      "127.0.0.1/255.255.255.255",
      "0000:0000:0000:0000:0000:0000:0000:0000000000000000000000000001",
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct cmta_networks *networks;
    cr_expect_eq(cmta_networks_new(&networks, bad[i]), CMTA_E_ARGUMENT, "%s", bad[i]);
  }
  cr_expect_eq(cmta_networks_new(NULL, ""), CMTA_E_ARGUMENT);
}

Test(networks, that_cannot_be_are_refused_by_a_listener) {
  struct world world;
  struct cmta_listen listen;
  world_init(&world);
  world_listen_any(&world);
  cmta_listen_init(&listen);
  listen.address = "127.0.0.1:0";
  listen.proxy_from = "everybody";
  cr_expect_eq(cmta_server_listen_with(world.server, &listen), CMTA_E_ARGUMENT);
  world_free(&world);
}
