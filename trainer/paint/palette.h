/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PALETTE_H
#define PALETTE_H

#include <glib.h>

/* What looks mix their colours with; RGB is 0..1. */

/* 0 up to @low, 1 from @high on, smooth between; @low may be the larger. */
float smooth_step(float low, float high, float v);

/* @rgb becomes @other by @amount 0..1. */
void blend(float rgb[3], const float other[3], float amount);

/* Areas of @count + 1 colours: @steps[i] is the tone at which colours[i] goes over into the next. */
void areas(const float colours[][3], const float *steps, guint count, float tone, float rgb[3]);

/* @count colours that go over into each other: colours[i] where @tone is steps[i]. */
void ramp(const float colours[][3], const float *steps, guint count, float tone, float rgb[3]);

/* Lighter by @amount, or darker. */
void lit(float rgb[3], float amount);

/* Chroma of a Lab colour times @factor, no more than @limit. */
void colourful(float lab[3], float factor, float limit);

#endif
