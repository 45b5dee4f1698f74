/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The properties that people set. */
#ifndef IDIOM_SETTINGS_H
#define IDIOM_SETTINGS_H

#include <gst/gst.h>

#include "propertyids.h"

enum {
    PROP_0 = FIRST_OF_SETTINGS,
    PROP_STYLE,
    PROP_MIX,
    PROP_STYLE_FADE,
    PROP_STRENGTH,
    PROP_TEMPORAL,
    PROP_STATISTICS,
    PROP_COLOUR,
    PROP_STROKE_SIZE,
    PROP_QUALITY,
    PROP_STILL,
    PROP_FRAMES_IN_FLIGHT,
    PROP_DEVICE,
    PROP_STATS, /* not a setting: the element answers it */
};

typedef enum {
    STILL_AUTO, /* on live sources */
    STILL_ON,
    STILL_OFF,
} Still;

typedef struct {
    char *style, *mix, *quality, *device;
    guint64 style_fade;
    double strength, temporal, statistics, colour, stroke_size;
    guint frames_in_flight;
    Still still;
    gboolean mix_changed; /* since somebody took note of it */
} Settings;

void settings_install(GObjectClass *klass);
void settings_init(Settings *settings);
void settings_clear(Settings *settings);

/* FALSE if there is no such setting. */
gboolean settings_set(Settings *settings, guint id, const GValue *value);
gboolean settings_get(const Settings *settings, guint id, GValue *value);

#endif
