/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What frames of a kind need to be shown in a style: made, run once, and put in place. */
#include "state.h"

#include <string.h>

/* All that frames of a kind need, in the newest style: a scene and, if there is one, a layer and a look that has run once. */
typedef struct {
    IdiomScene *scene;
    IdiomLayer *layer;
    IdiomLook *looks[2]; /* plain and steady */
} View;

static void view_clear(View *view)
{
    for (guint i = 0; i < G_N_ELEMENTS(view->looks); i++)
        idiom_look_unref(view->looks[i]);
    idiom_layer_unref(view->layer);
    idiom_scene_unref(view->scene);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(View, view_clear)

/* Drivers put work off to the first run of a kernel; that is no frame's business. */
static gboolean run_once(IdiomRenderer *r, IdiomLook *look, GError **error)
{
    IdiomCommands *lists[IDIOM_SUBMIT_MAX];
    guint count = 0;
    const double amounts[IDIOM_LOOK_MAX_LAYERS] = {0};
    const IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    IdiomFence *fence = idiom_fence_new(r->device, error);
    if (!fence)
        return FALSE;
    memset(look->scene->ends[0].host->mapped, 0, look->scene->frame.size);
    *look->scene->continues[0] = 0;
    gboolean ok = idiom_look_commands(look, &params, amounts, TRUE, 2, 0, lists, &count, error) &&
                  idiom_commands_submit(lists, count, fence, error) &&
                  idiom_fence_wait(fence, TRUE, error) == IDIOM_FENCE_DONE;
    idiom_fence_free(fence);
    return ok;
}

/* All that a frame may need: the style by itself, and a fade, for which one layer is steadied and one is held. */
static gboolean warm_up(IdiomRenderer *r, const View *view, GError **error)
{
    IdiomLayer *layer = view->layer, *twice[] = {layer, layer};
    g_autoptr(IdiomLook) fading = idiom_look_new(twice, 2, (IdiomLookKind){TRUE, TRUE}, error);
    layer->seen = 1;
    gboolean ok = fading && run_once(r, fading, error) && run_once(r, view->looks[0], error);
    layer->seen = 0;
    return ok;
}

static gboolean make_fences(IdiomRenderer *r, GError **error)
{
    for (guint i = 0; i < r->n_slots; i++)
        if (!r->slots[i].fence && !(r->slots[i].fence = idiom_fence_new(r->device, error)))
            return FALSE;
    return TRUE;
}

static double take_stroke_size(IdiomRenderer *r)
{
    g_mutex_lock(&r->lock);
    const double size = r->stroke_size;
    r->stroke_size_changed = FALSE;
    g_mutex_unlock(&r->lock);
    return size;
}

static gboolean make_view(IdiomRenderer *r, const IdiomStyle *style, const float *weights, View *view,
                          GError **error)
{
    const guint kernels = idiom_device_kernels(r->device);
    if (!view->scene)
        view->scene = idiom_scene_new(r->device, &r->info, take_stroke_size(r), r->n_slots, error);
    if (!view->scene || !make_fences(r, error))
        return FALSE;
    if (!style)
        return TRUE;
    view->layer = idiom_layer_new(view->scene, style, weights, error);
    for (guint i = 0; view->layer && i < G_N_ELEMENTS(view->looks); i++)
        if (!(view->looks[i] = idiom_look_new(&view->layer, 1, (IdiomLookKind){.steady = i == 1}, error)))
            return FALSE;
    if (!view->layer)
        return FALSE;
    if (idiom_device_kernels(r->device) == kernels)
        return TRUE;
    idiom_device_warm(r->device);
    return warm_up(r, view, error);
}

/* From now on @view is what is shown. */
static void set_view(IdiomRenderer *r, View *view)
{
    idiom_stack_drop(r, 0, r->n_layers);
    idiom_presence_set(&r->presence, view->layer ? 1 : 0);
    if (view->layer)
        r->layers[r->n_layers++] = g_steal_pointer(&view->layer);
    idiom_look_unref(r->look);
    r->look = g_steal_pointer(&view->looks[1]);
    idiom_scene_unref(r->scene);
    r->scene = g_steal_pointer(&view->scene);
    r->moved = FALSE;
    idiom_loader_set_scene(r->loader, r->scene);
}

void idiom_view_forget(IdiomRenderer *r)
{
    idiom_loader_set_scene(r->loader, NULL);
    g_clear_pointer(&r->look, idiom_look_unref);
    idiom_stack_drop(r, 0, r->n_layers);
    g_clear_pointer(&r->scene, idiom_scene_unref);
}

/* A scene and a view for frames as r->info says. */
gboolean idiom_view_prepare(IdiomRenderer *r, GError **error)
{
    idiom_view_forget(r);
    g_autoptr(IdiomLoaded) loaded = idiom_loader_take(r->loader);
    if (loaded)
        idiom_stack_adopt(r, loaded);
    if (!r->chosen) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "no style is shown yet");
        return FALSE;
    }
    g_auto(View) view = {0};
    if (!make_view(r, r->style, r->weights, &view, error))
        return FALSE;
    set_view(r, &view);
    return TRUE;
}

gboolean idiom_view_replace(IdiomRenderer *r, const IdiomLoaded *loaded, GError **error)
{
    g_auto(View) view = {.scene = idiom_scene_ref(r->scene)};
    if (!make_view(r, loaded->style, loaded->weights, &view, error))
        return FALSE;
    set_view(r, &view);
    return TRUE;
}
