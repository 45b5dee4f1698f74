/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reverse-mode differentiation as a transformation of the graph: each op's gradient rule appends ops. */
#include "graph.h"

static guint position(const IdiomGraph *g, const IdiomOp *op)
{
    guint index = 0;
    g_ptr_array_find(g->ops, op, &index);
    return index;
}

/* Whether only @owner, whose gradient it is or will be, sees the contents of @t, so that another op may change them. */
static gboolean is_private(const IdiomGraph *g, const IdiomTensor *t, const IdiomTensor *owner)
{
    if (t->alias)
        return FALSE;
    for (guint i = 0; i < g->tensors->len; i++) {
        const IdiomTensor *other = g_ptr_array_index(g->tensors, i);
        if (other->alias == t || (other->gradient == t && (other != owner || owner->wants_gradient)))
            return FALSE;
    }
    for (guint i = 0; i < g->ops->len; i++) {
        const IdiomOp *op = g_ptr_array_index(g->ops, i);
        for (guint k = 0; k < op->n_in; k++)
            if (op->in[k] == t)
                return FALSE;
    }
    return TRUE;
}

/* Whether @op, which makes @t, can take @extra as one more input. */
static gboolean takes(const IdiomGraph *g, const IdiomOp *op, const IdiomTensor *t, const IdiomTensor *extra)
{
    return op->n_in < IDIOM_OP_MAX_IN && t == op->out[0] && op->constant == extra->constant &&
           (!extra->op || position(g, extra->op) < position(g, op));
}

/* The sum of two shares of @owner's gradient, by the op that makes the later one. */
static gboolean fuse_sum(IdiomGraph *g, IdiomTensor *owner, IdiomTensor *share, IdiomTensor *sum)
{
    IdiomOp *op = share->op;
    if (!op || !op->klass->adds_other || op->other || op->activated || !takes(g, op, share, sum) ||
        !is_private(g, share, owner))
        return FALSE;
    op->other = op->in[op->n_in++] = sum;
    return TRUE;
}

gboolean idiom_graph_fuse_slope(IdiomGraph *g, IdiomTensor *gradient, IdiomTensor *activated,
                                IdiomActivation act)
{
    IdiomOp *op = gradient->op;
    if (!op || !op->klass->applies_slope || op->activated || !takes(g, op, gradient, activated) ||
        !is_private(g, gradient, activated))
        return FALSE;
    op->activated = op->in[op->n_in++] = activated;
    op->slope = act;
    return TRUE;
}

void idiom_graph_accumulate(IdiomGraph *g, IdiomTensor *t, IdiomTensor *share)
{
    if (!t || !share || !t->requires_gradient || g->error)
        return;
    if (!idiom_shape_equal(t->shape, share->shape) || t->layout != share->layout) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                         "the gradient of %s has shape [%u,%u,%u,%u] instead of [%u,%u,%u,%u]",
                         t->op ? t->op->klass->name : "a parameter", share->shape.n, share->shape.c,
                         share->shape.h, share->shape.w, t->shape.n, t->shape.c, t->shape.h, t->shape.w);
        return;
    }
    if (t->gradient && !fuse_sum(g, t, share, t->gradient))
        share = idiom_add(g, t->gradient, share);
    t->gradient = share;
}

/* The part of the gradient array that belongs to parameter tensor @t is to be written by whoever makes its gradient. */
static void place_gradient(IdiomGraph *g, IdiomTensor *array, IdiomTensor *t)
{
    IdiomTensor *grad = t->gradient;
    gboolean shared = !grad->op || grad->alias || grad->constant;

    /* a tensor that is the gradient of something else as well cannot move into the array */
    for (guint i = 0; i < g->tensors->len && !shared; i++) {
        IdiomTensor *other = g_ptr_array_index(g->tensors, i);
        shared = other != t && other->gradient == grad;
    }
    if (shared)
        grad = t->gradient = idiom_affine(g, grad, 1, 0);
    if (!grad)
        return;
    grad->alias = array;
    grad->offset = t->offset;
}

IdiomTensor *idiom_graph_differentiate(IdiomGraph *g, IdiomTensor *const *losses, const double *weights,
                                       guint count, IdiomParams *params)
{
    IdiomTensor *array = NULL;

    if (idiom_graph_failed(g, losses, count))
        return NULL;
    g->backward = TRUE;
    if (params) {
        gsize n = idiom_params_elements(params);
        g_autofree float *zeros = g_new0(float, n);
        array = idiom_constant(g, IDIOM_SHAPE(1, 1, 1, (guint)n), zeros);
        if (array)
            array->constant = FALSE; /* zero at the start, then rewritten in every run */
    }
    for (guint i = 0; i < count; i++) {
        float seed = (float)weights[i];
        if (idiom_shape_elements(losses[i]->shape) != 1 || losses[i]->layout != IDIOM_LAYOUT_FLAT)
            idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "loss %u is not a scalar", i);
        idiom_graph_accumulate(g, losses[i], idiom_constant(g, losses[i]->shape, &seed));
    }
    for (guint i = g->ops->len; i-- > 0 && !g->error;) {
        IdiomOp *op = g_ptr_array_index(g->ops, i);
        gboolean wanted = FALSE, has_gradient = FALSE;
        for (guint k = 0; k < op->n_in; k++)
            wanted |= op->in[k] && op->in[k]->requires_gradient;
        for (guint k = 0; k < op->n_out; k++)
            has_gradient |= op->out[k]->gradient != NULL;
        if (wanted && has_gradient && op->klass->backward)
            op->klass->backward(g, op);
    }
    for (guint i = 0, n = g->tensors->len; i < n && array && !g->error; i++) {
        IdiomTensor *t = g_ptr_array_index(g->tensors, i);
        if (t->params == params && t->requires_gradient && t->gradient)
            place_gradient(g, array, t);
    }
    g->backward = FALSE;
    return g->error ? NULL : array;
}
