/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom/renderer.h>

#include "continuity.h"
#include "loader.h"
#include "look.h"
#include "transfer.h"

#include <idiom-unstable/profile.h>
#include <string.h>

/* A frame in flight. */
typedef struct {
    IdiomFence *fence;
    gboolean pending;  /* the device has something to do for it */
    gboolean lost;     /* with its device */
    IdiomScene *scene; /* that it is a frame of */
    IdiomLook *look;   /* what it is made of; NULL where the source is shown as it is */
    IdiomTransfer in, out;
    gpointer tag;
    gint64 begin;
} Slot;

struct IdiomRenderer {
    IdiomDevice *device;
    IdiomRendererWarning warning;
    gpointer user;
    IdiomLoader *loader;

    IdiomVideoInfo info;
    IdiomScene *scene; /* NULL: not configured */
    IdiomContinuity continuity;
    gboolean moved; /* the motion up to the last frame is known */
    guint64 number; /* of the last frame */
    gboolean lost;  /* the device was lost, and no frame has come back since */

    GMutex lock; /* of the rest of this part */
    double stroke_size;
    gboolean stroke_size_changed; /* since the scene was made */
    IdiomStyle *style;            /* the newest */
    float weights[IDIOM_GENERATOR_MAX_STYLES];
    gboolean mix_changed; /* since the newest layer was given the weights */
    IdiomRendererStats stats;

    IdiomLayer
        *layers[IDIOM_LOOK_MAX_LAYERS]; /* in the order in which they came; the last one shows the style */
    guint n_layers;
    IdiomLook *look; /* of these layers */

    Slot slots[IDIOM_PROGRAM_MAX_SLOTS];
    guint n_slots, oldest, in_flight;
};

static guint default_slots(IdiomDevice *device)
{
    /* a CPU driver has nothing to overlap with: the same cores do it all */
    return g_str_equal(idiom_device_info(device)->type, "cpu") ? 1 : 3;
}

/* What the caller knows of a structure, over the defaults in @to. */
static void take_struct(gpointer to, gsize size, gconstpointer from, gsize from_size)
{
    memcpy(to, from, MIN(size, from_size));
}

IdiomRenderer *idiom_renderer_new(IdiomDevice *device, const IdiomRendererOptions *given, GError **error)
{
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    if (given)
        take_struct(&options, sizeof options, given, given->struct_size);
    if (options.slots > IDIOM_PROGRAM_MAX_SLOTS) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "%u slots: there can be up to %d",
                    options.slots, IDIOM_PROGRAM_MAX_SLOTS);
        return NULL;
    }
    IdiomRenderer *r = g_new0(IdiomRenderer, 1);
    r->device = idiom_device_ref(device);
    r->warning = options.warning;
    r->user = options.user;
    r->loader = idiom_loader_new(options.warning, options.user);
    r->n_slots = options.slots ? options.slots : default_slots(device);
    r->stroke_size = 1;
    g_mutex_init(&r->lock);
    idiom_continuity_reset(&r->continuity);
    return r;
}

static void warn(IdiomRenderer *r, const GError *error)
{
    if (r->warning)
        r->warning(error, r->user);
}

/* --- layers ---------------------------------------------------------------------------------------- */

/* Removes @count layers from @first on. */
static void drop_layers(IdiomRenderer *r, guint first, guint count)
{
    for (guint i = first; i < first + count; i++)
        idiom_layer_unref(r->layers[i]);
    r->n_layers -= count;
    memmove(r->layers + first, r->layers + first + count, (r->n_layers - first) * sizeof *r->layers);
}

/* How far @layer has come into view, 0..1. Where times are not known it is there at once. */
static double layer_amount(const IdiomRenderer *r, const IdiomLayer *layer)
{
    const gint64 now = r->continuity.time;
    if (now == IDIOM_TIME_NONE || layer->since == IDIOM_TIME_NONE || now <= layer->since)
        return 1;
    const guint64 passed = (guint64)now - (guint64)layer->since;
    return passed >= layer->fade ? 1 : (double)passed / (double)layer->fade;
}

/* The one of which least is seen. */
static guint faintest_layer(const IdiomRenderer *r)
{
    guint faintest = 0;
    double least = 2, uncovered = 1;
    for (guint i = r->n_layers; i-- > 0;) {
        double amount = i ? layer_amount(r, r->layers[i]) : 1;
        if (amount * uncovered < least) {
            least = amount * uncovered;
            faintest = i;
        }
        uncovered *= 1 - amount;
    }
    return faintest;
}

/* Those that something else covers are no longer needed. */
static void drop_covered(IdiomRenderer *r)
{
    if (r->continuity.went_back && r->n_layers)
        drop_layers(r, 0, r->n_layers - 1);
    for (guint i = r->n_layers; i-- > 1;) {
        if (layer_amount(r, r->layers[i]) >= 1) {
            drop_layers(r, 0, i);
            break;
        }
    }
}

/* Makes @style the newest. */
static void adopt_style(IdiomRenderer *r, IdiomLoaded *loaded)
{
    g_mutex_lock(&r->lock);
    idiom_style_free(r->style);
    r->style = g_steal_pointer(&loaded->style);
    memcpy(r->weights, loaded->weights, sizeof r->weights);
    r->mix_changed = TRUE;
    g_mutex_unlock(&r->lock);
}

/* Puts what the loader has made ready on top of what is in view. */
static void take_loaded(IdiomRenderer *r)
{
    g_autoptr(IdiomLoaded) loaded = idiom_loader_take(r->loader);
    if (!loaded || !loaded->layer)
        return;
    adopt_style(r, loaded);
    if (r->n_layers == IDIOM_LOOK_MAX_LAYERS)
        drop_layers(r, faintest_layer(r), 1);
    IdiomLayer *layer = g_steal_pointer(&loaded->layer);
    layer->since = r->continuity.last_time;
    layer->fade = loaded->fade;
    r->layers[r->n_layers++] = layer;
}

static void update_mix(IdiomRenderer *r)
{
    g_mutex_lock(&r->lock);
    if (r->mix_changed)
        memcpy(r->layers[r->n_layers - 1]->weights, r->weights, sizeof r->weights);
    r->mix_changed = FALSE;
    g_mutex_unlock(&r->lock);
}

/* The look of the layers of now. */
static IdiomLook *look_at(IdiomRenderer *r, IdiomLookKind kind, GError **error)
{
    if (idiom_look_shows(r->look, r->layers, r->n_layers, kind))
        return r->look;
    IdiomLook *look = idiom_look_new(r->layers, r->n_layers, kind, error);
    if (look) {
        idiom_look_unref(r->look);
        r->look = look;
    }
    return look;
}

/* --- what is shown --------------------------------------------------------------------------------- */

/* All that frames of a kind need, in the newest style: a scene, a layer and a look, which has run once. */
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
    view->layer = view->scene ? idiom_layer_new(view->scene, style, weights, error) : NULL;
    for (guint i = 0; view->layer && i < G_N_ELEMENTS(view->looks); i++)
        if (!(view->looks[i] = idiom_look_new(&view->layer, 1, (IdiomLookKind){.steady = i == 1}, error)))
            return FALSE;
    if (!view->layer || !make_fences(r, error))
        return FALSE;
    if (idiom_device_kernels(r->device) == kernels)
        return TRUE;
    idiom_device_warm(r->device);
    return warm_up(r, view, error);
}

/* From now on @view is what is shown. */
static void set_view(IdiomRenderer *r, View *view)
{
    drop_layers(r, 0, r->n_layers);
    r->layers[r->n_layers++] = g_steal_pointer(&view->layer);
    idiom_look_unref(r->look);
    r->look = g_steal_pointer(&view->looks[1]);
    idiom_scene_unref(r->scene);
    r->scene = g_steal_pointer(&view->scene);
    r->moved = FALSE;
    idiom_loader_set_scene(r->loader, r->scene);
}

static void forget_view(IdiomRenderer *r)
{
    idiom_loader_set_scene(r->loader, NULL);
    g_clear_pointer(&r->look, idiom_look_unref);
    drop_layers(r, 0, r->n_layers);
    g_clear_pointer(&r->scene, idiom_scene_unref);
}

gboolean idiom_renderer_show(IdiomRenderer *r, const char *style, const char *mix, GError **error)
{
    g_autoptr(IdiomLoaded) loaded = idiom_loaded_new(style, mix, error);
    if (!loaded)
        return FALSE;
    if (r->scene) {
        idiom_renderer_flush(r);
        g_auto(View) view = {.scene = idiom_scene_ref(r->scene)};
        if (!make_view(r, loaded->style, loaded->weights, &view, error))
            return FALSE;
        set_view(r, &view);
    }
    adopt_style(r, loaded);
    return TRUE;
}

void idiom_renderer_change(IdiomRenderer *r, const char *style, const char *mix, guint64 fade)
{
    idiom_loader_ask(r->loader, style, mix, fade);
}

void idiom_renderer_set_mix(IdiomRenderer *r, const char *mix)
{
    g_autoptr(GError) error = NULL;
    float weights[IDIOM_GENERATOR_MAX_STYLES];
    if (idiom_loader_set_mix(r->loader, mix))
        return;
    g_mutex_lock(&r->lock);
    if (r->style && idiom_style_parse_mix(r->style, mix, weights, &error)) {
        memcpy(r->weights, weights, sizeof r->weights);
        r->mix_changed = TRUE;
    }
    g_mutex_unlock(&r->lock);
    if (error)
        warn(r, error);
}

void idiom_renderer_set_stroke_size(IdiomRenderer *r, double size)
{
    g_mutex_lock(&r->lock);
    r->stroke_size_changed |= size != r->stroke_size;
    r->stroke_size = size;
    g_mutex_unlock(&r->lock);
}

/* A scene and a view for frames as r->info says. */
static gboolean prepare(IdiomRenderer *r, GError **error)
{
    forget_view(r);
    g_autoptr(IdiomLoaded) loaded = idiom_loader_take(r->loader);
    if (loaded)
        adopt_style(r, loaded);
    if (!r->style) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "no style is shown yet");
        return FALSE;
    }
    g_auto(View) view = {0};
    if (!make_view(r, r->style, r->weights, &view, error))
        return FALSE;
    set_view(r, &view);
    return TRUE;
}

static gboolean recover(IdiomRenderer *r, GError *loss, GError **error);

gboolean idiom_renderer_configure(IdiomRenderer *r, const IdiomVideoInfo *info, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (r->in_flight) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "%u frames are still in flight", r->in_flight);
        return FALSE;
    }
    r->info = (IdiomVideoInfo)IDIOM_VIDEO_INFO_INIT;
    take_struct(&r->info, sizeof r->info, info, info->struct_size);
    idiom_continuity_reset(&r->continuity);
    if (prepare(r, &local))
        return TRUE;
    if (g_error_matches(local, IDIOM_ERROR, IDIOM_ERROR_DEVICE_LOST))
        return recover(r, g_steal_pointer(&local), error);
    g_propagate_error(error, g_steal_pointer(&local));
    return FALSE;
}

/* --- a lost device --------------------------------------------------------------------------------- */

/* What is in flight does not come back. */
static void lose_frames(IdiomRenderer *r)
{
    for (guint i = 0; i < r->n_slots; i++) {
        Slot *slot = &r->slots[i];
        slot->lost |= slot->pending || slot->out.bytes; /* also those that only the host has to do with */
        slot->pending = FALSE;
        g_clear_pointer(&slot->look, idiom_look_unref);
        g_clear_pointer(&slot->scene, idiom_scene_unref);
        idiom_transfer_clear(&slot->in);
        idiom_transfer_clear(&slot->out);
        g_clear_pointer(&slot->fence, idiom_fence_free);
    }
}

/* Goes on with a new device, once; @loss (transfer full) says how the old one was lost. */
static gboolean recover(IdiomRenderer *r, GError *loss, GError **error)
{
    g_autoptr(GError) why = loss;
    lose_frames(r);
    forget_view(r);
    if (r->lost) {
        g_propagate_prefixed_error(error, g_steal_pointer(&why), "lost for the second time: ");
        return FALSE;
    }
    r->lost = TRUE;
    IdiomDevice *device = idiom_device_reopen(r->device, error);
    if (!device)
        return FALSE;
    idiom_device_unref(r->device);
    r->device = device;
    g_prefix_error(&why, "the frames in flight are lost, a new device goes on: ");
    warn(r, why);
    r->continuity.broken = TRUE;
    return prepare(r, error);
}

/* --- frames ---------------------------------------------------------------------------------------- */

/* Where a frame comes from and goes to. */
typedef struct {
    IdiomPicture source, result;
} Way;

/* What the device has to do for the frame in @index's memory, and where the finished one will be. */
static gboolean stylize(IdiomRenderer *r, guint index, const IdiomFrameParams *params, gboolean continues,
                        IdiomEnds *ends, IdiomCommands **lists, guint *count, GError **error)
{
    const gboolean steady = params->temporal > 0 || params->statistics > 0;
    take_loaded(r);
    drop_covered(r);
    update_mix(r);
    IdiomLook *look = look_at(r, (IdiomLookKind){steady, params->colour < 1}, error);
    if (!look)
        return FALSE;
    double amounts[IDIOM_LOOK_MAX_LAYERS];
    for (guint i = 0; i < r->n_layers; i++)
        amounts[i] = layer_amount(r, r->layers[i]);
    continues = continues && r->moved;
    *r->scene->continues[index] = continues;
    r->moved = steady;
    r->slots[index].look = idiom_look_ref(look);
    *ends = look->slot[index].ends;
    return idiom_look_commands(look, params, amounts, continues, r->number, index, lists, count, error);
}

/* Another size of strokes is another size of what styles work on. */
static gboolean follow_stroke_size(IdiomRenderer *r, GError **error)
{
    g_mutex_lock(&r->lock);
    const gboolean changed = r->stroke_size_changed;
    g_mutex_unlock(&r->lock);
    return !changed || prepare(r, error);
}

static gboolean send(IdiomRenderer *r, guint index, const Way *way, const IdiomFrameParams *params,
                     gboolean continues, GError **error)
{
    Slot *slot = &r->slots[index];
    if (!follow_stroke_size(r, error))
        return FALSE;
    idiom_scene_unref(slot->scene);
    slot->scene = idiom_scene_ref(r->scene);
    const IdiomFrame *frame = &r->scene->frame;
    IdiomCommands *lists[IDIOM_SUBMIT_MAX];
    IdiomEnds ends = r->scene->ends[index];
    guint count = 0;
    const gboolean passes = params->strength <= 0; /* the frame as it came is the result */
    if (passes && way->source.memory == IDIOM_MEMORY_HOST && way->result.memory == IDIOM_MEMORY_HOST)
        ends.device = ends.host; /* which is where it stays */
    if (!idiom_transfer_in(&slot->in, r->device, frame, &way->source, ends, lists, &count, error))
        return FALSE;
    r->number++;
    if (passes)
        r->moved = FALSE; /* no history outlives it */
    else if (!stylize(r, index, params, continues, &ends, lists, &count, error))
        return FALSE;
    if (!idiom_transfer_out(&slot->out, r->device, frame, &way->result, ends, lists, &count, error) ||
        (count && !idiom_commands_submit(lists, count, slot->fence, error)))
        return FALSE;
    slot->pending = count > 0;
    return TRUE;
}

static gboolean check_ready(IdiomRenderer *r, GError **error)
{
    if (!r->scene) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "the renderer is not configured");
        return FALSE;
    }
    if (r->in_flight == r->n_slots) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_BUSY, "%u frames are in flight already", r->in_flight);
        return FALSE;
    }
    return TRUE;
}

/* What @slot holds for a frame. */
static void clear_slot(Slot *slot)
{
    g_clear_pointer(&slot->look, idiom_look_unref);
    g_clear_pointer(&slot->scene, idiom_scene_unref);
    idiom_transfer_release(&slot->in);
    idiom_transfer_release(&slot->out);
}

/* Pictures as the library of today knows them, checked. */
static gboolean take_pictures(const IdiomRenderer *r, Way *way, const IdiomPicture *source,
                              const IdiomPicture *result, GError **error)
{
    way->source = way->result = (IdiomPicture)IDIOM_PICTURE_INIT;
    take_struct(&way->source, sizeof way->source, source, source->struct_size);
    take_struct(&way->result, sizeof way->result, result, result->struct_size);
    return idiom_transfer_check(&r->scene->frame, &way->source, error) &&
           idiom_transfer_check(&r->scene->frame, &way->result, error);
}

/* Images are lost with their device. */
static gboolean outlives_device(const Way *way)
{
    return way->source.memory != IDIOM_MEMORY_VULKAN_IMAGE && way->result.memory != IDIOM_MEMORY_VULKAN_IMAGE;
}

/* As send(), and on a new device once more. */
static gboolean send_or_recover(IdiomRenderer *r, guint index, const Way *way, const IdiomFrameParams *params,
                                gboolean continues, GError **error)
{
    g_autoptr(GError) local = NULL;
    gboolean ok = send(r, index, way, params, continues, &local);
    if (!ok && g_error_matches(local, IDIOM_ERROR, IDIOM_ERROR_DEVICE_LOST) && outlives_device(way))
        ok = recover(r, g_steal_pointer(&local), error) && send(r, index, way, params, FALSE, &local);
    if (local)
        g_propagate_error(error, g_steal_pointer(&local));
    return ok;
}

gboolean idiom_renderer_send(IdiomRenderer *r, const IdiomPicture *source, const IdiomPicture *result,
                             const IdiomFrameParams *given, GError **error)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    Way way;
    if (!check_ready(r, error) || !take_pictures(r, &way, source, result, error))
        return FALSE;
    if (given)
        take_struct(&params, sizeof params, given, given->struct_size);

    const guint index = (r->oldest + r->in_flight) % r->n_slots;
    Slot *slot = &r->slots[index];
    const gboolean continues = idiom_continuity_next(&r->continuity, &params);
    slot->begin = g_get_monotonic_time();
    if (!send_or_recover(r, index, &way, &params, continues, error)) {
        clear_slot(slot);
        r->continuity.broken = TRUE;
        return FALSE;
    }
    slot->tag = params.tag;
    slot->lost = FALSE;
    r->in_flight++;
    return TRUE;
}

void idiom_renderer_skip(IdiomRenderer *r, const IdiomFrameParams *given)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    take_struct(&params, sizeof params, given, given->struct_size);
    r->continuity.broken = !idiom_continuity_next(&r->continuity, &params);
}

static void count_frame(IdiomRenderer *r, const Slot *slot)
{
    const double seconds = (double)(g_get_monotonic_time() - slot->begin) / G_USEC_PER_SEC;
    g_mutex_lock(&r->lock);
    r->stats.frames++;
    r->stats.seconds += seconds;
    r->stats.last_seconds = seconds;
    r->stats.styles = r->n_layers;
    r->stats.memory = r->look ? idiom_look_memory(r->look) : 0;
    g_mutex_unlock(&r->lock);
}

/* Takes the oldest frame out of flight. */
static void release(IdiomRenderer *r, gpointer *tag)
{
    Slot *slot = &r->slots[r->oldest];
    slot->pending = FALSE;
    clear_slot(slot);
    if (tag)
        *tag = slot->tag;
    r->oldest = (r->oldest + 1) % r->n_slots;
    r->in_flight--;
}

IdiomGet idiom_renderer_get(IdiomRenderer *r, gboolean wait, gpointer *tag, GError **error)
{
    g_autoptr(GError) local = NULL;
    if (r->in_flight == 0)
        return IDIOM_GET_NOTHING;
    Slot *slot = &r->slots[r->oldest];
    IdiomFenceState state = slot->pending ? idiom_fence_wait(slot->fence, wait, &local) : IDIOM_FENCE_DONE;
    if (state == IDIOM_FENCE_PENDING)
        return IDIOM_GET_NOTHING;
    IdiomGet got = IDIOM_GET_FRAME;
    if (state == IDIOM_FENCE_FAILED || slot->lost) {
        got = IDIOM_GET_LOST;
        if (local && (local->code != IDIOM_ERROR_DEVICE_LOST || !recover(r, g_steal_pointer(&local), error)))
            got = IDIOM_GET_FAILED;
        if (local)
            g_propagate_error(error, g_steal_pointer(&local));
    } else {
        idiom_transfer_finish(&slot->out, &slot->scene->frame);
        r->lost = FALSE;
        count_frame(r, slot);
    }
    release(r, tag);
    return got;
}

guint idiom_renderer_in_flight(const IdiomRenderer *r)
{
    return r->in_flight;
}

guint idiom_renderer_slots(const IdiomRenderer *r)
{
    return r->n_slots;
}

void idiom_renderer_flush(IdiomRenderer *r)
{
    while (r->in_flight) {
        Slot *slot = &r->slots[r->oldest];
        if (slot->pending)
            idiom_fence_wait(slot->fence, TRUE, NULL);
        release(r, NULL);
    }
    idiom_continuity_reset(&r->continuity);
    if (r->n_layers)
        drop_layers(r, 0, r->n_layers - 1);
}

void idiom_renderer_free(IdiomRenderer *r)
{
    if (!r)
        return;
    idiom_renderer_flush(r);
    forget_view(r);
    idiom_loader_free(r->loader);
    for (guint i = 0; i < r->n_slots; i++) {
        idiom_transfer_clear(&r->slots[i].in);
        idiom_transfer_clear(&r->slots[i].out);
        idiom_scene_unref(r->slots[i].scene);
        idiom_fence_free(r->slots[i].fence);
    }
    idiom_style_free(r->style);
    idiom_device_unref(r->device);
    g_mutex_clear(&r->lock);
    g_free(r);
}

void idiom_renderer_get_stats(IdiomRenderer *r, IdiomRendererStats *stats)
{
    const gsize size = MIN(stats->struct_size, sizeof r->stats);
    g_mutex_lock(&r->lock);
    r->stats.struct_size = stats->struct_size;
    r->stats.loading = idiom_loader_is_loading(r->loader);
    memcpy(stats, &r->stats, size);
    g_mutex_unlock(&r->lock);
}

IdiomDevice *idiom_renderer_device(const IdiomRenderer *r)
{
    return r->device;
}

/* --- profile --------------------------------------------------------------------------------------- */

/* The programs of the last frame: the scene's, the layers', the look's. */
static guint programs_of(const IdiomRenderer *r, IdiomProgram **programs)
{
    guint n = 0;
    if (!r->look)
        return 0;
    programs[n++] = r->look->scene->program;
    for (guint i = 0; i < r->look->n_layers; i++)
        programs[n++] = r->look->layers[i]->program;
    programs[n++] = r->look->program;
    return n;
}

gboolean idiom_renderer_profile(IdiomRenderer *r, gboolean enable, GError **error)
{
    IdiomProgram *programs[IDIOM_LOOK_MAX_LAYERS + 2];
    const guint n = programs_of(r, programs);
    for (guint i = 0; i < n; i++)
        if (!idiom_program_profile(programs[i], enable, error))
            return FALSE;
    return TRUE;
}

GArray *idiom_renderer_times(IdiomRenderer *r)
{
    IdiomProgram *programs[IDIOM_LOOK_MAX_LAYERS + 2];
    const guint n = programs_of(r, programs);
    GArray *times = g_array_new(FALSE, FALSE, sizeof(IdiomOpTime));
    for (guint i = 0; i < n; i++) {
        guint count;
        const IdiomOpTime *own = idiom_program_times(programs[i], &count);
        g_array_append_vals(times, own, count);
    }
    return times;
}
