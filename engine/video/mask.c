/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "video/mask.h"

#include <math.h>
#include <string.h>

gboolean idiom_mask_check(const IdiomMask *mask, GError **error)
{
    const char *wrong = NULL;
    if (!mask->pixels)
        wrong = "there is no memory";
    else if (ABS(mask->stride) < (gssize)mask->width)
        wrong = "the stride is less than a row";
    else if (mask->width - 1 >= 32767 || mask->height - 1 >= 32767)
        wrong = "sides are 1 to 32767 pixels";
    if (wrong)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "a mask of %ux%u: %s", mask->width,
                    mask->height, wrong);
    return !wrong;
}

/* The samples from first to last of a row of @n that pixel @i of @count is made of: the first and last count partly. */
typedef struct {
    guint first, last;
    float first_weight, last_weight, between;
} Span;

static Span span_of(guint i, guint count, guint n)
{
    const double scale = (double)n / count;
    Span s;
    if (scale > 1) { /* the mean of what it covers */
        const double begin = i * scale, end = MIN((i + 1) * scale, n);
        s.first = (guint)begin;
        s.last = MIN((guint)ceil(end), n) - 1;
        s.between = (float)(1 / scale);
        s.first_weight = (float)((s.first + 1 - begin) / scale);
        s.last_weight = (float)((end - s.last) / scale);
    } else { /* between its two neighbours */
        const double at = CLAMP((i + 0.5) * scale - 0.5, 0, n - 1);
        s.first = (guint)at;
        s.last = MIN(s.first + 1, n - 1);
        s.between = 0;
        s.last_weight = (float)(at - s.first);
        s.first_weight = 1 - s.last_weight;
    }
    return s;
}

static float weight_at(const Span *s, guint i)
{
    if (s->first == s->last)
        return 1;
    return i == s->first ? s->first_weight : i == s->last ? s->last_weight : s->between;
}

/* The rows of @span, each with its weight, in @row. */
static void add_rows(const IdiomMask *mask, const Span *span, float *row)
{
    memset(row, 0, mask->width * sizeof *row);
    for (guint y = span->first; y <= span->last; y++) {
        const guint8 *pixels = mask->pixels + (gssize)y * mask->stride;
        const float weight = weight_at(span, y) / 255;
        for (guint x = 0; x < mask->width; x++)
            row[x] += weight * (float)pixels[x];
    }
}

void idiom_mask_read(const IdiomMask *mask, float *to, guint width, guint height)
{
    if (!mask) {
        memset(to, 0, (gsize)width * height * sizeof *to);
        return;
    }
    g_autofree float *row = g_new(float, mask->width);
    g_autofree Span *spans = g_new(Span, width);
    for (guint x = 0; x < width; x++)
        spans[x] = span_of(x, width, mask->width);
    for (guint y = 0; y < height; y++, to += width) {
        const Span rows = span_of(y, height, mask->height);
        add_rows(mask, &rows, row);
        for (guint x = 0; x < width; x++) {
            float sum = 0;
            for (guint i = spans[x].first; i <= spans[x].last; i++)
                sum += weight_at(&spans[x], i) * row[i];
            to[x] = sum;
        }
    }
}
