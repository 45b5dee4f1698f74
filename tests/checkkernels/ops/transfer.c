/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"

static void identity_entries(const RefArgs *a, Ref *const *in, RefSink *s)
{
    (void)a;
    for (gsize i = 0; i < elements(in[0]); i++)
        emit(s, 0, i, i, 1);
}

const RefRule ref_identity = {same_shape, identity_entries, .linear = 1};

/* clang-format off */
OP(to_planes, "to_planes", ref_identity, idiom_to_planes(g, in[0]), {"x"})
OP(to_flat, "to_flat", ref_identity, idiom_to_planes(g, idiom_to_flat(g, in[0])), {"x"})
/* clang-format on */

CASES(transfer)
{
    const Operand picture = PLANES(IDIOM_SHAPE(1, 3, 360, 640), FILL_SIGNED);
    FOR_SHAPES(s)
    add_case(checks, &check_to_planes, (RefArgs){0}, "", OPERANDS(FLAT(*s, FILL_SIGNED)));
    FOR_SHAPES(s)
    add_case(checks, &check_to_flat, (RefArgs){0}, "", OPERANDS(PLANES(*s, FILL_SIGNED)));
    FOR_RANDOM(checks, 3, i)
    {
        IdiomShape s = random_shape(checks, 40, 30, 90);
        add_case(checks, &check_to_planes, (RefArgs){0}, "", OPERANDS(FLAT(s, FILL_SIGNED)));
        add_case(checks, &check_to_flat, (RefArgs){0}, "", OPERANDS(PLANES(s, FILL_SIGNED)));
    }
    add_bench(checks, &check_to_flat, (RefArgs){0}, "", OPERANDS(picture));
}
