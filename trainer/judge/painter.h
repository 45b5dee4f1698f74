/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_PAINTER_H
#define IDIOM_PAINTER_H

#include "media/picture.h"

#include <idiom-unstable/generator.h>

/* A generator at work on pictures of one size. */
typedef struct IdiomPainter IdiomPainter;

/*
 * @params: parameters of @config; those of a training may be shared and change between runs
 * @style: row of the style to paint in, until idiom_painter_set_mix()
 */
IdiomPainter *idiom_painter_new(IdiomDevice *device, const IdiomGeneratorConfig *config, IdiomParams *params,
                                guint style, guint w, guint h, GError **error);
void idiom_painter_free(IdiomPainter *painter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomPainter, idiom_painter_free)

/* @weights: of all styles, as from idiom_style_parse_mix(). */
void idiom_painter_set_mix(IdiomPainter *painter, const float *weights);

/* @picture, of the painter's size, as the generator paints it. */
IdiomPicture *idiom_painter_run(IdiomPainter *painter, const IdiomPicture *picture, GError **error);

#endif
