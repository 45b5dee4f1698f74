/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

static void recolour_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    static const double weights[] = {0.2126, 0.7152, 0.0722};
    const Ref *t = in[0];
    const double amount = in[2]->v[0];
    (void)a;
    FOR_SHAPE(t->shape, n, c, y, x)
    {
        const gsize out = at(t, n, c, y, x);
        emit(s, 0, out, out, amount);
        emit(s, 1, out, out, 1 - amount);
        for (guint k = 0; k < 3; k++) {
            emit(s, 0, out, at(t, n, k, y, x), (1 - amount) * weights[k]);
            emit(s, 1, out, at(t, n, k, y, x), (amount - 1) * weights[k]);
        }
    }
}

static const RefRule ref_recolour = {same_shape, recolour_entries, .linear = 3};

/* clang-format off */
OP(recolour, "recolour", ref_recolour, idiom_recolour(g, in[0], in[1], in[2]), {"picture", "source", "amount"})
/* clang-format on */

CASES(recolour)
{
    FOR_SHAPES(s)
    {
        const IdiomShape three = IDIOM_SHAPE(s->n, 3, s->h, s->w);
        add_case(checks, &check_recolour, (RefArgs){0}, "",
                 OPERANDS(FIXED_PLANES(three, FILL_POSITIVE), FIXED_PLANES(three, FILL_POSITIVE),
                          FIXED(IDIOM_SHAPE(1, 1, 1, 1), FILL_POSITIVE)));
    }
}
