/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef STATISTICS_H
#define STATISTICS_H

#include "loss/losses.h"

/* What losses.c knows of the styles and objective.c compares pictures with. */

typedef struct {
    char *name;
    double weight;
} Layer;

/* Of one style in one map. */
typedef struct {
    guint channels;
    float *mean; /* [channels] */
    float *gram; /* [channels, channels], of features less their mean; NULL of the palette */
} Statistics;

struct Losses {
    const LossConfig *config;
    IdiomFeatures *features;
    IdiomDevice *device;
    GArray *style_layers, *content_layers; /* Layer */
    GPtrArray
        *styles; /* GArray of Statistics: of each style layer, of each scale of strokes, of the palette */
};

#endif
