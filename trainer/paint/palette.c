/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paint/palette.h"

#include <math.h>
#include <string.h>

float smooth_step(float low, float high, float v)
{
    const float t = CLAMP((v - low) / (high - low), 0.0f, 1.0f);
    return t * t * (3 - 2 * t);
}

void blend(float rgb[3], const float other[3], float amount)
{
    for (guint c = 0; c < 3; c++)
        rgb[c] += amount * (other[c] - rgb[c]);
}

void areas(const float colours[][3], const float *steps, guint count, float tone, float rgb[3])
{
    memcpy(rgb, colours[0], 3 * sizeof(float));
    for (guint i = 0; i < count; i++)
        blend(rgb, colours[i + 1], smooth_step(steps[i] - 0.06f, steps[i] + 0.06f, tone));
}

void ramp(const float colours[][3], const float *steps, guint count, float tone, float rgb[3])
{
    memcpy(rgb, colours[0], 3 * sizeof(float));
    for (guint i = 1; i < count; i++)
        blend(rgb, colours[i], CLAMP((tone - steps[i - 1]) / (steps[i] - steps[i - 1]), 0.0f, 1.0f));
}

void lit(float rgb[3], float amount)
{
    for (guint c = 0; c < 3; c++)
        rgb[c] = CLAMP(rgb[c] + amount, 0.0f, 1.0f);
}

void colourful(float lab[3], float factor, float limit)
{
    const float chroma = hypotf(lab[1], lab[2]) + 1e-3f;
    const float wanted = limit * tanhf(chroma * factor / limit);
    lab[1] *= wanted / chroma;
    lab[2] *= wanted / chroma;
}
