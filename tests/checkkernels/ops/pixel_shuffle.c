/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

static IdiomShape unshuffle_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    guint r = a->n[0];
    return IDIOM_SHAPE(s.n, s.c * r * r, s.h / r, s.w / r);
}

static IdiomShape shuffle_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    guint r = a->n[0];
    return IDIOM_SHAPE(s.n, s.c / (r * r), s.h * r, s.w * r);
}

/* Index into the unshuffled tensor of the position (n, c, y, x) of the one with large pictures. */
static gsize unshuffled(const Ref *packed, guint r, guint n, guint c, guint y, guint x)
{
    return at(packed, n, c * r * r + y % r * r + x % r, y / r, x / r);
}

static void unshuffle_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = unshuffle_shape(a, in)};
    FOR_SHAPE(in[0]->shape, n, c, y, x)
    emit(s, 0, unshuffled(&out, a->n[0], n, c, y, x), at(in[0], n, c, y, x), 1);
}

static void shuffle_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref out = {.shape = shuffle_shape(a, in)};
    FOR_SHAPE(out.shape, n, c, y, x)
    emit(s, 0, at(&out, n, c, y, x), unshuffled(in[0], a->n[0], n, c, y, x), 1);
}

static const RefRule ref_unshuffle = {unshuffle_shape, unshuffle_entries, .linear = 1};
static const RefRule ref_shuffle = {shuffle_shape, shuffle_entries, .linear = 1};

/* clang-format off */
OP(unshuffle, "pixel_unshuffle", ref_unshuffle, idiom_pixel_unshuffle(g, in[0], a->n[0]), {"x"})
OP(shuffle, "pixel_shuffle", ref_shuffle, idiom_pixel_shuffle(g, in[0], a->n[0]), {"x"})
/* clang-format on */

/* Both, @s being the shape with the large pictures. */
static void add_shuffles(Checks *checks, IdiomShape s, guint r)
{
    const IdiomShape packed = {s.n, s.c * r * r, s.h / r, s.w / r};
    g_autofree char *text = g_strdup_printf("r %u", r);
    add_case(checks, &check_unshuffle, (RefArgs){.n = {r}}, text, OPERANDS(PLANES(s, FILL_SIGNED)));
    add_case(checks, &check_shuffle, (RefArgs){.n = {r}}, text, OPERANDS(PLANES(packed, FILL_SIGNED)));
}

CASES(pixel_shuffle)
{
    static const struct {
        IdiomShape large;
        guint r;
    } shuffles[] = {
        {{1, 1, 2, 2}, 2}, {{3, 3, 8, 12}, 4}, {{1, 3, 36, 132}, 4}, {{1, 5, 6, 18}, 2},
        {{1, 4, 6, 9}, 3}, {{2, 19, 4, 6}, 2}, {{1, 1, 8, 40}, 8},
    };
    for (guint i = 0; i < G_N_ELEMENTS(shuffles); i++)
        add_shuffles(checks, shuffles[i].large, shuffles[i].r);
    FOR_RANDOM(checks, 3, i)
    {
        guint r = random_uint(checks, 1, 8);
        IdiomShape s = random_shape(checks, 6, 6, 20);
        add_shuffles(checks, IDIOM_SHAPE(s.n, s.c, s.h * r, s.w * r), r);
    }
    add_bench(checks, &check_unshuffle, (RefArgs){.n = {4}}, "r 4",
              OPERANDS(PLANES(IDIOM_SHAPE(1, 3, 360, 640), FILL_SIGNED)));
    add_bench(checks, &check_shuffle, (RefArgs){.n = {4}}, "r 4",
              OPERANDS(PLANES(IDIOM_SHAPE(1, 48, 90, 160), FILL_SIGNED)));
}
