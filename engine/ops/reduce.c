/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Means over all elements: the losses. Partial sums by chunks, then one workgroup adds those, in a fixed
 * order. */
#include "ops/internal.h"
#include "ops/moments.h"

/* Elements of a flat tensor that one workgroup sums, unless that makes too many of them. */
#define FLAT_CHUNK 4096
#define MAX_FLAT_CHUNKS 1024

typedef struct {
    ReduceFunction function;
    double factor; /* backward: of the whole gradient */
} ReduceParams;

static guint flat_chunk(gsize elements)
{
    return (guint)MAX((gsize)FLAT_CHUNK, IDIOM_DIV_UP(elements, MAX_FLAT_CHUNKS));
}

static guint partial_sums(const IdiomTensor *a)
{
    gsize elements = idiom_shape_elements(a->shape);
    if (a->layout == IDIOM_LAYOUT_FLAT)
        return (guint)IDIOM_DIV_UP(elements, flat_chunk(elements));
    return a->shape.n * idiom_c4(a->shape.c) * idiom_chunks(a->shape).chunks;
}

static gboolean record_planes(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const ReduceParams *params = op->params;
    const IdiomTensor *a = op->in[0], *b = op->in[1];
    IdiomChunks chunks = idiom_chunks(a->shape);
    struct {
        IdiomDims d;
        guint64 partial;
        gint32 rows, chunks;
    } push = {idiom_dims(a->shape), idiom_recorder_address(r, op->out[1]), (gint32)chunks.rows,
              (gint32)chunks.chunks};
    /* Without b what is bound in its place is not read. */
    IdiomDispatch d = {
        .shader = "reduce",
        .spec = {params->function, b != NULL},
        .n_spec = 2,
        .local = {REDUCE_LANES},
        .groups = {chunks.chunks, idiom_c4(a->shape.c), a->shape.n},
        .planes = {a, b ? b : a},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

static gboolean record_flat(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const ReduceParams *params = op->params;
    const IdiomTensor *a = op->in[0], *b = op->in[1];
    gsize elements = idiom_shape_elements(a->shape);
    struct {
        guint64 a, b, partial;
        guint32 count, period, chunk;
    } push = {idiom_recorder_address(r, a),
              b ? idiom_recorder_address(r, b) : 0,
              idiom_recorder_address(r, op->out[1]),
              (guint32)elements,
              b ? (guint32)idiom_shape_elements(b->shape) : 1,
              flat_chunk(elements)};
    IdiomDispatch d = {
        .shader = "reduce_flat",
        .spec = {params->function, b != NULL},
        .n_spec = 2,
        .local = {REDUCE_LANES},
        .groups = {partial_sums(a)},
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

static gboolean reduce_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    gboolean flat = op->in[0]->layout == IDIOM_LAYOUT_FLAT;
    if (!(flat ? record_flat : record_planes)(r, op, error))
        return FALSE;
    idiom_recorder_barrier(r);
    struct {
        guint64 partial, result;
        gint32 count;
        float factor;
    } push = {idiom_recorder_address(r, op->out[1]), idiom_recorder_address(r, op->out[0]),
              (gint32)partial_sums(op->in[0]), (float)(1.0 / (double)idiom_shape_elements(op->in[0]->shape))};
    IdiomDispatch d = {
        .shader = "reduce_final",
        .local = {REDUCE_LANES},
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

/* in: gradient of the loss, a, b. out: gradient of a, times the factor. */
static gboolean reduce_backward_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const ReduceParams *params = op->params;
    const IdiomTensor *a = op->in[1], *b = op->in[2], *da = op->out[0];
    gsize elements = idiom_shape_elements(a->shape);
    float factor = (float)(params->factor / (double)elements);
    IdiomDispatch d = {.spec = {params->function, b != NULL}, .n_spec = 2};
    if (a->layout == IDIOM_LAYOUT_FLAT) {
        struct {
            guint64 a, b, da, dloss;
            guint32 count, period, chunk;
            float factor;
        } push = {idiom_recorder_address(r, a),
                  b ? idiom_recorder_address(r, b) : 0,
                  idiom_recorder_address(r, da),
                  idiom_recorder_address(r, op->in[0]),
                  (guint32)elements,
                  b ? (guint32)idiom_shape_elements(b->shape) : 1,
                  flat_chunk(elements),
                  factor};
        d.shader = "reduce_flat_backward";
        d.local[0] = REDUCE_LANES;
        d.groups[0] = partial_sums(a);
        d.push = &push;
        d.push_size = sizeof push;
        return idiom_record_dispatch(r, &d, error);
    }
    struct {
        IdiomDims d;
        guint64 dloss;
        float factor;
    } push = {idiom_dims(a->shape), idiom_recorder_address(r, op->in[0]), factor};
    d.shader = "reduce_backward";
    d.planes[0] = da;
    d.planes[1] = a;
    d.planes[2] = b ? b : a;
    d.n_planes = 3;
    d.push = &push;
    d.push_size = sizeof push;
    idiom_dispatch_cover(&d, a->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass reduce_backward_class = {"reduce_backward", NULL, reduce_backward_record, NULL};

static void accumulate_share(IdiomGraph *g, IdiomOp *op, IdiomTensor *to, double factor)
{
    if (!to || !to->requires_gradient)
        return;
    IdiomTensor *in[] = {op->out[0]->gradient, op->in[0], op->in[1]};
    ReduceParams params = {((const ReduceParams *)op->params)->function, factor};
    IdiomOp *b = idiom_graph_add_op(g, &reduce_backward_class, in, G_N_ELEMENTS(in), &params, sizeof params);
    idiom_graph_accumulate(g, to, idiom_op_add_output(b, g, to->layout, to->shape));
}

static void reduce_backward(IdiomGraph *g, IdiomOp *op)
{
    accumulate_share(g, op, op->in[0], 1);
    accumulate_share(g, op, op->in[1], -1);
}

static double reduce_flops(const IdiomOp *op)
{
    return (2.0 + (op->in[1] != NULL)) * (double)idiom_shape_elements(op->in[0]->shape);
}

static const IdiomOpClass mean_class = {"mean", reduce_backward, reduce_record, reduce_flops};
static const IdiomOpClass mean_square_class = {"mean_square", reduce_backward, reduce_record, reduce_flops};
static const IdiomOpClass mean_abs_class = {"mean_abs", reduce_backward, reduce_record, reduce_flops};
static const IdiomOpClass mse_class = {"mse", reduce_backward, reduce_record, reduce_flops};
static const IdiomOpClass mae_class = {"mae", reduce_backward, reduce_record, reduce_flops};

static IdiomTensor *reduce(IdiomGraph *g, const IdiomOpClass *klass, ReduceFunction function, IdiomTensor *a,
                           IdiomTensor *b)
{
    if (a->layout == IDIOM_LAYOUT_BYTES)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "%s: takes planes or flat tensors, not bytes",
                                klass->name);
    if (idiom_shape_elements(a->shape) > G_MAXINT32)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "%s: more than 2^31 elements", klass->name);
    IdiomTensor *in[] = {a, b};
    ReduceParams params = {function, 1};
    IdiomOp *op = idiom_graph_add_op(g, klass, in, G_N_ELEMENTS(in), &params, sizeof params);
    IdiomTensor *y = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, partial_sums(a)));
    return y;
}

static IdiomTensor *reduce_one(IdiomGraph *g, const IdiomOpClass *klass, ReduceFunction function,
                               IdiomTensor *a)
{
    return idiom_graph_failed(g, &a, 1) ? NULL : reduce(g, klass, function, a, NULL);
}

static IdiomTensor *reduce_pair(IdiomGraph *g, const IdiomOpClass *klass, ReduceFunction function,
                                IdiomTensor *a, IdiomTensor *b)
{
    IdiomTensor *in[] = {a, b};
    if (idiom_graph_failed(g, in, 2) || !idiom_require_same(g, klass->name, a, b))
        return NULL;
    return reduce(g, klass, function, a, b);
}

IdiomTensor *idiom_mean(IdiomGraph *g, IdiomTensor *a)
{
    return reduce_one(g, &mean_class, REDUCE_VALUE, a);
}

IdiomTensor *idiom_mean_square(IdiomGraph *g, IdiomTensor *a)
{
    return reduce_one(g, &mean_square_class, REDUCE_SQUARE, a);
}

IdiomTensor *idiom_mean_abs(IdiomGraph *g, IdiomTensor *a)
{
    return reduce_one(g, &mean_abs_class, REDUCE_ABSOLUTE, a);
}

IdiomTensor *idiom_mse(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b)
{
    return reduce_pair(g, &mse_class, REDUCE_SQUARE, a, b);
}

IdiomTensor *idiom_mae(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b)
{
    return reduce_pair(g, &mae_class, REDUCE_ABSOLUTE, a, b);
}

/* The number of elements cancels out of the two means, and flat tensors repeat b over the batch. */
IdiomTensor *idiom_gram_distance(IdiomGraph *g, IdiomTensor *gram, IdiomTensor *target)
{
    IdiomTensor *in[] = {gram, target};
    if (idiom_graph_failed(g, in, 2) || !idiom_require_layout(g, "gram_distance", gram, IDIOM_LAYOUT_FLAT) ||
        !idiom_require_layout(g, "gram_distance", target, IDIOM_LAYOUT_FLAT))
        return NULL;
    IdiomShape one = gram->shape;
    one.n = 1;
    if (one.c != 1 || one.h != one.w || !idiom_shape_equal(target->shape, one))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "gram_distance: " IDIOM_SHAPE_FORMAT " and " IDIOM_SHAPE_FORMAT
                                " are not [n,1,c,c] and [1,1,c,c]",
                                IDIOM_SHAPE_ARGS(gram->shape), IDIOM_SHAPE_ARGS(target->shape));
    target = idiom_stop_gradient(g, target);
    if (!target)
        return NULL;
    return idiom_divide(g, reduce(g, &mse_class, REDUCE_SQUARE, gram, target), idiom_mean_square(g, target));
}
