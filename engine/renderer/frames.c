/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames in flight: sent, taken, skipped, dropped. */
#include "state.h"

#include "video/mask.h"

/* Where a frame comes from and goes to. */
typedef struct {
    IdiomPicture source, result;
} Way;

/* What the device has to do for the frame in @index's memory, and where the finished one will be. */
static gboolean stylize(IdiomRenderer *r, guint index, const IdiomFrameParams *params,
                        const IdiomExpression *says, gboolean continues, IdiomEnds *ends,
                        IdiomCommands **lists, guint *count, GError **error)
{
    const gboolean steady = params->temporal > 0 || params->statistics > 0 || says->n_points;
    const gboolean shows = idiom_express_shows(says);
    IdiomLookKind kind = {.steady = steady, .recoloured = params->colour < 1};
    if (params->mask || params->people) {
        idiom_subject_update(r);
        if (!r->cutout && !(r->cutout = idiom_cutout_new(r->scene, NULL, error)))
            return FALSE;
        kind.cutout = params->mask ? NULL : idiom_people_cutout(r);
        kind.cutout = kind.cutout ? kind.cutout : r->cutout;
        kind.inside = r->subject.stack.n_layers;
    }
    idiom_handover_follow(r, steady && continues && r->moved);
    IdiomLook *look = idiom_shown_look(r, kind, error);
    if (!look)
        return FALSE;
    double amounts[IDIOM_LOOK_MAX_ALL];
    for (guint i = 0; i < look->n_layers; i++)
        amounts[i] = idiom_stack_amount(look->layers[i], &r->continuity);
    continues = continues && r->moved;
    *r->scene->continues[index] = continues;
    r->moved = steady || (kind.cutout && kind.cutout->finder);
    r->slots[index].look = idiom_look_ref(look);
    *ends = look->slot[index].ends;
    return (!shows || !says->before || idiom_express_on_scene(r, index, says, lists, count, error)) &&
           idiom_look_commands(look, params, amounts, continues, r->number, index, &r->slots[index].stages,
                               lists, count, error) &&
           (!says->n_points || idiom_express_follow(r, index, says, lists, count, error)) &&
           (idiom_express_draws(params)
                ? idiom_express_sketch(r, index, params, shows && !says->before ? says : NULL, look, ends,
                                       lists, count, error)
                : !shows || says->before || idiom_express_on_look(r, index, says, look, lists, count, error));
}

/* The same for a frame that passes as it came, but for what it says. */
static gboolean pass(IdiomRenderer *r, guint index, const IdiomFrameParams *params,
                     const IdiomExpression *says, gboolean continues, IdiomEnds *ends, IdiomCommands **lists,
                     guint *count, GError **error)
{
    const gboolean moves = says->n_points > 0, draws = idiom_express_draws(params) && !says->alone;
    const gboolean shows = idiom_express_shows(says);
    *r->scene->continues[index] = continues && r->moved;
    r->moved = moves;
    return ((!moves && !draws) || idiom_scene_commands(r->scene, moves, index, lists, count, error)) &&
           (!moves || idiom_express_follow(r, index, says, lists, count, error)) &&
           (r->scene->converts ||
            (draws ? idiom_express_sketch(r, index, params, shows ? says : NULL, NULL, ends, lists, count,
                                          error)
                   : !shows || idiom_express_on_scene(r, index, says, lists, count, error)));
}

/* ... and that goes as another kind. */
static gboolean convert(IdiomRenderer *r, guint index, const IdiomFrameParams *params,
                        const IdiomExpression *says, IdiomEnds *ends, IdiomCommands **lists, guint *count,
                        GError **error)
{
    const gboolean draws = idiom_express_draws(params) && !says->alone, shows = idiom_express_shows(says);
    IdiomLook *look = idiom_shown_through(r, error);
    if (!look)
        return FALSE;
    r->slots[index].look = idiom_look_ref(look);
    *ends = look->slot[index].ends;
    return (r->moved || draws || idiom_scene_import_commands(r->scene, index, lists, count, error)) &&
           idiom_look_convert_commands(look, index, lists, count, error) &&
           (draws
                ? idiom_express_sketch(r, index, params, shows ? says : NULL, look, ends, lists, count, error)
                : !shows || idiom_express_on_look(r, index, says, look, lists, count, error));
}

static gboolean send(IdiomRenderer *r, guint index, const Way *way, const IdiomFrameParams *given,
                     gboolean continues, GError **error)
{
    Slot *slot = &r->slots[index];
    IdiomFrameParams params = *given;
    idiom_view_follow_inner(r);
    idiom_shown_update(r);
    params.strength *= idiom_presence_at(&r->presence, r->continuity.time);
    idiom_scene_unref(slot->scene);
    slot->scene = idiom_scene_ref(r->scene);
    const IdiomFrame *frame = &r->scene->frame;
    IdiomCommands *lists[IDIOM_SUBMIT_MAX];
    IdiomEnds ends = r->scene->ends[index];
    IdiomExpression says;
    guint count = 0;
    if (!idiom_express_take(&params, &says, error))
        return FALSE;
    const gboolean silent = !says.n_points && !idiom_express_shows(&says) && !idiom_express_draws(&params);
    const gboolean passes = params.strength <= 0 || says.alone; /* the frame as it came is the result */
    slot->observed = (IdiomObservation)IDIOM_OBSERVATION_INIT;
    if (passes && silent && !r->scene->converts && idiom_picture_is_host(&way->source) &&
        idiom_picture_is_host(&way->result))
        ends.device = ends.host; /* which is where it stays */
    slot->stages.n = 0;
    if ((!passes && !idiom_stages_begin(&slot->stages, r->device, lists, &count, error)) ||
        !idiom_transfer_in(&slot->in, r->device, frame, &way->source, ends, lists, &count, error))
        return FALSE;
    idiom_stages_mark(&slot->stages, lists, &count);
    r->number++;
    if (!(passes ? pass(r, index, &params, &says, continues, &ends, lists, &count, error)
                 : stylize(r, index, &params, &says, continues, &ends, lists, &count, error)) ||
        (passes && r->scene->converts && !convert(r, index, &params, &says, &ends, lists, &count, error)))
        return FALSE;
    idiom_stages_mark(&slot->stages, lists, &count);
    if (!idiom_transfer_out(&slot->out, r->device, &r->scene->result, &way->result, ends, lists, &count,
                            error))
        return FALSE;
    idiom_stages_mark(&slot->stages, lists, &count);
    if ((count && !idiom_commands_submit(lists, count, slot->fence, error)))
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
    slot->surface = NULL;
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
    idiom_take_struct(&way->source, sizeof way->source, source, source->struct_size);
    idiom_take_struct(&way->result, sizeof way->result, result, result->struct_size);
    return idiom_transfer_check(&r->scene->frame, &way->source, FALSE, error) &&
           idiom_transfer_check(&r->scene->result, &way->result, TRUE, error);
}

/* The same with the mask of @params, which becomes @mask. */
static gboolean take_mask(IdiomMask *mask, IdiomFrameParams *params, GError **error)
{
    idiom_take_struct(mask, sizeof *mask, params->mask, params->mask->struct_size);
    params->mask = mask;
    return idiom_mask_check(mask, error);
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
        ok = idiom_renderer_recover(r, g_steal_pointer(&local), error) &&
             send(r, index, way, params, FALSE, &local);
    if (local)
        g_propagate_error(error, g_steal_pointer(&local));
    return ok;
}

gboolean idiom_renderer_send(IdiomRenderer *r, const IdiomPicture *source, const IdiomPicture *result,
                             const IdiomFrameParams *given, GError **error)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    IdiomMask mask = IDIOM_MASK_INIT;
    Way way;
    if (!check_ready(r, error) || !take_pictures(r, &way, source, result, error))
        return FALSE;
    if (given)
        idiom_take_struct(&params, sizeof params, given, given->struct_size);
    if (params.mask && !take_mask(&mask, &params, error))
        return FALSE;

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
    idiom_take_struct(&params, sizeof params, given, given->struct_size);
    r->continuity.broken = !idiom_continuity_next(&r->continuity, &params);
}

gboolean idiom_renderer_pass(IdiomRenderer *r, const IdiomFrameParams *given)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    if (given)
        idiom_take_struct(&params, sizeof params, given, given->struct_size);
    const gboolean nothing = r->scene && r->shown.n_layers == 0 && !idiom_loader_is_ready(r->shown.loader);
    if ((params.strength > 0 && !nothing) || params.expression || idiom_express_draws(&params) ||
        (r->scene && r->scene->converts))
        return FALSE;
    idiom_continuity_next(&r->continuity, &params);
    r->continuity.broken = TRUE;
    r->moved = FALSE;
    g_mutex_lock(&r->lock);
    r->stats.styles = r->shown.n_layers;
    g_mutex_unlock(&r->lock);
    return TRUE;
}

static void count_frame(IdiomRenderer *r, const Slot *slot)
{
    const double seconds = (double)(g_get_monotonic_time() - slot->begin) / G_USEC_PER_SEC;
    double stages[IDIOM_STAGES];
    idiom_stages_read(&slot->stages, stages);
    g_mutex_lock(&r->lock);
    r->stats.frames++;
    r->stats.seconds += seconds;
    r->stats.last_seconds = seconds;
    r->stats.copies = slot->in.copies + slot->out.copies;
    r->stats.in_seconds = stages[IDIOM_STAGE_IN];
    r->stats.scene_seconds = stages[IDIOM_STAGE_SCENE];
    r->stats.style_seconds = stages[IDIOM_STAGE_STYLE];
    r->stats.finish_seconds = stages[IDIOM_STAGE_FINISH];
    r->stats.out_seconds = stages[IDIOM_STAGE_OUT];
    r->stats.styles = r->shown.n_layers;
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
        if (local && (local->code != IDIOM_ERROR_DEVICE_LOST ||
                      !idiom_renderer_recover(r, g_steal_pointer(&local), error)))
            got = IDIOM_GET_FAILED;
        if (local)
            g_propagate_error(error, g_steal_pointer(&local));
    } else {
        idiom_transfer_finish(&slot->out, &slot->scene->result);
        idiom_express_read(r, r->oldest);
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
    idiom_shown_settle(r);
}
