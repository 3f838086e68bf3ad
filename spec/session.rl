# SPDX-License-Identifier: MIT
#
# THE CHART: who may say what, when (RFC 5321 sections 3.1 to 3.8, 4.1.4 and 4.3.2). Nothing else stands here: how commands are
# spelled is in command.re, what they do in src/engine/verbs.c, which facts forbid one in src/engine/facts.c.
#
# XCLIENT, from whom it is trusted, begins anew with another client.
#
# Authentication (RFC 4954) and TLS (RFC 3207) have a phase each, in which the next bytes are no commands.
#
# Read a row as: in this phase, when the client says X, ask the application; if it accepts, do the command and go there; if it
# refuses, say so and go there. The answer is an event too, so a question that is answered an hour later is a state like any other.
#
# Required actions: ask done refuse challenge hold out_of_sequence, and one for each phase.
%%{
  machine session;
  import "event.h";

  # Greetings; LHLO is that of LMTP (RFC 2033 section 4.1).
  Hello = (EHLO | HELO | LHLO);

  # Allowed in every phase that reads commands; changes none of them. EXTENSION is any verb of the application's own.
  Anytime = (NOOP | VRFY | EXPN | HELP | EXTENSION) @ask ( ACCEPT @done | REJECT @refuse );

  Session = (
    start:   ( CONNECT       @ask ( ACCEPT @done -> Greeted | REJECT @refuse -> final   ) ) >~connecting,

    Greeted: ( Hello         @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Greeted )
             | RSET          @ask ( ACCEPT @done -> Greeted | REJECT @refuse -> Greeted )
             | XCLIENT       @ask ( ACCEPT @done -> start   | REJECT @refuse -> Greeted )
             | XFORWARD      @ask ( ACCEPT @done -> Greeted | REJECT @refuse -> Greeted )
             | Anytime                                                       -> Greeted
             | QUIT          @done                                           -> final     ) >~greeted,

    Ready:   ( MAIL          @ask ( ACCEPT @done -> Mail    | REJECT @refuse -> Ready   )
             | Hello         @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Ready   )
             | STARTTLS      @ask ( ACCEPT @done -> Handshake | REJECT @refuse -> Ready )
             | AUTH          @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Ready   | CHALLENGE @challenge -> Auth )
             | ETRN          @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Ready   )
             | RSET          @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Ready   )
             | XCLIENT       @ask ( ACCEPT @done -> start   | REJECT @refuse -> Ready   )
             | XFORWARD      @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Ready   )
             | Anytime                                                       -> Ready
             | QUIT          @done                                           -> final     ) >~ready,

    # After TLS all begins anew, but for the greeting.
    Handshake: ( SECURED     @ask ( ACCEPT @done -> Greeted | REJECT @refuse -> final   ) ) >~handshake,

    Auth:    ( RESPONSE      @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Ready   | CHALLENGE @challenge -> Auth )
             | FAULT         @refuse                                         -> Ready     ) >~auth,

    Mail:    ( RCPT          @ask ( ACCEPT @done -> Rcpt    | REJECT @refuse -> Mail    )
             | Hello         @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Mail    )
             | RSET          @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Mail    )
             | Anytime                                                       -> Mail
             | QUIT          @done                                           -> final     ) >~mail,

    Rcpt:    ( RCPT          @ask ( ACCEPT @done -> Rcpt    | REJECT @refuse -> Rcpt    )
             | DATA          @ask ( ACCEPT @done -> Body    | REJECT @refuse -> Rcpt    )
             | BDAT          @ask ( ACCEPT @done -> Chunk   | REJECT @hold   -> Skip    )
             | Hello         @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Rcpt    )
             | RSET          @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Rcpt    )
             | Anytime                                                       -> Rcpt
             | QUIT          @done                                           -> final     ) >~rcpt,

    # The message: a refused or faulty one is read to its end, and answered once, there.
    Body:    ( SLICE         @ask ( ACCEPT @done -> Body    | REJECT @hold   -> Discard )
             | HEADERS       @ask ( ACCEPT @done -> Body    | REJECT @hold   -> Discard )
             | FAULT         @hold                                           -> Discard
             | BODY_END      @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Ready   ) ) >~body,

    Discard: ( BODY_END      @refuse                                         -> Ready     ) >~discard,

    # The message in chunks (RFC 3030 section 2), each counted; BODY_END is the end of the one that was LAST.
    Chunk:   ( SLICE         @ask ( ACCEPT @done -> Chunk   | REJECT @hold   -> Skip    )
             | HEADERS       @ask ( ACCEPT @done -> Chunk   | REJECT @hold   -> Skip    )
             | FAULT         @hold                                           -> Skip
             | CHUNK_END     @done                                           -> Chunks
             | BODY_END      @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Ready   ) ) >~chunk,

    Chunks:  ( BDAT          @done                                           -> Chunk
             | Hello         @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Chunks  )
             | RSET          @ask ( ACCEPT @done -> Ready   | REJECT @refuse -> Chunks  )
             | Anytime                                                       -> Chunks
             | QUIT          @done                                           -> final     ) >~chunks,

    # A refused or faulty chunk: its octets are dropped, and it is answered once, behind them.
    Skip:    ( (CHUNK_END | BODY_END) @refuse                                -> Ready     ) >~skip
  ) $err(out_of_sequence);
}%%
