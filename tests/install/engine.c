/* SPDX-License-Identifier: MIT */
/* A program of somebody else's that links the engine alone: it opens a session and ends well if
 * that greets with 220 and is of the version that the header says. */

#include <cmta/session.h>

#include <stdio.h>
#include <string.h>

static int greets(struct cmta_session *session) {
  struct cmta_slice output;
  if (cmta_session_receive(session, NULL, 0) != 0)
    return 0;
  output = cmta_session_output(session);
  return output.length > 4 && memcmp(output.at, "220 ", 4) == 0;
}

static int is_the_headers_version(void) {
  char expected[32];
  snprintf(expected, sizeof expected, "%d.%d.%d", CMTA_VERSION_MAJOR, CMTA_VERSION_MINOR,
           CMTA_VERSION_PATCH);
  return strcmp(cmta_version(), expected) == 0;
}

int main(void) {
  struct cmta_service *service;
  struct cmta_session *session;
  int well;
  if (cmta_service_new(&service, NULL, NULL, NULL) != 0)
    return 1;
  well = cmta_session_new(&session, service, NULL, NULL) == 0 && greets(session);
  cmta_session_free(session);
  cmta_service_free(service);
  return well && is_the_headers_version() ? 0 : 1;
}
