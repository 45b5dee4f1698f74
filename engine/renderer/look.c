/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "look.h"

#include <idiom-unstable/ops.h>

/* NULL where there is none. */
typedef struct {
    IdiomTensor *strength, *inside, *colour;
    IdiomTensor *at_cut[IDIOM_LOOK_MAX_ALL], *further[IDIOM_LOOK_MAX_ALL];
} Inputs;

static IdiomTensor *new_number(IdiomGraph *graph)
{
    return idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
}

/* Steadied results are taken from where they stay for the next frame: held ones are there, too. */
static IdiomTensor *borrow_result(const IdiomLook *look, IdiomGraph *graph, const IdiomLayer *layer)
{
    return look->kind.steady ? idiom_colours(graph, idiom_graph_borrow(graph, layer->steady.history))
                             : idiom_graph_borrow(graph, layer->plain);
}

/* A group of layers, faded into each other. */
static IdiomTensor *fade(IdiomLook *look, IdiomGraph *graph, guint first, guint end, Inputs *in)
{
    IdiomTensor *continues = idiom_graph_borrow(graph, look->scene->motion.continues);
    IdiomTensor *seen = borrow_result(look, graph, look->layers[first]);
    for (guint i = first + 1; i < end; i++) {
        IdiomTensor *result = borrow_result(look, graph, look->layers[i]);
        in->at_cut[i] = new_number(graph);
        in->further[i] = new_number(graph);
        IdiomTensor *amount = idiom_add(graph, in->at_cut[i], idiom_mul(graph, continues, in->further[i]));
        seen = idiom_mix(graph, seen, result, amount);
    }
    return seen;
}

static guint first_inside(const IdiomLook *look)
{
    return look->n_layers - look->kind.inside;
}

/* All layers, in full size. */
static IdiomTensor *blend_layers(IdiomLook *look, IdiomGraph *graph, Inputs *in)
{
    const IdiomScene *scene = look->scene;
    const guint inside = first_inside(look);
    IdiomTensor *seen = fade(look, graph, 0, inside, in), *full = idiom_graph_borrow(graph, scene->full);
    if (look->kind.inside)
        seen = idiom_matte_mix(graph, seen, fade(look, graph, inside, look->n_layers, in),
                               idiom_graph_borrow(graph, look->kind.cutout->of_picture));
    if (scene->picture != scene->full)
        seen = idiom_guided_upsample(graph, seen, idiom_graph_borrow(graph, scene->picture), full);
    if (look->kind.recoloured) {
        in->colour = new_number(graph);
        seen = idiom_recolour(graph, seen, full, in->colour);
    }
    return seen;
}

/* @seen, blended with the source, which is of the same kind. */
static IdiomTensor *write_same(IdiomLook *look, IdiomGraph *graph, IdiomTensor *seen, IdiomTensor *matte,
                               Inputs *in)
{
    const IdiomScene *scene = look->scene;
    in->strength = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, matte ? 2 : 1));
    return idiom_export(graph, seen, idiom_graph_borrow(graph, scene->bytes), in->strength, matte,
                        &scene->frame);
}

/* @seen, mixed with the picture of the source, or that alone, as a frame of another kind. */
static IdiomTensor *write_other(IdiomLook *look, IdiomGraph *graph, IdiomTensor *seen, IdiomTensor *matte,
                                Inputs *in)
{
    const IdiomScene *scene = look->scene;
    IdiomTensor *full = idiom_graph_borrow(graph, scene->full), *mixed = full;
    if (seen) {
        in->strength = new_number(graph);
        mixed = idiom_mix(graph, full, seen, in->strength);
    }
    if (seen && matte) {
        in->inside = new_number(graph);
        mixed = idiom_matte_mix(graph, mixed, idiom_mix(graph, full, seen, in->inside), matte);
    }
    return idiom_export_as(graph, mixed, idiom_graph_borrow(graph, scene->bytes), &scene->frame,
                           &scene->result);
}

static float *map(const IdiomLook *look, IdiomTensor *input, guint slot)
{
    return input ? idiom_program_map_slot(look->program, input, slot) : NULL;
}

static gboolean build(IdiomLook *look, GError **error)
{
    const IdiomScene *scene = look->scene;
    const IdiomCutout *cutout = look->kind.cutout;
    IdiomGraph *graph = idiom_scene_graph(scene);
    Inputs in = {0};
    IdiomTensor *seen = look->n_layers ? blend_layers(look, graph, &in) : NULL;
    IdiomTensor *matte = cutout ? idiom_graph_borrow(graph, cutout->of_full) : NULL;
    look->bytes = scene->converts || !seen ? write_other(look, graph, seen, matte, &in)
                                           : write_same(look, graph, seen, matte, &in);
    idiom_graph_carry(look->bytes);
    look->program = idiom_program_plan(graph, &look->bytes, 1, error);
    if (!look->program || !idiom_program_allocate(look->program, error) ||
        !idiom_program_prepare(look->program, look->bytes, FALSE, error))
        return FALSE;
    for (guint s = 0; s < scene->slots; s++) {
        look->slot[s].strength = map(look, in.strength, s);
        look->slot[s].inside = in.inside ? map(look, in.inside, s)
                               : matte   ? look->slot[s].strength + 1
                                         : NULL;
        look->slot[s].colour = map(look, in.colour, s);
        for (guint i = 1; i < look->n_layers; i++) {
            look->slot[s].amounts[i].at_cut = map(look, in.at_cut[i], s);
            look->slot[s].amounts[i].further = map(look, in.further[i], s);
        }
        look->slot[s].ends = idiom_tensor_ends(look->bytes, s);
    }
    return TRUE;
}

static void clear(gpointer data)
{
    IdiomLook *look = data;
    idiom_sketch_free(look->sketch);
    idiom_surface_free(look->surface);
    idiom_program_free(look->program);
    for (guint i = 0; i < look->n_layers; i++)
        idiom_layer_unref(look->layers[i]);
    idiom_cutout_unref(look->kind.cutout);
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

IdiomLook *idiom_look_new(IdiomScene *scene, IdiomLayer *const *layers, guint n_layers, IdiomLookKind kind,
                          GError **error)
{
    g_autoptr(IdiomLook) look = g_atomic_rc_box_new0(IdiomLook);
    look->scene = idiom_scene_ref(scene);
    look->n_layers = n_layers;
    look->kind = kind;
    if (kind.cutout)
        idiom_cutout_ref(kind.cutout);
    for (guint i = 0; i < n_layers; i++)
        look->layers[i] = idiom_layer_ref(layers[i]);
    return build(look, error) ? g_steal_pointer(&look) : NULL;
}

gboolean idiom_look_shows(const IdiomLook *look, IdiomLayer *const *layers, guint n_layers,
                          IdiomLookKind kind)
{
    if (!look || look->n_layers != n_layers || look->kind.steady != kind.steady ||
        look->kind.recoloured != kind.recoloured || look->kind.cutout != kind.cutout ||
        look->kind.inside != kind.inside)
        return FALSE;
    for (guint i = 0; i < n_layers; i++)
        if (look->layers[i] != layers[i])
            return FALSE;
    return TRUE;
}

/* Which of the layers from @first to before @end to compute in frame @number, the others being held; @end for all. */
static guint choose_turn(const IdiomLook *look, guint first, guint end, gboolean continues, guint64 number)
{
    guint turn = end;
    gboolean must = FALSE;
    for (guint i = first; look->kind.steady && continues && i < end; i++) {
        if (!look->layers[i]->program) /* it can do nothing else */
            continue;
        const gboolean can_hold = idiom_layer_can_hold(look->layers[i], number);
        if (!can_hold && must)
            return end; /* two that were not there before */
        if (!can_hold || (!must && (turn == end || look->layers[i]->computed < look->layers[turn]->computed)))
            turn = i;
        must |= !can_hold;
    }
    return turn;
}

/* @amount: of layer @i, if it has one; @turn: as from choose_turn(), G_MAXUINT for all */
static void set_amount(IdiomLook *look, guint slot, guint i, double amount, guint turn)
{
    const double at_cut = turn == G_MAXUINT ? amount : i == turn;
    if (!look->slot[slot].amounts[i].at_cut)
        return;
    *look->slot[slot].amounts[i].at_cut = (float)at_cut;
    *look->slot[slot].amounts[i].further = (float)(amount - at_cut);
}

/* Commands of a group of layers. */
static gboolean fade_commands(IdiomLook *look, const IdiomFrameParams *params, const double *amounts,
                              guint first, guint end, gboolean continues, guint64 number, guint slot,
                              IdiomCommands **lists, guint *count, GError **error)
{
    const guint chosen = choose_turn(look, first, end, continues, number);
    const guint turn = chosen == end ? G_MAXUINT : chosen;
    const IdiomLayerMode mode = look->kind.steady ? IDIOM_LAYER_STEADY : IDIOM_LAYER_PLAIN;
    for (guint i = first; i < end; i++) {
        const gboolean hold = !look->layers[i]->program || (turn != G_MAXUINT && i != turn);
        set_amount(look, slot, i, CLAMP(amounts[i], 0, 1), turn);
        if (!idiom_layer_commands(look->layers[i], params, hold ? IDIOM_LAYER_HOLD : mode, number, slot,
                                  lists, count, error))
            return FALSE;
    }
    return TRUE;
}

static void set_strength(const IdiomLook *look, const IdiomFrameParams *params, guint slot)
{
    const double all = CLAMP(params->strength, 0, 1);
    *look->slot[slot].strength =
        (float)(look->kind.cutout ? all * CLAMP(params->background_strength, 0, 1) : all);
    if (look->slot[slot].inside)
        *look->slot[slot].inside = (float)(all * CLAMP(params->subject_strength, 0, 1));
}

gboolean idiom_look_commands(IdiomLook *look, const IdiomFrameParams *params, const double *amounts,
                             gboolean continues, guint64 number, guint slot, IdiomStages *stages,
                             IdiomCommands **lists, guint *count, GError **error)
{
    const guint inside = first_inside(look);
    set_strength(look, params, slot);
    if (look->slot[slot].colour)
        *look->slot[slot].colour = (float)CLAMP(params->colour, 0, 1);
    IdiomFinder *finder = look->kind.cutout ? look->kind.cutout->finder : NULL;
    if (!idiom_scene_commands(look->scene, look->kind.steady || finder, slot, lists, count, error) ||
        (finder && !idiom_finder_commands(finder, continues, number, slot, lists, count, error)) ||
        (look->kind.cutout &&
         !idiom_cutout_commands(look->kind.cutout, params->mask, slot, lists, count, error)))
        return FALSE;
    idiom_stages_mark(stages, lists, count);
    if (!fade_commands(look, params, amounts, 0, inside, continues, number, slot, lists, count, error) ||
        !fade_commands(look, params, amounts, inside, look->n_layers, continues, number, slot, lists, count,
                       error))
        return FALSE;
    idiom_stages_mark(stages, lists, count);
    return idiom_program_commands(look->program, look->bytes, FALSE, slot, lists, count, error);
}

gboolean idiom_look_convert_commands(IdiomLook *look, guint slot, IdiomCommands **lists, guint *count,
                                     GError **error)
{
    return idiom_program_commands(look->program, look->bytes, FALSE, slot, lists, count, error);
}

guint64 idiom_look_memory(const IdiomLook *look)
{
    guint64 bytes = idiom_program_memory(look->scene->program) + idiom_program_memory(look->program);
    if (look->kind.cutout)
        bytes += idiom_program_memory(look->kind.cutout->program);
    if (look->kind.cutout && look->kind.cutout->finder)
        bytes += idiom_program_memory(look->kind.cutout->finder->find);
    for (guint i = 0; i < look->n_layers; i++) {
        const IdiomLayer *layer = look->layers[i];
        bytes +=
            idiom_program_memory(layer->hold) + (layer->program ? idiom_program_memory(layer->program) : 0);
    }
    return bytes;
}
