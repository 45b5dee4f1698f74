/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that frames of a kind need: a scene and, if there is a style, a layer and its looks. */
#ifndef IDIOM_RENDERER_VIEW_H
#define IDIOM_RENDERER_VIEW_H

#include "look.h"

typedef struct {
    IdiomScene *scene;
    IdiomLayer *layer;
    IdiomLayer *subject; /* NULL unless somebody has made it, too */
    IdiomLook *looks[2]; /* plain and steady */
} IdiomView;

/* Adds what @view lacks; @style: NULL for the source as it is, without @weights. */
gboolean idiom_view_build(IdiomView *view, IdiomDevice *device, const IdiomKinds *kinds, IdiomInner inner,
                          guint slots, IdiomStyle *style, const float *weights, GError **error);
void idiom_view_clear(IdiomView *view);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IdiomView, idiom_view_clear)

#endif
