/* SPDX-License-Identifier: MIT */
#ifndef CMTA_VERSION_H
#define CMTA_VERSION_H

/*
 * Which cmta this is. The three numbers below are the one place that says so: the build system, the
 * pkg-config files and `cmta --version` all read them here. Versions follow semantic versioning.
 */
#define CMTA_VERSION_MAJOR 0
#define CMTA_VERSION_MINOR 1
#define CMTA_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

/* Marks what a library shows to its users; everything else stays inside. */
#if defined(__GNUC__)
#define CMTA_API __attribute__((visibility("default")))
#else
#define CMTA_API
#endif

/* The version of the library that is linked, "MAJOR.MINOR.PATCH"; it may differ from the header's.
   A static string; any thread. */
CMTA_API const char *cmta_version(void);

#ifdef __cplusplus
}
#endif

#endif
