/* SPDX-License-Identifier: MIT */

/* The texts. A reply that carries the server's name has it put in front when it is sent;
 * REPLY_OUT_OF_SEQUENCE has the commands behind it (allowed.c), REPLY_CHUNK_OK a number in front
 * (chunk.c). */

#include "engine/replies.h"

#include <stddef.h>

static const struct standard_reply replies[REPLY_COUNT] = {
    [REPLY_GREETING] = {220, false, true, NULL, ""},
    [REPLY_GOODBYE] = {221, false, true, "2.0.0", "closing connection"},
    [REPLY_HELLO] = {250, false, true, NULL, ""},
    [REPLY_OK] = {250, false, false, "2.0.0", "Ok"},
    [REPLY_RESET] = {250, false, false, "2.0.0", "Reset"},
    [REPLY_SENDER_OK] = {250, false, false, "2.1.0", "Sender ok"},
    [REPLY_RECIPIENT_OK] = {250, false, false, "2.1.5", "Recipient ok"},
    [REPLY_START_MAIL] = {354, false, false, NULL, "Start mail input; end with <CRLF>.<CRLF>"},
    [REPLY_CHUNK_OK] = {250, false, false, "2.0.0", "octets received"},
    [REPLY_MESSAGE_OK] = {250, false, false, "2.6.0", "Message accepted"},
    [REPLY_FOR_EACH] = {353, false, false, NULL, "One reply for each recipient, then one for all"},
    [REPLY_HELP] = {214, false, false, "2.0.0", ""},
    [REPLY_CANNOT_VERIFY] = {252, false, false, "2.5.2",
                             "Cannot verify, but will take mail and try to deliver it"},
    [REPLY_LIST_NOT_SHOWN] = {252, false, false, "2.5.2", "Cannot expand that list"},
    [REPLY_QUEUING_STARTED] = {250, false, false, "2.0.0", "Queuing for that node started"},
    [REPLY_START_TLS] = {220, false, false, "2.0.0", "Ready to start TLS"},
    [REPLY_AUTHENTICATED] = {235, false, false, "2.7.0", "Authentication succeeded"},

    [REPLY_UNKNOWN_COMMAND] = {500, true, false, "5.5.1", "Unknown command"},
    [REPLY_GARBAGE] = {500, true, false, "5.5.2", "Not a command line"},
    [REPLY_LINE_TOO_LONG] = {500, true, false, "5.5.2", "Line too long"},
    [REPLY_BAD_ARGUMENTS] = {501, true, false, "5.5.4", "Syntax error in arguments"},
    [REPLY_BAD_SENDER] = {501, true, false, "5.1.7", "Syntax error in reverse-path"},
    [REPLY_BAD_RECIPIENT] = {501, true, false, "5.1.3", "Syntax error in forward-path"},
    [REPLY_BAD_PARAMETER] = {501, true, false, "5.5.4", "Syntax error in parameters"},
    [REPLY_DUPLICATE_PARAMETER] = {501, true, false, "5.5.4", "Parameter given twice"},
    [REPLY_UNKNOWN_PARAMETER] = {555, true, false, "5.5.4", "Parameter not recognized"},
    [REPLY_OUT_OF_SEQUENCE] = {503, true, false, "5.5.1", "Bad sequence of commands; allowed now:"},
    [REPLY_NOT_LAST] = {503, true, false, "5.5.1", "Nothing may be sent behind this command"},
    [REPLY_BDAT_NEEDED] = {503, true, false, "5.5.1",
                           "A BINARYMIME message must be sent with BDAT"},
    [REPLY_TLS_NEEDED] = {530, true, false, "5.7.0", "Must issue a STARTTLS command first"},
    [REPLY_AUTHENTICATION_NEEDED] = {530, true, false, "5.7.0", "Authentication required"},
    [REPLY_TLS_ALREADY] = {503, true, false, "5.5.1", "TLS is on already"},
    [REPLY_EHLO_NEEDED] = {503, true, false, "5.5.1", "Send EHLO first"},
    [REPLY_LHLO_NEEDED] = {503, true, false, "5.5.1", "Send LHLO first"},
    [REPLY_AUTHENTICATED_ALREADY] = {503, true, false, "5.5.1", "Authenticated already"},
    [REPLY_NOT_TRUSTED] = {550, true, false, "5.7.0", "Insufficient authorization"},
    [REPLY_MECHANISM_UNKNOWN] = {504, true, false, "5.5.4", "Mechanism not offered"},
    [REPLY_MECHANISM_NEEDS_TLS] = {538, true, false, "5.7.11",
                                   "Encryption required for that mechanism"},
    [REPLY_BAD_BASE64] = {501, true, false, "5.5.2", "Not base64"},
    [REPLY_AUTHENTICATION_CANCELLED] = {501, true, false, "5.7.0", "Authentication cancelled"},
    [REPLY_AUTHENTICATION_TOO_LONG] = {500, true, false, "5.5.6",
                                       "Line of the authentication exchange too long"},
    [REPLY_NOT_IMPLEMENTED] = {502, true, false, "5.5.1", "Command not implemented"},
    [REPLY_UTF8_NOT_ASKED] = {553, true, false, "5.6.7",
                              "Address beyond ASCII, and SMTPUTF8 was not asked for"},
    [REPLY_SENDER_NOT_QUALIFIED] = {554, true, false, "5.1.8",
                                    "Domain of the sender not fully qualified"},
    [REPLY_RECIPIENT_NOT_QUALIFIED] = {554, true, false, "5.1.2",
                                       "Domain of the recipient not fully qualified"},
    [REPLY_BARE_CR] = {550, true, false, "5.6.0", "Message refused: bare CR in it"},
    [REPLY_BARE_LF] = {550, true, false, "5.6.0", "Message refused: bare LF in it"},
    [REPLY_TEXT_LINE_TOO_LONG] = {550, true, false, "5.6.0",
                                  "Message refused: a line of it is too long"},

    [REPLY_TOO_BIG] = {552, false, false, "5.3.4", "Message larger than this server takes"},
    [REPLY_TOO_MANY_HOPS] = {554, false, false, "5.4.6",
                             "Too many hops: the message goes in circles"},
    [REPLY_HEADERS_TOO_BIG] = {552, false, false, "5.3.4",
                               "Header section larger than this server takes"},
    [REPLY_TOO_MANY_RECIPIENTS] = {452, false, false, "4.5.3", "Too many recipients"},
    [REPLY_TOO_MANY_DOMAINS] = {452, false, false, "4.5.3", "Too many domains of recipients"},
    [REPLY_BY_TOO_SOON] = {550, false, false, "5.4.7", "Cannot deliver in so short a time"},
    [REPLY_NO_STORAGE] = {452, false, false, "4.3.1", "Not enough storage"},

    [REPLY_NO_SERVICE] = {554, false, true, "5.7.1", "no service for you here"},
    [REPLY_REFUSED] = {550, false, false, "5.7.1", "Refused by policy"},
    [REPLY_RECIPIENT_REFUSED] = {550, false, false, "5.7.1", "Recipient refused by policy"},
    [REPLY_TRANSACTION_REFUSED] = {554, false, false, "5.7.1", "Transaction refused by policy"},
    [REPLY_MESSAGE_REFUSED] = {554, false, false, "5.7.1", "Message refused by policy"},
    [REPLY_TRY_LATER] = {451, false, false, "4.3.0", "Temporary trouble here, try again later"},
    [REPLY_AUTHENTICATION_FAILED] = {535, false, false, "5.7.8",
                                     "Authentication credentials invalid"},
    [REPLY_AUTHENTICATION_UNAVAILABLE] = {454, false, false, "4.7.0",
                                          "Temporary authentication failure"},
    [REPLY_TLS_UNAVAILABLE] = {454, false, false, "4.7.0", "TLS not available now"},
    [REPLY_NODE_NOT_ALLOWED] = {459, false, false, "4.7.1", "Node not allowed"},
    [REPLY_CANNOT_QUEUE] = {458, false, false, "4.3.0", "Unable to queue messages for that node"},

    [REPLY_BUSY] = {421, false, true, "4.3.2", "no service now, try again later"},
    [REPLY_CLOSING] = {421, false, true, "4.7.0", "closing connection"},
    [REPLY_TOO_MANY_ERRORS] = {421, false, true, "4.7.0", "too many errors"},
    [REPLY_TOO_MANY_FAILURES] = {421, false, true, "4.7.0", "too many failed authentications"},
    [REPLY_TOO_MANY_MESSAGES] = {421, false, true, "4.7.0", "too many messages"},
    [REPLY_SPOKE_IN_CLEAR] = {421, true, true, "4.7.0", "bytes came behind STARTTLS"},
    [REPLY_BAD_CHUNK] = {521, true, true, "5.5.4", "malformed BDAT, closing connection"},
    [REPLY_OUT_OF_STEP] = {554, true, false, "5.5.0", "Wait for each reply that is due"},
    [REPLY_TIMEOUT] = {421, false, true, "4.4.2", "timeout, closing connection"},
    [REPLY_SHUTDOWN] = {421, false, true, "4.3.2", "shutting down"},
};

const struct standard_reply *reply_row(enum reply_id id) { return &replies[id]; }

/* Meanings from RFC 3463, and which codes they go with from RFC 5248. 451, 550 and 554 are for many
 * things, and hooks use them as the standard replies do. */
static const struct {
  short code;
  const char *enhanced;
} meanings[] = {
    {450, "4.2.0"},  /* mailbox unavailable: something about the mailbox */
    {452, "4.3.1"},  /* insufficient storage: mail system full */
    {455, "4.5.4"},  /* parameters that cannot be followed now: invalid arguments */
    {500, "5.5.2"},  /* syntax error */
    {501, "5.5.4"},  /* syntax error in arguments: invalid arguments */
    {502, "5.5.1"},  /* not implemented: invalid command */
    {503, "5.5.1"},  /* out of sequence: invalid command */
    {504, "5.5.4"},  /* parameter not implemented: invalid arguments */
    {521, "5.3.2"},  /* takes no mail (RFC 7504): system not accepting network messages */
    {523, "5.7.10"}, /* encryption needed */
    {530, "5.7.0"},  /* authentication or TLS needed (RFC 4954, RFC 3207): something of security */
    {534, "5.7.9"},  /* authentication mechanism too weak (RFC 4954) */
    {535, "5.7.8"},  /* authentication credentials invalid (RFC 4954) */
    {538, "5.7.11"}, /* encryption required for that mechanism (RFC 4954) */
    {551, "5.1.6"},  /* user not local: mailbox has moved */
    {552, "5.3.4"},  /* exceeded storage allocation: message too big for system */
    {553, "5.1.0"},  /* mailbox name not allowed: something about the address, of either side */
    {555, "5.5.4"},  /* parameters not recognized: invalid arguments */
    {556, "5.1.10"}, /* the domain takes no mail (RFC 7504): recipient has a null MX */
};

const char *reply_enhanced_of_code(int code) {
  for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
    if (meanings[i].code == code)
      return meanings[i].enhanced;
  return NULL;
}
