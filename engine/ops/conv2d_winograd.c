/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Winograd's F(4x4, 3x3): a 3x3 convolution makes 4x4 pixels from a tile of 6x6. Transformed, each of the 36 positions of a
 * tile is a 1x1 convolution with weights of its own, in all a quarter of the multiplications. Tiles are treated in strips, so
 * that what lies between the steps stays small.
 */
#include "ops/conv2d.h"

#include "graph/graph.h"

#define POSITIONS 36
#define SIDE 4           /* pixels of a tile's result */
#define STRIP_TILES 1024 /* of a strip; more only if a row has */
#define LOCAL 64

/*
 * What it needs to win, measured on Mesa 22.3: 128 channels take 0.56 of the direct time, 64 take 0.73, 32 take 1.15, as the
 * transforms are as dear for each channel whatever their number. A small picture makes 36 small dispatches.
 */
#define LEAST_CHANNELS 64
#define LEAST_PIXELS 1024

gboolean idiom_conv2d_by_winograd(const IdiomGraph *g, IdiomShape weight, guint stride, IdiomShape out)
{
    return idiom_graph_family(g) == IDIOM_FAMILY_LANE && idiom_graph_precision(g) == IDIOM_FP32 &&
           !g->tiles.list && weight.h == 3 && weight.w == 3 && stride == 1 && weight.c >= LEAST_CHANNELS &&
           weight.n >= LEAST_CHANNELS && (gsize)out.w * out.h >= LEAST_PIXELS;
}

/* --- weights ---------------------------------------------------------------------------------------- */

static gboolean pack_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *weight = op->in[0], *bias = op->in[1];
    const guint outputs = weight->shape.n, inputs = weight->shape.c, quads = idiom_c4(outputs);
    struct {
        guint64 packed, weight, bias;
        gint32 elements, width, first, step, inputs, outputs, has_bias;
    } push = {
        .packed = idiom_recorder_address(r, op->out[0]),
        .weight = idiom_recorder_address(r, weight),
        .bias = idiom_address_or(r, bias, weight),
        .step = (gint32)idiom_conv2d_packed_elements(outputs, inputs, 1),
        .inputs = (gint32)inputs,
        .outputs = (gint32)outputs,
        .has_bias = bias != NULL,
    };
    for (guint q = 0, group; q < quads; q += group) {
        group = idiom_conv2d_group(q, quads, 1);
        const guint elements = 4 * group * (1 + 4 * idiom_c4(inputs));
        push.first = (gint32)(4 * q);
        push.width = (gint32)(4 * group);
        push.elements = (gint32)elements;
        IdiomDispatch d = {.shader = "winograd_pack", .push = &push, .push_size = sizeof push};
        idiom_dispatch_cover_flat(&d, elements);
        if (!idiom_record_dispatch(r, &d, error))
            return FALSE;
        push.packed += sizeof(float) * elements;
    }
    return TRUE;
}

static const IdiomOpClass pack_class = {"winograd_pack", NULL, pack_record, NULL};

IdiomTensor *idiom_conv2d_pack_winograd(IdiomGraph *g, IdiomTensor *weight, IdiomTensor *bias)
{
    IdiomTensor *in[2] = {weight, bias};
    IdiomOp *op = idiom_graph_find_op(g, &pack_class, in, 2, NULL, 0);
    if (op)
        return op->out[0];
    op = idiom_graph_add_op(g, &pack_class, in, 2, NULL, 0);
    const gsize elements = POSITIONS * idiom_conv2d_packed_elements(weight->shape.n, weight->shape.c, 1);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, (guint)elements));
}

/* --- steps ------------------------------------------------------------------------------------------ */

typedef struct {
    const IdiomOp *op;
    const IdiomTensor *pixels, *sums; /* transformed: [1, channels, POSITIONS, tiles] */
    guint image;
    guint across, row, rows; /* tiles in a row; this strip's first row of tiles, and how many */
} Strip;

static void cover(IdiomDispatch *d, const Strip *s, const IdiomTensor *planes)
{
    d->local[0] = LOCAL;
    d->groups[0] = IDIOM_DIV_UP(s->across * s->rows, LOCAL);
    d->groups[1] = idiom_c4(planes->shape.c);
}

/* @first: channel of the transformed ones that comes from @src's first */
static gboolean record_input(IdiomRecorder *r, const Strip *s, const IdiomTensor *src, guint first,
                             GError **error)
{
    const IdiomConv2d *p = s->op->params;
    const struct {
        IdiomDims d, ds;
        gint32 origin[2], across, count, first, image;
    } push = {
        .d = idiom_dims(s->pixels->shape),
        .ds = idiom_dims(src->shape),
        .origin = {-(gint32)p->pad, (gint32)(SIDE * s->row) - (gint32)p->pad},
        .across = (gint32)s->across,
        .count = (gint32)(s->across * s->rows),
        .first = (gint32)(first / 4),
        .image = (gint32)s->image,
    };
    IdiomDispatch d = {.shader = "winograd_input",
                       .spec = {p->mode},
                       .n_spec = 1,
                       .planes = {s->pixels, src},
                       .n_planes = 2,
                       .push = &push,
                       .push_size = sizeof push};
    cover(&d, s, src);
    return idiom_record_dispatch(r, &d, error);
}

static gboolean record_products(IdiomRecorder *r, const Strip *s, GError **error)
{
    const IdiomShape to = s->sums->shape, from = s->pixels->shape;
    for (guint i = 0; i < POSITIONS; i++) {
        const IdiomConv2dPass pass = {
            .dst = s->sums,
            .src = s->pixels,
            .packed = s->op->in[4],
            .packed_offset = i * idiom_conv2d_packed_elements(to.c, from.c, 1),
            .taps = 1,
            .stride = 1,
            .origin = {0, (gint)i},
            .size = {s->across * s->rows, 1},
            .scale = 1,
            .offset = {0, i},
            .images = 1,
        };
        if (!idiom_conv2d_record_pass(r, &pass, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean record_output(IdiomRecorder *r, const Strip *s, GError **error)
{
    const IdiomConv2d *p = s->op->params;
    const IdiomTensor *out = s->op->out[0];
    const struct {
        IdiomDims d, ds;
        gint32 across, count, row, image;
    } push = {
        .d = idiom_dims(out->shape),
        .ds = idiom_dims(s->sums->shape),
        .across = (gint32)s->across,
        .count = (gint32)(s->across * s->rows),
        .row = (gint32)(SIDE * s->row),
        .image = (gint32)s->image,
    };
    IdiomDispatch d = {.shader = "winograd_output",
                       .spec = {p->act},
                       .n_spec = 1,
                       .planes = {out, s->sums},
                       .n_planes = 2,
                       .push = &push,
                       .push_size = sizeof push};
    cover(&d, s, out);
    return idiom_record_dispatch(r, &d, error);
}

static gboolean record_strip(IdiomRecorder *r, const Strip *s, GError **error)
{
    const IdiomTensor *x = s->op->in[0], *x2 = s->op->in[1];
    idiom_recorder_barrier(r);
    if (!record_input(r, s, x, 0, error) || (x2 && !record_input(r, s, x2, x->shape.c, error)))
        return FALSE;
    idiom_recorder_barrier(r);
    if (!record_products(r, s, error))
        return FALSE;
    idiom_recorder_barrier(r);
    return record_output(r, s, error);
}

/* Rows of tiles in a strip. */
static guint strip_rows(IdiomShape out)
{
    return CLAMP(STRIP_TILES / IDIOM_DIV_UP(out.w, SIDE), 1, IDIOM_DIV_UP(out.h, SIDE));
}

gboolean idiom_conv2d_record_winograd(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomShape out = op->out[0]->shape;
    const guint down = IDIOM_DIV_UP(out.h, SIDE), rows = strip_rows(out);
    Strip s = {.op = op, .pixels = op->out[1], .sums = op->out[2], .across = IDIOM_DIV_UP(out.w, SIDE)};

    for (s.image = 0; s.image < out.n; s.image++)
        for (s.row = 0; s.row < down; s.row += rows) {
            s.rows = MIN(rows, down - s.row);
            if (!record_strip(r, &s, error))
                return FALSE;
        }
    return TRUE;
}

void idiom_conv2d_add_winograd_scratch(IdiomOp *op, IdiomGraph *g, guint inputs)
{
    const IdiomShape out = op->out[0]->shape;
    const guint tiles = IDIOM_DIV_UP(out.w, SIDE) * strip_rows(out);
    idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, inputs, POSITIONS, tiles));
    idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, out.c, POSITIONS, tiles));
}
