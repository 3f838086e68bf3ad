/* SPDX-License-Identifier: MIT */

/*
 * The message after DATA, byte by byte: where it ends, which dots go, and which bytes are faults; and
 * the message that comes in chunks, where dots are text and the end is counted, not sought.
 *
 *   RFC 5321 section 2.3.8     a line ends in CR LF; CR and LF stand nowhere else
 *   RFC 5321 section 4.1.1.4   the message ends at CR LF . CR LF, and at nothing that resembles it
 *   RFC 5321 section 4.5.2     a dot at the beginning of a line is dropped unless it ends the message
 *   RFC 5321 section 4.5.3.1.6 the length of a text line
 *   RFC 5322 section 2.1       the header section ends at the first empty line
 *   RFC 3030 section 2         chunks have no dots to drop, and no end mark
 *
 * The machine reads any bytes, faults included, and never fails. A byte that may still turn out not
 * to be of the message (the dot, the CR behind it) is held by the state alone, so that it does not
 * matter how the bytes are cut into inputs. What is done with what is found is not said here.
 */

#include "engine/body_machine.h"

%%{
  machine body;
  alphtype unsigned char;
  access body->;

  action count   { if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
  action wrap    { body->line = 0; }
  action show    { if (body->found) fbreak; }
  action leap    { if (p >= calm) p = body_leap(body, p, pe, &calm); }
  action bare_lf { body->found |= 1u << FOUND_BARE_LF; }
  action bare_cr { body->found |= 1u << FOUND_BARE_CR; body_mend(body); fhold; fbreak; }
  action last_cr { body->found |= 1u << FOUND_BARE_CR; body_mend(body); }
  action mend    { body_mend(body); }
  action mended  { if (body_was_mended(body)) body_headers_end(body); }
  action held_cr { from = cr; to = cr + 1; body->line = 1; }
  action skip    { if (p > from) { to = p; fbreak; } from = p + 1; }
  action headers { body_headers_end(body); }
  action end     { from = p + 1; body_headers_end(body); body->found |= 1u << FOUND_END; fbreak; }

  CR = '\r';
  LF = '\n';
  dot = '.';
  text = any - CR - LF;

  # An octet of the content is counted, and shown at once if it is a fault.
  octet    = text @count @show @leap;
  fault_lf = LF @bare_lf @count @mend @show;

  # Nothing but CR LF leads back to the start, which is a line's: after a bare CR or LF the line goes on, and its dots are text;
  # so it is where these are normalised, too: what is made of them is for those who read the message, and no line of the wire.
  # bare_cr leaves the byte that shows a CR to be bare, to be read again as text.
  main :=
  start: (
      dot              @skip             -> stuffed
    | CR               @count @show      -> empty_line
    | fault_lf                           -> within
    | (octet - dot)                      -> within
  ),

  empty_line: (
      LF               @count @wrap @headers @show -> start
    | (any - LF)       @bare_cr          -> within
  ),

  within: (
      CR               @count @show      -> line_end
    | fault_lf                           -> within
    | octet                              -> within
  ),

  line_end: (
      LF               @count @mended @wrap @show -> start
    | (any - LF)       @bare_cr          -> within
  ),

  stuffed: (
      CR               @skip             -> last_line
    | fault_lf                           -> within
    | octet                              -> within
  ),

  last_line: (
      LF               @end              -> final
    | (any - LF)       @held_cr @bare_cr -> within
  );

  # The same without dots; a CR may be the last octet of all.
  chunks :=
  start: (
      CR               @count @show      -> empty_line
    | fault_lf                           -> within
    | octet                              -> within
  ),

  empty_line: (
      LF               @count @wrap @headers @show -> start
    | (any - LF)       @bare_cr          -> within
  ) >/last_cr,

  within: (
      CR               @count @show      -> line_end
    | fault_lf                           -> within
    | octet                              -> within
  ),

  line_end: (
      LF               @count @mended @wrap @show -> start
    | (any - LF)       @bare_cr          -> within
  ) >/last_cr;
}%%

%% write data noerror nofinal;

/* A CR that was held past its input. */
static const unsigned char cr[] = "\r";

void body_machine_begin(struct body *body) {
  %% write init;
  if (body->manner & BODY_CHUNKS)
    body->cs = body_en_chunks;
}

struct cmta_slice body_machine_run(struct body *body, struct cmta_slice *input, bool last) {
  const unsigned char *p = (const unsigned char *)input->at;
  const unsigned char *pe = p + input->length;
  const unsigned char *eof = last ? pe : NULL;
  const unsigned char *from = p, *to = NULL, *calm = p;

  %% write exec;

  if (to == NULL)
    to = p;
  *input = (struct cmta_slice){(const char *)p, (size_t)(pe - p)};
  return (struct cmta_slice){(const char *)from, (size_t)(to - from)};
}
