/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "checks.h"
#include "operands.h"
#include "run.h"

#include <string.h>

#define RUNS 3

/*
 * A state that each run adds its input to: what is added before idiom_assign() sees the old values, what comes after
 * sees the new ones.
 */
static char *check_sums(IdiomDevice *device, IdiomPrecision precision, IdiomLayout layout, IdiomShape shape)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Ref) before = ref_new(shape), after = ref_new(shape);
    GRand *random = g_rand_new_with_seed(11);
    IdiomGraph *g = idiom_graph_new(device, precision);
    gboolean planes = layout == IDIOM_LAYOUT_PLANES;
    IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *state = idiom_graph_state(g, layout, shape);
    IdiomTensor *old = idiom_affine(g, state, 1, 0);
    idiom_assign(g, state, idiom_add(g, state, planes ? idiom_to_planes(g, in) : in));
    IdiomTensor *new = idiom_affine(g, state, 1, 0);
    IdiomTensor *out[] = {planes ? idiom_to_flat(g, old) : old, planes ? idiom_to_flat(g, new) : new};
    g_autoptr(IdiomProgram) program = idiom_program_new(g, out, G_N_ELEMENTS(out), &error);

    char *message = NULL;
    for (guint run = 0; program && !message && run < RUNS; run++) {
        g_autoptr(Ref) values = random_tensor(shape, FILL_LEVELS, precision == IDIOM_FP16, random);
        g_autofree float *floats = to_floats(values);
        memcpy(idiom_program_map(program, in), floats, elements(values) * sizeof *floats);
        memcpy(before->v, after->v, elements(before) * sizeof *before->v);
        for (gsize i = 0; i < elements(after); i++)
            after->v[i] += values->v[i];
        if (!idiom_program_run(program, &error))
            break;
        message = run_compare("state before", before, idiom_program_map(program, out[0]), shape.c, 0);
        if (!message)
            message = run_compare("state after", after, idiom_program_map(program, out[1]), shape.c, 0);
    }
    g_rand_free(random);
    return error ? g_strdup(error->message) : message;
}

static char *check_planes(IdiomDevice *device, IdiomPrecision precision)
{
    return check_sums(device, precision, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(2, 5, 9, 33));
}

static char *check_flat(IdiomDevice *device, IdiomPrecision precision)
{
    return check_sums(device, precision, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, 7, 5));
}

CASES(assign)
{
    static const OpCheck planes = {"assign", .check = check_planes}, flat = {"assign", .check = check_flat};
    add_case(checks, &planes, (RefArgs){0}, "planes, three runs", 0, NULL);
    add_case(checks, &flat, (RefArgs){0}, "flat, three runs", 0, NULL);
}
