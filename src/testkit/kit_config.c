/* SPDX-License-Identifier: MIT */

/* What a kit is like, unless it is told otherwise. */

#include <cmta/testkit.h>

void cmta_kit_config_init(struct cmta_kit_config *config) {
  *config = (struct cmta_kit_config){
      .size = sizeof *config,
      .address = "127.0.0.1:0",
      .tls_mode = CMTA_TLS_OFF,
      .seed = 1,
  };
}
