/* SPDX-License-Identifier: MIT */
/* The bare engine in a loop of one's own, here poll(2): many clients, and nothing but libc. It
 * links cmta::engine. Its mail goes nowhere: hooks would be given to cmta_service_new(), and silent
 * clients be sent away after cmta_session_timeout(): example_poll PORT */
#include <cmta/session.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Does what can be done without waiting; false when the connection is over. Bytes that the session
 * does not take stay in the socket, which makes the client wait. */
static bool serve(struct cmta_session *session, struct pollfd *socket) {
  char bytes[4096];
  ssize_t count = recv(socket->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  if (count == 0)
    return false;
  ptrdiff_t taken = cmta_session_receive(session, bytes, count > 0 ? (size_t)count : 0);
  if (taken < 0 || (taken > 0 && recv(socket->fd, bytes, (size_t)taken, 0) != taken))
    return false;
  struct cmta_slice output = cmta_session_output(session);
  ssize_t sent = send(socket->fd, output.at, output.length, MSG_DONTWAIT | MSG_NOSIGNAL);
  cmta_session_sent(session, sent > 0 ? (size_t)sent : 0);
  unsigned wants = cmta_session_wants(session);
  socket->events = wants & CMTA_WANTS_WRITE ? POLLOUT : wants & CMTA_WANTS_READ ? POLLIN : 0;
  return !(wants & CMTA_WANTS_CLOSE) || (wants & CMTA_WANTS_WRITE);
}

int main(int argc, char **argv) {
  enum { MOST = 100 };
  struct cmta_service *service;
  struct cmta_session *sessions[MOST];
  struct pollfd sockets[MOST] = {{.fd = socket(AF_INET, SOCK_STREAM, 0)}};
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  address.sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 2525));
  if (bind(sockets->fd, (struct sockaddr *)&address, length) < 0 || listen(sockets->fd, 9) < 0 ||
      getsockname(sockets->fd, (struct sockaddr *)&address, &length) < 0 ||
      cmta_service_new(&service, NULL, NULL, NULL) < 0)
    return 1;
  fprintf(stderr, "listening on port %u\n", ntohs(address.sin_port));
  for (nfds_t count = 1;;) {
    sockets->events = count < MOST ? POLLIN : 0;
    poll(sockets, count, -1);
    int fd = sockets->revents ? accept(sockets->fd, NULL, NULL) : -1;
    if (fd >= 0 && cmta_session_new(&sessions[count], service, NULL, NULL) == 0)
      sockets[count++] = (struct pollfd){.fd = fd, .events = POLLOUT};
    else if (fd >= 0)
      close(fd);
    for (nfds_t i = count - 1; i > 0; i--)
      if (sockets[i].revents && !serve(sessions[i], &sockets[i])) {
        cmta_session_free(sessions[i]);
        close(sockets[i].fd);
        sessions[i] = sessions[--count];
        sockets[i] = sockets[count];
      }
  }
}
