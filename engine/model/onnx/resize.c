/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Resize, and Upsample, which was its name before. */
#include "model/onnx/families.h"

#include <math.h>
#include <string.h>

#define MAX_SIZE 65536

typedef struct {
    gint64 size[4];  /* of the result */
    double scale[4]; /* result over source */
} Sizes;

/* Scales or sizes, those of axes that are not named being 1. */
static gboolean get_sizes(Builder *b, const Operands *o, const Value *x, Sizes *s)
{
    const gboolean upsample = g_str_equal(b->node->op, "Upsample"), old = upsample || b->net->opset < 11;
    const IdiomAttribute *attribute = idiom_node_attribute(b->node, "scales");
    const Value of_attribute =
        attribute && attribute->numbers ? value_of_array(attribute->numbers) : (Value){0};
    const Value *scales = of_attribute.known ? &of_attribute : o->in[old ? 1 : 2],
                *sizes = old ? &(Value){0} : o->in[3];
    const gboolean by_size = sizes->known && sizes->array && value_count(sizes);
    const Value *v = by_size ? sizes : scales;
    gint64 axes[4] = {0, 1, 2, 3};
    guint n_axes = 4;
    if (!v->known || !v->array)
        return node_fail(b, "scales or sizes must be known before the picture is");
    if (!get_ints(b, o, G_MAXUINT, "axes", axes, 4, &n_axes))
        return FALSE;
    if (value_count(v) != n_axes)
        return node_fail(b, "%" G_GSIZE_FORMAT " sizes for %u dimensions", value_count(v), n_axes);
    for (guint d = 0; d < 4; d++) {
        s->size[d] = x->dims[d];
        s->scale[d] = 1;
    }
    for (guint k = 0; k < n_axes; k++) {
        if (!check_axis(b, &axes[k], 4))
            return FALSE;
        const double n = value_get(v, k), from = (double)x->dims[axes[k]],
                     to = by_size ? n : floor(from * n + 1e-5);
        if (!(to >= 1 && to <= MAX_SIZE))
            return node_fail(b, "to a size of %g", to);
        s->size[axes[k]] = (gint64)to;
        s->scale[axes[k]] = by_size ? to / from : n;
    }
    return TRUE;
}

/* Where pixel i comes from: i scale + offset. FALSE for a mode that is not known. */
static gboolean place(const char *mode, double scale, double from, double to, double *by, double *offset)
{
    *by = 1 / scale;
    *offset = 0;
    if (g_str_equal(mode, "half_pixel") || (g_str_equal(mode, "pytorch_half_pixel") && to > 1)) {
        *offset = 0.5 / scale - 0.5;
    } else if (g_str_equal(mode, "pytorch_half_pixel")) {
        *by = 0;
    } else if (g_str_equal(mode, "half_pixel_symmetric")) {
        *offset = from / 2 * (1 - to / (scale * from)) + 0.5 / scale - 0.5;
    } else if (g_str_equal(mode, "align_corners")) {
        *by = to > 1 ? (from - 1) / (to - 1) : 0;
    } else if (g_str_equal(mode, "tf_half_pixel_for_nn")) {
        *offset = 0.5 / scale;
    } else {
        return g_str_equal(mode, "asymmetric");
    }
    return TRUE;
}

static gboolean get_mode(Builder *b, IdiomResizeParams *p)
{
    static const char *const roundings[] = {[IDIOM_ROUNDING_HALF_DOWN] = "round_prefer_floor",
                                            [IDIOM_ROUNDING_HALF_UP] = "round_prefer_ceil",
                                            [IDIOM_ROUNDING_FLOOR] = "floor",
                                            [IDIOM_ROUNDING_CEIL] = "ceil"};
    const char *mode = idiom_node_text(b->node, "mode", "nearest");
    const gboolean old = g_str_equal(b->node->op, "Upsample") || b->net->opset < 11;
    const char *rounding = idiom_node_text(b->node, "nearest_mode", old ? "floor" : "round_prefer_floor");
    p->mode = g_str_equal(mode, "linear") ? IDIOM_UPSAMPLE_BILINEAR : IDIOM_UPSAMPLE_NEAREST;
    if (!p->mode && !g_str_equal(mode, "nearest"))
        return node_fail(b, "mode '%.32s' is not supported", mode);
    for (guint i = 0; i < G_N_ELEMENTS(roundings); i++) {
        if (g_str_equal(rounding, roundings[i])) {
            p->rounding = (IdiomRounding)i;
            return TRUE;
        }
    }
    return node_fail(b, "nearest_mode '%.32s' is not known", rounding);
}

/* Twice the size, every pixel four times. */
static gboolean is_double(const IdiomResizeParams *p, const Value *x, const Sizes *s)
{
    const gboolean by_two = s->size[2] == 2 * x->dims[2] && s->size[3] == 2 * x->dims[3] &&
                            p->scale[0] == 0.5 && p->scale[1] == 0.5 && p->offset[0] == p->offset[1];
    if (p->mode == IDIOM_UPSAMPLE_BILINEAR)
        return by_two && p->offset[0] == -0.25;
    return by_two && (p->offset[0] == -0.25 ? p->rounding <= IDIOM_ROUNDING_HALF_UP
                                            : p->offset[0] == 0 && (p->rounding == IDIOM_ROUNDING_FLOOR ||
                                                                    p->rounding == IDIOM_ROUNDING_HALF_DOWN));
}

gboolean build_resize(Builder *b, const Operands *o, Value *out)
{
    const Value x = value_view(b, o->in[0]);
    const gboolean old = g_str_equal(b->node->op, "Upsample") || b->net->opset < 11;
    const char *mode =
        idiom_node_text(b->node, "coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
    IdiomResizeParams p = {0};
    Sizes s;
    if (!x.source || x.rank != 4)
        return node_fail(b, "only pictures are resized");
    if (!get_sizes(b, o, &x, &s) || !get_mode(b, &p))
        return FALSE;
    if (s.size[0] != x.dims[0] || s.size[1] != x.dims[1])
        return node_fail(b, "changes the number of channels");
    if (idiom_node_int(b->node, "antialias", 0) && (s.scale[2] < 1 || s.scale[3] < 1))
        return node_fail(b, "antialias is not supported");
    if (!g_str_equal(idiom_node_text(b->node, "keep_aspect_ratio_policy", "stretch"), "stretch"))
        return node_fail(b, "keep_aspect_ratio_policy is not supported");
    for (guint axis = 0; axis < 2; axis++)
        if (!place(mode, s.scale[3 - axis], (double)x.dims[3 - axis], (double)s.size[3 - axis],
                   &p.scale[axis], &p.offset[axis]))
            return node_fail(b, "coordinate_transformation_mode '%.32s' is not supported", mode);
    IdiomTensor *planes = value_planes(b, &x);
    if (!planes)
        return FALSE;
    if (is_double(&p, &x, &s) && p.mode == IDIOM_UPSAMPLE_NEAREST) {
        Source *large =
            source_new(b, SOURCE_UPSAMPLE,
                       IDIOM_SHAPE(planes->shape.n, planes->shape.c, (guint)s.size[2], (guint)s.size[3]));
        large->x = planes;
        *out = value_of_source(large);
        return TRUE;
    }
    IdiomTensor *made = is_double(&p, &x, &s)
                            ? idiom_upsample2(b->graph, planes, IDIOM_UPSAMPLE_BILINEAR)
                            : idiom_resize2d(b->graph, planes, (guint)s.size[3], (guint)s.size[2], &p);
    *out = value_of_source(source_of(b, made));
    return made != NULL;
}
