/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Another inner size, made ready in a thread of its own while frames flow. */
#ifndef IDIOM_RENDERER_RESIZE_H
#define IDIOM_RENDERER_RESIZE_H

#include "view.h"

typedef struct IdiomResize IdiomResize;

/* Begins to make a view; what is given is kept as long as it takes. @subject: NULL, or the subject's own style */
IdiomResize *idiom_resize_new(IdiomDevice *device, const IdiomKinds *kinds, IdiomInner inner, guint slots,
                              IdiomStyle *style, const float *weights, IdiomStyle *subject,
                              const float *subject_weights);

gboolean idiom_resize_is_done(IdiomResize *resize);

/* The view, which the caller may take out of it; NULL if it could not be made. Waits. */
IdiomView *idiom_resize_view(IdiomResize *resize, GError **error);

/* The styles that it is made with. */
const IdiomStyle *idiom_resize_style(const IdiomResize *resize);
const IdiomStyle *idiom_resize_subject(const IdiomResize *resize);

/* Waits. */
void idiom_resize_free(IdiomResize *resize);

#endif
