/* SPDX-License-Identifier: MIT */
#ifndef CMTA_TICKET_H
#define CMTA_TICKET_H

/*
 * Answers from other threads. A hook takes a ticket for the question it is asked, hands it to
 * whoever looks the answer up, and returns CMTA_LATER. The ticket is answered from any thread,
 * once; the server's loop is woken and the session goes on. Nobody need know whether the client is
 * still there: an answer that comes too late is CMTA_E_STALE and harmless.
 *
 *     static enum cmta_verdict rcpt(struct cmta_session *session, void *user,
 *                                   const struct cmta_path *to) {
 *       struct job *job = job_for(to);
 *       if (cmta_server_ticket(server, session, &job->ticket) < 0)
 *         return CMTA_TEMPFAIL;
 *       queue_push(job);
 *       return CMTA_LATER;
 *     }
 *
 * and in the thread that works on the queue:
 *
 *     cmta_ticket_answer(server, job->ticket, CMTA_REJECT, 550, "5.1.1", "Nobody of that name");
 *
 * The hook `cancelled` tells when a question is over without its answer.
 */

#include <cmta/verdict.h>

#include <cmta/error.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cmta_server;
struct cmta_session;

/* The right to answer one question. A plain value: copy it, drop it, keep it for ever. All zero it
   is stale. */
struct cmta_ticket {
  uint32_t slot;       /* the server's */
  uint64_t generation; /* no two questions of a server have the same */
};

/* Inside a hook of a session of this server that is about to answer LATER, or while that question
   is open: a ticket for it, which answers this question whatever cmta_session_select() chooses
   later: a session may have several. Taking another one for the same question gives the same. On
   the server's thread. 0; CMTA_E_STATE when no question is open, or the session is not this
   server's; CMTA_E_MEMORY; CMTA_E_ARGUMENT. A hook that took a ticket and then does not answer
   LATER makes it stale; the question may also be answered with cmta_session_decide(), which does
   the same. While there are tickets for open questions they keep the loop running. */
CMTA_API int cmta_server_ticket(struct cmta_server *server, struct cmta_session *session,
                                struct cmta_ticket *ticket);

/* Answers the question: any verdict but LATER; with code 0 and no format the reply that the hook
   composed counts, or the standard one; else code, enhanced (or NULL) and a text formatted as by
   printf, in which LF divides lines; see cmta_reply(). Any thread, and inside hooks; the server
   must not be freed before this returns. Memory comes from the settings' allocator, on the calling
   thread. 0: the answer will count, unless on its way to the loop the question comes to its end
   without it, because the client goes away or cmta_session_decide() is faster; a deadline that
   passes then does no harm. CMTA_E_STALE when the question is over or was answered;
   CMTA_E_ARGUMENT, CMTA_E_VERDICT when the reply is wrong or contradicts the verdict,
   CMTA_E_MEMORY: the ticket is still good. Text beyond ASCII is replaced by the standard text when
   the client did not ask for SMTPUTF8. */
CMTA_API int cmta_ticket_answer(struct cmta_server *server, struct cmta_ticket ticket,
                                enum cmta_verdict verdict, int code, const char *enhanced,
                                const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 6, 7)))
#endif
    ;

/* The same with the standard reply, or the one that the hook composed: cmta_ticket_answer() with
   code 0. */
CMTA_API int cmta_ticket_decide(struct cmta_server *server, struct cmta_ticket ticket,
                                enum cmta_verdict verdict);

#ifdef __cplusplus
}
#endif

#endif
