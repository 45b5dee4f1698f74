/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef PAINTER_H
#define PAINTER_H

#include "media/picture.h"

#include <idiom-unstable/stylefile.h>

/* A generator at work on pictures of one size. */
typedef struct Painter Painter;

/*
 * @params: parameters of @config; those of a training may be shared and change between runs
 * @style: row of the style to paint in, until painter_set_mix()
 */
Painter *painter_new(IdiomDevice *device, const IdiomGeneratorConfig *config, IdiomParams *params,
                     guint style, guint w, guint h, GError **error);
/* The same with a style, whose parameters @params are; the style lives as long as this call. */
Painter *painter_of_style(IdiomDevice *device, const IdiomStyle *style, IdiomParams *params, guint row,
                          guint w, guint h, GError **error);
/*
 * Where the pictures painted from now on lie in the field of noise, as idiom_noise_offset() gives it; (0, 0) until then.
 * Of no influence where the generator sees none.
 */
void painter_set_place(Painter *painter, int x, int y);
void painter_free(Painter *painter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Painter, painter_free)

/* @weights: of all styles, as from idiom_style_parse_mix(). */
void painter_set_mix(Painter *painter, const float *weights);

/* @picture, of the painter's size, as the generator paints it. */
Picture *painter_run(Painter *painter, const Picture *picture, GError **error);

#endif
