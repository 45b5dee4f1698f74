/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What frames of a kind need to be shown in a style: made, run once, and put in place. */
#include "state.h"

#include <string.h>

void idiom_view_clear(IdiomView *view)
{
    for (guint i = 0; i < G_N_ELEMENTS(view->looks); i++)
        g_clear_pointer(&view->looks[i], idiom_look_unref);
    g_clear_pointer(&view->layer, idiom_layer_unref);
    g_clear_pointer(&view->subject, idiom_layer_unref);
    g_clear_pointer(&view->scene, idiom_scene_unref);
}

gboolean idiom_view_build(IdiomView *view, IdiomDevice *device, const IdiomKinds *kinds, IdiomInner inner,
                          guint slots, IdiomStyle *style, const float *weights, GError **error)
{
    if (!view->scene)
        view->scene = idiom_scene_new(device, kinds, inner, slots, error);
    if (!view->scene || !style)
        return view->scene != NULL;
    view->layer = idiom_layer_new(view->scene, style, weights, error);
    for (guint i = 0; view->layer && i < G_N_ELEMENTS(view->looks); i++)
        if (!(view->looks[i] =
                  idiom_look_new(view->scene, &view->layer, 1, (IdiomLookKind){.steady = i == 1}, error)))
            return FALSE;
    return view->layer != NULL;
}

/* Drivers put work off to the first run of a kernel; that is no frame's business. */
static gboolean run_once(IdiomRenderer *r, IdiomLook *look, GError **error)
{
    IdiomCommands *lists[IDIOM_SUBMIT_MAX];
    guint count = 0;
    const double amounts[IDIOM_LOOK_MAX_ALL] = {0};
    const IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    IdiomFence *fence = idiom_fence_new(r->device, error);
    if (!fence)
        return FALSE;
    memset(look->scene->ends[0].host->mapped, 0, look->scene->frame.size);
    *look->scene->continues[0] = 0;
    IdiomStages unmeasured = {0};
    gboolean ok =
        idiom_look_commands(look, &params, amounts, TRUE, 2, 0, &unmeasured, lists, &count, error) &&
        idiom_commands_submit(lists, count, fence, error) &&
        idiom_fence_wait(fence, TRUE, error) == IDIOM_FENCE_DONE;
    idiom_fence_free(fence);
    return ok;
}

/*
 * All that a frame may need: the style by itself, a fade, for which one layer is steadied and one is held, and a mask with
 * two styles.
 */
static gboolean warm_up(IdiomRenderer *r, const IdiomView *view, GError **error)
{
    IdiomLayer *layer = view->layer, *twice[] = {layer, layer};
    const IdiomLookKind kind = {.steady = TRUE, .recoloured = TRUE};
    g_autoptr(IdiomLook) fading = idiom_look_new(view->scene, twice, 2, kind, error);
    g_autoptr(IdiomCutout) cutout = fading ? idiom_cutout_new(view->scene, NULL, error) : NULL;
    g_autoptr(IdiomLook) masked = NULL;
    if (cutout)
        masked = idiom_look_new(view->scene, twice, 2, (IdiomLookKind){.cutout = cutout, .inside = 1}, error);
    layer->seen = 1;
    gboolean ok = masked && run_once(r, fading, error) && run_once(r, masked, error) &&
                  run_once(r, view->looks[0], error);
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

static IdiomInner take_inner(IdiomRenderer *r)
{
    g_mutex_lock(&r->lock);
    const IdiomInner inner = r->inner;
    g_mutex_unlock(&r->lock);
    return inner;
}

static gboolean make_view(IdiomRenderer *r, IdiomStyle *style, const float *weights, IdiomView *view,
                          GError **error)
{
    const guint kernels = idiom_device_kernels(r->device);
    const IdiomInner inner = view->scene ? view->scene->inner : take_inner(r);
    if (!idiom_view_build(view, r->device, &r->kinds, inner, r->n_slots, style, weights, error) ||
        !make_fences(r, error))
        return FALSE;
    if (!view->layer || idiom_device_kernels(r->device) == kernels)
        return TRUE;
    idiom_device_warm(r->device);
    return warm_up(r, view, error);
}

/* From now on @view is what is shown. */
static void set_view(IdiomRenderer *r, IdiomView *view)
{
    idiom_stack_drop(&r->shown, 0, r->shown.n_layers);
    idiom_presence_set(&r->presence, view->layer ? 1 : 0);
    if (view->layer)
        r->shown.layers[r->shown.n_layers++] = g_steal_pointer(&view->layer);
    idiom_look_unref(r->look);
    r->look = g_steal_pointer(&view->looks[1]);
    g_clear_pointer(&r->cutout, idiom_cutout_unref);
    idiom_people_forget(r);
    idiom_scene_unref(r->scene);
    r->scene = g_steal_pointer(&view->scene);
    r->moved = FALSE;
    g_mutex_lock(&r->lock);
    r->stats.quality = r->scene->inner.quality;
    g_mutex_unlock(&r->lock);
    idiom_loader_set_scene(r->shown.loader, r->scene);
}

static void forget_resize(IdiomRenderer *r)
{
    g_mutex_lock(&r->lock);
    IdiomResize *resize = g_steal_pointer(&r->resize);
    g_mutex_unlock(&r->lock);
    idiom_resize_free(resize);
}

void idiom_view_forget(IdiomRenderer *r)
{
    forget_resize(r);
    idiom_loader_set_scene(r->shown.loader, NULL);
    idiom_subject_set_scene(r, NULL);
    g_clear_pointer(&r->look, idiom_look_unref);
    g_clear_pointer(&r->cutout, idiom_cutout_unref);
    idiom_people_forget(r);
    g_clear_pointer(&r->through, idiom_look_unref);
    idiom_stack_drop(&r->shown, 0, r->shown.n_layers);
    g_clear_pointer(&r->scene, idiom_scene_unref);
}

/* A scene and a view for frames as r->kinds says. */
gboolean idiom_view_prepare(IdiomRenderer *r, GError **error)
{
    idiom_view_forget(r);
    g_autoptr(IdiomLoaded) loaded = idiom_loader_take(r->shown.loader);
    if (loaded)
        idiom_shown_adopt(r, loaded);
    if (!r->chosen) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "no style is shown yet");
        return FALSE;
    }
    g_auto(IdiomView) view = {0};
    if (!make_view(r, r->shown.style, r->shown.weights, &view, error))
        return FALSE;
    set_view(r, &view);
    return idiom_subject_prepare(r, error) && idiom_people_prepare(r, error);
}

gboolean idiom_view_replace(IdiomRenderer *r, const IdiomLoaded *loaded, GError **error)
{
    g_auto(IdiomView) view = {.scene = idiom_scene_ref(r->scene)};
    if (!make_view(r, loaded->style, loaded->weights, &view, error))
        return FALSE;
    set_view(r, &view);
    return TRUE;
}

static gboolean wants_resize(IdiomRenderer *r, IdiomInner *inner)
{
    g_mutex_lock(&r->lock);
    *inner = r->inner;
    g_mutex_unlock(&r->lock);
    const IdiomInner *is = &r->scene->inner;
    return inner->quality != is->quality || inner->stroke_size != is->stroke_size ||
           inner->still != is->still;
}

/* What has been made ready is shown, unless another style has come meanwhile. */
static void take_resized(IdiomRenderer *r)
{
    g_autoptr(GError) error = NULL;
    IdiomView *view = idiom_resize_view(r->resize, &error);
    if (!view) {
        idiom_renderer_warn(r, error);
        g_mutex_lock(&r->lock);
        r->inner = r->scene->inner;
        g_mutex_unlock(&r->lock);
    } else if (idiom_resize_style(r->resize) == r->shown.style) {
        g_mutex_lock(&r->lock);
        if (view->layer)
            memcpy(view->layer->weights, r->shown.weights, sizeof r->shown.weights);
        g_mutex_unlock(&r->lock);
        IdiomLayer *subject = g_steal_pointer(&view->subject);
        IdiomLayer *ghost = view->layer ? idiom_handover_leave(r, view->scene) : NULL;
        set_view(r, view);
        if (ghost)
            idiom_handover_begin(r, ghost);
        idiom_subject_adopt(r, subject, idiom_resize_subject(r->resize));
    }
    forget_resize(r);
}

void idiom_view_follow_inner(IdiomRenderer *r)
{
    IdiomInner inner;
    if (r->shown.n_layers != (r->shown.style ? 1 : 0) || idiom_loader_is_loading(r->shown.loader) ||
        idiom_loader_is_ready(r->shown.loader) || idiom_loader_is_loading(r->subject.stack.loader))
        return; /* one thing after the other */
    if (r->resize && idiom_resize_is_done(r->resize))
        take_resized(r);
    if (r->resize || !wants_resize(r, &inner))
        return;
    g_mutex_lock(&r->lock);
    r->resize = idiom_resize_new(r->device, &r->kinds, inner, r->n_slots, r->shown.style, r->shown.weights,
                                 r->subject.stack.style, r->subject.stack.weights);
    g_mutex_unlock(&r->lock);
}
