/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gradients that are added up, or multiplied by an activation's slope, by the shader that makes the last of them: the
 * result is f(y) + y with y = act(x), so that y's gradient is a sum and x's a product.
 */
#include "checks.h"
#include "reference/activation.h"

#include <string.h>

/* x, and what else @rule takes; f's own arguments are RefArgs.more. */
static void forward(const RefRule *rule, const RefArgs *a, Ref *const *in, Ref *out)
{
    const RefArgs activation = {.act = a->act};
    g_autoptr(Ref) y = ref_forward(&ref_identity, &activation, in);
    Ref *inner[REF_MAX_IN] = {y, in[1], in[2], in[3]};
    g_autoptr(Ref) f = ref_forward(rule, a->more, inner);
    for (gsize i = 0; i < elements(out); i++)
        out->v[i] = f->v[i] + y->v[i];
}

static void backward(const RefRule *rule, const RefArgs *a, Ref *const *in, const Ref *out_gradient,
                     Ref *const *in_gradient)
{
    const RefArgs activation = {.act = a->act};
    g_autoptr(Ref) y = ref_forward(&ref_identity, &activation, in);
    g_autoptr(Ref) sum = ref_new(y->shape);
    Ref *inner[REF_MAX_IN] = {y, in[1], in[2], in[3]};
    Ref *gradients[REF_MAX_IN] = {sum, in_gradient[1], in_gradient[2], in_gradient[3]};
    g_autoptr(Ref) f = ref_forward(rule, a->more, inner);
    memcpy(sum->v, out_gradient->v, elements(sum) * sizeof *sum->v);
    ref_backward(rule, a->more, inner, f, out_gradient, gradients);
    ref_backward(&ref_identity, &activation, in, y, sum, in_gradient);
}

#define FUSED(name_, rule_)                                                                                  \
    static void name_##_forward(const RefArgs *a, Ref *const *in, Ref *out)                                  \
    {                                                                                                        \
        forward(&rule_, a, in, out);                                                                         \
    }                                                                                                        \
    static void name_##_backward(const RefArgs *a, Ref *const *in, const Ref *out_gradient,                  \
                                 Ref *const *in_gradient)                                                    \
    {                                                                                                        \
        backward(&rule_, a, in, out_gradient, in_gradient);                                                  \
    }                                                                                                        \
    static const RefRule name_##_rule = {same_shape, .forward = name_##_forward,                             \
                                         .backward = name_##_backward};

FUSED(conv, ref_conv2d)
FUSED(pool, ref_pool2d)

static IdiomTensor *build_conv(IdiomGraph *g, const RefArgs *a, IdiomTensor *const *in)
{
    const RefArgs *inner = a->more;
    IdiomTensor *y = idiom_activation(g, in[0], a->act);
    return idiom_add(g, idiom_conv2d(g, y, in[1], in[2], in[3], &inner->conv), y);
}

static IdiomTensor *build_pool(IdiomGraph *g, const RefArgs *a, IdiomTensor *const *in)
{
    const RefArgs *inner = a->more;
    IdiomTensor *y = idiom_activation(g, in[0], a->act);
    return idiom_add(g, idiom_pool2d(g, y, (IdiomPool)inner->n[0], inner->n[1], inner->n[2], FALSE), y);
}

static const OpCheck check_conv = {
    "fused conv2d", &conv_rule, build_conv, {"x", "x2", "weight", "bias"}, .fp32_only = TRUE};
static const OpCheck check_pool = {"fused pool2d", &pool_rule, build_pool, {"x"}, .fp32_only = TRUE};

CASES(fused)
{
    static const RefArgs three = {.conv = {.pad = 1, .mode = IDIOM_PAD_REFLECT}}, one = {.conv = {0}};
    static const RefArgs pools[] = {{.n = {IDIOM_POOL_AVG, 1, 1}}, {.n = {IDIOM_POOL_MAX, 1, 1}}};
    /* values off the kinks of all activations */
    for (IdiomActivation act = 1; act < ref_activations_count; act++) {
        const IdiomShape x = {2, 6 + act, 9, 37};
        add_case(checks, &check_conv, (RefArgs){.act = act, .more = act % 2 ? &three : &one},
                 ref_activation_name(act),
                 OPERANDS(PLANES(x, FILL_SIGNED), NONE,
                          PARAM(IDIOM_SHAPE(x.c, x.c, act % 2 ? 3 : 1, act % 2 ? 3 : 1), FILL_SIGNED),
                          PARAM(IDIOM_SHAPE(1, x.c, 1, 1), FILL_SIGNED)));
        add_case(checks, &check_pool, (RefArgs){.act = act, .more = &pools[act % 2]},
                 ref_activation_name(act), OPERANDS(PLANES(x, FILL_SIGNED)));
    }
}
