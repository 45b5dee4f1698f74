/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "finder.h"

#include <idiom-unstable/ops.h>

/* Share of the mask of before, where a new one is found in a scene that continues: what changes at random goes. */
static const float KEPT = 0.35f;

/* Beyond so many pixels on one, what lies between the four nearest ones is missed. */
#define SPARSE 4

static IdiomTensor *in_size(IdiomGraph *graph, IdiomTensor *x, guint w, guint h)
{
    const IdiomShape s = idiom_tensor_shape(x);
    const double across = (double)s.w / w, down = (double)s.h / h;
    if (s.w == w && s.h == h)
        return x;
    if (MAX(across, down) > SPARSE && MIN(across, down) >= 1)
        return idiom_shrink(graph, x, w, h);
    return idiom_resize2d(graph, x, w, h,
                          &(IdiomResizeParams){.mode = IDIOM_UPSAMPLE_BILINEAR,
                                               .scale = {across, down},
                                               .offset = {0.5 * across - 0.5, 0.5 * down - 0.5}});
}

/* @mask, moved to where it is in this frame. */
static IdiomTensor *moved(const IdiomFinder *finder, IdiomGraph *graph, IdiomTensor *mask)
{
    const IdiomScene *scene = finder->scene;
    const IdiomShape s = idiom_tensor_shape(scene->picture);
    const IdiomMotion motion = {.flow = idiom_graph_borrow(graph, scene->motion.flow),
                                .cell = scene->motion.cell};
    return idiom_follow_mask(graph, &motion, mask, s.w, s.h);
}

static gboolean plan(IdiomProgram **program, IdiomGraph *graph, GError **error)
{
    *program = idiom_program_plan(graph, NULL, 0, error);
    return *program && idiom_program_allocate(*program, error) &&
           idiom_program_prepare(*program, NULL, TRUE, error) && idiom_program_set_up(*program, error);
}

/* What the network makes of the picture. */
static IdiomTensor *look_for(const IdiomFinder *finder, IdiomGraph *graph, const IdiomNetwork *network)
{
    IdiomTensor *picture = idiom_graph_borrow(graph, finder->scene->picture);
    guint w, h;
    idiom_network_size(network, &w, &h);
    const IdiomShape s = w ? IDIOM_SHAPE(1, 3, h, w) : idiom_tensor_shape(finder->mask);
    return idiom_network_run(network, graph, in_size(graph, picture, s.w, s.h), NULL);
}

static gboolean build(IdiomFinder *finder, const IdiomNetwork *network, guint width, guint height,
                      GError **error)
{
    IdiomGraph *graph = idiom_scene_graph(finder->scene);
    finder->mask = idiom_graph_state(graph, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 1, height, width));
    IdiomTensor *kept = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *found = look_for(finder, graph, network);
    if (found && idiom_tensor_shape(found).c != 1) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "the network makes %u channels, not a mask",
                    idiom_tensor_shape(found).c);
        idiom_graph_free(graph);
        return FALSE;
    }
    found = found ? in_size(graph, found, width, height) : NULL;
    IdiomTensor *amount = idiom_mul(graph, kept, idiom_graph_borrow(graph, finder->scene->motion.continues));
    idiom_assign(graph, finder->mask, idiom_mix(graph, found, moved(finder, graph, finder->mask), amount));
    if (!plan(&finder->find, graph, error))
        return FALSE;
    for (guint i = 0; i < finder->scene->slots; i++)
        finder->kept[i] = idiom_program_map_slot(finder->find, kept, i);

    IdiomGraph *after = idiom_scene_graph(finder->scene);
    IdiomTensor *mask = idiom_graph_borrow(after, finder->mask);
    idiom_assign(after, mask, moved(finder, after, mask));
    return plan(&finder->follow, after, error);
}

static void clear(gpointer data)
{
    IdiomFinder *finder = data;
    idiom_program_free(finder->follow);
    idiom_program_free(finder->find);
    idiom_scene_unref(finder->scene);
}

void idiom_finder_unref(IdiomFinder *finder)
{
    if (finder)
        g_atomic_rc_box_release_full(finder, clear);
}

IdiomFinder *idiom_finder_ref(IdiomFinder *finder)
{
    return g_atomic_rc_box_acquire(finder);
}

IdiomFinder *idiom_finder_new(IdiomScene *scene, const IdiomStyle *style, guint width, guint height,
                              GError **error)
{
    g_autoptr(IdiomFinder) finder = g_atomic_rc_box_new0(IdiomFinder);
    finder->scene = idiom_scene_ref(scene);
    return build(finder, idiom_style_network(style), width, height, error) ? g_steal_pointer(&finder) : NULL;
}

gboolean idiom_finder_commands(IdiomFinder *finder, gboolean continues, guint64 number, guint slot,
                               IdiomCommands **lists, guint *count, GError **error)
{
    const gboolean known = continues && finder->seen && finder->seen + 1 == number;
    finder->seen = number;
    if (known && number - finder->found < finder->every)
        return idiom_program_commands(finder->follow, NULL, TRUE, slot, lists, count, error);
    finder->found = number;
    *finder->kept[slot] = known ? KEPT : 0;
    return idiom_program_commands(finder->find, NULL, TRUE, slot, lists, count, error);
}
