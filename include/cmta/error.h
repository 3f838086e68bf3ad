/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ERROR_H
#define CMTA_ERROR_H

/*
 * Errors of the library. A function that can fail returns 0 or more when all is well, and one of
 * these when not. What a client does wrong is never an error here: the client gets a reply, and the
 * session goes on.
 */

#include <cmta/version.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cmta_error {
  /* An argument of the caller's is wrong: NULL where a value is needed, a size field that is too
     small, control bytes in a reply, a reply code that does not exist. Nothing has changed. */
  CMTA_E_ARGUMENT = -1,
  /* Right call, wrong moment: an answer when no question is open, a reply outside a question.
     Nothing has changed. */
  CMTA_E_STATE = -2,
  /* The reply that was composed contradicts the verdict (a 550 with CMTA_ACCEPT). The question
     stays open. */
  CMTA_E_VERDICT = -3,
  /* No memory, or the session's ceiling is reached. From the functions that run a session this is
     fatal: only cmta_session_free() and the getters may follow. */
  CMTA_E_MEMORY = -4,
  /* The system refused: a socket, an address, a descriptor. errno says why. */
  CMTA_E_SYSTEM = -5,
  /* An address to listen on that cannot be understood or resolved. */
  CMTA_E_ADDRESS = -6,
  /* A ticket for a question that is not open any more: it was answered, its deadline passed, the
     client went away. Nothing has changed, and nothing need be done. */
  CMTA_E_STALE = -7,
  /* TLS cannot be had so: a certificate, a key or a rule is wrong. */
  CMTA_E_TLS = -8,
  /* A password file that cannot be used: its mode, its owner, a line of it. */
  CMTA_E_PASSWORDS = -9,
  /* This library was built without it. */
  CMTA_E_UNSUPPORTED = -10,
  /* What was waited for has not come in time (the test kit). */
  CMTA_E_TIMEOUT = -11,
  /* A reply that was expected is another (the test kit). */
  CMTA_E_UNEXPECTED = -12
};

/* One short English sentence for an error of the list above, without a full stop; for any other
   number a text that says so. A static string; any thread. */
CMTA_API const char *cmta_strerror(int error);

#ifdef __cplusplus
}
#endif

#endif
