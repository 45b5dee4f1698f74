/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "people/masker.h"

#include "people/network.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>

struct Masker {
    IdiomProgram *program;
    float *picture;
    const float *mask;
};

Masker *masker_new(IdiomDevice *device, const IdiomNetwork *network, const char *path, GError **error)
{
    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *picture =
        idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, PEOPLE_HEIGHT, PEOPLE_WIDTH));
    IdiomTensor *made = idiom_network_run(network, graph, idiom_to_planes(graph, picture), NULL);
    IdiomTensor *mask = idiom_to_flat(graph, made);
    const IdiomShape s = mask ? idiom_tensor_shape(mask) : (IdiomShape){0};
    if (mask && (s.c != 1 || s.h != PEOPLE_HEIGHT || s.w != PEOPLE_WIDTH)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "%s: makes %u channels of %ux%u of a picture of %ux%u, not a mask of its size", path, s.c,
                    s.w, s.h, PEOPLE_WIDTH, PEOPLE_HEIGHT);
        idiom_graph_free(graph);
        return NULL;
    }
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &mask, 1, error);
    if (!program)
        return NULL;
    Masker *masker = g_new0(Masker, 1);
    masker->picture = idiom_program_map(program, picture);
    masker->mask = idiom_program_map(program, mask);
    masker->program = g_steal_pointer(&program);
    return masker;
}

void masker_free(Masker *masker)
{
    if (masker)
        idiom_program_free(masker->program);
    g_free(masker);
}

const float *masker_run(Masker *masker, const Picture *picture, GError **error)
{
    picture_to_floats(picture, masker->picture);
    return idiom_program_run(masker->program, error) ? masker->mask : NULL;
}
