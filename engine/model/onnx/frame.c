/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames for networks of other people: numbers, sizes and proportions as they want them, and back. */
#include "log.h"
#include "model/onnx/run.h"

#include "graph/graph.h"

#include <math.h>

/* --- numbers ---------------------------------------------------------------------------------------- */

static IdiomTensor *recode(IdiomGraph *g, IdiomTensor *x, const IdiomRange *range, gboolean bgr,
                           gboolean back)
{
    float weights[9] = {0}, offsets[3];
    gboolean same = !bgr;
    for (guint c = 0; c < 3; c++) { /* of the network */
        const guint rgb = bgr ? 2 - c : c, to = back ? rgb : c, from = back ? c : rgb;
        weights[to * 3 + from] = (float)(back ? 1 / range->scale[c] : range->scale[c]);
        offsets[to] = (float)(back ? -range->offset[c] / range->scale[c] : range->offset[c]);
        same &= range->scale[c] == 1 && range->offset[c] == 0;
    }
    if (same)
        return x;
    return idiom_conv2d(g, x, NULL, idiom_constant(g, IDIOM_SHAPE(3, 3, 1, 1), weights),
                        idiom_constant(g, IDIOM_SHAPE(1, 3, 1, 1), offsets), &(IdiomConvParams){0});
}

/* --- sizes ------------------------------------------------------------------------------------------ */

/* A picture within one of @w x @h: where it lies, and its own size. */
typedef struct {
    guint left, top, w, h;
} Place;

/* As it is, with the edge repeated at the right and below, or as large as it can be in the middle. */
static Place place(const IdiomNetwork *net, IdiomShape s, guint w, guint h)
{
    if (s.w <= w && s.h <= h && !net->w && !net->h)
        return (Place){0, 0, s.w, s.h};
    const double scale = fmin((double)w / s.w, (double)h / s.h);
    Place p = {0, 0, (guint)lround(s.w * scale), (guint)lround(s.h * scale)};
    p.w = CLAMP(p.w, 1, w);
    p.h = CLAMP(p.h, 1, h);
    p.left = (w - p.w) / 2;
    p.top = (h - p.h) / 2;
    return p;
}

/* In another size: means of what a pixel covers where it is smaller. */
static IdiomTensor *scaled(IdiomGraph *g, IdiomTensor *x, guint w, guint h)
{
    const IdiomShape s = idiom_tensor_shape(x);
    if (s.w == w && s.h == h)
        return x;
    if (w <= s.w && h <= s.h)
        return idiom_shrink(g, x, w, h);
    const double by[2] = {(double)s.w / w, (double)s.h / h};
    return idiom_resize2d(g, x, w, h,
                          &(IdiomResizeParams){.mode = IDIOM_UPSAMPLE_BILINEAR,
                                               .scale = {by[0], by[1]},
                                               .offset = {by[0] / 2 - 0.5, by[1] / 2 - 0.5}});
}

/* Says once that frames are not seen as they are. */
static void warn(const IdiomNetwork *net, IdiomShape s, guint w, guint h)
{
    if (g_atomic_int_compare_and_exchange((gint *)&net->warned, 0, 1))
        idiom_log(IDIOM_LOG_WARNING, "%s: %s %ux%u: frames of %ux%u are brought to that size and back",
                  net->file,
                  net->w || net->h ? "takes only pictures of"
                                   : "the device's tensors can only hold what it makes of",
                  w, h, s.w, s.h);
}

IdiomTensor *idiom_network_build(const IdiomNetwork *net, IdiomGraph *g, IdiomTensor *picture,
                                 IdiomTensor *keep)
{
    g_autoptr(GError) error = NULL;
    if (idiom_graph_failed(g, &picture, 1))
        return NULL;
    IdiomNetworkRanges ranges;
    if (!idiom_network_find_ranges((IdiomNetwork *)net, g->device, &ranges, &error))
        return idiom_graph_fail(g, IDIOM_ERROR_FORMAT, "%s", error->message);
    const IdiomShape s = idiom_tensor_shape(picture);
    guint w = s.w, h = s.h;
    if (!idiom_network_fit(net, g, &w, &h, &error))
        return idiom_graph_fail(g, IDIOM_ERROR_FORMAT, "%s", error->message);
    const Place p = place(net, s, w, h);
    if (p.w != s.w || p.h != s.h)
        warn(net, s, w, h);

    IdiomTensor *small = scaled(g, picture, p.w, p.h);
    IdiomTensor *x = recode(g, small, &ranges.input, ranges.bgr, FALSE);
    if (p.w != w || p.h != h)
        x = idiom_pad2d(g, x, p.left, w - p.left - p.w, p.top, h - p.top - p.h, IDIOM_PAD_EDGE);
    IdiomTensor *y = idiom_network_run(net, g, x, keep);
    if (p.w != w || p.h != h)
        y = idiom_crop(g, y, p.left, p.top, p.w, p.h);
    if (!y)
        return NULL;
    y = recode(g, y, &ranges.output, ranges.bgr, TRUE);
    y = idiom_function(g, y, NULL, IDIOM_FUNCTION_CLAMP, 0, 1);
    if (!y || (p.w == s.w && p.h == s.h))
        return y;
    return p.w <= s.w && p.h <= s.h ? idiom_guided_upsample(g, y, small, picture) : scaled(g, y, s.w, s.h);
}
