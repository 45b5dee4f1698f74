/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

static IdiomShape concat_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, s.c + in[1]->shape.c, s.h, s.w);
}

static void concat_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = concat_shape(a, in)};
    guint first = 0;
    for (guint i = 0; i < 2; first += in[i++]->shape.c)
        FOR_SHAPE(in[i]->shape, n, c, y, x)
    emit(s, i, at(&out, n, first + c, y, x), at(in[i], n, c, y, x), 1);
}

static const RefRule ref_concat = {concat_shape, concat_entries, .linear = 3};

static IdiomShape slice_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    return IDIOM_SHAPE(s.n, a->n[1], s.h, s.w);
}

static void slice_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = slice_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    emit(s, 0, at(&out, n, c, y, x), at(in[0], n, c + a->n[0], y, x), 1);
}

static const RefRule ref_slice = {slice_shape, slice_entries, .linear = 1};

/* clang-format off */
OP(concat, "concat", ref_concat, idiom_concat(g, in[0], in[1]), {"a", "b"})
OP(slice, "slice", ref_slice, idiom_slice(g, in[0], a->n[0], a->n[1]), {"x"})
/* clang-format on */

CASES(channels)
{
    static const guint concats[][2] = {{1, 1}, {4, 4}, {3, 5}, {5, 16}, {19, 3}, {32, 47}};
    for (guint i = 0; i < G_N_ELEMENTS(concats); i++) {
        IdiomShape a = {i % 2 ? 3 : 1, concats[i][0], 5, 9 + 5 * i}, b = a;
        b.c = concats[i][1];
        add_case(checks, &check_concat, (RefArgs){0}, "",
                 OPERANDS(PLANES(a, FILL_SIGNED), PLANES(b, FILL_SIGNED)));
    }

    static const guint slices[][3] = {{1, 0, 1},    {5, 4, 1},  {19, 3, 7},
                                      {32, 16, 16}, {47, 0, 3}, {16, 2, 13}};
    for (guint i = 0; i < G_N_ELEMENTS(slices); i++) {
        IdiomShape x = {i % 2 ? 3 : 1, slices[i][0], 4, 7 + 6 * i};
        g_autofree char *text = g_strdup_printf("first %u count %u", slices[i][1], slices[i][2]);
        add_case(checks, &check_slice, (RefArgs){.n = {slices[i][1], slices[i][2]}}, text,
                 OPERANDS(PLANES(x, FILL_SIGNED)));
    }

    FOR_RANDOM(checks, 4, i)
    {
        IdiomShape a = random_shape(checks, 40, 12, 50), b = a;
        b.c = random_uint(checks, 1, 40);
        add_case(checks, &check_concat, (RefArgs){0}, "",
                 OPERANDS(PLANES(a, FILL_SIGNED), PLANES(b, FILL_SIGNED)));
        guint count = random_uint(checks, 1, a.c), first = random_uint(checks, 0, a.c - count);
        g_autofree char *text = g_strdup_printf("first %u count %u", first, count);
        add_case(checks, &check_slice, (RefArgs){.n = {first, count}}, text,
                 OPERANDS(PLANES(a, FILL_SIGNED)));
    }
    const Operand large = PLANES(IDIOM_SHAPE(1, 32, 180, 320), FILL_SIGNED);
    add_bench(checks, &check_concat, (RefArgs){0}, "", OPERANDS(large, large));
}
