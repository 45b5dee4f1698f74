/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Twice the size by nearest neighbour, then a 3x3 convolution, in one: the nine taps meet four pixels only, so that each
 * phase (row and column modulo 2) is a 2x2 convolution of the small picture, with 4/9 of the multiplications.
 */
#include "ops/conv2d.h"

typedef struct {
    IdiomPadMode mode;
    IdiomActivation act;
} Params;

static gboolean record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *x = op->in[0], *out = op->out[0];
    for (guint phase = 0; phase < 4; phase++) {
        const gint column = (gint)phase % 2, row = (gint)phase / 2;
        const IdiomConv2dPass pass = {.dst = out,
                                      .src = x,
                                      .packed = op->in[1 + phase],
                                      .taps = 2,
                                      .stride = 1,
                                      .mode = p->mode,
                                      .act = p->act,
                                      .origin = {column - 1, row - 1},
                                      .size = {x->shape.w, x->shape.h},
                                      .scale = 2,
                                      .offset = {(guint)column, (guint)row},
                                      .images = x->shape.n};
        if (!idiom_conv2d_record_pass(r, &pass, error))
            return FALSE;
    }
    return TRUE;
}

static double flops(const IdiomOp *op)
{
    const IdiomTensor *out = op->out[0];
    return 2.0 * (double)idiom_shape_elements(out->shape) * op->in[0]->shape.c * 4;
}

static const IdiomOpClass class = {
    .name = "upsample2_nearest_conv2d", .record = record, .flops = flops, .inference_only = TRUE};

/* The 2x2 kernels of a phase: taps that meet the same pixel are added. */
static void fold(IdiomShape kernel, const float *weight, guint phase, float *folded)
{
    const guint column = phase % 2, row = phase / 2;
    for (gsize plane = 0; plane < (gsize)kernel.n * kernel.c; plane++)
        for (guint y = 0; y < 3; y++)
            for (guint x = 0; x < 3; x++)
                folded[plane * 4 + (y + 1 - row) / 2 * 2 + (x + 1 - column) / 2] +=
                    weight[plane * 9 + y * 3 + x];
}

IdiomTensor *idiom_upsample2_nearest_conv2d(IdiomGraph *g, IdiomTensor *x, IdiomShape kernel,
                                            const float *weight, IdiomTensor *bias, IdiomPadMode mode,
                                            IdiomActivation act)
{
    const char *name = class.name;
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, name, x, IDIOM_LAYOUT_PLANES) ||
        (bias && !idiom_require_layout(g, name, bias, IDIOM_LAYOUT_FLAT)))
        return NULL;
    const IdiomShape s = x->shape;
    if (kernel.c != s.c || kernel.h != 3 || kernel.w != 3 ||
        (bias && !idiom_shape_equal(bias->shape, IDIOM_SHAPE(1, kernel.n, 1, 1))))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "%s: weight " IDIOM_SHAPE_FORMAT " on " IDIOM_SHAPE_FORMAT, name,
                                IDIOM_SHAPE_ARGS(kernel), IDIOM_SHAPE_ARGS(s));
    IdiomTensor *in[5] = {x};
    for (guint phase = 0; phase < 4; phase++) {
        const IdiomShape small = IDIOM_SHAPE(kernel.n, kernel.c, 2, 2);
        g_autofree float *folded = g_new0(float, idiom_shape_elements(small));
        fold(kernel, weight, phase, folded);
        in[1 + phase] = idiom_conv2d_pack(g, idiom_constant(g, small, folded), bias,
                                          &(IdiomConv2dPacking){.count = kernel.n, .taps = 2, .step = 1});
    }
    if (idiom_graph_failed(g, in, 5))
        return NULL;
    /* the edge of the large picture mirrored is the small one's repeated */
    const Params p = {mode == IDIOM_PAD_REFLECT ? IDIOM_PAD_EDGE : mode, act};
    IdiomOp *op = idiom_graph_add_op(g, &class, in, 5, &p, sizeof p);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(s.n, kernel.n, 2 * s.h, 2 * s.w));
}
