/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a preset keeps of the element's properties. */
#ifndef IDIOM_PRESETS_H
#define IDIOM_PRESETS_H

#include <glib.h>

/* Of a GstPresetInterface. */
void presets_init(gpointer interface, gpointer data);

#endif
