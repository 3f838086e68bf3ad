/* SPDX-License-Identifier: MIT */

/* In place of libFuzzer where there is none: runs a target on each file of a folder, in any order.
 */

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Octets of a seed at most. */
enum { LONGEST = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Runs it in memory of just its size, so that the address sanitizer sees reads beyond it. */
static void run(const uint8_t *seed, size_t size) {
  uint8_t *data = malloc(size ? size : 1);
  if (!data)
    abort();
  for (size_t i = 0; i < size; i++)
    data[i] = seed[i];
  (void)LLVMFuzzerTestOneInput(data, size);
  free(data);
}

static void run_file(const char *folder, const char *name) {
  uint8_t seed[LONGEST];
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file)
    abort();
  size_t size = fread(seed, 1, sizeof seed, file);
  fclose(file);
  run(seed, size);
}

/* Fails when there are no seeds; a target that is not content ends the program. */
int main(int argc, char **argv) {
  unsigned seeds = 0;
  DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;
  if (!folder)
    return 2;
  for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
    if (entry->d_name[0] != '.') {
      run_file(argv[1], entry->d_name);
      seeds++;
    }
  closedir(folder);
  return seeds == 0;
}
