/* SPDX-License-Identifier: MIT */

/* The version and the error texts. */

#include <cmta/error.h>

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

const char *cmta_version(void) {
  return TEXT(CMTA_VERSION_MAJOR) "." TEXT(CMTA_VERSION_MINOR) "." TEXT(CMTA_VERSION_PATCH);
}

const char *cmta_strerror(int error) {
  switch (error) {
  case 0:
    return "no error";
  case CMTA_E_ARGUMENT:
    return "an argument is wrong";
  case CMTA_E_STATE:
    return "not possible in this state";
  case CMTA_E_VERDICT:
    return "the reply contradicts the verdict";
  case CMTA_E_MEMORY:
    return "no memory";
  case CMTA_E_SYSTEM:
    return "the system refused";
  case CMTA_E_STALE:
    return "the question is not open any more";
  case CMTA_E_ADDRESS:
    return "the address cannot be understood or resolved";
  case CMTA_E_TLS:
    return "TLS cannot be had so";
  case CMTA_E_PASSWORDS:
    return "the password file cannot be used";
  case CMTA_E_UNSUPPORTED:
    return "this library was built without it";
  case CMTA_E_TIMEOUT:
    return "it has not come in time";
  case CMTA_E_UNEXPECTED:
    return "the reply is not the expected one";
  default:
    return "unknown error";
  }
}
