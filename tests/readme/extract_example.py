# SPDX-License-Identifier: MIT
"""Writes the runtime that is the example of include/cmta/session.h as a program, which serves the socket that is its standard input.
usage: extract_example.py HEADER FILE"""
import re
import sys

lines = re.findall(r"^ \*     (.*)$", open(sys.argv[1], encoding="utf-8").read(), re.M)
if not lines:
    sys.exit(f"{sys.argv[1]}: no example found")
with open(sys.argv[2], "w", encoding="utf-8") as out:
    out.write("""#define _GNU_SOURCE
#include <cmta/session.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

int main(void) {
  const int fd = 0;
  struct cmta_service *service;
  struct cmta_session *session;
  if (cmta_service_new(&service, NULL, NULL, NULL) < 0 || cmta_session_new(&session, service, NULL, NULL) < 0)
    return 1;
""" + "".join(f"  {line}\n" for line in lines) + """  cmta_service_free(service);
  return 0;
}
""")
