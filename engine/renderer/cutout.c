/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cutout.h"

#include <idiom-unstable/ops.h>

#include "video/mask.h"

/* Longer and shorter side of a mask at most; sharper than that it gets by the frame's edges. */
enum { LONG_SIDE = 192, SHORT_SIDE = 108 };

static void choose_size(IdiomCutout *cutout)
{
    const IdiomShape s = idiom_tensor_shape(cutout->scene->picture);
    const gboolean tall = s.h > s.w;
    cutout->width = MIN(s.w, tall ? SHORT_SIDE : LONG_SIDE);
    cutout->height = MIN(s.h, tall ? LONG_SIDE : SHORT_SIDE);
}

static gboolean build(IdiomCutout *cutout, GError **error)
{
    const IdiomScene *scene = cutout->scene;
    IdiomGraph *graph = idiom_scene_graph(scene);
    const IdiomShape shape = IDIOM_SHAPE(1, 1, cutout->height, cutout->width);
    IdiomTensor *given = cutout->finder ? NULL : idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, shape);
    IdiomTensor *mask = given ? given : idiom_graph_borrow(graph, cutout->finder->mask);
    IdiomTensor *picture = idiom_graph_borrow(graph, scene->picture);
    IdiomTensor *fit = idiom_matte_fit(graph, idiom_matte_guide(graph, mask, picture));
    cutout->of_picture = cutout->of_full = idiom_matte(graph, fit, picture);
    if (scene->full != scene->picture)
        cutout->of_full = idiom_matte(graph, fit, idiom_graph_borrow(graph, scene->full));
    IdiomTensor *outputs[] = {cutout->of_picture, cutout->of_full};
    const guint n = cutout->of_full == cutout->of_picture ? 1 : 2;
    for (guint i = 0; i < n; i++)
        idiom_graph_share(graph, outputs[i]);
    cutout->program = idiom_program_plan(graph, outputs, n, error);
    if (!cutout->program || !idiom_program_allocate(cutout->program, error) ||
        !idiom_program_prepare(cutout->program, NULL, TRUE, error))
        return FALSE;
    for (guint i = 0; i < scene->slots; i++)
        cutout->mask[i] = given ? idiom_program_map_slot(cutout->program, given, i) : NULL;
    return TRUE;
}

static void clear(gpointer data)
{
    IdiomCutout *cutout = data;
    idiom_program_free(cutout->program);
    idiom_finder_unref(cutout->finder);
    idiom_scene_unref(cutout->scene);
}

void idiom_cutout_unref(IdiomCutout *cutout)
{
    if (cutout)
        g_atomic_rc_box_release_full(cutout, clear);
}

IdiomCutout *idiom_cutout_ref(IdiomCutout *cutout)
{
    return g_atomic_rc_box_acquire(cutout);
}

IdiomCutout *idiom_cutout_new(IdiomScene *scene, const IdiomStyle *people, GError **error)
{
    g_autoptr(IdiomCutout) cutout = g_atomic_rc_box_new0(IdiomCutout);
    cutout->scene = idiom_scene_ref(scene);
    choose_size(cutout);
    if (people && !(cutout->finder = idiom_finder_new(scene, people, cutout->width, cutout->height, error)))
        return NULL;
    return build(cutout, error) ? g_steal_pointer(&cutout) : NULL;
}

gboolean idiom_cutout_commands(IdiomCutout *cutout, const IdiomMask *mask, guint slot, IdiomCommands **lists,
                               guint *count, GError **error)
{
    if (cutout->mask[slot])
        idiom_mask_read(mask, cutout->mask[slot], cutout->width, cutout->height);
    return idiom_program_commands(cutout->program, NULL, TRUE, slot, lists, count, error);
}
