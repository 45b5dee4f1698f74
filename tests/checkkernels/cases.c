/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cases.h"

#include "parameters.h"

/* --- operations ----------------------------------------------------------------------------------- */

#define OP(id_, name_, rule_, call_, ...)                                                                    \
    static IdiomTensor *build_##id_(IdiomGraph *g, const RefArgs *a, IdiomTensor *const *in)                 \
    {                                                                                                        \
        (void)a;                                                                                             \
        return call_;                                                                                        \
    }                                                                                                        \
    static const OpCheck check_##id_ = {name_, &rule_, build_##id_, __VA_ARGS__};

/* clang-format off */
OP(to_planes, "to_planes", ref_identity, idiom_to_planes(g, in[0]), {"x"})
OP(to_flat, "to_flat", ref_identity, idiom_to_planes(g, idiom_to_flat(g, in[0])), {"x"})
OP(add, "add", ref_add, idiom_add(g, in[0], in[1]), {"a", "b"})
OP(sub, "sub", ref_sub, idiom_sub(g, in[0], in[1]), {"a", "b"})
OP(mul, "mul", ref_mul, idiom_mul(g, in[0], in[1]), {"a", "b"})
OP(affine, "affine", ref_affine, idiom_affine(g, in[0], a->f[0], a->f[1]), {"a"})
OP(channel_affine, "channel_affine", ref_channel_affine, idiom_channel_affine(g, in[0], in[1], in[2]),
   {"a", "scale", "offset"})
OP(mix, "mix", ref_mix, idiom_mix(g, in[0], in[1], in[2]), {"a", "b", "t"})
OP(activation, "activation", ref_identity, idiom_activation(g, in[0], a->act), {"a"})
OP(power, "power", ref_power, idiom_power(g, in[0], a->f[0]), {"a"})
OP(conv2d, "conv2d", ref_conv2d, idiom_conv2d(g, in[0], in[1], in[2], in[3], &a->conv),
   {"x", "x2", "weight", "bias"})
OP(upsample2_conv2d, "upsample2_conv2d", ref_upsample2_conv2d,
   idiom_upsample2_conv2d(g, in[0], in[1], in[2], in[3], a->act), {"x", "x2", "weight", "bias"})
OP(pad2d, "pad2d", ref_pad2d,
   idiom_pad2d(g, in[0], a->n[0], a->n[1], a->n[2], a->n[3], (IdiomPadMode)a->n[4]), {"x"})
OP(concat, "concat", ref_concat, idiom_concat(g, in[0], in[1]), {"a", "b"})
OP(slice, "slice", ref_slice, idiom_slice(g, in[0], a->n[0], a->n[1]), {"x"})
OP(crop, "crop", ref_crop, idiom_crop(g, in[0], a->n[0], a->n[1], a->n[2], a->n[3]), {"x"})
OP(warp, "warp", ref_warp, idiom_warp(g, in[0], in[1]), {"x", "flow"})
OP(unshuffle, "pixel_unshuffle", ref_unshuffle, idiom_pixel_unshuffle(g, in[0], a->n[0]), {"x"})
OP(shuffle, "pixel_shuffle", ref_shuffle, idiom_pixel_shuffle(g, in[0], a->n[0]), {"x"})
OP(upsample2, "upsample2", ref_upsample2, idiom_upsample2(g, in[0], (IdiomUpsample)a->n[0]), {"x"})
OP(pool2d, "pool2d", ref_pool2d,
   idiom_pool2d(g, in[0], (IdiomPool)a->n[0], a->n[1], a->n[2], a->n[3] != 0), {"x"})
OP(mean_hw, "mean_hw", ref_mean_hw, idiom_mean_hw(g, in[0]), {"x"})
/* squares of numbers around 5 for a result around 0.3 */
OP(variance_hw, "variance_hw", ref_variance_hw, idiom_variance_hw(g, in[0]), {"x"}, .loose = 10)
/* a picture of few pixels may be nearly constant: its deviation from the mean is scaled up */
OP(instance_norm, "instance_norm", ref_instance_norm,
   idiom_instance_norm(g, in[0], in[1], in[2], in[3], in[4], a->act, NULL),
   {"x", "gamma", "beta", "mix", "residual"}, .loose = 10)
OP(gram, "gram", ref_gram, idiom_gram(g, in[0], in[1]), {"x", "center"}, .fp32_only = TRUE)
OP(spectral_norm, "spectral_norm", ref_spectral_norm, idiom_spectral_norm(g, in[0], in[1]), {"weight", "u"},
   .fp32_only = TRUE)
OP(difference, "difference", ref_difference, idiom_difference(g, in[0], a->n[0], a->n[1]), {"x"},
   .fp32_only = TRUE)
OP(mean, "mean", ref_mean, idiom_mean(g, in[0]), {"a"}, .fp32_only = TRUE)
OP(mean_square, "mean_square", ref_mean_square, idiom_mean_square(g, in[0]), {"a"}, .fp32_only = TRUE)
OP(mean_abs, "mean_abs", ref_mean_abs, idiom_mean_abs(g, in[0]), {"a"}, .fp32_only = TRUE)
OP(mse, "mse", ref_mse, idiom_mse(g, in[0], in[1]), {"a", "b"}, .fp32_only = TRUE)
OP(mae, "mae", ref_mae, idiom_mae(g, in[0], in[1]), {"a", "b"}, .fp32_only = TRUE)
OP(gram_distance, "gram_distance", ref_gram_distance, idiom_gram_distance(g, in[0], in[1]),
   {"gram", "target"}, .fp32_only = TRUE)
OP(divide, "divide", ref_divide, idiom_divide(g, in[0], in[1]), {"a", "b"}, .fp32_only = TRUE)
/* clang-format on */

static const OpCheck check_adam = {"adam", .fp32_only = TRUE, .check = check_adam_steps};
static const OpCheck check_average = {"average", .fp32_only = TRUE, .check = check_average_steps};
static const OpCheck check_iterate = {"spectral_iterate", .fp32_only = TRUE, .check = check_iterate_steps};

/* --- cases ---------------------------------------------------------------------------------------- */

static void case_free(gpointer data)
{
    Case *c = data;
    g_free(c->text);
    g_free(c);
}

static void add_case(GPtrArray *cases, const OpCheck *op, RefArgs args, const char *arguments, guint n_in,
                     const Operand *in)
{
    Case *c = g_new0(Case, 1);
    c->op = op;
    c->args = args;
    c->n_in = n_in;
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < n_in; i++) {
        IdiomShape s = in[i].shape;
        c->in[i] = in[i];
        if (in[i].kind != OPERAND_NONE)
            g_string_append_printf(text, "%s[%u,%u,%u,%u] ", op->in_names[i], s.n, s.c, s.h, s.w);
    }
    g_string_append(text, arguments);
    c->text = g_strchomp(g_string_free(text, FALSE));
    g_ptr_array_add(cases, c);
}

#define NONE ((Operand){OPERAND_NONE})
#define PLANES(shape_, fill_) ((Operand){OPERAND_PLANES, shape_, TRUE, fill_})
#define FIXED(shape_, fill_) ((Operand){OPERAND_FLAT, shape_, FALSE, fill_})
#define FLAT(shape_, fill_) ((Operand){OPERAND_FLAT, shape_, TRUE, fill_})
#define PARAM(shape_, fill_) ((Operand){OPERAND_PARAM, shape_, TRUE, fill_})
#define OPERANDS(...)                                                                                        \
    G_N_ELEMENTS(((Operand[]){__VA_ARGS__})), (Operand[])                                                    \
    {                                                                                                        \
        __VA_ARGS__                                                                                          \
    }

static const char *const act_names[] = {"", "relu", "leaky", "tanh", "sigmoid", "tanh01", "softplus"};

/* One pixel; odd sizes; every channel tail; sizes off 8 and 32; batches. */
static const IdiomShape shapes[] = {
    {1, 1, 1, 1}, {1, 3, 5, 7}, {3, 5, 9, 33}, {1, 4, 2, 40}, {1, 19, 17, 8}, {2, 47, 3, 3}, {1, 64, 1, 165},
};
#define FOR_SHAPES(s) for (const IdiomShape *s = shapes; s < shapes + G_N_ELEMENTS(shapes); s++)

static void add_pointwise(GPtrArray *cases)
{
    static const OpCheck *const binary[] = {&check_add, &check_sub, &check_mul};

    FOR_SHAPES(s)
    add_case(cases, &check_to_planes, (RefArgs){0}, "", OPERANDS(FLAT(*s, FILL_SIGNED)));
    FOR_SHAPES(s)
    add_case(cases, &check_to_flat, (RefArgs){0}, "", OPERANDS(PLANES(*s, FILL_SIGNED)));
    for (guint i = 0; i < G_N_ELEMENTS(binary); i++) {
        FOR_SHAPES(s)
        add_case(cases, binary[i], (RefArgs){0}, "",
                 OPERANDS(PLANES(*s, FILL_SIGNED), PLANES(*s, FILL_SIGNED)));
        IdiomShape a = {3, 5, 9, 33};
        const IdiomShape b[] = {{1, 5, 9, 33}, {3, 5, 1, 1}, {1, 5, 1, 1}};
        for (guint k = 0; k < G_N_ELEMENTS(b); k++)
            add_case(cases, binary[i], (RefArgs){0}, "",
                     OPERANDS(PLANES(a, FILL_SIGNED), PLANES(b[k], FILL_SIGNED)));
    }
    FOR_SHAPES(s)
    add_case(cases, &check_affine, (RefArgs){.f = {-2.5, 0.75}}, "", OPERANDS(PLANES(*s, FILL_SIGNED)));
    FOR_SHAPES(s)
    add_case(cases, &check_channel_affine, (RefArgs){0}, "",
             OPERANDS(PLANES(*s, FILL_SIGNED), FIXED(IDIOM_SHAPE(1, s->c, 1, 1), FILL_SIGNED),
                      FIXED(IDIOM_SHAPE(1, s->c, 1, 1), FILL_SIGNED)));
    FOR_SHAPES(s)
    add_case(cases, &check_mix, (RefArgs){0}, "",
             OPERANDS(PLANES(*s, FILL_SIGNED), PLANES(*s, FILL_SIGNED),
                      FIXED(IDIOM_SHAPE(1, 1, 1, 1), FILL_POSITIVE)));
    for (IdiomActivation act = IDIOM_ACT_NONE; act <= IDIOM_ACT_SOFTPLUS; act++)
        for (guint i = 0; i < 3; i++)
            add_case(cases, &check_activation, (RefArgs){.act = act}, act_names[act],
                     OPERANDS(PLANES(shapes[i], i == 1 ? FILL_SHIFTED : FILL_SIGNED)));
    static const double exponents[] = {0.5, 2, -1};
    for (guint i = 0; i < G_N_ELEMENTS(exponents); i++) {
        g_autofree char *text = g_strdup_printf("exponent %g", exponents[i]);
        add_case(cases, &check_power, (RefArgs){.f = {exponents[i]}}, text,
                 OPERANDS(PLANES(shapes[2], FILL_POSITIVE)));
    }
}

typedef struct {
    IdiomShape x;
    guint c2, o, kh, kw;
    IdiomConvParams p;
    gboolean no_bias;
} Conv;

static const char *const pad_names[] = {"zero", "reflect", "edge"};

static void add_conv_case(GPtrArray *cases, const Conv *conv)
{
    IdiomShape x = conv->x, x2 = {x.n, conv->c2, x.h, x.w};
    const IdiomConvParams *p = &conv->p;
    guint groups = MAX(p->groups, 1);
    g_autofree char *text = g_strdup_printf("stride %u pad %u %s groups %u %s", MAX(p->stride, 1), p->pad,
                                            pad_names[p->mode], groups, act_names[p->act]);
    add_case(cases, &check_conv2d, (RefArgs){.conv = *p, .act = p->act}, text,
             OPERANDS(PLANES(x, FILL_SIGNED), x2.c ? PLANES(x2, FILL_SIGNED) : NONE,
                      PARAM(IDIOM_SHAPE(conv->o, (x.c + x2.c) / groups, conv->kh, conv->kw), FILL_SIGNED),
                      conv->no_bias ? NONE : PARAM(IDIOM_SHAPE(1, conv->o, 1, 1), FILL_SIGNED)));
}

static void add_conv(GPtrArray *cases)
{
    static const Conv list[] = {
#define ZERO(pad_) .pad = pad_, .mode = IDIOM_PAD_ZERO
#define REFLECT(pad_) .pad = pad_, .mode = IDIOM_PAD_REFLECT
#define EDGE(pad_) .pad = pad_, .mode = IDIOM_PAD_EDGE
        /* tiny */
        {{1, 1, 1, 1}, 0, 1, 1, 1, {0}},
        {{1, 1, 1, 1}, 0, 1, 3, 3, {ZERO(1)}},
        {{1, 3, 1, 1}, 0, 5, 3, 3, {REFLECT(1)}},
        {{2, 3, 2, 5}, 0, 4, 9, 9, {REFLECT(4)}},
        {{1, 4, 1, 2}, 0, 4, 3, 3, {EDGE(1)}},
        {{2, 19, 5, 33}, 0, 16, 3, 3, {EDGE(1), .act = IDIOM_ACT_RELU}},
        {{1, 16, 7, 33}, 3, 3, 3, 3, {EDGE(1), .act = IDIOM_ACT_TANH01}},
        {{1, 3, 5, 6}, 0, 5, 5, 5, {EDGE(2)}},
        {{1, 3, 3, 3}, 0, 3, 3, 3, {0}},
        /* k 3: the generator's and discriminator's shapes, tails, batches */
        {{3, 5, 7, 9}, 0, 19, 3, 3, {REFLECT(1), .act = IDIOM_ACT_RELU}},
        {{1, 32, 19, 37}, 0, 32, 3, 3, {ZERO(1), .act = IDIOM_ACT_RELU}},
        {{1, 32, 7, 165}, 0, 32, 3, 3, {REFLECT(1)}},
        {{1, 32, 6, 70}, 0, 16, 3, 3, {ZERO(1)}},
        {{1, 16, 8, 32}, 0, 3, 3, 3, {REFLECT(1), .act = IDIOM_ACT_TANH01}},
        {{1, 48, 9, 11}, 0, 48, 3, 3, {REFLECT(1), .act = IDIOM_ACT_LEAKY}},
        {{1, 64, 9, 17}, 0, 64, 3, 3, {ZERO(1), .act = IDIOM_ACT_RELU}},
        {{3, 47, 5, 5}, 0, 47, 3, 3, {ZERO(1)}, TRUE},
        {{1, 3, 13, 21}, 0, 64, 3, 3, {ZERO(1), .act = IDIOM_ACT_RELU}},
        {{1, 1, 8, 8}, 0, 4, 3, 3, {ZERO(0), .act = IDIOM_ACT_SOFTPLUS}},
        {{2, 4, 8, 40}, 0, 1, 3, 3, {ZERO(1), .act = IDIOM_ACT_SIGMOID}},
        {{1, 5, 6, 6}, 0, 5, 3, 5, {REFLECT(2), .act = IDIOM_ACT_TANH}},
        /* two inputs */
        {{1, 16, 9, 33}, 3, 3, 3, 3, {REFLECT(1), .act = IDIOM_ACT_TANH01}},
        {{2, 5, 7, 10}, 3, 6, 3, 3, {ZERO(1)}},
        {{1, 32, 6, 34}, 16, 32, 3, 3, {REFLECT(1)}},
        {{1, 19, 5, 6}, 32, 16, 1, 1, {0}},
        /* k 1 */
        {{1, 64, 9, 33}, 0, 16, 1, 1, {.act = IDIOM_ACT_RELU}},
        {{3, 16, 5, 7}, 0, 64, 1, 1, {0}},
        {{1, 48, 3, 40}, 0, 19, 1, 1, {0}, TRUE},
        {{1, 5, 9, 9}, 0, 3, 1, 1, {.stride = 2}},
        /* k 9 */
        {{1, 3, 13, 19}, 0, 16, 9, 9, {REFLECT(4)}},
        {{1, 8, 12, 17}, 0, 3, 9, 9, {ZERO(4), .act = IDIOM_ACT_TANH01}},
        /* strides */
        {{1, 8, 17, 33}, 0, 16, 3, 3, {.stride = 2, REFLECT(1)}},
        {{1, 16, 16, 34}, 0, 20, 3, 3, {.stride = 2, ZERO(1), .act = IDIOM_ACT_RELU}},
        {{3, 3, 20, 18}, 0, 16, 4, 4, {.stride = 2, ZERO(1), .act = IDIOM_ACT_LEAKY}},
        {{1, 8, 9, 11}, 0, 12, 4, 4, {.stride = 2, ZERO(1)}},
        {{1, 3, 23, 31}, 0, 8, 7, 7, {.stride = 2, ZERO(0), .act = IDIOM_ACT_RELU}},
        {{1, 3, 11, 14}, 0, 4, 7, 7, {.stride = 2, REFLECT(3)}},
        {{1, 3, 12, 9}, 0, 4, 3, 3, {.stride = 3, ZERO(1)}},
        /* groups */
        {{1, 4, 7, 9}, 0, 4, 3, 3, {REFLECT(1), .groups = 4}},
        {{2, 6, 5, 33}, 0, 4, 3, 3, {ZERO(1), .groups = 2, .act = IDIOM_ACT_RELU}},
        {{1, 32, 6, 9}, 0, 32, 3, 3, {ZERO(1), .groups = 4}},
        {{1, 16, 8, 9}, 0, 48, 3, 3, {.stride = 2, REFLECT(1), .groups = 16}},
        {{1, 32, 5, 6}, 0, 16, 1, 1, {.groups = 2}},
#undef ZERO
#undef REFLECT
#undef EDGE
    };

    for (guint i = 0; i < G_N_ELEMENTS(list); i++)
        add_conv_case(cases, &list[i]);

    static const struct {
        IdiomShape x;
        guint c2, o;
        IdiomActivation act;
    } upsamples[] = {
        {{1, 1, 1, 1}, 0, 1, IDIOM_ACT_NONE},    {{1, 3, 3, 5}, 0, 5, IDIOM_ACT_RELU},
        {{1, 32, 6, 35}, 0, 16, IDIOM_ACT_RELU}, {{1, 16, 9, 33}, 3, 3, IDIOM_ACT_TANH01},
        {{3, 19, 4, 7}, 0, 19, IDIOM_ACT_NONE},  {{2, 5, 7, 4}, 16, 4, IDIOM_ACT_LEAKY},
        {{2, 36, 5, 9}, 3, 5, IDIOM_ACT_TANH01},
    };
    for (guint i = 0; i < G_N_ELEMENTS(upsamples); i++) {
        IdiomShape x = upsamples[i].x, x2 = {x.n, upsamples[i].c2, 2 * x.h, 2 * x.w};
        guint o = upsamples[i].o;
        add_case(cases, &check_upsample2_conv2d, (RefArgs){.act = upsamples[i].act},
                 act_names[upsamples[i].act],
                 OPERANDS(PLANES(x, FILL_SIGNED), x2.c ? PLANES(x2, FILL_SIGNED) : NONE,
                          PARAM(IDIOM_SHAPE(o, x.c + x2.c, 3, 3), FILL_SIGNED),
                          PARAM(IDIOM_SHAPE(1, o, 1, 1), FILL_SIGNED)));
    }

    static const struct {
        IdiomShape x;
        guint n[5];
    } pads[] = {
        {{1, 1, 1, 1}, {2, 1, 0, 3, IDIOM_PAD_REFLECT}},   {{1, 1, 1, 1}, {2, 1, 0, 3, IDIOM_PAD_ZERO}},
        {{1, 3, 2, 3}, {7, 5, 4, 9, IDIOM_PAD_REFLECT}},   {{3, 5, 7, 9}, {1, 1, 1, 1, IDIOM_PAD_ZERO}},
        {{1, 19, 5, 33}, {4, 4, 4, 4, IDIOM_PAD_REFLECT}}, {{2, 4, 6, 6}, {0, 2, 0, 3, IDIOM_PAD_REFLECT}},
        {{1, 1, 1, 1}, {2, 1, 0, 3, IDIOM_PAD_EDGE}},      {{3, 5, 7, 33}, {3, 1, 0, 2, IDIOM_PAD_EDGE}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(pads); i++) {
        RefArgs args = {0};
        memcpy(args.n, pads[i].n, sizeof args.n);
        g_autofree char *text = g_strdup_printf("left %u right %u top %u bottom %u %s", args.n[0], args.n[1],
                                                args.n[2], args.n[3], pad_names[args.n[4]]);
        add_case(cases, &check_pad2d, args, text, OPERANDS(PLANES(pads[i].x, FILL_SIGNED)));
    }
}

static void add_shape(GPtrArray *cases)
{
    static const guint concats[][2] = {{1, 1}, {4, 4}, {3, 5}, {5, 16}, {19, 3}, {32, 47}};
    for (guint i = 0; i < G_N_ELEMENTS(concats); i++) {
        IdiomShape a = {i % 2 ? 3 : 1, concats[i][0], 5, 9 + 5 * i}, b = a;
        b.c = concats[i][1];
        add_case(cases, &check_concat, (RefArgs){0}, "",
                 OPERANDS(PLANES(a, FILL_SIGNED), PLANES(b, FILL_SIGNED)));
    }

    static const guint slices[][3] = {{1, 0, 1},    {5, 4, 1},  {19, 3, 7},
                                      {32, 16, 16}, {47, 0, 3}, {16, 2, 13}};
    for (guint i = 0; i < G_N_ELEMENTS(slices); i++) {
        IdiomShape x = {i % 2 ? 3 : 1, slices[i][0], 4, 7 + 6 * i};
        g_autofree char *text = g_strdup_printf("first %u count %u", slices[i][1], slices[i][2]);
        add_case(cases, &check_slice, (RefArgs){.n = {slices[i][1], slices[i][2]}}, text,
                 OPERANDS(PLANES(x, FILL_SIGNED)));
    }

    static const struct {
        IdiomShape x;
        guint n[4];
    } crops[] = {
        {{1, 1, 1, 1}, {0, 0, 1, 1}},
        {{3, 5, 9, 33}, {1, 2, 31, 6}},
        {{1, 19, 8, 40}, {8, 0, 32, 8}},
        {{1, 3, 7, 7}, {6, 6, 1, 1}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(crops); i++) {
        const guint *n = crops[i].n;
        g_autofree char *text = g_strdup_printf("left %u top %u w %u h %u", n[0], n[1], n[2], n[3]);
        add_case(cases, &check_crop, (RefArgs){.n = {n[0], n[1], n[2], n[3]}}, text,
                 OPERANDS(PLANES(crops[i].x, FILL_SIGNED)));
    }

    FOR_SHAPES(s)
    {
        Operand x = PLANES(*s, FILL_SIGNED), flow = PLANES(IDIOM_SHAPE(s->n, 2, s->h, s->w), FILL_FLOW);
        x.gradient = flow.gradient = FALSE;
        add_case(cases, &check_warp, (RefArgs){0}, "", OPERANDS(x, flow));
    }

    static const struct {
        IdiomShape large;
        guint r;
    } shuffles[] = {
        {{1, 1, 2, 2}, 2}, {{3, 3, 8, 12}, 4}, {{1, 3, 36, 132}, 4}, {{1, 5, 6, 18}, 2},
        {{1, 4, 6, 9}, 3}, {{2, 19, 4, 6}, 2}, {{1, 1, 8, 40}, 8},
    };
    for (guint i = 0; i < G_N_ELEMENTS(shuffles); i++) {
        IdiomShape s = shuffles[i].large;
        guint r = shuffles[i].r;
        g_autofree char *text = g_strdup_printf("r %u", r);
        add_case(cases, &check_unshuffle, (RefArgs){.n = {r}}, text, OPERANDS(PLANES(s, FILL_SIGNED)));
        IdiomShape packed = {s.n, s.c * r * r, s.h / r, s.w / r};
        add_case(cases, &check_shuffle, (RefArgs){.n = {r}}, text, OPERANDS(PLANES(packed, FILL_SIGNED)));
    }

    for (guint mode = 0; mode < 2; mode++)
        FOR_SHAPES(s)
    add_case(cases, &check_upsample2, (RefArgs){.n = {mode}}, mode ? "bilinear" : "nearest",
             OPERANDS(PLANES(*s, FILL_SIGNED)));

    static const struct {
        IdiomShape x;
        guint n[4];
        Fill fill;
    } pools[] = {
        {{1, 1, 1, 1}, {IDIOM_POOL_MAX, 1, 1, 0}},
        {{1, 3, 8, 40}, {IDIOM_POOL_MAX, 2, 2, 0}},
        {{3, 5, 7, 33}, {IDIOM_POOL_MAX, 2, 2, 0}},
        {{3, 5, 7, 33}, {IDIOM_POOL_MAX, 3, 2, 1}},
        {{1, 19, 8, 14}, {IDIOM_POOL_MAX, 3, 2, 1}},
        {{1, 64, 9, 11}, {IDIOM_POOL_MAX, 3, 2, 0}},
        {{1, 4, 2, 2}, {IDIOM_POOL_MAX, 3, 2, 1}},
        {{1, 4, 6, 6}, {IDIOM_POOL_MAX, 3, 1, 0}},
        {{1, 3, 12, 14}, {IDIOM_POOL_MAX, 3, 2, 1}, FILL_LEVELS},
        {{2, 5, 8, 8}, {IDIOM_POOL_MAX, 2, 2, 0}, FILL_LEVELS},
        {{1, 3, 8, 40}, {IDIOM_POOL_AVG, 2, 2, 0}},
        {{3, 5, 7, 33}, {IDIOM_POOL_AVG, 3, 2, 0}},
        {{1, 47, 9, 9}, {IDIOM_POOL_AVG, 4, 4, 0}},
        {{1, 4, 7, 7}, {IDIOM_POOL_AVG, 7, 1, 0}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(pools); i++) {
        const guint *n = pools[i].n;
        g_autofree char *text = g_strdup_printf("%s k %u stride %u%s%s", n[0] ? "avg" : "max", n[1], n[2],
                                                n[3] ? " ceil" : "", pools[i].fill ? " ties" : "");
        add_case(cases, &check_pool2d, (RefArgs){.n = {n[0], n[1], n[2], n[3]}}, text,
                 OPERANDS(PLANES(pools[i].x, pools[i].fill)));
    }
}

static void add_norm(GPtrArray *cases)
{
    static const OpCheck *const statistics[] = {&check_mean_hw, &check_variance_hw};
    static const IdiomShape pictures[] = {{1, 1, 1, 1},  {1, 3, 5, 7},  {3, 5, 9, 33},
                                          {1, 4, 2, 40}, {2, 47, 3, 3}, {1, 16, 67, 131}};
    for (guint k = 0; k < G_N_ELEMENTS(statistics); k++)
        for (guint i = 0; i < G_N_ELEMENTS(pictures); i++)
            add_case(cases, statistics[k], (RefArgs){0}, i % 2 ? "shifted" : "",
                     OPERANDS(PLANES(pictures[i], i % 2 ? FILL_SHIFTED : FILL_SIGNED)));

    static const struct {
        IdiomShape x;
        guint styles, mix_n; /* mix_n 0: no mix */
        gboolean residual;
        IdiomActivation act;
        Fill fill;
    } norms[] = {
        {{1, 1, 1, 1}, 1, 0, FALSE, IDIOM_ACT_NONE, FILL_SIGNED},
        {{1, 3, 5, 7}, 1, 0, FALSE, IDIOM_ACT_RELU, FILL_SIGNED},
        {{1, 3, 1, 2}, 1, 0, TRUE, IDIOM_ACT_NONE, FILL_SIGNED},
        {{3, 5, 9, 33}, 1, 0, TRUE, IDIOM_ACT_RELU, FILL_SIGNED},
        {{1, 32, 45, 83}, 1, 0, FALSE, IDIOM_ACT_RELU, FILL_SIGNED},
        {{1, 32, 17, 40}, 1, 0, TRUE, IDIOM_ACT_NONE, FILL_SHIFTED},
        {{3, 19, 8, 9}, 4, 1, FALSE, IDIOM_ACT_NONE, FILL_SIGNED},
        {{3, 16, 8, 9}, 2, 3, TRUE, IDIOM_ACT_LEAKY, FILL_SIGNED},
        {{2, 47, 3, 165}, 3, 2, FALSE, IDIOM_ACT_TANH, FILL_SHIFTED},
        {{2, 4, 6, 6}, 1, 1, FALSE, IDIOM_ACT_NONE, FILL_SIGNED},
    };
    for (guint i = 0; i < G_N_ELEMENTS(norms); i++) {
        IdiomShape x = norms[i].x, row = {norms[i].styles, x.c, 1, 1};
        add_case(cases, &check_instance_norm, (RefArgs){.act = norms[i].act}, act_names[norms[i].act],
                 OPERANDS(PLANES(x, norms[i].fill), PARAM(row, FILL_SIGNED), PARAM(row, FILL_SIGNED),
                          norms[i].mix_n
                              ? FIXED(IDIOM_SHAPE(norms[i].mix_n, norms[i].styles, 1, 1), FILL_POSITIVE)
                              : NONE,
                          norms[i].residual ? PLANES(x, FILL_SIGNED) : NONE));
    }

    static const IdiomShape grams[] = {{1, 1, 1, 1},  {1, 3, 5, 7},    {3, 5, 9, 33},  {1, 19, 17, 8},
                                       {2, 47, 3, 3}, {1, 64, 12, 33}, {1, 16, 47, 61}};
    for (guint i = 0; i < G_N_ELEMENTS(grams); i++)
        add_case(cases, &check_gram, (RefArgs){0}, "",
                 OPERANDS(PLANES(grams[i], FILL_SIGNED),
                          i % 2 ? FIXED(IDIOM_SHAPE(1, grams[i].c, 1, 1), FILL_SIGNED) : NONE));
}

static void add_spectral_norm(GPtrArray *cases)
{
    static const IdiomShape weights[] = {
        {1, 1, 1, 1}, {1, 96, 3, 3}, {24, 3, 4, 4}, {5, 7, 1, 3}, {67, 1, 1, 1}, {130, 19, 3, 3},
    };
    for (guint i = 0; i < G_N_ELEMENTS(weights); i++) {
        add_case(
            cases, &check_spectral_norm, (RefArgs){0}, "",
            OPERANDS(PARAM(weights[i], FILL_SIGNED), FIXED(IDIOM_SHAPE(1, weights[i].n, 1, 1), FILL_SIGNED)));
        add_case(
            cases, &check_spectral_norm, (RefArgs){0}, "computed",
            OPERANDS(FLAT(weights[i], FILL_SIGNED), FIXED(IDIOM_SHAPE(1, weights[i].n, 1, 1), FILL_SIGNED)));
    }
}

static void add_losses(GPtrArray *cases)
{
    static const OpCheck *const one[] = {&check_mean, &check_mean_square, &check_mean_abs};
    static const OpCheck *const two[] = {&check_mse, &check_mae};
    static const IdiomShape pictures[] = {{1, 1, 1, 1}, {3, 5, 9, 33}, {1, 3, 37, 131}, {2, 47, 3, 3}};

    for (guint axis = 0; axis < 2; axis++)
        for (guint order = 1; order <= 2; order++)
            for (guint i = 1; i < 3; i++) {
                g_autofree char *text = g_strdup_printf("axis %u order %u", axis, order);
                add_case(cases, &check_difference, (RefArgs){.n = {axis, order}}, text,
                         OPERANDS(PLANES(shapes[i], FILL_SIGNED)));
            }
    for (guint i = 0; i < G_N_ELEMENTS(pictures); i++) {
        Operand x = PLANES(pictures[i], FILL_SIGNED);
        for (guint k = 0; k < G_N_ELEMENTS(one); k++)
            add_case(cases, one[k], (RefArgs){0}, "", OPERANDS(x));
        for (guint k = 0; k < G_N_ELEMENTS(two); k++)
            add_case(cases, two[k], (RefArgs){0}, "", OPERANDS(x, x));
    }
    static const guint channels[] = {1, 3, 19, 64};
    for (guint i = 0; i < G_N_ELEMENTS(channels); i++)
        add_case(cases, &check_gram_distance, (RefArgs){0}, "",
                 OPERANDS(FLAT(IDIOM_SHAPE(1 + i % 3, 1, channels[i], channels[i]), FILL_SIGNED),
                          FIXED(IDIOM_SHAPE(1, 1, channels[i], channels[i]), FILL_SIGNED)));
    add_case(
        cases, &check_divide, (RefArgs){0}, "",
        OPERANDS(FLAT(IDIOM_SHAPE(1, 1, 1, 1), FILL_SIGNED), FIXED(IDIOM_SHAPE(1, 1, 1, 1), FILL_POSITIVE)));
}

GPtrArray *cases_new(void)
{
    GPtrArray *cases = g_ptr_array_new_with_free_func(case_free);
    add_pointwise(cases);
    add_conv(cases);
    add_shape(cases);
    add_norm(cases);
    add_spectral_norm(cases);
    add_losses(cases);
    add_case(cases, &check_adam, (RefArgs){0}, "three steps", 0, NULL);
    add_case(cases, &check_average, (RefArgs){0}, "three steps", 0, NULL);
    add_case(cases, &check_iterate, (RefArgs){0}, "three steps", 0, NULL);
    return cases;
}

/* --- speed ---------------------------------------------------------------------------------------- */

GPtrArray *bench_cases_new(void)
{
    static const Conv convs[] = {
        {{1, 32, 180, 320}, 0, 32, 3, 3, {.pad = 1}},
        {{1, 32, 90, 160}, 0, 32, 3, 3, {.pad = 1}},
        {{1, 48, 90, 160}, 0, 32, 3, 3, {.pad = 1}},
        {{1, 32, 180, 320}, 0, 16, 3, 3, {.pad = 1}},
        {{1, 16, 360, 640}, 3, 3, 3, 3, {.pad = 1}},
        {{1, 64, 192, 192}, 0, 64, 3, 3, {.pad = 1}},
        {{1, 64, 96, 96}, 0, 16, 1, 1, {0}},
        {{1, 16, 96, 96}, 0, 64, 1, 1, {0}},
        {{1, 3, 180, 320}, 0, 16, 9, 9, {.pad = 4}},
        {{1, 3, 192, 192}, 0, 64, 7, 7, {.stride = 2}},
        {{1, 16, 192, 192}, 0, 32, 4, 4, {.stride = 2, .pad = 1}},
    };
    GPtrArray *cases = g_ptr_array_new_with_free_func(case_free);
    for (guint i = 0; i < G_N_ELEMENTS(convs); i++)
        add_conv_case(cases, &convs[i]);

    const Operand large = PLANES(IDIOM_SHAPE(1, 32, 180, 320), FILL_SIGNED);
    const Operand small = PLANES(IDIOM_SHAPE(1, 32, 90, 160), FILL_SIGNED);
    const Operand picture = PLANES(IDIOM_SHAPE(1, 3, 360, 640), FILL_SIGNED);
    const Operand packed = PLANES(IDIOM_SHAPE(1, 48, 90, 160), FILL_SIGNED);
    const Operand row = PARAM(IDIOM_SHAPE(1, 32, 1, 1), FILL_SIGNED);
    add_case(cases, &check_upsample2_conv2d, (RefArgs){.act = IDIOM_ACT_RELU}, "relu",
             OPERANDS(small, NONE, PARAM(IDIOM_SHAPE(16, 32, 3, 3), FILL_SIGNED),
                      PARAM(IDIOM_SHAPE(1, 16, 1, 1), FILL_SIGNED)));
    add_case(cases, &check_gram, (RefArgs){0}, "",
             OPERANDS(PLANES(IDIOM_SHAPE(1, 64, 192, 192), FILL_SIGNED), NONE));
    add_case(cases, &check_gram, (RefArgs){0}, "",
             OPERANDS(PLANES(IDIOM_SHAPE(1, 128, 48, 48), FILL_SIGNED), NONE));
    add_case(cases, &check_instance_norm, (RefArgs){.act = IDIOM_ACT_RELU}, "relu",
             OPERANDS(small, row, row, NONE, NONE));
    add_case(cases, &check_instance_norm, (RefArgs){0}, "", OPERANDS(small, row, row, NONE, small));
    add_case(cases, &check_add, (RefArgs){0}, "", OPERANDS(large, large));
    add_case(cases, &check_activation, (RefArgs){.act = IDIOM_ACT_RELU}, "relu", OPERANDS(large));
    add_case(cases, &check_concat, (RefArgs){0}, "", OPERANDS(large, large));
    add_case(cases, &check_unshuffle, (RefArgs){.n = {4}}, "r 4", OPERANDS(picture));
    add_case(cases, &check_shuffle, (RefArgs){.n = {4}}, "r 4", OPERANDS(packed));
    add_case(cases, &check_upsample2, (RefArgs){.n = {IDIOM_UPSAMPLE_NEAREST}}, "nearest", OPERANDS(small));
    add_case(cases, &check_upsample2, (RefArgs){.n = {IDIOM_UPSAMPLE_BILINEAR}}, "bilinear", OPERANDS(small));
    add_case(cases, &check_pool2d, (RefArgs){.n = {IDIOM_POOL_MAX, 2, 2}}, "max k 2 stride 2",
             OPERANDS(large));
    add_case(cases, &check_mse, (RefArgs){0}, "", OPERANDS(large, large));
    add_case(cases, &check_to_flat, (RefArgs){0}, "", OPERANDS(picture));
    return cases;
}

double case_flops(const Case *c)
{
    IdiomShape x = c->in[0].shape;
    if (c->op == &check_gram)
        return 2.0 * x.n * x.c * x.c * x.h * x.w;
    IdiomShape k = c->in[2].shape;
    if (c->op == &check_upsample2_conv2d)
        return 2.0 * x.n * (2 * x.h) * (2 * x.w) * (double)idiom_shape_elements(k);
    if (c->op != &check_conv2d)
        return 0;
    guint stride = MAX(c->args.conv.stride, 1), pad = c->args.conv.pad;
    double h = (x.h + 2 * pad - k.h) / stride + 1, w = (x.w + 2 * pad - k.w) / stride + 1;
    return 2.0 * x.n * h * w * (double)idiom_shape_elements(k);
}
