/* SPDX-License-Identifier: MIT */

/* What TLS is like unless told otherwise. */

#include <cmta/tls.h>

void cmta_tls_config_init(struct cmta_tls_config *config) {
  *config = (struct cmta_tls_config){
      .size = sizeof *config, .minimum = CMTA_TLS_1_2, .maximum = CMTA_TLS_1_3, .tickets = true};
}
