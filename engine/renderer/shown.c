/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is shown, frame by frame: the style of the frame as it comes and goes, and the look of that and the subject's. */
#include "state.h"

#include <string.h>

void idiom_shown_settle(IdiomRenderer *r)
{
    idiom_stack_settle(&r->shown);
    idiom_presence_set(&r->presence, r->presence.to);
}

void idiom_shown_adopt(IdiomRenderer *r, IdiomLoaded *loaded)
{
    g_mutex_lock(&r->lock);
    idiom_stack_adopt(&r->shown, loaded);
    r->chosen = TRUE;
    r->mix_changed = TRUE;
    g_mutex_unlock(&r->lock);
}

/* Puts what the loader has made ready on top of what is in view. */
static void take_loaded(IdiomRenderer *r)
{
    g_autoptr(IdiomLoaded) loaded = idiom_loader_take(r->shown.loader);
    if (!loaded || (loaded->style && !loaded->layer))
        return;
    idiom_shown_adopt(r, loaded);
    idiom_presence_fade(&r->presence, r->shown.style ? 1 : 0, r->continuity.last_time, loaded->fade);
    idiom_stack_fade_in(&r->shown, loaded, &r->continuity);
}

/* What is no longer needed. */
static void drop_covered(IdiomRenderer *r)
{
    if (r->continuity.went_back)
        idiom_shown_settle(r);
    if (!r->shown.style && idiom_presence_at(&r->presence, r->continuity.time) <= 0) {
        g_clear_pointer(&r->look, idiom_look_unref);
        idiom_stack_drop(&r->shown, 0, r->shown.n_layers);
    }
    idiom_stack_uncover(&r->shown, &r->continuity);
}

static void update_mix(IdiomRenderer *r)
{
    IdiomStack *s = &r->shown;
    g_mutex_lock(&r->lock);
    if (r->mix_changed && s->style)
        memcpy(s->layers[s->n_layers - 1]->weights, s->weights, sizeof s->weights);
    r->mix_changed = FALSE;
    g_mutex_unlock(&r->lock);
}

void idiom_shown_update(IdiomRenderer *r)
{
    take_loaded(r);
    drop_covered(r);
    update_mix(r);
}

IdiomLook *idiom_shown_look(IdiomRenderer *r, IdiomLookKind kind, GError **error)
{
    IdiomLayer *layers[IDIOM_LOOK_MAX_ALL];
    const IdiomStack *shown = &r->shown, *subject = &r->subject.stack;
    memcpy(layers, shown->layers, shown->n_layers * sizeof *layers);
    memcpy(layers + shown->n_layers, subject->layers, kind.inside * sizeof *layers);
    const guint n = shown->n_layers + kind.inside;
    if (idiom_look_shows(r->look, layers, n, kind))
        return r->look;
    IdiomLook *look = idiom_look_new(r->scene, layers, n, kind, error);
    if (look) {
        idiom_look_unref(r->look);
        r->look = look;
    }
    return look;
}

IdiomLook *idiom_shown_through(IdiomRenderer *r, GError **error)
{
    if (r->through && r->through->scene == r->scene)
        return r->through;
    g_clear_pointer(&r->through, idiom_look_unref);
    return r->through = idiom_look_new(r->scene, NULL, 0, (IdiomLookKind){0}, error);
}
