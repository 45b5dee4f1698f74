/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

#include <string.h>

static IdiomShape pad_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, s.c, s.h + a->n[2] + a->n[3], s.w + a->n[0] + a->n[1]);
}

static void pad_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref *t = in[0], out = {.shape = pad_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    {
        int sy = ref_padded_source((int)y - (int)a->n[2], (int)t->shape.h, a->n[4]);
        int sx = ref_padded_source((int)x - (int)a->n[0], (int)t->shape.w, a->n[4]);
        if (sy >= 0 && sx >= 0)
            emit(s, 0, at(&out, n, c, y, x), at(t, n, c, (guint)sy, (guint)sx), 1);
    }
}

static const RefRule ref_pad2d = {pad_shape, pad_entries, .linear = 1};

static IdiomShape crop_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, s.c, a->n[3], a->n[2]);
}

static void crop_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = crop_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    emit(s, 0, at(&out, n, c, y, x), at(in[0], n, c, y + a->n[1], x + a->n[0]), 1);
}

static const RefRule ref_crop = {crop_shape, crop_entries, .linear = 1};

/* clang-format off */
OP(pad2d, "pad2d", ref_pad2d,
   idiom_pad2d(g, in[0], a->n[0], a->n[1], a->n[2], a->n[3], (IdiomPadMode)a->n[4]), {"x"})
OP(crop, "crop", ref_crop, idiom_crop(g, in[0], a->n[0], a->n[1], a->n[2], a->n[3]), {"x"})
/* clang-format on */

static const char *const pad_names[] = {"zero", "reflect", "edge"};

static void add_pad(Checks *checks, IdiomShape x, const guint n[5])
{
    RefArgs args = {0};
    memcpy(args.n, n, sizeof args.n);
    g_autofree char *text =
        g_strdup_printf("left %u right %u top %u bottom %u %s", n[0], n[1], n[2], n[3], pad_names[n[4]]);
    add_case(checks, &check_pad2d, args, text, OPERANDS(PLANES(x, FILL_SIGNED)));
}

static void add_crop(Checks *checks, IdiomShape x, const guint n[4])
{
    g_autofree char *text = g_strdup_printf("left %u top %u w %u h %u", n[0], n[1], n[2], n[3]);
    add_case(checks, &check_crop, (RefArgs){.n = {n[0], n[1], n[2], n[3]}}, text,
             OPERANDS(PLANES(x, FILL_SIGNED)));
}

CASES(window)
{
    static const struct {
        IdiomShape x;
        guint n[5];
    } pads[] = {
        {{1, 1, 1, 1}, {2, 1, 0, 3, IDIOM_PAD_REFLECT}},   {{1, 1, 1, 1}, {2, 1, 0, 3, IDIOM_PAD_ZERO}},
        {{1, 3, 2, 3}, {7, 5, 4, 9, IDIOM_PAD_REFLECT}},   {{3, 5, 7, 9}, {1, 1, 1, 1, IDIOM_PAD_ZERO}},
        {{1, 19, 5, 33}, {4, 4, 4, 4, IDIOM_PAD_REFLECT}}, {{2, 4, 6, 6}, {0, 2, 0, 3, IDIOM_PAD_REFLECT}},
        {{1, 1, 1, 1}, {2, 1, 0, 3, IDIOM_PAD_EDGE}},      {{3, 5, 7, 33}, {3, 1, 0, 2, IDIOM_PAD_EDGE}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(pads); i++)
        add_pad(checks, pads[i].x, pads[i].n);

    static const struct {
        IdiomShape x;
        guint n[4];
    } crops[] = {
        {{1, 1, 1, 1}, {0, 0, 1, 1}},
        {{3, 5, 9, 33}, {1, 2, 31, 6}},
        {{1, 19, 8, 40}, {8, 0, 32, 8}},
        {{1, 3, 7, 7}, {6, 6, 1, 1}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(crops); i++)
        add_crop(checks, crops[i].x, crops[i].n);

    FOR_RANDOM(checks, 4, i)
    {
        IdiomShape x = random_shape(checks, 20, 20, 60);
        guint pad[5];
        for (guint k = 0; k < 4; k++)
            pad[k] = random_uint(checks, 0, 9);
        pad[4] = random_uint(checks, IDIOM_PAD_ZERO, IDIOM_PAD_EDGE);
        add_pad(checks, x, pad);
        guint w = random_uint(checks, 1, x.w), h = random_uint(checks, 1, x.h);
        add_crop(checks, x,
                 (guint[]){random_uint(checks, 0, x.w - w), random_uint(checks, 0, x.h - h), w, h});
    }
}
