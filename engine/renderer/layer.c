/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layer.h"

#include <idiom-unstable/ops.h>
#include <math.h>
#include <string.h>

/* @noise: whether something is drawn where there is nothing to see motion by */
static IdiomMotion borrow_motion(IdiomGraph *graph, const IdiomScene *scene, gboolean noise)
{
    IdiomMotion motion = {.flow = idiom_graph_borrow(graph, scene->motion.flow),
                          .continues = idiom_graph_borrow(graph, scene->motion.continues),
                          .rest = idiom_graph_borrow(graph, scene->motion.rest),
                          .found = idiom_graph_borrow(graph, scene->motion.found),
                          .cell = scene->motion.cell};
    if (noise)
        motion.flow = idiom_camera_flow(graph, &motion);
    return motion;
}

static gboolean build_hold(IdiomLayer *layer, GError **error)
{
    IdiomGraph *graph = idiom_scene_graph(layer->scene);
    const IdiomMotion motion = borrow_motion(graph, layer->scene, layer->places != NULL);
    idiom_hold(graph, &motion, idiom_graph_borrow(graph, layer->steady.history));
    if (layer->places)
        idiom_carry_places(graph, &motion, idiom_graph_borrow(graph, layer->places));
    layer->hold = idiom_program_plan(graph, NULL, 0, error);
    return layer->hold && idiom_program_allocate(layer->hold, error) &&
           idiom_program_prepare(layer->hold, NULL, TRUE, error);
}

/* All that is computed for larger pictures would take too much memory to be kept. */
#define LARGEST_KEPT (1280u * 720)

/* GPUs have less to gain, and networks of other people see too far. */
static gboolean keeps_still(const IdiomScene *scene, const IdiomStyle *style)
{
    const IdiomShape s = idiom_tensor_shape(scene->picture);
    return scene->inner.still && idiom_device_info(scene->device)->family == IDIOM_FAMILY_LANE &&
           !idiom_style_network(style) && s.w * s.h <= LARGEST_KEPT;
}

static gboolean build(IdiomLayer *layer, const IdiomStyle *style, GError **error)
{
    const IdiomGeneratorConfig *config = idiom_style_config(style);
    const IdiomScene *scene = layer->scene;
    IdiomGraph *graph = idiom_scene_graph(scene);
    IdiomTensor *picture = idiom_graph_borrow(graph, scene->picture);
    const IdiomMotion motion = borrow_motion(graph, scene, config->noise > 0);
    const IdiomShape s = idiom_tensor_shape(scene->picture);
    IdiomTensor *mix = config->styles > 1
                           ? idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, config->styles, 1, 1))
                           : NULL;
    IdiomTensor *temporal = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *statistics = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *joined = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 3));
    IdiomCarried carried = {NULL, NULL};
    if (config->noise)
        carried = idiom_carry_noise(graph, &motion, s.w, s.h, joined);
    layer->places = carried.places;
    IdiomTensor *turn = keeps_still(scene, style)
                            ? idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 3))
                            : NULL;
    if (turn)
        idiom_graph_set_tiles(graph, idiom_changed_tiles(graph, picture, &motion, turn));
    layer->plain = idiom_style_build(style, graph, layer->params, picture, carried.noise, mix,
                                     idiom_mul(graph, statistics, motion.continues));
    IdiomMotion own = motion; /* to a layer that has just come, the scene has just begun */
    own.rest = idiom_mul(graph, motion.rest, joined);
    layer->steady = idiom_steady(graph, &own, picture, layer->plain, temporal);

    IdiomTensor *results[] = {layer->plain, layer->steady.result};
    idiom_graph_share(graph, layer->plain);
    idiom_graph_share(graph, layer->steady.result);
    layer->program = idiom_program_plan(graph, results, G_N_ELEMENTS(results), error);
    if (!layer->program || !idiom_program_allocate(layer->program, error) ||
        !idiom_program_prepare(layer->program, layer->plain, FALSE, error) ||
        !idiom_program_prepare(layer->program, layer->steady.result, TRUE, error) ||
        !idiom_program_set_up(layer->program, error))
        return FALSE;
    for (guint i = 0; i < scene->slots; i++) {
        layer->slot[i].temporal = idiom_program_map_slot(layer->program, temporal, i);
        if (idiom_style_keeps(style))
            layer->slot[i].statistics = idiom_program_map_slot(layer->program, statistics, i);
        layer->slot[i].turn = turn ? idiom_program_map_slot(layer->program, turn, i) : NULL;
        layer->slot[i].joined = idiom_program_map_slot(layer->program, joined, i);
        layer->slot[i].mix = mix ? idiom_program_map_slot(layer->program, mix, i) : NULL;
    }
    return TRUE;
}

static void clear(gpointer data)
{
    IdiomLayer *layer = data;
    idiom_program_free(layer->hold);
    idiom_program_free(layer->program);
    idiom_params_unref(layer->params);
    idiom_scene_unref(layer->scene);
}

void idiom_layer_unref(IdiomLayer *layer)
{
    if (layer)
        g_atomic_rc_box_release_full(layer, clear);
}

IdiomLayer *idiom_layer_ref(IdiomLayer *layer)
{
    return g_atomic_rc_box_acquire(layer);
}

IdiomLayer *idiom_layer_new(IdiomScene *scene, const IdiomStyle *style, const float *weights, GError **error)
{
    g_autoptr(IdiomLayer) layer = g_atomic_rc_box_new0(IdiomLayer);
    const IdiomGeneratorConfig *config = idiom_style_config(style);
    layer->scene = idiom_scene_ref(scene);
    layer->params = idiom_style_shared_params(style, scene->device);
    layer->styles = config->styles;
    memcpy(layer->weights, weights, layer->styles * sizeof *weights);
    layer->since = IDIOM_TIME_NONE;
    if (!build(layer, style, error) || !build_hold(layer, error)) {
        g_prefix_error(error, "a frame of %ux%u: ", scene->frame.width, scene->frame.height);
        return NULL;
    }
    return g_steal_pointer(&layer);
}

gboolean idiom_layer_can_hold(const IdiomLayer *layer, guint64 number)
{
    return layer->seen && layer->seen + 1 == number;
}

/* What is not looked at for this long is painted again. */
#define ROUND (500 * G_GINT64_CONSTANT(1000000))
#define UNKNOWN_INTERVAL (ROUND / 8)

/* Which share of what is still is painted in frame @number at @time. */
static void set_turn(IdiomLayer *layer, gboolean steady, gint64 time, guint64 number, float *turn)
{
    const gboolean follows =
        steady && layer->kept && layer->kept + 1 == number &&
        !memcmp(layer->kept_weights, layer->weights, layer->styles * sizeof *layer->weights);
    const gboolean timed = time != IDIOM_TIME_NONE && layer->time != IDIOM_TIME_NONE;
    const gint64 interval = timed ? ABS(time - layer->time) : UNKNOWN_INTERVAL;
    turn[0] = follows && interval < ROUND;
    turn[1] = layer->turn;
    layer->turn = fmodf(layer->turn + (float)interval / ROUND, 1);
    turn[2] = layer->turn;
    layer->kept = steady ? number : 0;
    layer->time = time;
    memcpy(layer->kept_weights, layer->weights, layer->styles * sizeof *layer->weights);
}

gboolean idiom_layer_commands(IdiomLayer *layer, const IdiomFrameParams *params, IdiomLayerMode mode,
                              guint64 number, guint slot, IdiomCommands **lists, guint *count, GError **error)
{
    const float joined = mode != IDIOM_LAYER_PLAIN && idiom_layer_can_hold(layer, number);
    layer->seen = mode == IDIOM_LAYER_PLAIN ? 0 : number;
    if (mode == IDIOM_LAYER_HOLD)
        return idiom_program_commands(layer->hold, NULL, TRUE, slot, lists, count, error);
    layer->computed = number;
    *layer->slot[slot].temporal = (float)CLAMP(params->temporal, 0, 1);
    if (layer->slot[slot].statistics)
        *layer->slot[slot].statistics = joined * (float)CLAMP(params->statistics, 0, 1);
    for (guint i = 0; i < 3; i++)
        layer->slot[slot].joined[i] = joined;
    if (layer->slot[slot].turn)
        set_turn(layer, mode == IDIOM_LAYER_STEADY, params->time, number, layer->slot[slot].turn);
    if (layer->slot[slot].mix)
        memcpy(layer->slot[slot].mix, layer->weights, layer->styles * sizeof *layer->weights);
    const gboolean steady = mode == IDIOM_LAYER_STEADY;
    return idiom_program_commands(layer->program, steady ? layer->steady.result : layer->plain, steady, slot,
                                  lists, count, error);
}
