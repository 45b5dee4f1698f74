/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Mean and variance over height and width. */
#include "ops/moments.h"
#include "ops/internal.h"

/* Large enough to make a workgroup worth starting, and so many that a GPU is kept busy. */
#define CHUNK_PIXELS 2048
#define MAX_CHUNKS 256

static const IdiomOpClass variance_class, variance_backward_class;

IdiomChunks idiom_chunks(IdiomShape shape)
{
    guint rows = MAX(IDIOM_DIV_UP(CHUNK_PIXELS, shape.w), IDIOM_DIV_UP(shape.h, MAX_CHUNKS));
    rows = MIN(rows, shape.h);
    return (IdiomChunks){rows, IDIOM_DIV_UP(shape.h, rows)};
}

IdiomShape idiom_moments_shape(IdiomShape shape)
{
    return IDIOM_SHAPE(shape.n, idiom_chunks(shape).chunks, 2, 4 * idiom_c4(shape.c));
}

IdiomShape idiom_tile_moments_shape(IdiomShape s)
{
    const guint tiles = IDIOM_DIV_UP(s.w, 1u << TILE_SHIFT) * IDIOM_DIV_UP(s.h, TILE_ROWS);
    return IDIOM_SHAPE(s.n, tiles, 2, 4 * idiom_c4(s.c));
}

/* @tiles: NULL, or the chunks are tiles, of which these are done. */
static gboolean record_moments(IdiomRecorder *r, const IdiomTensor *x, const IdiomTensor *partial,
                               const IdiomTensor *tiles, GError **error)
{
    IdiomChunks chunks = idiom_chunks(x->shape);
    struct {
        IdiomDims d;
        guint64 partial;
        gint32 rows, chunks;
        guint64 tiles;
    } push = {idiom_dims(x->shape), idiom_recorder_address(r, partial), (gint32)chunks.rows,
              (gint32)partial->shape.c, tiles ? idiom_recorder_address(r, tiles) : 0};
    IdiomDispatch d = {
        .shader = "moments",
        .spec = {TRUE},
        .n_spec = tiles ? 1 : 0,
        .local = {REDUCE_LANES},
        .groups = {chunks.chunks, idiom_c4(x->shape.c), x->shape.n},
        .planes = {x},
        .n_planes = 1,
        .push = &push,
        .push_size = sizeof push,
    };
    if (tiles)
        idiom_dispatch_tiles(&d, tiles, idiom_c4(x->shape.c));
    return idiom_record_dispatch(r, &d, error);
}

gboolean idiom_record_moments(IdiomRecorder *r, const IdiomTensor *x, const IdiomTensor *partial,
                              GError **error)
{
    return record_moments(r, x, partial, NULL, error);
}

gboolean idiom_record_tile_moments(IdiomRecorder *r, const IdiomTensor *x, const IdiomTensor *partial,
                                   const IdiomTensor *tiles, GError **error)
{
    return record_moments(r, x, partial, tiles, error);
}

static gboolean moments_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    IdiomShape shape = op->in[0]->shape;
    if (!idiom_record_moments(r, op->in[0], op->out[1], error))
        return FALSE;
    idiom_recorder_barrier(r);
    IdiomChunks chunks = idiom_chunks(shape);
    struct {
        IdiomDims d;
        guint64 partial;
        gint32 rows, chunks;
    } push = {idiom_dims(shape), idiom_recorder_address(r, op->out[1]), (gint32)chunks.rows,
              (gint32)chunks.chunks};
    IdiomDispatch d = {
        .shader = "moments_hw",
        .spec = {op->klass == &variance_class},
        .n_spec = 1,
        .local = {8},
        .groups = {IDIOM_DIV_UP(idiom_c4(shape.c), 8), shape.n},
        .planes = {op->out[0]},
        .n_planes = 1,
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

static gboolean moments_backward_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    gboolean variance = op->klass == &variance_backward_class;
    const IdiomTensor *dy = op->in[0], *dx = op->out[0];
    double pixels = (double)dx->shape.h * dx->shape.w;
    struct {
        IdiomDims d;
        float factor;
    } push = {idiom_dims(dx->shape), (float)((variance ? 2 : 1) / pixels)};
    /* The mean's gradient reads dy only; what is bound in place of x and the mean is not read. */
    IdiomDispatch d = {
        .shader = "moments_backward",
        .spec = {variance},
        .n_spec = 1,
        .planes = {dy, dx, variance ? op->in[1] : dy, variance ? op->in[2] : dy},
        .n_planes = 4,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, dx->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass mean_backward_class = {"mean_hw_backward", NULL, moments_backward_record, NULL};
static const IdiomOpClass variance_backward_class = {"variance_hw_backward", NULL, moments_backward_record,
                                                     NULL};

static void mean_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomOp *b = idiom_graph_add_op(g, &mean_backward_class, &op->out[0]->gradient, 1, NULL, 0);
    idiom_graph_accumulate(g, op->in[0], idiom_op_add_output(b, g, IDIOM_LAYOUT_PLANES, op->in[0]->shape));
}

static void variance_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *x = op->in[0];
    IdiomTensor *in[] = {op->out[0]->gradient, x, idiom_mean_hw(g, x)};
    if (idiom_graph_failed(g, in, G_N_ELEMENTS(in)))
        return;
    IdiomOp *b = idiom_graph_add_op(g, &variance_backward_class, in, G_N_ELEMENTS(in), NULL, 0);
    idiom_graph_accumulate(g, x, idiom_op_add_output(b, g, IDIOM_LAYOUT_PLANES, x->shape));
}

static double moments_flops(const IdiomOp *op)
{
    return 4.0 * (double)idiom_shape_elements(op->in[0]->shape);
}

static const IdiomOpClass mean_class = {"mean_hw", mean_backward, moments_record, moments_flops};
static const IdiomOpClass variance_class = {"variance_hw", variance_backward, moments_record, moments_flops};

static IdiomTensor *moments(IdiomGraph *g, const IdiomOpClass *klass, IdiomTensor *x)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, klass->name, x, IDIOM_LAYOUT_PLANES))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, klass, &x, 1, NULL, 0);
    IdiomTensor *y =
        idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(x->shape.n, x->shape.c, 1, 1));
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, idiom_moments_shape(x->shape));
    return y;
}

IdiomTensor *idiom_mean_hw(IdiomGraph *g, IdiomTensor *x)
{
    return moments(g, &mean_class, x);
}

IdiomTensor *idiom_variance_hw(IdiomGraph *g, IdiomTensor *x)
{
    return moments(g, &variance_class, x);
}
