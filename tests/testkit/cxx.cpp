/* SPDX-License-Identifier: MIT */

/* The kit from C++: configured, asked, stopped. */

#include <cmta/testkit.h>

#include <cstdio>
#include <cstring>

static bool takes_nothing(cmta_kit *kit) {
  cmta_match match = CMTA_MATCH_INIT;
  match.recipient = "bob@example.net";
  cmta_mail *mail = nullptr;
  return cmta_kit_take(kit, &match, 0, &mail) == CMTA_E_TIMEOUT && mail == nullptr;
}

static bool says_the_difference(cmta_kit *kit) {
  const cmta_match any = CMTA_MATCH_INIT;
  char difference[256];
  return cmta_kit_expect(kit, &any, 1, 0, difference, sizeof difference) == CMTA_E_TIMEOUT &&
         std::strstr(difference, "missing: any mail");
}

int main() {
  cmta_kit_config config;
  cmta_kit_config_init(&config);
  config.tls_mode = CMTA_TLS_OFFERED;
  cmta_kit *kit = nullptr;
  if (cmta_kit_start(&kit, &config) != 0)
    return 1;
  bool well = cmta_kit_certificate(kit) && takes_nothing(kit) && says_the_difference(kit);
  cmta_kit_stop(kit);
  std::puts(well ? "well" : "not well");
  return well ? 0 : 1;
}
