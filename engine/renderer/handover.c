/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A style in another inner size comes into view without a jump: what the last size showed last, brought to the new one,
 * moves on with the scene and fades out. It is held, not computed, so that a device that was too slow has not more to do.
 */
#include "log.h"
#include "state.h"

#include <idiom-unstable/ops.h>

/* Nanoseconds. */
#define FADE 1000000000

/* A layer of @scene that can only be held, with nothing in it yet. */
static IdiomLayer *new_ghost(IdiomScene *scene, GError **error)
{
    g_autoptr(IdiomLayer) ghost = g_atomic_rc_box_new0(IdiomLayer);
    const IdiomShape s = idiom_tensor_shape(scene->picture);
    IdiomGraph *graph = idiom_scene_graph(scene);
    const IdiomMotion motion = {.flow = idiom_graph_borrow(graph, scene->motion.flow),
                                .continues = idiom_graph_borrow(graph, scene->motion.continues),
                                .cell = scene->motion.cell};
    ghost->scene = idiom_scene_ref(scene);
    ghost->since = IDIOM_TIME_NONE;
    ghost->steady.history = idiom_graph_state(graph, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 4, s.h, s.w));
    idiom_hold(graph, &motion, ghost->steady.history);
    ghost->hold = idiom_program_plan(graph, NULL, 0, error);
    return ghost->hold && idiom_program_allocate(ghost->hold, error) &&
                   idiom_program_prepare(ghost->hold, NULL, TRUE, error)
               ? g_steal_pointer(&ghost)
               : NULL;
}

/* A program that brings what @last showed last to @ghost. */
static IdiomProgram *new_seed(const IdiomLayer *last, const IdiomLayer *ghost, GError **error)
{
    const IdiomShape from = idiom_tensor_shape(last->steady.history),
                     to = idiom_tensor_shape(ghost->steady.history);
    IdiomResizeParams params = {.mode = IDIOM_UPSAMPLE_BILINEAR,
                                .scale = {(double)from.w / to.w, (double)from.h / to.h}};
    for (guint i = 0; i < 2; i++) /* middles of pixels */
        params.offset[i] = params.scale[i] / 2 - 0.5;
    IdiomGraph *graph = idiom_scene_graph(ghost->scene);
    IdiomTensor *history = idiom_graph_borrow(graph, last->steady.history);
    idiom_assign(graph, idiom_graph_borrow(graph, ghost->steady.history),
                 idiom_resize2d(graph, history, to.w, to.h, &params));
    g_autoptr(IdiomProgram) seed = idiom_program_plan(graph, NULL, 0, error);
    return seed && idiom_program_allocate(seed, error) ? g_steal_pointer(&seed) : NULL;
}

/* The last frame once more, in the size of @scene, so that the next one continues it there; then @seed. */
static gboolean catch_up(IdiomRenderer *r, const IdiomBuffer *last, IdiomScene *scene, IdiomProgram *seed,
                         GError **error)
{
    IdiomCommands *lists[IDIOM_SUBMIT_MAX], *copy = idiom_commands_new(r->device, 0, error);
    IdiomFence *fence = copy ? idiom_fence_new(r->device, error) : NULL;
    guint count = 1;
    gboolean ok = fence != NULL;
    if (ok) {
        lists[0] = copy;
        *scene->continues[0] = 0;
        idiom_commands_barrier(copy);
        idiom_commands_copy(copy, (IdiomBuffer *)last, 0, scene->ends[0].device, 0, scene->frame.size);
        idiom_commands_barrier(copy);
        ok = idiom_commands_end(copy, error) && idiom_scene_commands(scene, TRUE, 0, lists, &count, error) &&
             idiom_program_commands(seed, NULL, TRUE, 0, lists, &count, error) &&
             idiom_commands_submit(lists, count, fence, error) &&
             idiom_fence_wait(fence, TRUE, error) == IDIOM_FENCE_DONE;
    }
    idiom_fence_free(fence);
    idiom_commands_free(copy);
    return ok;
}

IdiomLayer *idiom_handover_leave(IdiomRenderer *r, IdiomScene *scene)
{
    g_autoptr(GError) error = NULL;
    const guint index = (r->oldest + r->in_flight + r->n_slots - 1) % r->n_slots;
    if (!r->moved || r->shown.n_layers != 1 || !idiom_layer_can_hold(r->shown.layers[0], r->number + 1))
        return NULL; /* there is nothing to go on from */
    g_autoptr(IdiomLayer) ghost = new_ghost(scene, &error);
    g_autoptr(IdiomProgram) seed = ghost ? new_seed(r->shown.layers[0], ghost, &error) : NULL;
    if (seed && catch_up(r, r->scene->ends[index].device, scene, seed, &error)) {
        ghost->seen = r->number;
        return g_steal_pointer(&ghost);
    }
    idiom_log(IDIOM_LOG_INFO, "another inner size is shown at once: %s", error->message);
    return NULL;
}

void idiom_handover_begin(IdiomRenderer *r, IdiomLayer *ghost)
{
    r->shown.layers[1] = r->shown.layers[0];
    r->shown.layers[0] = ghost;
    r->shown.n_layers = 2;
    r->shown.layers[1]->since = r->continuity.last_time;
    r->shown.layers[1]->fade = FADE;
    r->moved = TRUE;
}

void idiom_handover_follow(IdiomRenderer *r, gboolean moves)
{
    if (r->shown.n_layers > 1 && !r->shown.layers[0]->program &&
        !(moves && idiom_layer_can_hold(r->shown.layers[0], r->number)))
        idiom_stack_drop(&r->shown, 0, 1);
}
