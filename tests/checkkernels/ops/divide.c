/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

static void divide_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    emit(s, 0, 0, 0, 1 / in[1]->v[0]);
}

static const RefRule ref_divide = {scalar_shape, divide_entries, .linear = 1};

/* clang-format off */
OP(divide, "divide", ref_divide, idiom_divide(g, in[0], in[1]), {"a", "b"}, .fp32_only = TRUE)
/* clang-format on */

CASES(divide)
{
    const IdiomShape one = {1, 1, 1, 1};
    add_case(checks, &check_divide, (RefArgs){0}, "",
             OPERANDS(FLAT(one, FILL_SIGNED), FIXED(one, FILL_POSITIVE)));
}
