/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions of the elements of two operands, which are repeated as numpy does. */
#include "model/onnx/families.h"

#include <math.h>
#include <string.h>

/* The dimensions of both together; FALSE after node_fail(). */
static gboolean join_dims(Builder *b, const Value *x, const Value *y, guint *rank, gint64 *dims)
{
    *rank = MAX(x->rank, y->rank);
    for (guint d = 0; d < *rank; d++) {
        const gint64 p = d + x->rank < *rank ? 1 : x->dims[d + x->rank - *rank];
        const gint64 q = d + y->rank < *rank ? 1 : y->dims[d + y->rank - *rank];
        if (p != q && p != 1 && q != 1)
            return node_fail(b, "sizes %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT " do not fit together", p,
                             q);
        dims[d] = p == 1 ? q : p;
    }
    return TRUE;
}

/* --- on the host ------------------------------------------------------------------------------------ */

static double of_numbers(BinaryOperator op, double x, double y, gboolean whole)
{
    switch (op) {
    case OP_ADD:
        return x + y;
    case OP_SUB:
        return x - y;
    case OP_MUL:
        return x * y;
    case OP_DIV:
        return whole ? (y == 0 ? 0 : trunc(x / y)) : x / y;
    case OP_POW:
        return pow(x, y);
    case OP_MIN:
        return fmin(x, y);
    case OP_MAX:
        return fmax(x, y);
    case OP_PRELU:
        return x < 0 ? x * y : x;
    case OP_MOD:
        return y == 0 ? 0 : x - y * floor(x / y);
    case OP_EQUAL:
        return x == y;
    case OP_LESS:
        return x < y;
    case OP_GREATER:
        return x > y;
    case OP_AND:
        return x != 0 && y != 0;
    case OP_OR:
        return x != 0 || y != 0;
    }
    return 0;
}

static gboolean on_host(Builder *b, const Value *x, const Value *y, BinaryOperator op, Value *out)
{
    guint rank;
    gint64 dims[IDIOM_ARRAY_MAX_RANK];
    Value p, q;
    if (!join_dims(b, x, y, &rank, dims) || !value_expand(b, x, rank, dims, &p) ||
        !value_expand(b, y, rank, dims, &q))
        return FALSE;
    IdiomArray *to = array_make(b, op >= OP_EQUAL ? IDIOM_TYPE_BOOL : x->array->type, rank, dims);
    if (!to)
        return FALSE;
    for (gsize k = 0; k < to->count; k++)
        idiom_array_set(to, k, of_numbers(op, value_get(&p, k), value_get(&q, k), to->i != NULL));
    *out = value_of_array(to);
    return TRUE;
}

/* --- a picture and numbers -------------------------------------------------------------------------- */

gboolean channel_affine(Builder *b, Value *x, const float *scale, const float *shift, Value *out)
{
    const IdiomShape s = x->source->shape;
    const gboolean lies = value_is_picture(x);
    Source *conv = lies ? value_pending(x, SOURCE_CONV) : NULL,
           *norm = lies ? value_pending(x, SOURCE_NORM) : NULL;
    Source *made = conv ? conv : norm;
    if (made && made->act == IDIOM_ACT_NONE && !made->residual) {
        if (!made->scale)
            made->scale = g_memdup2(scale, s.c * sizeof *scale);
        else
            for (guint c = 0; c < s.c; c++)
                made->scale[c] *= scale[c];
        if (!made->shift)
            made->shift = g_new0(float, s.c);
        for (guint c = 0; c < s.c; c++)
            made->shift[c] = made->shift[c] * scale[c] + shift[c];
        made->shifted = TRUE;
        *out = *x;
        out->uses = 0;
        return TRUE;
    }
    IdiomTensor *t = value_planes(b, x);
    if (!t)
        return FALSE;
    const IdiomShape each = IDIOM_SHAPE(1, t->shape.c, 1, 1);
    const Value done =
        value_of_source(source_of(b, idiom_channel_affine(b->graph, t, idiom_constant(b->graph, each, scale),
                                                          idiom_constant(b->graph, each, shift))));
    return done.source->tensor && value_reshape(b, &done, x->rank, x->dims, out);
}

/* Whether @y is one number for each channel of a picture @x; *numbers gets them. */
static gboolean is_by_channel(const Value *x, const Value *y, float *numbers)
{
    const guint channels = x->rank == 4 ? (guint)x->dims[1] : 0;
    const gsize count = value_count(y);
    const gboolean fits = y->rank < 4 ? y->rank == 3 && y->dims[0] == channels && count == channels
                                      : y->rank == 4 && y->dims[1] == channels && count == channels;
    if (!value_is_picture(x) || (count != 1 && !fits) || y->rank > 4)
        return FALSE;
    for (guint c = 0; c < channels; c++)
        numbers[c] = (float)value_get(y, count == 1 ? 0 : c);
    return TRUE;
}

/* Sums and products with numbers by channel are part of what makes the picture. FALSE where this is not one. */
static gboolean by_channel(Builder *b, Value *x, const Value *y, BinaryOperator op, gboolean swapped,
                           Value *out)
{
    const guint channels = x->rank == 4 && x->source ? x->source->shape.c : 0;
    g_autofree float *scale = g_new(float, channels + 1), *shift = g_new0(float, channels + 1);
    if (op > OP_DIV || (op == OP_DIV && swapped) || !channels || !is_by_channel(x, y, scale))
        return FALSE;
    for (guint c = 0; c < channels; c++) {
        const float v = scale[c];
        scale[c] = op == OP_MUL ? v : op == OP_DIV ? 1 / v : op == OP_SUB && swapped ? -1 : 1;
        shift[c] = op == OP_ADD ? v : op == OP_SUB ? (swapped ? v : -v) : 0;
    }
    return channel_affine(b, x, scale, shift, out);
}

/* One number and a picture: FALSE where there is no function of one for it. */
static gboolean with_number(Builder *b, Value *x, double y, BinaryOperator op, gboolean swapped, Value *out)
{
    if (op == OP_POW && !swapped && y == 2) {
        Value same = *x;
        same.uses = 2;
        return source_tensor(b, x->source) && binary(b, &same, &same, OP_MUL, out);
    }
    if (op == OP_POW && !swapped)
        return y == 0.5 ? apply_function(b, x, IDIOM_FUNCTION_SQRT, 0, 0, out)
                        : apply_function(b, x, IDIOM_FUNCTION_POWER, y, 0, out);
    if (op == OP_MIN || op == OP_MAX)
        return apply_function(b, x, IDIOM_FUNCTION_CLAMP, op == OP_MAX ? y : -G_MAXFLOAT,
                              op == OP_MIN ? y : G_MAXFLOAT, out);
    if (op == OP_PRELU && !swapped)
        return apply_function(b, x, IDIOM_FUNCTION_LEAKY, y, 0, out);
    return op == OP_DIV && swapped && apply_function(b, x, IDIOM_FUNCTION_RECIPROCAL, y, 0, out);
}

/* --- two pictures ----------------------------------------------------------------------------------- */

/* x + y where x is a norm that is not made yet. */
static gboolean add_residual(Builder *b, Value *x, Value *y, Value *out)
{
    Source *norm = value_is_picture(x) ? value_pending(x, SOURCE_NORM) : NULL;
    if (!norm || norm->residual || !y->source || y->source == norm || !value_is_picture(y) ||
        !idiom_shape_equal(y->source->shape, norm->shape))
        return FALSE;
    norm->residual = source_tensor(b, y->source);
    *out = *x;
    out->uses = 0;
    return norm->residual != NULL;
}

/* Whether the kernels repeat @y themselves. */
static gboolean repeats(IdiomShape x, IdiomShape y)
{
    return (y.n == x.n || y.n == 1) && (y.c == x.c || y.c == 1) &&
           ((y.h == x.h && y.w == x.w) || (y.h == 1 && y.w == 1));
}

static IdiomTensor *planes_of_dims(Builder *b, const Value *x, guint rank, const gint64 *dims)
{
    Value all;
    return value_expand(b, x, rank, dims, &all) ? value_planes(b, &all) : NULL;
}

/* The planes of @y for one of @wanted, repeated only where the kernels do not; @rank, @dims: of the result. */
static IdiomTensor *second_planes(Builder *b, const Value *y, IdiomShape wanted, guint rank,
                                  const gint64 *dims)
{
    gint64 own[IDIOM_ARRAY_MAX_RANK];
    for (guint d = 0; d < rank; d++)
        own[d] = d + y->rank < rank ? 1 : y->dims[d + y->rank - rank];
    const IdiomShape have = shape_of_dims(rank, own);
    return repeats(wanted, have) ? planes_of_dims(b, y, rank, own) : planes_of_dims(b, y, rank, dims);
}

static gboolean on_device(Builder *b, Value *x, Value *y, BinaryOperator op, Value *out)
{
    static const IdiomFunction functions[] = {
        [OP_ADD] = IDIOM_FUNCTION_ADD, [OP_SUB] = IDIOM_FUNCTION_SUB,     [OP_MUL] = IDIOM_FUNCTION_MUL,
        [OP_DIV] = IDIOM_FUNCTION_DIV, [OP_POW] = IDIOM_FUNCTION_POW,     [OP_MIN] = IDIOM_FUNCTION_MIN,
        [OP_MAX] = IDIOM_FUNCTION_MAX, [OP_PRELU] = IDIOM_FUNCTION_PRELU,
    };
    guint rank;
    gint64 dims[IDIOM_ARRAY_MAX_RANK];
    if ((guint)op >= G_N_ELEMENTS(functions))
        return node_fail(b, "is not supported for pictures");
    if (!join_dims(b, x, y, &rank, dims))
        return FALSE;
    IdiomTensor *first = planes_of_dims(b, x, rank, dims);
    IdiomTensor *second = first ? second_planes(b, y, first->shape, rank, dims) : NULL;
    if (!second)
        return FALSE;
    const Value made =
        value_of_source(source_of(b, idiom_function(b->graph, first, second, functions[op], 0, 0)));
    return made.source->tensor && value_reshape(b, &made, rank, dims, out);
}

gboolean binary(Builder *b, Value *x, Value *y, BinaryOperator op, Value *out)
{
    if (x->array && y->array)
        return on_host(b, x, y, op, out);
    /* what is found out of the question falls through; what went wrong on the way has set the error */
    if (x->source && y->array &&
        (by_channel(b, x, y, op, FALSE, out) ||
         (value_count(y) == 1 && y->rank <= x->rank && with_number(b, x, value_get(y, 0), op, FALSE, out))))
        return TRUE;
    if (x->array && y->source &&
        (by_channel(b, y, x, op, TRUE, out) ||
         (value_count(x) == 1 && x->rank <= y->rank && with_number(b, y, value_get(x, 0), op, TRUE, out))))
        return TRUE;
    if (op == OP_ADD && x->source && y->source && (add_residual(b, x, y, out) || add_residual(b, y, x, out)))
        return TRUE;
    return on_device(b, x, y, op, out);
}

gboolean build_binary(Builder *b, const Operands *o, Value *out)
{
    return binary(b, o->in[0], o->in[1], (BinaryOperator)b->variant, out);
}

gboolean build_many(Builder *b, const Operands *o, Value *out)
{
    Value so_far = b->values[b->node->in[0]];
    for (guint k = 1; k < o->n_in; k++) {
        Value next;
        if (!binary(b, &so_far, &b->values[b->node->in[k]], (BinaryOperator)b->variant, &next))
            return FALSE;
        so_far = next;
    }
    *out = o->n_in > 1 ? so_far : value_view(b, &b->values[b->node->in[0]]);
    out->uses = 0;
    return TRUE;
}
