
/* SPDX-License-Identifier: MIT */

/*
 * Binds the chart (session.rl) to C: its alphabet, its actions in one line each, and the three functions of src/engine/chart.h. An
 * action calls and no more: it never touches the machine's state and never steps it, because it cannot know the state it runs in.
 */

#include "engine/chart.h"

#include <stddef.h>


static const int _session_machine_trans_keys[] = {
	0, 0, 320, 320, 300, 301, 256, 290, 300, 301, 256, 290, 300, 301, 300, 301,
	256, 290, 300, 301, 300, 301, 256, 290, 300, 301, 300, 301, 300, 301, 280, 283,
	300, 301, 282, 282, 300, 301, 280, 285, 282, 285, 256, 290, 300, 301, 300, 301,
	300, 301, 300, 301, 321, 321, 300, 302, 281, 284, 300, 301, 300, 301, 300, 301,
	0, 0, 0
};

static const char _session_machine_key_spans[] = {
	0, 1, 2, 35, 2, 35, 2, 2,
	35, 2, 2, 35, 2, 2, 2, 4,
	2, 1, 2, 6, 4, 35, 2, 2,
	2, 2, 1, 3, 4, 2, 2, 2,
	0
};

static const short _session_machine_index_offsets[] = {
	0, 0, 2, 5, 41, 44, 80, 83,
	86, 122, 125, 128, 164, 167, 170, 173,
	178, 181, 183, 186, 193, 198, 234, 237,
	240, 243, 246, 248, 252, 257, 260, 263,
	266
};

static const char _session_machine_indicies[] = {
	1, 0, 2, 3, 0, 4, 4,
	0, 0, 0, 5, 5, 5, 5, 5,
	6, 0, 0, 0, 0, 4, 7, 5,
	0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	5, 0, 8, 9, 0, 10, 10, 11,
	0, 0, 10, 10, 10, 10, 10, 6,
	12, 13, 0, 10, 10, 14, 10, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 10,
	0, 8, 15, 0, 16, 15, 0, 17,
	17, 0, 18, 0, 17, 19, 19, 19,
	19, 6, 0, 0, 0, 0, 17, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	0, 19, 0, 8, 20, 0, 21, 20,
	0, 22, 22, 0, 23, 24, 22, 23,
	23, 23, 23, 6, 0, 0, 25, 0,
	22, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 23, 0, 8, 26, 0,
	21, 26, 0, 27, 26, 0, 28, 29,
	10, 28, 0, 27, 29, 0, 15, 0,
	30, 31, 0, 25, 31, 10, 25, 0,
	32, 0, 15, 0, 0, 15, 0, 33,
	33, 0, 0, 0, 33, 34, 34, 34,
	34, 6, 0, 0, 30, 0, 33, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0,
	0, 34, 0, 8, 35, 0, 32, 35,
	0, 16, 20, 0, 36, 15, 0, 1,
	0, 8, 15, 37, 0, 15, 0, 0,
	13, 0, 38, 15, 0, 2, 9, 0,
	38, 9, 0, 0, 0
};

static const char _session_machine_trans_targs[] = {
	0, 2, 3, 32, 4, 30, 32, 31,
	5, 3, 6, 7, 25, 27, 29, 5,
	8, 9, 10, 24, 8, 11, 12, 13,
	14, 18, 11, 15, 16, 17, 19, 20,
	21, 22, 23, 21, 26, 28, 1
};

static const char _session_machine_trans_actions[] = {
	2, 3, 4, 5, 3, 3, 4, 3,
	4, 5, 3, 3, 3, 3, 3, 5,
	4, 3, 3, 3, 5, 4, 3, 3,
	3, 3, 5, 4, 3, 11, 4, 11,
	4, 3, 3, 5, 4, 17, 4
};

static const char _session_machine_to_state_actions[] = {
	0, 1, 0, 6, 0, 7, 0, 0,
	8, 0, 0, 9, 0, 0, 0, 10,
	0, 12, 0, 13, 14, 15, 0, 0,
	0, 0, 16, 0, 18, 0, 0, 0,
	0
};

static const char _session_machine_eof_actions[] = {
	0, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2,
	0
};

static const int session_machine_start = 1;
static const int session_machine_first_final = 32;




void session_machine_init(struct cmta_session *session)
{

	{
	 session->cs = session_machine_start;
	}

}

void session_machine_step(struct cmta_session *session, int event)
{
  const int *p = &event, *pe = p + 1, *eof = NULL;

	{
	int _slen, _ps;
	int _trans;
	const int *_keys;
	const char *_inds;
	if ( p == pe )
		goto _test_eof;
	if (  session->cs == 0 )
		goto _out;
_resume:
	_keys = _session_machine_trans_keys + ( session->cs<<1);
	_inds = _session_machine_indicies + _session_machine_index_offsets[ session->cs];

	_slen = _session_machine_key_spans[ session->cs];
	_trans = _inds[ _slen > 0 && _keys[0] <=(*p) &&
		(*p) <= _keys[1] ?
		(*p) - _keys[0] : _slen ];

	_ps =  session->cs;
	 session->cs = _session_machine_trans_targs[_trans];

	if ( _session_machine_trans_actions[_trans] == 0 )
		goto _again;

	switch ( _session_machine_trans_actions[_trans] ) {
	case 3:
	{ session_ask(session); }
	break;
	case 4:
	{ session_done(session); }
	break;
	case 5:
	{ session_refuse(session); }
	break;
	case 17:
	{ session_challenge(session); }
	break;
	case 11:
	{ session_hold(session); }
	break;
	case 2:
	{ session_out_of_sequence(session); { session->cs = ((_ps)); goto _again;} }
	break;
	}

_again:
	switch ( _session_machine_to_state_actions[ session->cs] ) {
	case 1:
	{ session_enter(session, PHASE_CONNECTING); }
	break;
	case 6:
	{ session_enter(session, PHASE_GREETED); }
	break;
	case 7:
	{ session_enter(session, PHASE_READY); }
	break;
	case 16:
	{ session_enter(session, PHASE_HANDSHAKE); }
	break;
	case 18:
	{ session_enter(session, PHASE_AUTH); }
	break;
	case 8:
	{ session_enter(session, PHASE_MAIL); }
	break;
	case 9:
	{ session_enter(session, PHASE_RCPT); }
	break;
	case 10:
	{ session_enter(session, PHASE_BODY); }
	break;
	case 12:
	{ session_enter(session, PHASE_DISCARD); }
	break;
	case 13:
	{ session_enter(session, PHASE_CHUNK); }
	break;
	case 15:
	{ session_enter(session, PHASE_CHUNKS); }
	break;
	case 14:
	{ session_enter(session, PHASE_SKIP); }
	break;
	}

	if (  session->cs == 0 )
		goto _out;
	if ( ++p != pe )
		goto _resume;
	_test_eof: {}
	if ( p == eof )
	{
	switch ( _session_machine_eof_actions[ session->cs] ) {
	case 2:
	{ session_out_of_sequence(session); { session->cs = ((_ps)); 	if ( p == pe )
		goto _test_eof;
goto _again;} }
	break;
	}
	}

	_out: {}
	}

}

bool session_machine_over(const struct cmta_session *session)
{
  return session->cs >= session_machine_first_final;
}
