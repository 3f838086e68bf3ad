/* SPDX-License-Identifier: MIT */

/* Which scenes can be: what no client can bring about is a mistake of the test. */

#include "testkit/scene_check.h"

#include <arpa/inet.h>
#include <string.h>

bool scene_is_line(const char *text) { return !text || !strpbrk(text, "\r\n"); }

/* As struct cmta_peer has them: the empty one is that of a Unix socket without a name. */
static bool is_address(const char *text) {
  unsigned char octets[sizeof(struct in6_addr)];
  if (!text || !*text || *text == '/')
    return scene_is_line(text);
  return inet_pton(AF_INET, text, octets) == 1 || inet_pton(AF_INET6, text, octets) == 1;
}

static bool are_facts(const struct cmta_tls_facts *facts) {
  return !facts || (scene_is_line(facts->version) && scene_is_line(facts->cipher) &&
                    scene_is_line(facts->server_name) && scene_is_line(facts->alpn) &&
                    scene_is_line(facts->peer_subject) && scene_is_line(facts->peer_fingerprint) &&
                    scene_is_line(facts->cipher_suite));
}

bool scene_is_sound(const struct cmta_scene *scene) {
  bool good = is_address(scene->peer) && is_address(scene->local) && are_facts(scene->tls) &&
              scene_is_line(scene->hello) && scene_is_line(scene->sender) &&
              (!scene->user || cmta_is_identity(scene->user));
  for (size_t i = 0; good && scene->recipients && scene->recipients[i]; i++)
    good = scene_is_line(scene->recipients[i]);
  return good;
}
