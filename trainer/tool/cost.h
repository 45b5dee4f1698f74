/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COST_H
#define COST_H

#include <idiom-unstable/stylefile.h>

/* Prints what a style is made of and what a frame of 640x360 and of 1920x1080 costs. */
gboolean cost_print(const IdiomStyle *style, IdiomDevice *device, GError **error);

#endif
