/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions of the elements of one operand. */
#include "model/onnx/families.h"

#include <math.h>

/* --- on the device ---------------------------------------------------------------------------------- */

/* Every element of the source once: what is done to the elements may be done to the source, and the view stays. */
static gboolean has_all(const Value *x)
{
    gint64 last = 0;
    for (guint d = 0; d < x->rank; d++) {
        if (x->dims[d] != 1 && x->strides[d] <= 0)
            return FALSE;
        last += (x->dims[d] - 1) * x->strides[d];
    }
    const gsize count = idiom_shape_elements(x->source->shape);
    return x->offset == 0 && value_count(x) == count && last == (gint64)count - 1;
}

/* What the elements of @x are made of, as a tensor; @view: how they lie in it. NULL where the graph has failed. */
static IdiomTensor *elements_of(Builder *b, Value *x, Value *view)
{
    IdiomTensor *t = has_all(x) ? source_tensor(b, x->source) : value_planes(b, x);
    if (!t)
        return NULL;
    *view = *x;
    view->uses = 0;
    if (!has_all(x)) {
        const Value made = value_of_source(source_of(b, t));
        if (!value_reshape(b, &made, x->rank, x->dims, view))
            return NULL;
    }
    return t;
}

gboolean apply_function(Builder *b, Value *x, IdiomFunction function, double p, double q, Value *out)
{
    IdiomTensor *t = elements_of(b, x, out);
    if (!t)
        return FALSE;
    out->source = source_of(b, idiom_function(b->graph, t, NULL, function, p, q));
    return out->source->tensor != NULL;
}

gboolean activate(Builder *b, Value *x, IdiomActivation act, Value *out)
{
    Source *conv = value_pending(x, SOURCE_CONV), *norm = value_pending(x, SOURCE_NORM);
    Source *s = conv ? conv : norm;
    if (s && s->act == IDIOM_ACT_NONE && !s->residual) {
        s->act = act;
        *out = *x;
        out->uses = 0;
        return TRUE;
    }
    IdiomTensor *t = elements_of(b, x, out);
    if (!t)
        return FALSE;
    out->source = source_of(b, idiom_activation(b->graph, t, act));
    return out->source->tensor != NULL;
}

/* scale x + shift. */
static gboolean affine(Builder *b, Value *x, double scale, double shift, Value *out)
{
    IdiomTensor *t = elements_of(b, x, out);
    if (!t)
        return FALSE;
    out->source = source_of(b, idiom_affine(b->graph, t, scale, shift));
    return out->source->tensor != NULL;
}

/* x (1 + erf(x / sqrt 2)) / 2, or what it is approximated by. */
static gboolean gelu(Builder *b, Value *x, Value *out)
{
    Value part, bell, half;
    Value twice = *x;
    twice.uses = MAX(x->uses, 2); /* what is pending is made first */
    if (!source_tensor(b, x->source))
        return FALSE;
    if (g_str_equal(idiom_node_text(b->node, "approximate", "none"), "tanh")) {
        Value square, inner, product;
        if (!binary(b, &twice, &twice, OP_MUL, &square) ||
            !affine(b, &square, 0.044715 * 0.7978845608, 0.7978845608, &inner) ||
            !binary(b, &inner, &twice, OP_MUL, &product) || !activate(b, &product, IDIOM_ACT_TANH, &bell))
            return FALSE;
    } else if (!affine(b, &twice, M_SQRT1_2, 0, &part) ||
               !apply_function(b, &part, IDIOM_FUNCTION_ERF, 0, 0, &bell)) {
        return FALSE;
    }
    return affine(b, &bell, 0.5, 0.5, &half) && binary(b, &half, &twice, OP_MUL, out);
}

/* --- parameters ------------------------------------------------------------------------------------- */

typedef struct {
    double p, q;
} Numbers;

/* Attributes before opset 11, operands since. */
static gboolean clip_limits(Builder *b, const Operands *o, Numbers *n)
{
    *n = (Numbers){idiom_node_float(b->node, "min", -G_MAXFLOAT),
                   idiom_node_float(b->node, "max", G_MAXFLOAT)};
    for (guint k = 1; k < 3; k++) {
        const Value *v = o->in[k];
        if (!v->known)
            continue;
        if (!v->array || value_count(v) != 1)
            return node_fail(b, "limits must be numbers that do not depend on the picture");
        *(k == 1 ? &n->p : &n->q) = value_get(v, 0);
    }
    return TRUE;
}

static gboolean numbers_of(Builder *b, const Operands *o, Numbers *n)
{
    const IdiomNode *node = b->node;
    *n = (Numbers){0, 0};
    switch (b->variant) {
    case UNARY_LEAKY_RELU:
        n->p = idiom_node_float(node, "alpha", 0.01);
        break;
    case UNARY_ELU_:
        *n = (Numbers){idiom_node_float(node, "alpha", 1), 1};
        break;
    case UNARY_SELU:
        *n = (Numbers){idiom_node_float(node, "alpha", 1.67326319217681884765625),
                       idiom_node_float(node, "gamma", 1.05070102214813232421875)};
        break;
    case UNARY_HARD_SIGMOID:
        *n = (Numbers){idiom_node_float(node, "alpha", 0.2), idiom_node_float(node, "beta", 0.5)};
        break;
    case UNARY_CLIP:
        return clip_limits(b, o, n);
    case UNARY_RECIPROCAL:
        n->p = 1;
        break;
    }
    return TRUE;
}

/* --- on the host ------------------------------------------------------------------------------------ */

static double of_number(const Builder *b, double x, const Numbers *n)
{
    switch ((UnaryOperator)b->variant) {
    case UNARY_RELU:
        return fmax(x, 0);
    case UNARY_LEAKY_RELU:
        return x < 0 ? n->p * x : x;
    case UNARY_ELU_:
    case UNARY_SELU:
        return n->q * (x < 0 ? n->p * expm1(x) : x);
    case UNARY_TANH:
        return tanh(x);
    case UNARY_SIGMOID:
        return 1 / (1 + exp(-x));
    case UNARY_HARD_SIGMOID:
        return fmin(fmax(n->p * x + n->q, 0), 1);
    case UNARY_HARD_SWISH:
        return x * fmin(fmax(x / 6 + 0.5, 0), 1);
    case UNARY_CLIP:
        return fmin(fmax(x, n->p), n->q);
    case UNARY_ERF:
        return erf(x);
    case UNARY_GELU:
        return 0.5 * x * (1 + erf(x * M_SQRT1_2));
    case UNARY_SOFTPLUS:
        return log1p(exp(x));
    case UNARY_SQRT:
        return sqrt(x);
    case UNARY_NEG:
        return -x;
    case UNARY_ABS:
        return fabs(x);
    case UNARY_EXP:
        return exp(x);
    case UNARY_LOG:
        return log(x);
    case UNARY_FLOOR:
        return floor(x);
    case UNARY_CEIL:
        return ceil(x);
    case UNARY_ROUND:
        return nearbyint(x);
    case UNARY_RECIPROCAL:
        return 1 / x;
    case UNARY_NOT:
        return x == 0;
    }
    return x;
}

static gboolean on_host(Builder *b, const Value *x, const Numbers *n, Value *out)
{
    const IdiomArray *from = value_array(b, x);
    IdiomArray *to = from ? array_make(b, from->type, x->rank, x->dims) : NULL;
    if (!to)
        return FALSE;
    for (gsize k = 0; k < to->count; k++)
        idiom_array_set(to, k, of_number(b, idiom_array_get(from, k), n));
    *out = value_of_array(to);
    return TRUE;
}

/* --- both ------------------------------------------------------------------------------------------- */

gboolean build_unary(Builder *b, const Operands *o, Value *out)
{
    static const struct {
        gboolean is;
        IdiomFunction function;
    } functions[] = {
        [UNARY_LEAKY_RELU] = {TRUE, IDIOM_FUNCTION_LEAKY},
        [UNARY_ELU_] = {TRUE, IDIOM_FUNCTION_ELU},
        [UNARY_SELU] = {TRUE, IDIOM_FUNCTION_ELU},
        [UNARY_HARD_SIGMOID] = {TRUE, IDIOM_FUNCTION_HARDSIGMOID},
        [UNARY_CLIP] = {TRUE, IDIOM_FUNCTION_CLAMP},
        [UNARY_ERF] = {TRUE, IDIOM_FUNCTION_ERF},
        [UNARY_SQRT] = {TRUE, IDIOM_FUNCTION_SQRT},
        [UNARY_ABS] = {TRUE, IDIOM_FUNCTION_ABS},
        [UNARY_EXP] = {TRUE, IDIOM_FUNCTION_EXP},
        [UNARY_LOG] = {TRUE, IDIOM_FUNCTION_LOG},
        [UNARY_FLOOR] = {TRUE, IDIOM_FUNCTION_FLOOR},
        [UNARY_CEIL] = {TRUE, IDIOM_FUNCTION_CEIL},
        [UNARY_ROUND] = {TRUE, IDIOM_FUNCTION_ROUND},
        [UNARY_RECIPROCAL] = {TRUE, IDIOM_FUNCTION_RECIPROCAL},
        [UNARY_NOT] = {FALSE, IDIOM_FUNCTION_CLAMP},
    };
    static const IdiomActivation activations[] = {
        [UNARY_RELU] = IDIOM_ACT_RELU,         [UNARY_TANH] = IDIOM_ACT_TANH,
        [UNARY_SIGMOID] = IDIOM_ACT_SIGMOID,   [UNARY_HARD_SWISH] = IDIOM_ACT_HARDSWISH,
        [UNARY_SOFTPLUS] = IDIOM_ACT_SOFTPLUS,
    };
    Value *x = o->in[0];
    Numbers n;
    if (!numbers_of(b, o, &n))
        return FALSE;
    if (x->array)
        return on_host(b, x, &n, out);
    const guint v = (guint)b->variant;
    if (v == UNARY_LEAKY_RELU && fabs(n.p - 0.2) < 1e-7)
        return activate(b, x, IDIOM_ACT_LEAKY, out);
    if (v < G_N_ELEMENTS(activations) && activations[v])
        return activate(b, x, activations[v], out);
    if (v == UNARY_GELU)
        return gelu(b, x, out);
    if (v == UNARY_NEG)
        return affine(b, x, -1, 0, out);
    return functions[v].is ? apply_function(b, x, functions[v].function, n.p, n.q, out)
                           : node_fail(b, "is not supported for pictures");
}
