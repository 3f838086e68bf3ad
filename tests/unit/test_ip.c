/* SPDX-License-Identifier: MIT */

/* Addresses, as the system's own functions read and write them. */

#include "engine/ip.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <string.h>

static const char *const addresses[] = {
    "",
    ":",
    "::",
    ":::",
    "::1",
    "1::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1::3:4:5:6:7:8",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1::2::3",
    "1:2",
    "12345::",
    "g::",
    "1:",
    ":1",
    "::1.2.3.4",
    "::ffff:1.2.3.4",
    "::ffff:0:1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
    "1.2.3.4::",
    "1:2:3:4:5:6:7:1.2.3.4",
    "::1.2.3",
    "::1.2.3.256",
    "::01.2.3.4",
    "1::1.2.3.4:5",
    "fe80::1%lo",
    "2001:db8:0:0:1:0:0:1",
    "2001:0:0:1::1",
    "0:0:1:0:0:0:1:0",
    "1:0:0:2:0:0:0:3",
    "::0:0:1",
    "A::B",
    "1.2.3.4",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "1.2.3.999",
    "0.0.0.0",
    "255.255.255.255",
    "1..2.3",
    ".1.2.3",
    "1.2.3.",
    "1.2.3.4 ",
    "00.0.0.0",
    "1.2.3.0004",
};

Test(ip, is_read_and_written_as_the_system_does) {
  for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
    struct cmta_slice text = {addresses[i], strlen(addresses[i])};
    unsigned char four[4], sixteen[16], same[16];
    char shown[IP_TEXT], expected[INET6_ADDRSTRLEN];
    bool is_v4 = inet_pton(AF_INET, addresses[i], same) == 1;
    cr_expect_eq(ip_read_v4(text, four), is_v4, "\"%s\"", addresses[i]);
    if (is_v4)
      cr_expect_arr_eq(four, same, 4, "\"%s\"", addresses[i]);
    bool is_v6 = inet_pton(AF_INET6, addresses[i], same) == 1;
    cr_expect_eq(ip_read_v6(text, sixteen), is_v6, "\"%s\"", addresses[i]);
    if (!is_v6)
      continue;
    cr_expect_arr_eq(sixteen, same, 16, "\"%s\"", addresses[i]);
    ip_write_v6(sixteen, shown);
    inet_ntop(AF_INET6, same, expected, sizeof expected);
    bool mapped = strncmp(expected, "::ffff:", 7) == 0 && strchr(expected, '.');
    cr_expect_str_eq(shown, mapped ? expected + 7 : expected);
  }
}
