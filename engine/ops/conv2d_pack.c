/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Weights in the order in which the convolution kernels read them. */
#include "ops/conv2d.h"

guint idiom_conv2d_group(guint first, guint quads, guint taps)
{
    guint left = quads - first;
    /* 1x1: a texel is used once for each output, so fetching it is what costs */
    if (taps == 1)
        return left <= 8 ? left : left < 16 ? IDIOM_DIV_UP(left, 2) : 8;
    /* four quads are sixteen accumulators; five or six are better than a small group at the end */
    return left <= 6 ? left : 4;
}

static guint inputs_of(const IdiomTensor *weight, const IdiomConv2dPacking *p)
{
    return p->transposed ? weight->shape.n : weight->shape.c;
}

gsize idiom_conv2d_packed_elements(guint outputs, guint inputs, guint taps)
{
    return (gsize)4 * idiom_c4(outputs) * (1 + (gsize)4 * idiom_c4(inputs) * taps * taps);
}

/* Rows of packed weights: one of biases, and one of each input under each tap; @block inputs in a block. */
static gsize rows_of(guint inputs, guint block, guint taps)
{
    return 1 + (gsize)IDIOM_DIV_UP(inputs, block) * block * taps * taps;
}

typedef struct {
    guint first, width, block; /* output that comes first, outputs, inputs in a block */
    guint64 address;
    const char *shader;
} Group;

static gboolean record_group(IdiomRecorder *r, const IdiomOp *op, const Group *g, GError **error)
{
    const IdiomConv2dPacking *p = op->params;
    const IdiomTensor *weight = op->in[0], *bias = op->in[1];
    guint inputs = inputs_of(weight, p);
    gsize elements = g->width * rows_of(inputs, g->block, p->taps);
    struct {
        guint64 out, weight, bias;
        gint32 elements, width, first, count;
        gint32 start[2], shape[4]; /* kw, kh, c, n */
        gint32 step, taps, inputs, transposed, has_bias;
    } push = {
        .out = g->address,
        .weight = idiom_recorder_address(r, weight),
        .bias = idiom_address_or(r, bias, weight),
        .elements = (gint32)elements,
        .width = (gint32)g->width,
        .first = (gint32)(p->first + g->first),
        .count = (gint32)(p->first + p->count),
        .start = {p->start[0], p->start[1]},
        .step = p->step,
        .taps = (gint32)p->taps,
        .shape = {(gint32)weight->shape.w, (gint32)weight->shape.h, (gint32)weight->shape.c,
                  (gint32)weight->shape.n},
        .inputs = (gint32)inputs,
        .transposed = p->transposed,
        .has_bias = bias != NULL,
    };
    IdiomDispatch d = {.shader = g->shader,
                       .spec = {g->block, p->matrix},
                       .n_spec = 2,
                       .push = &push,
                       .push_size = sizeof push};
    idiom_dispatch_cover_flat(&d, elements);
    return idiom_record_dispatch(r, &d, error);
}

static gboolean pack_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomConv2dPacking *p = op->params;
    const IdiomTensor *out = op->out[0];
    gboolean half = idiom_graph_half_products(out->graph);
    guint quads = idiom_c4(p->count), bytes = half ? 2 : 4;
    Group g = {.block = 4,
               .address = idiom_recorder_address(r, out),
               .shader = half ? "conv2d_pack_half" : "conv2d_pack"};

    if (p->matrix) {
        g.block = IDIOM_MATRIX_CHANNELS;
        g.width = idiom_conv2d_matrix_width(out->graph, p->count);
        g.shader = "conv2d_pack_matrix";
        return record_group(r, op, &g, error);
    }
    for (guint q = 0; q < quads; q += g.width / 4) {
        g.first = 4 * q;
        g.width = 4 * idiom_conv2d_group(q, quads, p->taps);
        if (!record_group(r, op, &g, error))
            return FALSE;
        g.address += bytes * g.width * rows_of(inputs_of(op->in[0], p), g.block, p->taps);
    }
    return TRUE;
}

static const IdiomOpClass pack_class = {"conv2d_pack", NULL, pack_record, NULL};

IdiomTensor *idiom_conv2d_pack(IdiomGraph *g, IdiomTensor *weight, IdiomTensor *bias,
                               const IdiomConv2dPacking *packing)
{
    IdiomTensor *in[2] = {weight, bias};
    if (idiom_graph_failed(g, in, 1))
        return NULL;
    IdiomOp *op = idiom_graph_find_op(g, &pack_class, in, 2, packing, sizeof *packing);
    if (op)
        return op->out[0];
    op = idiom_graph_add_op(g, &pack_class, in, 2, packing, sizeof *packing);
    guint inputs = inputs_of(weight, packing);
    gsize elements = idiom_conv2d_packed_elements(packing->count, inputs, packing->taps);
    if (packing->matrix) /* halves, two in an element */
        elements = idiom_conv2d_matrix_width(g, packing->count) *
                   rows_of(inputs, IDIOM_MATRIX_CHANNELS, packing->taps) / 2;
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, (guint)elements));
}
