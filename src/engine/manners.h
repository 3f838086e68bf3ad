/* SPDX-License-Identifier: MIT */
#ifndef CMTA_ENGINE_MANNERS_H
#define CMTA_ENGINE_MANNERS_H

/* How clients are treated: copied and checked. */

#include <cmta/manners.h>

/* Copies manners of a program that may know fewer of them. False when they cannot be; then `read`
 * is as it was. */
bool manners_read(struct cmta_manners *read, const struct cmta_manners *manners);

#endif
