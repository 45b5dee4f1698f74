/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gram matrices: forward the machinery of weight gradients, backward a 1x1 convolution with weights per picture. */
#include "ops/conv2d.h"

static gboolean gram_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *x = op->in[0], *out = op->out[0], *parts = op->out[1];
    IdiomShape s = x->shape, weight = IDIOM_SHAPE(s.c, s.c, 1, 1);
    IdiomConv2dProducts products = {.grad = x,
                                    .src = x,
                                    .parts = parts,
                                    .center = op->in[1],
                                    .weight = weight,
                                    .stride = 1,
                                    .groups = s.n,
                                    .symmetric = TRUE};

    if (!idiom_conv2d_record_products(r, &products, error))
        return FALSE;
    idiom_recorder_barrier(r);
    return idiom_conv2d_record_sum(
        r, parts, out, s.n, idiom_conv2d_parts(s, weight, 1, s.n, idiom_graph_family(x->graph)),
        1.0f / ((float)s.h * (float)s.w), idiom_conv2d_products_tile(&products), error);
}

/* A Gram matrix is symmetric: every product counts once. */
static double gram_flops(const IdiomOp *op)
{
    IdiomShape s = op->in[0]->shape;
    return (double)idiom_shape_elements(s) * (s.c + 1);
}

/*
 * With S = (dG + dG^T) / (h w) the gradient is S (F - m) = S F - S m: S as the weights, -S m as the bias of a 1x1
 * convolution.
 */
static gboolean pack_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *dg = op->in[0], *center = op->in[1], *out = op->out[0];
    guint c = dg->shape.w, quads = idiom_c4(c);
    const float *factor = op->params;
    gsize per_quad = 4 * (1 + (gsize)4 * quads);

    for (guint q = 0, group; q < quads; q += group) {
        group = idiom_conv2d_group(q, quads, 1);
        gsize elements = group * per_quad;
        struct {
            guint64 out, dg, center;
            gint32 elements, width, first, channels, stride, images;
            float factor;
            gint32 has_center;
        } push = {
            .out = idiom_recorder_address(r, out) + 4 * q * per_quad,
            .dg = idiom_recorder_address(r, dg),
            .center = idiom_address_or(r, center, dg),
            .elements = (gint32)elements,
            .width = (gint32)(4 * group),
            .first = (gint32)(4 * q),
            .channels = (gint32)c,
            .stride = (gint32)out->shape.w,
            .images = (gint32)dg->shape.n,
            .factor = *factor,
            .has_center = center != NULL,
        };
        IdiomDispatch d = {.shader = "gram_pack", .push = &push, .push_size = sizeof push};
        idiom_dispatch_cover_flat(&d, elements * dg->shape.n);
        if (!idiom_record_dispatch(r, &d, error))
            return FALSE;
    }
    return TRUE;
}

static const IdiomOpClass pack_class = {"gram_pack", NULL, pack_record, NULL};

static gboolean backward_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *x = op->in[0], *packed = op->in[1], *out = op->out[0];

    for (guint n = 0; n < x->shape.n; n++) {
        IdiomConv2dPass pass = {
            .dst = out,
            .src = x,
            .packed = packed,
            .packed_offset = (gsize)n * packed->shape.w,
            .taps = 1,
            .stride = 1,
            .size = {out->shape.w, out->shape.h},
            .scale = 1,
            .image = n,
            .images = 1,
            .gradient = op,
        };
        if (!idiom_conv2d_record_pass(r, &pass, error))
            return FALSE;
    }
    return TRUE;
}

static double backward_flops(const IdiomOp *op)
{
    IdiomShape s = op->in[0]->shape;
    return 2.0 * idiom_shape_elements(s) * s.c;
}

static const IdiomOpClass backward_class = {.name = "gram_backward",
                                            .record = backward_record,
                                            .flops = backward_flops,
                                            .adds_other = TRUE,
                                            .applies_slope = TRUE};

static void gram_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *x = op->in[0], *dg = op->out[0]->gradient;
    IdiomShape s = x->shape;
    float factor = 1.0f / ((float)s.h * (float)s.w);
    IdiomOp *pack =
        idiom_graph_add_op(g, &pack_class, (IdiomTensor *[]){dg, op->in[1]}, 2, &factor, sizeof factor);
    IdiomTensor *packed = idiom_op_add_output(
        pack, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(s.n, 1, 1, (guint)idiom_conv2d_packed_elements(s.c, s.c, 1)));

    if (idiom_graph_failed(g, &packed, 1))
        return;
    IdiomOp *back = idiom_graph_add_op(g, &backward_class, (IdiomTensor *[]){x, packed}, 2, NULL, 0);
    idiom_graph_accumulate(g, x, idiom_op_add_output(back, g, IDIOM_LAYOUT_PLANES, s));
}

static const IdiomOpClass gram_class = {"gram", gram_backward, gram_record, gram_flops};

IdiomTensor *idiom_gram(IdiomGraph *g, IdiomTensor *x, IdiomTensor *center)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "gram", x, IDIOM_LAYOUT_PLANES) ||
        (center && !idiom_require_layout(g, "gram", center, IDIOM_LAYOUT_FLAT)))
        return NULL;
    IdiomShape s = x->shape, weight = IDIOM_SHAPE(s.c, s.c, 1, 1);
    if (center && !idiom_shape_equal(center->shape, IDIOM_SHAPE(1, s.c, 1, 1)))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "gram: center " IDIOM_SHAPE_FORMAT " for %u channels",
                                IDIOM_SHAPE_ARGS(center->shape), s.c);
    gsize parts = idiom_conv2d_parts(s, weight, 1, s.n, idiom_graph_family(g)) * s.c * s.c;
    if (parts > G_MAXINT32)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "gram: " IDIOM_SHAPE_FORMAT " needs too much memory",
                                IDIOM_SHAPE_ARGS(s));
    IdiomOp *op = idiom_graph_add_op(g, &gram_class, (IdiomTensor *[]){x, center}, 2, NULL, 0);
    IdiomTensor *out = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(s.n, 1, s.c, s.c));
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, (guint)parts));
    return out;
}
