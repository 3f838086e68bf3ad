/* SPDX-License-Identifier: MIT */
/* Reads lists of extensions (sink_extensions.h). */

#include "sink_extensions.h"

#include <string.h>

/* Takes a keyword, which may have a sign in front. */
static const char *read_word(unsigned *extensions, struct cmta_slice word) {
  bool off = *word.at == '-';
  size_t sign = off || *word.at == '+';
  unsigned bit = cmta_extension_bit((struct cmta_slice){word.at + sign, word.length - sign});
  *extensions = off ? *extensions & ~bit : *extensions | bit;
  return bit ? NULL : "names an extension that is not there; see --help";
}

const char *extensions_read(unsigned *extensions, const char *list) {
  static const char between[] = ", ";
  const char *wrong = list[strspn(list, between)] ? NULL : "names no extension";
  for (size_t length; !wrong && *(list += strspn(list, between)); list += length) {
    length = strcspn(list, between);
    wrong = read_word(extensions, (struct cmta_slice){list, length});
  }
  return wrong;
}

/* ---- What goes together ---- */

/* What the other options say that an extension may contradict. */
enum situation {
  LOGINS = 1 << 0,          /* some clients can or must log in */
  TLS_NAMED = 1 << 1,       /* --tls says that STARTTLS is there */
  TLS_BY_STARTTLS = 1 << 2, /* and nobody has TLS otherwise */
  NO_TLS = 1 << 3,
  SUBMISSION = 1 << 4,
  NO_SUBMISSION = 1 << 5,
  LMTP_ALONE = 1 << 6,
  TRUSTED_CLIENTS = 1 << 7, /* --xclient-from */
  NO_8BITMIME = 1 << 8,
  NO_CHUNKING = 1 << 9
};

/* The library would say no more of it than that something is wrong, or would just not offer it. */
static const struct {
  unsigned extensions; /* is one of them on, or are all off? */
  bool on;
  enum situation situation; /* and is this so? */
  const char *sentence;
} contradictions[] = {
    {CMTA_EXTENSION_SMTPUTF8, true, NO_8BITMIME, "--extensions: SMTPUTF8 needs 8BITMIME"},
    {CMTA_EXTENSION_BINARYMIME, true, NO_CHUNKING, "--extensions: BINARYMIME needs CHUNKING"},
    {CMTA_EXTENSION_FUTURERELEASE, true, NO_SUBMISSION,
     "--extensions: FUTURERELEASE needs --submission"},
    {CMTA_EXTENSION_REQUIRETLS, true, NO_TLS,
     "--extensions: REQUIRETLS needs TLS: --tls-cert or --tls-self-signed"},
    {CMTA_EXTENSION_ETRN, true, SUBMISSION,
     "--extensions: ETRN is not for --submission (RFC 6409 section 7)"},
    {CMTA_EXTENSION_PRDR, true, LMTP_ALONE,
     "--extensions: PRDR is of SMTP, and there is --lmtp alone"},
    {CMTA_EXTENSION_PIPELINING, false, LMTP_ALONE,
     "--extensions: -PIPELINING cannot be where there is --lmtp alone"},
    {CMTA_EXTENSION_ENHANCEDSTATUSCODES, false, LMTP_ALONE,
     "--extensions: -ENHANCEDSTATUSCODES cannot be where there is --lmtp alone"},
    {CMTA_EXTENSION_AUTH, false, LOGINS,
     "--extensions: -AUTH lets nobody log in, and other options are about that"},
    {CMTA_EXTENSION_STARTTLS, false, TLS_NAMED,
     "--extensions: -STARTTLS does not go with --tls offered or required"},
    {CMTA_EXTENSION_STARTTLS, false, TLS_BY_STARTTLS,
     "--extensions: -STARTTLS leaves nobody the certificate: there is no --listen-tls"},
    {CMTA_EXTENSION_XCLIENT | CMTA_EXTENSION_XFORWARD, false, TRUSTED_CLIENTS,
     "--extensions: -XCLIENT,-XFORWARD leave nothing of --xclient-from"},
};

static unsigned if_so(bool so, enum situation situation) { return so ? (unsigned)situation : 0; }

static unsigned tls_situation(const struct sink_options *options) {
  bool on = options->tls.mode != CMTA_TLS_OFF;
  bool implicit = sink_addresses_have(&options->addresses, SINK_SMTP_TLS);
  return if_so(on && options->tls.mode_given, TLS_NAMED) | if_so(!on && !implicit, NO_TLS) |
         if_so(on && !implicit, TLS_BY_STARTTLS);
}

static unsigned situation_of(const struct sink_options *options) {
  const struct cmta_settings *settings = &options->settings;
  const struct sink_addresses *addresses = &options->addresses;
  bool submission = settings->manners.submission;
  bool logins = options->auth.users.count || options->auth.files.count || settings->auth_required;
  bool smtp =
      sink_addresses_have(addresses, SINK_SMTP) || sink_addresses_have(addresses, SINK_SMTP_TLS);
  return tls_situation(options) | if_so(logins || submission, LOGINS) |
         if_so(submission, SUBMISSION) | if_so(!submission, NO_SUBMISSION) |
         if_so(!smtp, LMTP_ALONE) | if_so(options->xclient_from, TRUSTED_CLIENTS) |
         if_so(!(settings->extensions & CMTA_EXTENSION_8BITMIME), NO_8BITMIME) |
         if_so(!(settings->extensions & CMTA_EXTENSION_CHUNKING), NO_CHUNKING);
}

const char *extensions_check(const struct sink_options *options) {
  unsigned situation = situation_of(options);
  for (size_t i = 0; i < sizeof contradictions / sizeof *contradictions; i++) {
    bool on = options->settings.extensions & contradictions[i].extensions;
    if (on == contradictions[i].on && (situation & (unsigned)contradictions[i].situation))
      return contradictions[i].sentence;
  }
  return NULL;
}
