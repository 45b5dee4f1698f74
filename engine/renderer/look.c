/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "look.h"

#include <idiom-unstable/ops.h>

/* Steadied results are taken from where they stay for the next frame: held ones are there, too. */
static IdiomTensor *borrow_result(const IdiomLook *look, IdiomGraph *graph, const IdiomLayer *layer)
{
    return look->kind.steady ? idiom_colours(graph, idiom_graph_borrow(graph, layer->steady.history))
                             : idiom_graph_borrow(graph, layer->plain);
}

static gboolean build(IdiomLook *look, GError **error)
{
    const IdiomScene *scene = look->scene;
    IdiomGraph *graph = idiom_scene_graph(scene);
    IdiomTensor *strength = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *continues = idiom_graph_borrow(graph, scene->motion.continues);
    IdiomTensor *at_cut[IDIOM_LOOK_MAX_LAYERS], *further[IDIOM_LOOK_MAX_LAYERS], *seen = NULL;
    for (guint i = 0; i < look->n_layers; i++) {
        IdiomTensor *result = borrow_result(look, graph, look->layers[i]);
        at_cut[i] = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
        further[i] = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
        IdiomTensor *amount = idiom_add(graph, at_cut[i], idiom_mul(graph, continues, further[i]));
        seen = i ? idiom_mix(graph, seen, result, amount) : result;
    }
    IdiomTensor *full = idiom_graph_borrow(graph, scene->full), *colour = NULL;
    if (scene->picture != scene->full)
        seen = idiom_guided_upsample(graph, seen, idiom_graph_borrow(graph, scene->picture), full);
    if (look->kind.recoloured) {
        colour = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
        seen = idiom_recolour(graph, seen, full, colour);
    }
    look->bytes = idiom_export(graph, seen, idiom_graph_borrow(graph, scene->bytes), strength, &scene->frame);
    idiom_graph_carry(look->bytes);
    look->program = idiom_program_plan(graph, &look->bytes, 1, error);
    if (!look->program || !idiom_program_allocate(look->program, error) ||
        !idiom_program_prepare(look->program, look->bytes, FALSE, error))
        return FALSE;
    for (guint s = 0; s < scene->slots; s++) {
        look->slot[s].strength = idiom_program_map_slot(look->program, strength, s);
        look->slot[s].colour = colour ? idiom_program_map_slot(look->program, colour, s) : NULL;
        for (guint i = 1; i < look->n_layers; i++) {
            look->slot[s].amounts[i].at_cut = idiom_program_map_slot(look->program, at_cut[i], s);
            look->slot[s].amounts[i].further = idiom_program_map_slot(look->program, further[i], s);
        }
        look->slot[s].ends = idiom_tensor_ends(look->bytes, s);
    }
    return TRUE;
}

static void clear(gpointer data)
{
    IdiomLook *look = data;
    idiom_surface_free(look->surface);
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

IdiomLook *idiom_look_new(IdiomLayer *const *layers, guint n_layers, IdiomLookKind kind, GError **error)
{
    g_autoptr(IdiomLook) look = g_atomic_rc_box_new0(IdiomLook);
    look->scene = idiom_scene_ref(layers[0]->scene);
    look->n_layers = n_layers;
    look->kind = kind;
    for (guint i = 0; i < n_layers; i++)
        look->layers[i] = idiom_layer_ref(layers[i]);
    return build(look, error) ? g_steal_pointer(&look) : NULL;
}

gboolean idiom_look_shows(const IdiomLook *look, IdiomLayer *const *layers, guint n_layers,
                          IdiomLookKind kind)
{
    if (!look || look->n_layers != n_layers || look->kind.steady != kind.steady ||
        look->kind.recoloured != kind.recoloured)
        return FALSE;
    for (guint i = 0; i < n_layers; i++)
        if (look->layers[i] != layers[i])
            return FALSE;
    return TRUE;
}

/* The layer to compute in frame @number, the others being held; n_layers for all. */
static guint choose_turn(const IdiomLook *look, gboolean continues, guint64 number)
{
    guint turn = look->n_layers;
    gboolean must = FALSE;
    for (guint i = 0; look->kind.steady && continues && i < look->n_layers; i++) {
        const gboolean can_hold = idiom_layer_can_hold(look->layers[i], number);
        if (!can_hold && must)
            return look->n_layers; /* two that were not there before */
        if (!can_hold || (!must && (i == 0 || look->layers[i]->computed < look->layers[turn]->computed)))
            turn = i;
        must |= !can_hold;
    }
    return turn;
}

/* @amount: of layer @i; @turn: as from choose_turn() */
static void set_amount(IdiomLook *look, guint slot, guint i, double amount, guint turn)
{
    const double at_cut = turn == look->n_layers ? amount : i == turn;
    *look->slot[slot].amounts[i].at_cut = (float)at_cut;
    *look->slot[slot].amounts[i].further = (float)(amount - at_cut);
}

gboolean idiom_look_commands(IdiomLook *look, const IdiomFrameParams *params, const double *amounts,
                             gboolean continues, guint64 number, guint slot, IdiomCommands **lists,
                             guint *count, GError **error)
{
    const guint turn = choose_turn(look, continues, number);
    const IdiomLayerMode mode = look->kind.steady ? IDIOM_LAYER_STEADY : IDIOM_LAYER_PLAIN;
    if (!idiom_scene_commands(look->scene, look->kind.steady, slot, lists, count, error))
        return FALSE;
    for (guint i = 0; i < look->n_layers; i++) {
        const gboolean hold = turn != look->n_layers && i != turn;
        if (!idiom_layer_commands(look->layers[i], params, hold ? IDIOM_LAYER_HOLD : mode, number, slot,
                                  lists, count, error))
            return FALSE;
    }
    *look->slot[slot].strength = (float)CLAMP(params->strength, 0, 1);
    if (look->slot[slot].colour)
        *look->slot[slot].colour = (float)CLAMP(params->colour, 0, 1);
    for (guint i = 1; i < look->n_layers; i++)
        set_amount(look, slot, i, CLAMP(amounts[i], 0, 1), turn);
    return idiom_program_commands(look->program, look->bytes, FALSE, slot, lists, count, error);
}

guint64 idiom_look_memory(const IdiomLook *look)
{
    guint64 bytes = idiom_program_memory(look->scene->program) + idiom_program_memory(look->program);
    for (guint i = 0; i < look->n_layers; i++)
        bytes += idiom_program_memory(look->layers[i]->program) + idiom_program_memory(look->layers[i]->hold);
    return bytes;
}
