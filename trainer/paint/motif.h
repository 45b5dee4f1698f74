/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MOTIF_H
#define MOTIF_H

#include "paint/field.h"

/*
 * What a painter sees of a photo before the brush touches anything, and the soft noise (idiom-unstable/noise.h) that he
 * paints from where the photo has nothing: whoever paints from both at one place can be learnt from by a network that
 * is shown both. All fields have the photo's size.
 */
typedef struct {
    guint w, h;
    Field *lab;   /* of the photo, see field_lab() */
    Field *noise; /* the noise's channels */
    Field *
        bands; /* noise, about 1 high: channel 0 lies across the picture as clouds and grain do, channel 1 hangs down */
    Field *detail; /* 0: flat, 1: busy, skin more than half; faces and letters are not to be lost in waves */
    Field *edges;  /* which way its forms run, see flow_of() */
    Field *daubs;  /* daubs of one colour, see flow_daubs() */
    Field *tone;   /* the daubs' light, where the photo's mean is 0 and its deviation 1 */
    Field *form;   /* how much lighter a place is than what is around it, -1.6..1.6 */
} Motif;

/* @x, @y: the photo's place in the noise, in cells, see idiom_noise_offset() */
Motif *motif_new(const Field *lab, int x, int y);
void motif_free(Motif *motif);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Motif, motif_free)

/*
 * Strokes as strokes_along() has them: of the photo's texture where there is detail, of the noise where it is flat.
 * @width, @length: of those of the photo, in pixels; the noise has its own
 */
Field *motif_strokes(const Motif *motif, float width, float length);

/* What lies on a motif: contours, see flow_lines(), and strokes of two sizes, see motif_strokes(). */
typedef struct {
    Field *lines, *broad, *fine;
} MotifLayers;

/* The colour, RGB 0..1, of pixel number @i. */
typedef void (*MotifColour)(const Motif *motif, const MotifLayers *layers, gsize i, float rgb[3]);

/* (transfer full): @motif in colours. @layers: their fields are freed */
Field *motif_paint(const Motif *motif, MotifLayers layers, MotifColour colour);

#endif
