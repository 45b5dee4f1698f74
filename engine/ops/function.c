/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Element functions that networks of other people have. */
#include "ops/internal.h"

typedef struct {
    IdiomFunction function;
    float p, q;
} Params;

static gboolean function_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *x = op->in[0], *y = op->in[1] ? op->in[1] : x, *out = op->out[0];
    const IdiomShape s = y->shape;
    struct {
        IdiomDims d, db;
        float p, q;
    } push = {idiom_dims(out->shape), idiom_dims(s), p->p, p->q};
    IdiomDispatch d = {
        .shader = "function",
        .spec = {p->function, op->in[1] != NULL, s.n == 1, s.c == 1, s.h == 1 && s.w == 1},
        .n_spec = 5,
        .planes = {x, y, out},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass function_class = {
    .name = "function", .record = function_record, .inference_only = TRUE};

IdiomTensor *idiom_function(IdiomGraph *g, IdiomTensor *x, IdiomTensor *y, IdiomFunction function, double p,
                            double q)
{
    const gboolean two = function >= IDIOM_FUNCTION_ADD;
    IdiomTensor *in[] = {x, y};
    if (idiom_graph_failed(g, in, two ? 2 : 1) ||
        !idiom_require_layout(g, "function", x, IDIOM_LAYOUT_PLANES) ||
        (two && !idiom_require_layout(g, "function", y, IDIOM_LAYOUT_PLANES)))
        return NULL;
    if (two) {
        const IdiomShape s = x->shape, t = y->shape;
        const gboolean repeats = (t.n == s.n || t.n == 1) && (t.c == s.c || t.c == 1) &&
                                 ((t.h == s.h && t.w == s.w) || (t.h == 1 && t.w == 1));
        if (!repeats && !idiom_require_same(g, "function", x, y))
            return NULL;
    }
    IdiomOp *op = idiom_graph_add_op(g, &function_class, in, two ? 2 : 1,
                                     &(Params){function, (float)p, (float)q}, sizeof(Params));
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, x->shape);
}
