/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_EXPRESSION_DRAWING_H
#define IDIOM_EXPRESSION_DRAWING_H

#include <idiom/expression.h>

struct IdiomDrawing {
    guint width, height;
    guint8 *pixels; /* rows without gaps */
};

static inline gsize idiom_drawing_bytes(const IdiomDrawing *drawing)
{
    return 4 * (gsize)drawing->width * drawing->height;
}

#endif
