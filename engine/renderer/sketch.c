/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sketch.h"

#include <idiom-unstable/ops.h>
#include <string.h>

IdiomSketch *idiom_sketch_new(IdiomGraph *graph, const IdiomTensor *bytes, const IdiomTensor *source,
                              const IdiomFrame *frame, guint slots, GError **error)
{
    static const float whole = 1;
    g_autoptr(IdiomSketch) sketch = g_new0(IdiomSketch, 1);
    IdiomTensor *before = idiom_graph_borrow(graph, bytes);
    IdiomTensor *history =
        idiom_graph_state(graph, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 1, frame->height, frame->width));
    IdiomTensor *amounts =
        idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, IDIOM_SKETCH_AMOUNTS));
    IdiomTensor *contour = idiom_contour(graph, idiom_graph_borrow(graph, source), history);
    IdiomTensor *drawn = idiom_sketch(graph, idiom_import(graph, before, frame), contour, amounts);
    idiom_assign(graph, history, contour);
    sketch->bytes = idiom_export(graph, drawn, before, idiom_constant(graph, IDIOM_SHAPE(1, 1, 1, 1), &whole),
                                 NULL, frame);
    idiom_graph_carry(sketch->bytes);
    sketch->program = idiom_program_plan(graph, &sketch->bytes, 1, error);
    if (!sketch->program || !idiom_program_allocate(sketch->program, error) ||
        !idiom_program_prepare(sketch->program, sketch->bytes, TRUE, error) ||
        !idiom_program_set_up(sketch->program, error))
        return NULL;
    for (guint i = 0; i < slots; i++) {
        sketch->slot[i].amounts = idiom_program_map_slot(sketch->program, amounts, i);
        sketch->slot[i].ends = idiom_tensor_ends(sketch->bytes, i);
    }
    return g_steal_pointer(&sketch);
}

void idiom_sketch_free(IdiomSketch *sketch)
{
    if (!sketch)
        return;
    idiom_surface_free(sketch->surface);
    idiom_program_free(sketch->program);
    g_free(sketch);
}

gboolean idiom_sketch_commands(IdiomSketch *sketch, const IdiomFrameParams *params, guint slot,
                               IdiomCommands **lists, guint *count, GError **error)
{
    static const IdiomPalette none;
    const IdiomPalette *p = params->palette ? params->palette : &none;
    float *to = sketch->slot[slot].amounts;
    to[0] = (float)CLAMP(params->line, 0, 1);
    to[1] = (float)CLAMP(params->tones, 0, 1);
    to[2] = (float)MIN(p->n_colours, IDIOM_MAX_PALETTE);
    memcpy(to + 3, p->ink, sizeof p->ink);
    memcpy(to + 8, p->colours, sizeof p->colours);
    return idiom_program_commands(sketch->program, sketch->bytes, TRUE, slot, lists, count, error);
}
