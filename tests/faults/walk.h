/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WALK_H
#define WALK_H

#include "scenarios.h"

/*
 * Runs @scenario once for every call of every command in it and for every result that this may fail with. Each must end
 * in success or in one readable error, leave nothing behind, and succeed when tried again. Of commands that are called
 * more than @most times, so many calls are tried, the first and the last among them. Returns the number of points.
 */
guint walk(const Scenario *scenario, guint most);

#endif
