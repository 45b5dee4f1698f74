/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "operands.h"

#include <math.h>
#include <string.h>

#include "ops/internal.h"

static double random_value(Fill fill, GRand *random)
{
    double x = g_rand_double_range(random, 0.001, 1);
    switch (fill) {
    case FILL_POSITIVE:
        return 0.1 + x;
    case FILL_SHIFTED:
        return 4 + 2 * x;
    case FILL_LEVELS:
        return g_rand_int_range(random, -2, 3) / 2.0;
    case FILL_FLOW:
        return g_rand_boolean(random) ? 12 * x - 6 : g_rand_int_range(random, -6, 7) * (x > 0.5);
    case FILL_WIDE:
        return g_rand_boolean(random) ? 6 * x : -6 * x;
    case FILL_FAR:
        return 500 * x - 250;
    case FILL_SMALL:
        return 0.02 * x;
    case FILL_ZERO:
        return 0;
    case FILL_SHARE:
        return x;
    case FILL_BYTES:
        return g_rand_int_range(random, 0, 256);
    default:
        return g_rand_boolean(random) ? x : -x;
    }
}

static double round_to_half(double x)
{
    int exponent;
    double fraction = frexp(x, &exponent);
    return ldexp(nearbyint(fraction * 2048) / 2048, exponent);
}

Ref *random_tensor(IdiomShape shape, Fill fill, gboolean half, GRand *random)
{
    Ref *t = ref_new(shape);
    for (gsize i = 0; i < idiom_shape_elements(shape); i++) {
        double x = random_value(fill, random);
        t->v[i] = half ? round_to_half(x) : (float)x;
    }
    return t;
}

float *to_floats(const Ref *t)
{
    float *values = g_new(float, idiom_shape_elements(t->shape));
    for (gsize i = 0; i < idiom_shape_elements(t->shape); i++)
        values[i] = (float)t->v[i];
    return values;
}

void operands_init(Operands *o, const Case *c, IdiomDevice *device, IdiomGraph *g, IdiomPrecision precision,
                   guint gradients, GRand *random)
{
    *o = (Operands){.c = c, .params = idiom_params_new(device)};
    for (guint i = 0; i < c->n_in; i++) {
        const Operand *in = &c->in[i];
        if (in->kind == OPERAND_NONE)
            continue;
        o->values[i] =
            random_tensor(in->shape, in->fill, in->kind == OPERAND_PLANES && precision == IDIOM_FP16, random);
        if (in->kind == OPERAND_PARAM) {
            g_autofree float *values = to_floats(o->values[i]);
            idiom_params_add(o->params, c->op->in_names[i], in->shape, values);
        }
    }
    for (guint i = 0; i < c->n_in; i++) {
        const Operand *in = &c->in[i];
        gboolean gradient = gradients >> i & 1;
        if (in->kind == OPERAND_NONE)
            continue;
        if (in->kind == OPERAND_PARAM) {
            o->tensors[i] = idiom_graph_param(g, o->params, c->op->in_names[i], gradient);
            continue;
        }
        o->tensors[i] = o->inputs[i] = idiom_graph_input(
            g, in->kind == OPERAND_BYTES ? IDIOM_LAYOUT_BYTES : IDIOM_LAYOUT_FLAT, in->shape);
        if (in->kind == OPERAND_PLANES)
            o->tensors[i] = idiom_to_planes(g, o->inputs[i]);
        if (in->kind == OPERAND_FULL)
            o->tensors[i] = idiom_to_full_planes(g, o->inputs[i]);
        if (gradient)
            idiom_graph_want_gradient(g, o->tensors[i]);
    }
}

void operands_upload(const Operands *o, IdiomProgram *program)
{
    for (guint i = 0; i < o->c->n_in; i++) {
        gpointer memory = o->inputs[i] ? idiom_program_map(program, o->inputs[i]) : NULL;
        gsize count = memory ? elements(o->values[i]) : 0;
        if (!memory)
            continue;
        if (o->c->in[i].kind == OPERAND_BYTES) {
            for (gsize k = 0; k < count; k++)
                ((guint8 *)memory)[k] = (guint8)o->values[i]->v[k];
            continue;
        }
        g_autofree float *values = to_floats(o->values[i]);
        memcpy(memory, values, count * sizeof *values);
    }
}

void operands_clear(Operands *o)
{
    for (guint i = 0; i < REF_MAX_IN; i++)
        ref_free(o->values[i]);
    idiom_params_unref(o->params);
}

IdiomTensor *weighted_sum(IdiomGraph *g, IdiomTensor *result, const Ref *weights, double *factor)
{
    IdiomShape shape = weights->shape;
    gboolean flat = result && idiom_tensor_layout(result) == IDIOM_LAYOUT_FLAT;
    if (flat && idiom_shape_elements(shape) == 1) {
        *factor = weights->v[0];
        return result;
    }
    g_autofree float *values = to_floats(weights);
    *factor = (double)idiom_shape_elements(shape);
    return idiom_mean(g, idiom_mul(g, flat ? idiom_to_planes(g, result) : result,
                                   idiom_to_planes(g, idiom_constant(g, shape, values))));
}
