/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"
#include "reference/activation.h"

#include <string.h>

static IdiomShape upsample_conv_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = ref_upsample2.shape(a, in);
    return IDIOM_SHAPE(s.n, in[2]->shape.n, s.h, s.w);
}

/* The two operations that this one stands for: arguments of each, and the second's inputs. */
typedef struct {
    RefArgs upsample, conv;
    Ref *in[REF_MAX_IN];
} UpsampleConv;

static UpsampleConv upsample_conv_parts(const RefArgs *a, Ref *const *in)
{
    UpsampleConv parts = {.upsample = {.n = {IDIOM_UPSAMPLE_BILINEAR}},
                          .conv = {.conv = {.pad = 1, .mode = IDIOM_PAD_EDGE}, .act = a->act}};
    parts.in[0] = ref_forward(&ref_upsample2, &parts.upsample, in);
    for (guint i = 1; i < 4; i++)
        parts.in[i] = in[i];
    return parts;
}

static void upsample_conv_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    UpsampleConv parts = upsample_conv_parts(a, in);
    g_autoptr(Ref) upsampled = parts.in[0];
    g_autoptr(Ref) result = ref_forward(&ref_conv2d, &parts.conv, parts.in);
    memcpy(out->v, result->v, elements(out) * sizeof *out->v);
    out->pre = g_steal_pointer(&result->pre);
}

static void upsample_conv_backward(const RefArgs *a, Ref *const *in, const Ref *out_gradient,
                                   Ref *const *in_gradient)
{
    UpsampleConv parts = upsample_conv_parts(a, in);
    g_autoptr(Ref) upsampled = parts.in[0];
    g_autoptr(Ref) result = ref_forward(&ref_conv2d, &parts.conv, parts.in);
    g_autoptr(Ref) gradient = ref_new(upsampled->shape);
    Ref *gradients[REF_MAX_IN] = {gradient, in_gradient[1], in_gradient[2], in_gradient[3]};
    ref_backward(&ref_conv2d, &parts.conv, parts.in, result, out_gradient, gradients);
    if (in_gradient[0])
        ref_backward(&ref_upsample2, &parts.upsample, in, upsampled, gradient, in_gradient);
}

static const RefRule ref_upsample2_conv2d = {upsample_conv_shape, .forward = upsample_conv_forward,
                                             .backward = upsample_conv_backward};

static double upsample_conv_flops(const RefArgs *a, const Operand *in)
{
    (void)a;
    IdiomShape x = in[0].shape;
    return 2.0 * x.n * (2 * x.h) * (2 * x.w) * (double)idiom_shape_elements(in[2].shape);
}

/* clang-format off */
OP(upsample2_conv2d, "upsample2_conv2d", ref_upsample2_conv2d,
   idiom_upsample2_conv2d(g, in[0], in[1], in[2], in[3], a->act), {"x", "x2", "weight", "bias"}, .flops = upsample_conv_flops)
/* clang-format on */

static void add_upsample_conv(Checks *checks, IdiomShape x, guint c2, guint o, IdiomActivation act)
{
    const IdiomShape x2 = {x.n, c2, 2 * x.h, 2 * x.w};
    add_case(checks, &check_upsample2_conv2d, (RefArgs){.act = act}, ref_activation_name(act),
             OPERANDS(PLANES(x, FILL_SIGNED), x2.c ? PLANES(x2, FILL_SIGNED) : NONE,
                      PARAM(IDIOM_SHAPE(o, x.c + x2.c, 3, 3), FILL_SIGNED),
                      PARAM(IDIOM_SHAPE(1, o, 1, 1), FILL_SIGNED)));
}

CASES(upsample2_conv2d)
{
    static const struct {
        IdiomShape x;
        guint c2, o;
        IdiomActivation act;
    } upsamples[] = {
        {{1, 1, 1, 1}, 0, 1, IDIOM_ACT_NONE},    {{1, 3, 3, 5}, 0, 5, IDIOM_ACT_RELU},
        {{1, 32, 6, 35}, 0, 16, IDIOM_ACT_RELU}, {{1, 16, 9, 33}, 3, 3, IDIOM_ACT_TANH01},
        {{3, 19, 4, 7}, 0, 19, IDIOM_ACT_NONE},  {{2, 5, 7, 4}, 16, 4, IDIOM_ACT_LEAKY},
        {{2, 36, 5, 9}, 3, 5, IDIOM_ACT_TANH01}, {{1, 8, 5, 9}, 0, 6, IDIOM_ACT_HARDSWISH},
    };
    for (guint i = 0; i < G_N_ELEMENTS(upsamples); i++)
        add_upsample_conv(checks, upsamples[i].x, upsamples[i].c2, upsamples[i].o, upsamples[i].act);
    FOR_RANDOM(checks, 3, i)
    {
        IdiomShape x = random_shape(checks, 24, 12, 50);
        guint c2 = random_uint(checks, 0, 1) ? 3 : 0, o = random_uint(checks, 1, 20);
        add_upsample_conv(checks, x, c2, o, random_uint(checks, 0, ref_activations_count - 1));
    }
    add_bench(checks, &check_upsample2_conv2d, (RefArgs){.act = IDIOM_ACT_RELU}, "relu",
              OPERANDS(PLANES(IDIOM_SHAPE(1, 32, 90, 160), FILL_SIGNED), NONE,
                       PARAM(IDIOM_SHAPE(16, 32, 3, 3), FILL_SIGNED),
                       PARAM(IDIOM_SHAPE(1, 16, 1, 1), FILL_SIGNED)));
}
