/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops/internal.h"

#define RANKS IDIOM_REARRANGE_MAX_RANK

typedef struct {
    guint rank;
    gint32 offset, dims[RANKS], strides[RANKS];
} Params;

static gboolean rearrange_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *x = op->in[0], *out = op->out[0];
    struct {
        IdiomDims ds, d;
        gint32 offset, dims[RANKS], strides[RANKS];
    } push = {.ds = idiom_dims(x->shape), .d = idiom_dims(out->shape), .offset = p->offset};
    for (guint k = 0; k < p->rank; k++) {
        push.dims[k] = p->dims[k];
        push.strides[k] = p->strides[k];
    }
    IdiomDispatch d = {
        .shader = "rearrange",
        .spec = {p->rank},
        .n_spec = 1,
        .planes = {x, out},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass rearrange_class = {
    .name = "rearrange", .record = rearrange_record, .inference_only = TRUE};

/* Whether every element is one of @x. */
static gboolean stays_inside(const IdiomTensor *x, const Params *p)
{
    gint64 least = p->offset, most = p->offset;
    for (guint k = 0; k < p->rank; k++) {
        const gint64 last = (gint64)(p->dims[k] - 1) * p->strides[k];
        *(last < 0 ? &least : &most) += last;
    }
    return least >= 0 && most < (gint64)idiom_shape_elements(x->shape);
}

IdiomTensor *idiom_rearrange(IdiomGraph *g, IdiomTensor *x, IdiomShape shape, guint rank, const gint64 *dims,
                             const gint64 *strides, gint64 offset)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "rearrange", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    Params p = {.rank = rank, .offset = (gint32)offset};
    gsize count = 1;
    if (rank > RANKS || offset < 0 || offset > G_MAXINT32)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "rearrange: %u dimensions, at most %d are possible",
                                rank, RANKS);
    for (guint k = 0; k < rank; k++) {
        if (dims[k] < 1 || (guint64)dims[k] > G_MAXINT32 / count || ABS(strides[k]) > G_MAXINT32)
            return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "rearrange: dimension %u is out of range", k);
        count *= (gsize)dims[k];
        p.dims[k] = (gint32)dims[k];
        p.strides[k] = (gint32)strides[k];
    }
    if (count != idiom_shape_elements(shape) || !stays_inside(x, &p))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "rearrange: " IDIOM_SHAPE_FORMAT " cannot be made of " IDIOM_SHAPE_FORMAT,
                                IDIOM_SHAPE_ARGS(shape), IDIOM_SHAPE_ARGS(x->shape));
    IdiomOp *op = idiom_graph_add_op(g, &rearrange_class, &x, 1, &p, sizeof p);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, shape);
}
