/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scene.h"

#include <idiom-unstable/ops.h>

IdiomGraph *idiom_scene_graph(const IdiomScene *scene)
{
    IdiomGraph *graph = idiom_graph_new(scene->device, idiom_device_info(scene->device)->fastest);
    idiom_graph_set_slots(graph, scene->slots);
    idiom_graph_use_scratch(graph);
    return graph;
}

/* Longer side of the pictures that styles are trained for. */
#define TRAINED_SIDE 640.0
/* What is not much smaller is not worth the detour: it would cost sharpness and save little. */
#define WORTH_IT 0.8
/* Sides are multiples of what generators work in, so that none has to pad. */
#define MULTIPLE 4

static guint inner_side(guint side, double scale)
{
    const guint inner = MULTIPLE * (guint)(side * scale / MULTIPLE + 0.5);
    return MIN(MAX(inner, 2 * MULTIPLE), side);
}

/* The full picture in the size that styles work in. */
static IdiomTensor *inner_picture(IdiomGraph *graph, const IdiomScene *scene)
{
    const guint w = scene->frame.width, h = scene->frame.height;
    const double wanted = TRAINED_SIDE / (CLAMP(scene->inner.stroke_size, 0.1, 10) * MAX(w, h));
    const double scale = CLAMP(scene->inner.quality, 0.25, 1) * (wanted > WORTH_IT ? 1 : wanted);
    return scale > WORTH_IT ? scene->full
                            : idiom_shrink(graph, scene->full, inner_side(w, scale), inner_side(h, scale));
}

static gboolean build(IdiomScene *scene, GError **error)
{
    IdiomGraph *graph = idiom_scene_graph(scene);
    scene->bytes = idiom_graph_input(graph, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&scene->frame));
    idiom_graph_carry(scene->bytes);
    scene->full = idiom_import(graph, scene->bytes, &scene->frame);
    scene->picture = inner_picture(graph, scene);
    IdiomTensor *continues = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    scene->motion = idiom_motion(graph, scene->picture, continues);

    IdiomTensor *shared[] = {scene->full,        scene->picture,
                             scene->motion.flow, scene->motion.continues,
                             scene->motion.rest, scene->motion.found};
    for (guint i = 0; i < G_N_ELEMENTS(shared); i++)
        idiom_graph_share(graph, shared[i]);
    scene->program = idiom_program_plan(graph, shared, G_N_ELEMENTS(shared), error);
    if (!scene->program || !idiom_program_allocate(scene->program, error) ||
        !idiom_program_prepare(scene->program, scene->picture, FALSE, error) ||
        (scene->converts && !idiom_program_prepare(scene->program, scene->full, FALSE, error)) ||
        !idiom_program_prepare(scene->program, scene->motion.flow, TRUE, error))
        return FALSE;
    for (guint i = 0; i < scene->slots; i++) {
        scene->ends[i] = idiom_tensor_ends(scene->bytes, i);
        scene->continues[i] = idiom_program_map_slot(scene->program, continues, i);
    }
    return TRUE;
}

static void clear(gpointer data)
{
    IdiomScene *scene = data;
    idiom_sketch_free(scene->sketch);
    idiom_surface_free(scene->surface);
    idiom_follower_free(scene->follower);
    idiom_program_free(scene->program);
    idiom_device_unref(scene->device);
}

void idiom_scene_unref(IdiomScene *scene)
{
    if (scene)
        g_atomic_rc_box_release_full(scene, clear);
}

IdiomScene *idiom_scene_ref(IdiomScene *scene)
{
    return g_atomic_rc_box_acquire(scene);
}

static gboolean lay_out(IdiomFrame *frame, const IdiomVideoInfo *info, GError **error)
{
    *frame = (IdiomFrame){.format = info->format,
                          .width = info->width,
                          .height = info->height,
                          .matrix = info->matrix,
                          .full_range = info->full_range,
                          .chroma_left = info->chroma_left,
                          .chroma_top = info->chroma_top};
    return idiom_frame_layout(frame, error);
}

IdiomScene *idiom_scene_new(IdiomDevice *device, const IdiomKinds *kinds, IdiomInner inner, guint slots,
                            GError **error)
{
    g_autoptr(IdiomScene) scene = g_atomic_rc_box_new0(IdiomScene);
    scene->device = idiom_device_ref(device);
    scene->slots = slots;
    scene->inner = inner;
    if (!lay_out(&scene->frame, &kinds->source, error) || !lay_out(&scene->result, &kinds->result, error))
        return NULL;
    scene->converts = !idiom_frame_same_kind(&scene->frame, &scene->result);
    if (!build(scene, error)) {
        g_prefix_error(error, "a frame of %ux%u: ", scene->frame.width, scene->frame.height);
        return NULL;
    }
    return g_steal_pointer(&scene);
}

gboolean idiom_scene_commands(IdiomScene *scene, gboolean motion, guint slot, IdiomCommands **lists,
                              guint *count, GError **error)
{
    IdiomTensor *output = motion ? scene->motion.flow : scene->picture;
    return idiom_program_commands(scene->program, output, motion, slot, lists, count, error);
}

gboolean idiom_scene_import_commands(IdiomScene *scene, guint slot, IdiomCommands **lists, guint *count,
                                     GError **error)
{
    return idiom_program_commands(scene->program, scene->full, FALSE, slot, lists, count, error);
}
