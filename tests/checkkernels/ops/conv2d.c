/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"
#include "reference/activation.h"

static IdiomShape conv_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape x = in[0]->shape, k = in[2]->shape;
    guint stride = MAX(a->conv.stride, 1);
    return IDIOM_SHAPE(x.n, k.n, (x.h + 2 * a->conv.pad - k.h) / stride + 1,
                       (x.w + 2 * a->conv.pad - k.w) / stride + 1);
}

static void conv_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const IdiomShape shape = conv_shape(a, in);
    const Ref geometry = {.shape = shape};
    const Ref *weight = in[2];
    guint stride = MAX(a->conv.stride, 1), per_group = shape.c / MAX(a->conv.groups, 1);
    guint c1 = in[0]->shape.c;
    int h = (int)in[0]->shape.h, w = (int)in[0]->shape.w;

    FOR_SHAPE(shape, n, o, y, x)
    {
        gsize i = at(&geometry, n, o, y, x);
        guint first = o / per_group * weight->shape.c;
        if (in[3])
            emit(s, 3, i, o, 1);
        for (guint ky = 0; ky < weight->shape.h; ky++)
            for (guint kx = 0; kx < weight->shape.w; kx++) {
                int sy = ref_padded_source((int)(y * stride + ky) - (int)a->conv.pad, h, a->conv.mode);
                int sx = ref_padded_source((int)(x * stride + kx) - (int)a->conv.pad, w, a->conv.mode);
                if (sy < 0 || sx < 0)
                    continue;
                for (guint c = 0; c < weight->shape.c; c++) {
                    guint source = first + c, input = source >= c1;
                    gsize j = at(in[input], n, input ? source - c1 : source, (guint)sy, (guint)sx);
                    gsize k = at(weight, o, c, ky, kx);
                    emit(s, input, i, j, weight->v[k]);
                    emit(s, 2, i, k, in[input]->v[j]);
                }
            }
    }
}

const RefRule ref_conv2d = {conv_shape, conv_entries, .linear = 4 | 8};

static double conv_flops(const RefArgs *a, const Operand *in)
{
    IdiomShape x = in[0].shape, k = in[2].shape;
    guint stride = MAX(a->conv.stride, 1), pad = a->conv.pad;
    double h = (x.h + 2 * pad - k.h) / stride + 1, w = (x.w + 2 * pad - k.w) / stride + 1;
    return 2.0 * x.n * h * w * (double)idiom_shape_elements(k);
}

/* clang-format off */
OP(conv2d, "conv2d", ref_conv2d, idiom_conv2d(g, in[0], in[1], in[2], in[3], &a->conv),
   {"x", "x2", "weight", "bias"}, .flops = conv_flops)
/* clang-format on */

static const char *const pad_names[] = {"zero", "reflect", "edge"};

typedef struct {
    IdiomShape x;
    guint c2, o, kh, kw;
    IdiomConvParams p;
    gboolean no_bias;
} Conv;

static void add_conv_case(Checks *checks, const Conv *conv,
                          void (*add)(Checks *, const OpCheck *, RefArgs, const char *, guint,
                                      const Operand *))
{
    IdiomShape x = conv->x, x2 = {x.n, conv->c2, x.h, x.w};
    const IdiomConvParams *p = &conv->p;
    guint groups = MAX(p->groups, 1);
    g_autofree char *text = g_strdup_printf("stride %u pad %u %s groups %u %s", MAX(p->stride, 1), p->pad,
                                            pad_names[p->mode], groups, ref_activation_name(p->act));
    add(checks, &check_conv2d, (RefArgs){.conv = *p, .act = p->act}, text,
        OPERANDS(PLANES(x, FILL_SIGNED), x2.c ? PLANES(x2, FILL_SIGNED) : NONE,
                 PARAM(IDIOM_SHAPE(conv->o, (x.c + x2.c) / groups, conv->kh, conv->kw), FILL_SIGNED),
                 conv->no_bias ? NONE : PARAM(IDIOM_SHAPE(1, conv->o, 1, 1), FILL_SIGNED)));
}

/* Any combination that idiom_conv2d() takes. */
static Conv random_conv(Checks *checks)
{
    Conv c = {.x = random_shape(checks, 40, 20, 70)};
    guint k = random_uint(checks, 1, 5);
    c.kh = c.kw = k;
    c.o = random_uint(checks, 1, 40);
    c.p.mode = random_uint(checks, IDIOM_PAD_ZERO, IDIOM_PAD_EDGE);
    c.p.act = random_uint(checks, 0, ref_activations_count - 1);
    c.p.stride = random_uint(checks, 1, 2);
    c.p.pad = random_uint(checks, 0, k / 2);
    if (random_uint(checks, 0, 3) == 0)
        c.c2 = random_uint(checks, 1, 16);
    else if (c.x.c % 2 == 0 && c.o % 2 == 0 && random_uint(checks, 0, 2) == 0)
        c.p.groups = 2;
    c.x.h = MAX(c.x.h, k);
    c.x.w = MAX(c.x.w, k);
    return c;
}

CASES(conv2d)
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
        {{2, 5, 7, 37}, 0, 6, 3, 3, {REFLECT(1), .act = IDIOM_ACT_HARDSWISH}},
        /* large enough that an invocation of a GPU gets several pixels */
        {{1, 8, 200, 330}, 0, 16, 3, 3, {ZERO(1)}},
        {{1, 4, 280, 520}, 0, 3, 3, 3, {EDGE(1)}, TRUE},
        /* Winograd's tiles: whole and cut off, tails, pictures of a batch, two inputs */
        {{1, 64, 32, 32}, 0, 64, 3, 3, {ZERO(1), .act = IDIOM_ACT_RELU}},
        {{1, 66, 31, 35}, 0, 65, 3, 3, {REFLECT(1), .act = IDIOM_ACT_LEAKY}},
        {{2, 64, 33, 34}, 0, 67, 3, 3, {EDGE(1)}, TRUE},
        {{1, 64, 35, 35}, 3, 64, 3, 3, {ZERO(0)}},
        /* two inputs */
        {{1, 16, 9, 33}, 3, 3, 3, 3, {REFLECT(1), .act = IDIOM_ACT_TANH01}},
        {{2, 5, 7, 10}, 3, 6, 3, 3, {ZERO(1)}},
        {{1, 32, 6, 34}, 16, 32, 3, 3, {REFLECT(1)}},
        {{1, 19, 5, 6}, 32, 16, 1, 1, {0}},
        {{2, 48, 7, 35}, 2, 32, 3, 3, {REFLECT(1)}, TRUE}, /* a picture and noise */
        /* k 1 */
        {{1, 64, 9, 33}, 0, 16, 1, 1, {.act = IDIOM_ACT_RELU}},
        {{3, 16, 5, 7}, 0, 64, 1, 1, {0}},
        {{1, 48, 3, 40}, 0, 19, 1, 1, {0}, TRUE},
        {{1, 5, 9, 9}, 0, 3, 1, 1, {.stride = 2}},
        /* k 9 */
        {{1, 3, 13, 19}, 0, 16, 9, 9, {REFLECT(4)}},
        {{1, 8, 12, 17}, 0, 3, 9, 9, {ZERO(4), .act = IDIOM_ACT_TANH01}},
        /* windows of structural similarity, and the sums and filters of the losses */
        {{1, 3, 31, 45}, 0, 1, 1, 1, {0}, TRUE},
        {{1, 1, 31, 45}, 0, 1, 1, 11, {0}, TRUE},
        {{1, 1, 45, 31}, 0, 1, 11, 1, {0}, TRUE},
        {{1, 1, 180, 320}, 0, 1, 1, 11, {0}, TRUE},
        {{2, 1, 24, 40}, 0, 4, 7, 7, {EDGE(3)}, TRUE},
        {{1, 1, 40, 33}, 0, 2, 11, 11, {ZERO(5)}, TRUE},
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
        /* not square, without bias: means over windows */
        {{1, 1, 13, 21}, 0, 1, 1, 11, {0}, TRUE},
        {{2, 3, 13, 21}, 0, 6, 11, 1, {.groups = 3}, TRUE},
#undef ZERO
#undef REFLECT
#undef EDGE
    };

    for (guint i = 0; i < G_N_ELEMENTS(list); i++)
        add_conv_case(checks, &list[i], add_case);
    FOR_RANDOM(checks, 6, i)
    {
        Conv conv = random_conv(checks);
        add_conv_case(checks, &conv, add_case);
    }

    static const Conv convs[] = {
        {{1, 32, 180, 320}, 0, 32, 3, 3, {.pad = 1}},
        {{1, 32, 90, 160}, 0, 32, 3, 3, {.pad = 1}},
        {{1, 48, 90, 160}, 0, 32, 3, 3, {.pad = 1}},
        {{1, 48, 90, 160}, 2, 32, 3, 3, {.pad = 1}},
        {{1, 32, 180, 320}, 0, 16, 3, 3, {.pad = 1}},
        {{1, 16, 360, 640}, 3, 3, 3, 3, {.pad = 1}},
        {{1, 64, 192, 192}, 0, 64, 3, 3, {.pad = 1}},
        {{1, 128, 90, 160}, 0, 128, 3, 3, {.pad = 1, .mode = IDIOM_PAD_REFLECT}},
        {{1, 64, 96, 96}, 0, 16, 1, 1, {0}},
        {{1, 16, 96, 96}, 0, 64, 1, 1, {0}},
        {{1, 3, 180, 320}, 0, 16, 9, 9, {.pad = 4}},
        {{1, 3, 192, 192}, 0, 64, 7, 7, {.stride = 2}},
        {{1, 16, 192, 192}, 0, 32, 4, 4, {.stride = 2, .pad = 1}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(convs); i++)
        add_conv_case(checks, &convs[i], add_bench);
}
