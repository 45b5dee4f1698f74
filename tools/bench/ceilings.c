/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ceilings.h"

#include "peak.h"

#include <idiom-unstable/ops.h>
#include <math.h>

#define REPEATS 8

/* 96 MiB in, 96 MiB out: more than the last cache of nearly everything. */
static const IdiomShape large = {1, 96, 512, 512};

/* Bytes a second of the fastest run. */
static double measure_bytes(IdiomDevice *device, GError **error)
{
    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *one = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *planes = idiom_graph_state(graph, IDIOM_LAYOUT_PLANES, large);
    IdiomTensor *twice = idiom_affine(graph, planes, 2, 0);
    IdiomTensor *outputs[] = {twice, idiom_affine(graph, one, 2, 0)};
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, outputs, G_N_ELEMENTS(outputs), error);
    if (!program || !idiom_program_profile(program, TRUE, error))
        return 0;
    double best = 0;
    for (guint i = 0; i <= REPEATS; i++) {
        guint count;
        if (!idiom_program_run(program, error))
            return 0;
        const IdiomOpTime *times = idiom_program_times(program, &count);
        for (guint t = 0; i && t < count; t++)
            best = fmax(best, times[t].bytes / times[t].seconds);
    }
    return best;
}

gboolean ceilings_measure(Ceilings *ceilings, IdiomDevice *device, GError **error)
{
    ceilings->flops = peak_measure(device, error);
    ceilings->bytes = ceilings->flops > 0 ? measure_bytes(device, error) : 0;
    return ceilings->bytes > 0;
}

double ceilings_share(const Ceilings *ceilings, double flops, double bytes, double seconds,
                      gboolean *by_bytes)
{
    const double counted = flops / ceilings->flops, moved = bytes / ceilings->bytes;
    if (by_bytes)
        *by_bytes = moved > counted;
    return fmax(counted, moved) / seconds;
}
