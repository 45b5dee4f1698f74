/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state.h"

#include <string.h>

static guint default_slots(IdiomDevice *device)
{
    /* a CPU driver has nothing to overlap with: the same cores do it all */
    return g_str_equal(idiom_device_info(device)->type, "cpu") ? 1 : 3;
}

/* What the caller knows of a structure, over the defaults in @to. */
void idiom_take_struct(gpointer to, gsize size, gconstpointer from, gsize from_size)
{
    memcpy(to, from, MIN(size, from_size));
}

IdiomRenderer *idiom_renderer_new(IdiomDevice *device, const IdiomRendererOptions *given, GError **error)
{
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    if (given)
        idiom_take_struct(&options, sizeof options, given, given->struct_size);
    if (options.slots > IDIOM_PROGRAM_MAX_SLOTS) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "%u slots: there can be up to %d",
                    options.slots, IDIOM_PROGRAM_MAX_SLOTS);
        return NULL;
    }
    IdiomRenderer *r = g_new0(IdiomRenderer, 1);
    r->device = idiom_device_ref(device);
    r->warning = options.warning;
    r->user = options.user;
    idiom_stack_init(&r->shown, IDIOM_LOOK_MAX_LAYERS, options.warning, options.user);
    idiom_stack_init(&r->subject.stack, IDIOM_LOOK_MAX_INSIDE, options.warning, options.user);
    r->n_slots = options.slots ? options.slots : default_slots(device);
    r->inner = (IdiomInner){.stroke_size = 1, .quality = 1};
    r->stats.quality = 1;
    g_mutex_init(&r->lock);
    idiom_presence_set(&r->presence, 1);
    idiom_continuity_reset(&r->continuity);
    return r;
}

void idiom_renderer_warn(IdiomRenderer *r, const GError *error)
{
    if (r->warning)
        r->warning(error, r->user);
}

static gboolean show(IdiomRenderer *r, IdiomLoaded *loaded, GError **error)
{
    if (!loaded)
        return FALSE;
    if (r->scene) {
        idiom_renderer_flush(r);
        if (!idiom_view_replace(r, loaded, error))
            return FALSE;
    }
    idiom_shown_adopt(r, loaded);
    return TRUE;
}

gboolean idiom_renderer_show(IdiomRenderer *r, const char *style, const char *mix, GError **error)
{
    g_autoptr(IdiomLoaded) loaded = idiom_loaded_new(style, mix, error);
    return show(r, loaded, error);
}

gboolean idiom_renderer_show_style(IdiomRenderer *r, IdiomStyle *style, const char *mix, GError **error)
{
    g_autoptr(IdiomLoaded) loaded = idiom_loaded_of_style(style, mix, error);
    return show(r, loaded, error);
}

void idiom_renderer_change(IdiomRenderer *r, const char *style, const char *mix, guint64 fade)
{
    idiom_loader_ask(r->shown.loader, style, mix, fade);
}

void idiom_renderer_change_style(IdiomRenderer *r, IdiomStyle *style, const char *mix, guint64 fade)
{
    idiom_loader_ask_style(r->shown.loader, style, mix, fade);
}

void idiom_renderer_set_mix(IdiomRenderer *r, const char *mix)
{
    g_autoptr(GError) error = NULL;
    float weights[IDIOM_GENERATOR_MAX_STYLES];
    if (idiom_loader_set_mix(r->shown.loader, mix))
        return;
    g_mutex_lock(&r->lock);
    if (r->shown.style && idiom_style_parse_mix(r->shown.style, mix, weights, &error)) {
        memcpy(r->shown.weights, weights, sizeof r->shown.weights);
        r->mix_changed = TRUE;
    }
    g_mutex_unlock(&r->lock);
    if (error)
        idiom_renderer_warn(r, error);
}

void idiom_renderer_set_stroke_size(IdiomRenderer *r, double size)
{
    g_mutex_lock(&r->lock);
    r->inner.stroke_size = size;
    g_mutex_unlock(&r->lock);
}

void idiom_renderer_set_quality(IdiomRenderer *r, double quality)
{
    g_mutex_lock(&r->lock);
    r->inner.quality = CLAMP(quality, 0.25, 1);
    g_mutex_unlock(&r->lock);
}

void idiom_renderer_set_still(IdiomRenderer *r, gboolean still)
{
    g_mutex_lock(&r->lock);
    r->inner.still = still;
    g_mutex_unlock(&r->lock);
}

gboolean idiom_renderer_configure(IdiomRenderer *r, const IdiomVideoInfo *info, GError **error)
{
    return idiom_renderer_configure_both(r, info, info, error);
}

gboolean idiom_renderer_configure_both(IdiomRenderer *r, const IdiomVideoInfo *source,
                                       const IdiomVideoInfo *result, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (r->in_flight) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "%u frames are still in flight", r->in_flight);
        return FALSE;
    }
    r->kinds = (IdiomKinds){IDIOM_VIDEO_INFO_INIT, IDIOM_VIDEO_INFO_INIT};
    idiom_take_struct(&r->kinds.source, sizeof r->kinds.source, source, source->struct_size);
    idiom_take_struct(&r->kinds.result, sizeof r->kinds.result, result, result->struct_size);
    if (r->kinds.source.width != r->kinds.result.width || r->kinds.source.height != r->kinds.result.height) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "frames of %ux%u cannot become %ux%u",
                    r->kinds.source.width, r->kinds.source.height, r->kinds.result.width,
                    r->kinds.result.height);
        return FALSE;
    }
    idiom_continuity_reset(&r->continuity);
    if (idiom_view_prepare(r, &local))
        return TRUE;
    if (g_error_matches(local, IDIOM_ERROR, IDIOM_ERROR_DEVICE_LOST))
        return idiom_renderer_recover(r, g_steal_pointer(&local), error);
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
}

void idiom_renderer_free(IdiomRenderer *r)
{
    if (!r)
        return;
    idiom_renderer_flush(r);
    idiom_view_forget(r);
    idiom_stack_clear(&r->shown);
    idiom_gallery_free(r->gallery);
    idiom_stack_clear(&r->subject.stack);
    idiom_people_clear(r);
    for (guint i = 0; i < r->n_slots; i++) {
        idiom_transfer_clear(&r->slots[i].in);
        idiom_transfer_clear(&r->slots[i].out);
        idiom_stages_clear(&r->slots[i].stages);
        idiom_scene_unref(r->slots[i].scene);
        idiom_fence_free(r->slots[i].fence);
    }
    idiom_device_unref(r->device);
    g_mutex_clear(&r->lock);
    g_free(r);
}

void idiom_renderer_get_stats(IdiomRenderer *r, IdiomRendererStats *stats)
{
    const gsize size = MIN(stats->struct_size, sizeof r->stats);
    g_mutex_lock(&r->lock);
    r->stats.struct_size = stats->struct_size;
    r->stats.loading = (r->resize && r->shown.style) || idiom_loader_is_loading(r->shown.loader) ||
                       idiom_loader_is_loading(r->subject.stack.loader);
    memcpy(stats, &r->stats, size);
    g_mutex_unlock(&r->lock);
}

IdiomDevice *idiom_renderer_device(const IdiomRenderer *r)
{
    return r->device;
}

IdiomDevice *idiom_renderer_ref_device(IdiomRenderer *r)
{
    g_mutex_lock(&r->lock);
    IdiomDevice *device = idiom_device_ref(r->device);
    g_mutex_unlock(&r->lock);
    return device;
}
