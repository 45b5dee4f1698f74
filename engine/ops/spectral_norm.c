/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Spectral normalization (Miyato et al., arXiv 1802.05957). A weight [o,i,kh,kw] is a matrix W of o rows and
 * k = i kh kw columns, divided by an estimate of its largest singular value: sigma = |W^T u|, u being kept close to
 * the first left singular vector by a step of the power iteration whenever W has changed.
 *
 * As d|W^T u| / dW = u v^T with v = W^T u / sigma, the gradient dW = (dY - <dY, Y> u v^T) / sigma is exact for any u.
 */
#include "ops/internal.h"
#include "ops/moments.h"

enum { WEIGHT, U };
enum { RESULT, V };                /* V: v, then sigma */
enum { B_DY, B_RESULT, B_U, B_V }; /* inputs of the gradient op */
enum { B_DW, B_ROWS, B_DOT };      /* its outputs */

/* Invocations of a workgroup along a row. */
#define ROW_LANES 64

static guint columns_of(IdiomShape weight)
{
    return weight.c * weight.h * weight.w;
}

/* v[j] = sum over i of matrix[i,j] u[i] */
static gboolean record_columns(IdiomRecorder *r, const IdiomTensor *matrix, guint64 u, guint64 v,
                               GError **error)
{
    struct {
        guint64 matrix, u, v;
        gint32 rows, columns;
    } push = {idiom_recorder_address(r, matrix), u, v, (gint32)matrix->shape.n,
              (gint32)columns_of(matrix->shape)};
    IdiomDispatch d = {
        .shader = "spectral_columns",
        .local = {ROW_LANES},
        .groups = {IDIOM_DIV_UP(columns_of(matrix->shape), ROW_LANES)},
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

/* sums[i] = sum over j of matrix[i,j] times other[i,j], or other[j] if that is a @vector */
static gboolean record_rows(IdiomRecorder *r, const IdiomTensor *matrix, guint64 other, gboolean vector,
                            guint64 sums, GError **error)
{
    struct {
        guint64 matrix, other, sums;
        gint32 columns;
    } push = {idiom_recorder_address(r, matrix), other, sums, (gint32)columns_of(matrix->shape)};
    IdiomDispatch d = {
        .shader = "spectral_rows",
        .spec = {vector},
        .n_spec = 1,
        .local = {REDUCE_LANES},
        .groups = {matrix->shape.n},
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

/* unit = x / |x|; @unit may be @x. @length: 0, or where |x| goes */
static gboolean record_unit(IdiomRecorder *r, guint64 x, guint64 unit, guint64 length, guint count,
                            GError **error)
{
    struct {
        guint64 x, unit, length;
        gint32 count;
    } push = {x, unit, length, (gint32)count};
    IdiomDispatch d = {
        .shader = "spectral_unit",
        .spec = {length != 0},
        .n_spec = 1,
        .local = {REDUCE_LANES},
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

/* --- the normalized weight ------------------------------------------------------------------------ */

static gboolean norm_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *weight = op->in[WEIGHT];
    const guint columns = columns_of(weight->shape);
    const guint64 v = idiom_recorder_address(r, op->out[V]), sigma = v + columns * sizeof(float);
    if (!record_columns(r, weight, idiom_recorder_address(r, op->in[U]), v, error))
        return FALSE;
    idiom_recorder_barrier(r);
    if (!record_unit(r, v, v, sigma, columns, error))
        return FALSE;
    idiom_recorder_barrier(r);
    struct {
        guint64 weight, sigma, result;
        gint32 count;
    } push = {idiom_recorder_address(r, weight), sigma, idiom_recorder_address(r, op->out[RESULT]),
              (gint32)idiom_shape_elements(weight->shape)};
    IdiomDispatch d = {.shader = "spectral_norm", .push = &push, .push_size = sizeof push};
    idiom_dispatch_cover_flat(&d, idiom_shape_elements(weight->shape));
    return idiom_record_dispatch(r, &d, error);
}

static gboolean norm_backward_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *dy = op->in[B_DY];
    const guint rows = dy->shape.n, columns = columns_of(dy->shape);
    const guint64 sums = idiom_recorder_address(r, op->out[B_ROWS]),
                  dot = idiom_recorder_address(r, op->out[B_DOT]);
    if (!record_rows(r, dy, idiom_recorder_address(r, op->in[B_RESULT]), FALSE, sums, error))
        return FALSE;
    idiom_recorder_barrier(r);
    struct {
        guint64 partial, result;
        gint32 count;
        float factor;
    } sum = {sums, dot, (gint32)rows, 1};
    IdiomDispatch d = {
        .shader = "reduce_final", .local = {REDUCE_LANES}, .push = &sum, .push_size = sizeof sum};
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    struct {
        guint64 dy, u, v, dot, dw;
        gint32 columns;
    } push = {idiom_recorder_address(r, dy),
              idiom_recorder_address(r, op->in[B_U]),
              idiom_recorder_address(r, op->in[B_V]),
              dot,
              idiom_recorder_address(r, op->out[B_DW]),
              (gint32)columns};
    d = (IdiomDispatch){
        .shader = "spectral_norm_backward",
        .local = {ROW_LANES},
        .groups = {IDIOM_DIV_UP(columns, ROW_LANES), rows},
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass norm_backward_class = {"spectral_norm_backward", NULL, norm_backward_record, NULL};

static void norm_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *in[] = {[B_DY] = op->out[RESULT]->gradient,
                         [B_RESULT] = op->out[RESULT],
                         [B_U] = op->in[U],
                         [B_V] = op->out[V]};
    IdiomShape shape = op->in[WEIGHT]->shape;
    IdiomOp *b = idiom_graph_add_op(g, &norm_backward_class, in, G_N_ELEMENTS(in), NULL, 0);
    IdiomTensor *dw = idiom_op_add_output(b, g, IDIOM_LAYOUT_FLAT, shape);
    idiom_op_add_output(b, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, shape.n));
    idiom_op_add_output(b, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    idiom_graph_accumulate(g, op->in[WEIGHT], dw);
}

static const IdiomOpClass norm_class = {"spectral_norm", norm_backward, norm_record, NULL};

static gboolean check(IdiomGraph *g, const char *name, IdiomTensor *weight, IdiomTensor *u)
{
    if (idiom_graph_failed(g, (IdiomTensor *[]){weight, u}, 2) ||
        !idiom_require_layout(g, name, weight, IDIOM_LAYOUT_FLAT) ||
        !idiom_require_layout(g, name, u, IDIOM_LAYOUT_FLAT))
        return FALSE;
    if (!idiom_shape_equal(u->shape, IDIOM_SHAPE(1, weight->shape.n, 1, 1))) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "%s: u is " IDIOM_SHAPE_FORMAT ", not [1,%u,1,1]", name,
                         IDIOM_SHAPE_ARGS(u->shape), weight->shape.n);
        return FALSE;
    }
    if (weight->shape.n > 65535 || columns_of(weight->shape) > 65535) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                         "%s: " IDIOM_SHAPE_FORMAT " has more than 65535 rows or columns", name,
                         IDIOM_SHAPE_ARGS(weight->shape));
        return FALSE;
    }
    return TRUE;
}

IdiomTensor *idiom_spectral_norm(IdiomGraph *g, IdiomTensor *weight, IdiomTensor *u)
{
    IdiomTensor *in[] = {[WEIGHT] = weight, [U] = u};
    if (!check(g, norm_class.name, weight, u))
        return NULL;
    /* a network that stands twice in a graph needs it once */
    IdiomOp *op = idiom_graph_find_op(g, &norm_class, in, G_N_ELEMENTS(in), NULL, 0);
    if (op)
        return op->out[RESULT];
    op = idiom_graph_add_op(g, &norm_class, in, G_N_ELEMENTS(in), NULL, 0);
    IdiomTensor *result = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, weight->shape);
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, columns_of(weight->shape) + 1));
    return result;
}

/* --- the power iteration -------------------------------------------------------------------------- */

static gboolean iterate_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *weight = op->in[WEIGHT];
    const guint rows = weight->shape.n, columns = columns_of(weight->shape);
    const guint64 u = idiom_recorder_address(r, op->in[U]), v = idiom_recorder_address(r, op->out[0]),
                  product = idiom_recorder_address(r, op->out[1]);
    if (!record_columns(r, weight, u, v, error))
        return FALSE;
    idiom_recorder_barrier(r);
    if (!record_unit(r, v, v, 0, columns, error))
        return FALSE;
    idiom_recorder_barrier(r);
    if (!record_rows(r, weight, v, TRUE, product, error))
        return FALSE;
    idiom_recorder_barrier(r);
    return record_unit(r, product, u, 0, rows, error);
}

static const IdiomOpClass iterate_class = {"spectral_iterate", NULL, iterate_record, NULL};

void idiom_spectral_iterate(IdiomGraph *g, IdiomTensor *weight, IdiomTensor *u)
{
    IdiomTensor *in[] = {[WEIGHT] = weight, [U] = u};
    if (!check(g, iterate_class.name, weight, u) ||
        idiom_graph_find_op(g, &iterate_class, in, G_N_ELEMENTS(in), NULL, 0))
        return;
    IdiomOp *op = idiom_graph_add_op(g, &iterate_class, in, G_N_ELEMENTS(in), NULL, 0);
    op->in_place = TRUE;
    op->constant = FALSE; /* a step in every run, whatever it starts from */
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, columns_of(weight->shape)));
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, weight->shape.n));
}
