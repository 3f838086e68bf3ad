
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





static const int body_start = 1;

static const int body_en_main = 1;
static const int body_en_chunks = 7;



/* A CR that was held past its input. */
static const unsigned char cr[] = "\r";

void body_machine_begin(struct body *body) {

	{
	 body->cs = body_start;
	}

  if (body->manner & BODY_CHUNKS)
    body->cs = body_en_chunks;
}

struct cmta_slice body_machine_run(struct body *body, struct cmta_slice *input, bool last) {
  const unsigned char *p = (const unsigned char *)input->at;
  const unsigned char *pe = p + input->length;
  const unsigned char *eof = last ? pe : NULL;
  const unsigned char *from = p, *to = NULL, *calm = p;


	{
	if ( p == pe )
		goto _test_eof;
	switch (  body->cs )
	{
tr6:
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ if (body_was_mended(body)) body_headers_end(body); }
	{ body->line = 0; }
	{ if (body->found) {p++;  body->cs = 1; goto _out;} }
	goto st1;
tr7:
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ body->line = 0; }
	{ body_headers_end(body); }
	{ if (body->found) {p++;  body->cs = 1; goto _out;} }
	goto st1;
st1:
	if ( ++p == pe )
		goto _test_eof1;
case 1:
	switch( (*p) ) {
		case 10u: goto tr1;
		case 13u: goto tr2;
		case 46u: goto tr3;
	}
	goto tr0;
tr0:
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ if (body->found) {p++;  body->cs = 2; goto _out;} }
	{ if (p >= calm) p = body_leap(body, p, pe, &calm); }
	goto st2;
tr1:
	{ body->found |= 1u << FOUND_BARE_LF; }
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ body_mend(body); }
	{ if (body->found) {p++;  body->cs = 2; goto _out;} }
	goto st2;
tr5:
	{ body->found |= 1u << FOUND_BARE_CR; body_mend(body); p--; {p++;  body->cs = 2; goto _out;} }
	goto st2;
tr9:
	{ from = cr; to = cr + 1; body->line = 1; }
	{ body->found |= 1u << FOUND_BARE_CR; body_mend(body); p--; {p++;  body->cs = 2; goto _out;} }
	goto st2;
st2:
	if ( ++p == pe )
		goto _test_eof2;
case 2:
	switch( (*p) ) {
		case 10u: goto tr1;
		case 13u: goto tr4;
	}
	goto tr0;
tr4:
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ if (body->found) {p++;  body->cs = 3; goto _out;} }
	goto st3;
st3:
	if ( ++p == pe )
		goto _test_eof3;
case 3:
	if ( (*p) == 10u )
		goto tr6;
	goto tr5;
tr2:
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ if (body->found) {p++;  body->cs = 4; goto _out;} }
	goto st4;
st4:
	if ( ++p == pe )
		goto _test_eof4;
case 4:
	if ( (*p) == 10u )
		goto tr7;
	goto tr5;
tr3:
	{ if (p > from) { to = p; {p++;  body->cs = 5; goto _out;} } from = p + 1; }
	goto st5;
st5:
	if ( ++p == pe )
		goto _test_eof5;
case 5:
	switch( (*p) ) {
		case 10u: goto tr1;
		case 13u: goto tr8;
	}
	goto tr0;
tr8:
	{ if (p > from) { to = p; {p++;  body->cs = 6; goto _out;} } from = p + 1; }
	goto st6;
st6:
	if ( ++p == pe )
		goto _test_eof6;
case 6:
	if ( (*p) == 10u )
		goto tr10;
	goto tr9;
tr10:
	{ from = p + 1; body_headers_end(body); body->found |= 1u << FOUND_END; {p++;  body->cs = 11; goto _out;} }
	goto st11;
st11:
	if ( ++p == pe )
		goto _test_eof11;
case 11:
	goto st0;
st0:
 body->cs = 0;
	goto _out;
tr16:
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ if (body_was_mended(body)) body_headers_end(body); }
	{ body->line = 0; }
	{ if (body->found) {p++;  body->cs = 7; goto _out;} }
	goto st7;
tr17:
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ body->line = 0; }
	{ body_headers_end(body); }
	{ if (body->found) {p++;  body->cs = 7; goto _out;} }
	goto st7;
st7:
	if ( ++p == pe )
		goto _test_eof7;
case 7:
	switch( (*p) ) {
		case 10u: goto tr12;
		case 13u: goto tr13;
	}
	goto tr11;
tr11:
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ if (body->found) {p++;  body->cs = 8; goto _out;} }
	{ if (p >= calm) p = body_leap(body, p, pe, &calm); }
	goto st8;
tr12:
	{ body->found |= 1u << FOUND_BARE_LF; }
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ body_mend(body); }
	{ if (body->found) {p++;  body->cs = 8; goto _out;} }
	goto st8;
tr15:
	{ body->found |= 1u << FOUND_BARE_CR; body_mend(body); p--; {p++;  body->cs = 8; goto _out;} }
	goto st8;
st8:
	if ( ++p == pe )
		goto _test_eof8;
case 8:
	switch( (*p) ) {
		case 10u: goto tr12;
		case 13u: goto tr14;
	}
	goto tr11;
tr14:
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ if (body->found) {p++;  body->cs = 9; goto _out;} }
	goto st9;
st9:
	if ( ++p == pe )
		goto _test_eof9;
case 9:
	if ( (*p) == 10u )
		goto tr16;
	goto tr15;
tr13:
	{ if (body_line_passes(body)) body->found |= 1u << FOUND_LONG_LINE; }
	{ if (body->found) {p++;  body->cs = 10; goto _out;} }
	goto st10;
st10:
	if ( ++p == pe )
		goto _test_eof10;
case 10:
	if ( (*p) == 10u )
		goto tr17;
	goto tr15;
	}
	_test_eof1:  body->cs = 1; goto _test_eof;
	_test_eof2:  body->cs = 2; goto _test_eof;
	_test_eof3:  body->cs = 3; goto _test_eof;
	_test_eof4:  body->cs = 4; goto _test_eof;
	_test_eof5:  body->cs = 5; goto _test_eof;
	_test_eof6:  body->cs = 6; goto _test_eof;
	_test_eof11:  body->cs = 11; goto _test_eof;
	_test_eof7:  body->cs = 7; goto _test_eof;
	_test_eof8:  body->cs = 8; goto _test_eof;
	_test_eof9:  body->cs = 9; goto _test_eof;
	_test_eof10:  body->cs = 10; goto _test_eof;

	_test_eof: {}
	if ( p == eof )
	{
	switch (  body->cs ) {
	case 9:
	case 10:
	{ body->found |= 1u << FOUND_BARE_CR; body_mend(body); }
	break;
	}
	}

	_out: {}
	}


  if (to == NULL)
    to = p;
  *input = (struct cmta_slice){(const char *)p, (size_t)(pe - p)};
  return (struct cmta_slice){(const char *)from, (size_t)(to - from)};
}
