/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "look.h"

#include <idiom-unstable/ops.h>

static gboolean build(IdiomLook *look, GError **error)
{
    const IdiomScene *scene = look->scene;
    IdiomGraph *graph = idiom_scene_graph(scene);
    IdiomTensor *strength = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *amounts[IDIOM_LOOK_MAX_LAYERS] = {NULL}, *seen = NULL;
    for (guint i = 0; i < look->n_layers; i++) {
        const IdiomLayer *layer = look->layers[i];
        IdiomTensor *result = idiom_graph_borrow(graph, look->steady ? layer->steady : layer->plain);
        amounts[i] = i ? idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1)) : NULL;
        seen = i ? idiom_mix(graph, seen, result, amounts[i]) : result;
    }
    look->bytes = idiom_export(graph, seen, idiom_graph_borrow(graph, scene->bytes), strength, &scene->frame);
    look->program = idiom_program_plan(graph, &look->bytes, 1, error);
    if (!look->program || !idiom_program_allocate(look->program, error) ||
        !idiom_program_prepare(look->program, look->bytes, FALSE, error))
        return FALSE;
    for (guint s = 0; s < scene->slots; s++) {
        look->slot[s].strength = idiom_program_map_slot(look->program, strength, s);
        for (guint i = 1; i < look->n_layers; i++)
            look->slot[s].amounts[i] = idiom_program_map_slot(look->program, amounts[i], s);
        look->slot[s].out = idiom_program_map_slot(look->program, look->bytes, s);
    }
    return TRUE;
}

static void clear(gpointer data)
{
    IdiomLook *look = data;
    idiom_program_free(look->program);
    for (guint i = 0; i < look->n_layers; i++)
        idiom_layer_unref(look->layers[i]);
    idiom_scene_unref(look->scene);
}

void idiom_look_unref(IdiomLook *look)
{
    if (look)
        g_atomic_rc_box_release_full(look, clear);
}

IdiomLook *idiom_look_ref(IdiomLook *look)
{
    return g_atomic_rc_box_acquire(look);
}

IdiomLook *idiom_look_new(IdiomLayer *const *layers, guint n_layers, gboolean steady, GError **error)
{
    g_autoptr(IdiomLook) look = g_atomic_rc_box_new0(IdiomLook);
    look->scene = idiom_scene_ref(layers[0]->scene);
    look->n_layers = n_layers;
    look->steady = steady;
    for (guint i = 0; i < n_layers; i++)
        look->layers[i] = idiom_layer_ref(layers[i]);
    return build(look, error) ? g_steal_pointer(&look) : NULL;
}

gboolean idiom_look_shows(const IdiomLook *look, IdiomLayer *const *layers, guint n_layers, gboolean steady)
{
    if (!look || look->n_layers != n_layers || look->steady != steady)
        return FALSE;
    for (guint i = 0; i < n_layers; i++)
        if (look->layers[i] != layers[i])
            return FALSE;
    return TRUE;
}

gboolean idiom_look_commands(IdiomLook *look, const IdiomFrameParams *params, const double *amounts,
                             guint64 number, guint slot, IdiomCommands **lists, guint *count, GError **error)
{
    if (!idiom_scene_commands(look->scene, look->steady, slot, lists, count, error))
        return FALSE;
    for (guint i = 0; i < look->n_layers; i++)
        if (!idiom_layer_commands(look->layers[i], params, look->steady, number, slot, lists, count, error))
            return FALSE;
    *look->slot[slot].strength = (float)CLAMP(params->strength, 0, 1);
    for (guint i = 1; i < look->n_layers; i++)
        *look->slot[slot].amounts[i] = (float)CLAMP(amounts[i], 0, 1);
    return idiom_program_commands(look->program, look->bytes, FALSE, slot, lists, count, error);
}

guint64 idiom_look_memory(const IdiomLook *look)
{
    guint64 bytes = idiom_program_memory(look->scene->program) + idiom_program_memory(look->program);
    for (guint i = 0; i < look->n_layers; i++)
        bytes += idiom_program_memory(look->layers[i]->program);
    return bytes;
}
