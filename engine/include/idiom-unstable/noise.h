/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_NOISE_H
#define IDIOM_NOISE_H

#include <glib.h>

G_BEGIN_DECLS

/**
 * The noise to paint from: a fixed field of soft random numbers, the same on every machine, that tells a generator what
 * to draw where a picture is flat. A field and not chance: the engine carries it along with the scene, and whoever
 * paints pictures for a generator to learn from (a painter of rules, a teacher) reads the same field at the same place.
 *
 * The field has IDIOM_NOISE_CHANNELS channels and is measured in cells of IDIOM_NOISE_CELL x IDIOM_NOISE_CELL pixels of
 * the picture that the generator sees; it repeats after IDIOM_NOISE_PERIOD cells each way. Mean 0, variance 1,
 * values are multiples of 1/32 from -IDIOM_NOISE_RANGE to IDIOM_NOISE_RANGE, close to a normal distribution:
 *   channel 0: forms with a wavelength of about 20 cells (80 pixels): where suns, swirls and wave crests go;
 *   channel 1: strokes, about 4 cells (16 pixels) from one to the next, that run around the hills of channel 0 and
 *     across the picture where there is none: what a small network would have to learn at length, it is given.
 *
 * Places are in cells. A picture whose upper left corner is at the whole offset (ox, oy) has in its cell (i, j) the
 * value at (ox + i, oy + j); the centre of its pixel (x, y) is at (ox + (x + 0.5) / 4 - 0.5, oy + (y + 0.5) / 4 - 0.5).
 */
#define IDIOM_NOISE_CHANNELS 2
#define IDIOM_NOISE_CELL 4
#define IDIOM_NOISE_PERIOD 256
#define IDIOM_NOISE_RANGE 3

/** Samples of the field from cell to cell: between them it is bilinear. */
#define IDIOM_NOISE_SAMPLES 4

/** Sides of idiom_noise_tile(), in samples. */
#define IDIOM_NOISE_SIDE (IDIOM_NOISE_PERIOD * IDIOM_NOISE_SAMPLES)

/**
 * idiom_noise_tile: the whole field as [IDIOM_NOISE_SIDE rows][IDIOM_NOISE_SIDE][IDIOM_NOISE_CHANNELS] numbers in units
 * of 1/32; sample (x, y) lies at the place (x, y) / IDIOM_NOISE_SAMPLES. Computed at the first call (some 0.4 s), from
 * any thread, and kept.
 */
const gint8 *idiom_noise_tile(void);

/**
 * idiom_noise_at:
 * @x, @y: a place in cells, finite, anywhere within +-1e9
 * @values: receives the channels there
 *
 * Exact at multiples of 1 / IDIOM_NOISE_SAMPLES, bilinear between.
 */
void idiom_noise_at(double x, double y, float values[IDIOM_NOISE_CHANNELS]);

/**
 * idiom_noise_crop:
 * @x, @y: whole offset of the first cell, any
 * @w, @h: size in cells
 * @planes: receives [IDIOM_NOISE_CHANNELS][@h][@w]
 */
void idiom_noise_crop(int x, int y, guint w, guint h, float *planes);

/**
 * idiom_noise_offset: the place of a photo in the field while a network learns, so that it does not learn places by
 * heart.
 * @name: file name or path; only what is between the last '/' and the last '.' behind its first character counts, so
 *   that a photo NAME.jpg and a picture of it NAME.png are at the same place
 * @x, @y: receive the offset of the photo's upper left corner, 0 .. IDIOM_NOISE_PERIOD - 1
 */
void idiom_noise_offset(const char *name, int *x, int *y);

G_END_DECLS

#endif
