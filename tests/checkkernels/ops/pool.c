/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

static IdiomShape pool_shape(const RefArgs *a, Ref *const *in)
{
    IdiomShape s = in[0]->shape;
    guint k = a->n[1], stride = a->n[2], extra = a->n[3] ? stride - 1 : 0;
    guint h = (s.h - k + extra) / stride + 1, w = (s.w - k + extra) / stride + 1;
    /* a window that would begin outside is left out */
    h -= (h - 1) * stride >= s.h;
    w -= (w - 1) * stride >= s.w;
    return IDIOM_SHAPE(s.n, s.c, h, w);
}

static void pool_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    const Ref *t = in[0], out = {.shape = pool_shape(a, in)};
    guint k = a->n[1], stride = a->n[2];
    FOR_SHAPE(out.shape, n, c, y, x)
    {
        gsize i = at(&out, n, c, y, x), best = at(t, n, c, y * stride, x * stride);
        for (guint ky = 0; ky < k && y * stride + ky < t->shape.h; ky++)
            for (guint kx = 0; kx < k && x * stride + kx < t->shape.w; kx++) {
                gsize j = at(t, n, c, y * stride + ky, x * stride + kx);
                if (a->n[0] == IDIOM_POOL_AVG)
                    emit(s, 0, i, j, 1.0 / (k * k));
                else if (t->v[j] > t->v[best])
                    best = j;
            }
        if (a->n[0] == IDIOM_POOL_MAX)
            emit(s, 0, i, best, 1);
    }
}

const RefRule ref_pool2d = {pool_shape, pool_entries, .linear = 1};

/* clang-format off */
OP(pool2d, "pool2d", ref_pool2d,
   idiom_pool2d(g, in[0], (IdiomPool)a->n[0], a->n[1], a->n[2], a->n[3] != 0), {"x"})
/* clang-format on */

static void add_pool(Checks *checks, IdiomShape x, const guint n[4], Fill fill)
{
    g_autofree char *text = g_strdup_printf("%s k %u stride %u%s%s", n[0] ? "avg" : "max", n[1], n[2],
                                            n[3] ? " ceil" : "", fill == FILL_LEVELS ? " ties" : "");
    add_case(checks, &check_pool2d, (RefArgs){.n = {n[0], n[1], n[2], n[3]}}, text,
             OPERANDS(PLANES(x, fill)));
}

CASES(pool)
{
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
        /* windows of structural similarity */
        {{1, 1, 31, 45}, {IDIOM_POOL_AVG, 7, 1, 0}},
        {{2, 1, 64, 133}, {IDIOM_POOL_AVG, 7, 1, 0}},
        {{1, 1, 270, 480}, {IDIOM_POOL_AVG, 7, 1, 0}},
        {{1, 3, 40, 40}, {IDIOM_POOL_AVG, 8, 1, 0}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(pools); i++)
        add_pool(checks, pools[i].x, pools[i].n, pools[i].fill);
    FOR_RANDOM(checks, 5, i)
    {
        IdiomShape x = random_shape(checks, 20, 30, 60);
        guint n[4] = {random_uint(checks, IDIOM_POOL_MAX, IDIOM_POOL_AVG), random_uint(checks, 1, 8)};
        n[2] = random_uint(checks, 1, n[1]);
        n[3] = n[0] == IDIOM_POOL_MAX && random_uint(checks, 0, 1);
        x.h = MAX(x.h, n[1]);
        x.w = MAX(x.w, n[1]);
        add_pool(checks, x, n, random_uint(checks, 0, 1) ? FILL_LEVELS : FILL_SIGNED);
    }
    add_bench(checks, &check_pool2d, (RefArgs){.n = {IDIOM_POOL_MAX, 2, 2}}, "max k 2 stride 2",
              OPERANDS(PLANES(IDIOM_SHAPE(1, 32, 180, 320), FILL_SIGNED)));
}
