/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The style of the subject's own, as it comes and goes: a stack like that of the rest, of two at most. */
#include "state.h"

#include <string.h>

static void drop(IdiomSubject *s, guint count)
{
    for (guint i = 0; i < count; i++)
        idiom_layer_unref(s->layers[i]);
    s->n_layers -= count;
    memmove(s->layers, s->layers + count, s->n_layers * sizeof *s->layers);
}

static void adopt(IdiomSubject *s, IdiomLoaded *loaded)
{
    idiom_style_free(s->style);
    s->style = g_steal_pointer(&loaded->style);
    memcpy(s->weights, loaded->weights, sizeof s->weights);
}

static void push(IdiomSubject *s, IdiomLayer *layer)
{
    if (s->n_layers == IDIOM_LOOK_MAX_INSIDE)
        drop(s, 1);
    s->layers[s->n_layers++] = layer;
}

static gboolean take_unset(IdiomRenderer *r)
{
    g_mutex_lock(&r->lock);
    const gboolean unset = r->subject.unset;
    r->subject.unset = FALSE;
    g_mutex_unlock(&r->lock);
    return unset;
}

static void forget(IdiomSubject *s)
{
    idiom_loaded_free(idiom_loader_take(s->loader));
    drop(s, s->n_layers);
    g_clear_pointer(&s->style, idiom_style_free);
}

void idiom_subject_update(IdiomRenderer *r)
{
    IdiomSubject *s = &r->subject;
    if (take_unset(r))
        forget(s);
    g_autoptr(IdiomLoaded) loaded = idiom_loader_take(s->loader);
    if (loaded && loaded->layer) {
        adopt(s, loaded);
        loaded->layer->since = r->continuity.last_time;
        loaded->layer->fade = loaded->fade;
        push(s, g_steal_pointer(&loaded->layer));
    }
    if (s->n_layers > 1 &&
        (r->continuity.went_back || idiom_stack_amount(r, s->layers[s->n_layers - 1]) >= 1))
        drop(s, s->n_layers - 1);
}

void idiom_subject_set_scene(IdiomRenderer *r, IdiomScene *scene)
{
    drop(&r->subject, r->subject.n_layers);
    idiom_loader_set_scene(r->subject.loader, scene);
}

gboolean idiom_subject_prepare(IdiomRenderer *r, GError **error)
{
    IdiomSubject *s = &r->subject;
    idiom_subject_set_scene(r, r->scene);
    if (!s->style)
        return TRUE;
    IdiomLayer *layer = idiom_layer_new(r->scene, s->style, s->weights, error);
    if (layer)
        push(s, layer);
    return layer != NULL;
}

void idiom_subject_adopt(IdiomRenderer *r, IdiomLayer *layer, const IdiomStyle *style)
{
    g_autoptr(GError) error = NULL;
    if (style == r->subject.style) {
        idiom_subject_set_scene(r, r->scene);
        if (layer)
            push(&r->subject, layer);
        return;
    }
    idiom_layer_unref(layer);
    if (!idiom_subject_prepare(r, &error))
        idiom_renderer_warn(r, error);
}

void idiom_subject_clear(IdiomRenderer *r)
{
    forget(&r->subject);
    g_clear_pointer(&r->subject.loader, idiom_loader_free);
}

gboolean idiom_renderer_show_subject(IdiomRenderer *r, const char *style, const char *mix, GError **error)
{
    IdiomSubject *s = &r->subject;
    g_autoptr(IdiomLoaded) loaded = style ? idiom_loaded_new(style, mix, error) : NULL;
    if (style && !loaded)
        return FALSE;
    if (loaded && !loaded->style) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "\"%s\" is no style: a subject without one has no strength", style);
        return FALSE;
    }
    if (loaded && r->scene &&
        !(loaded->layer = idiom_layer_new(r->scene, loaded->style, loaded->weights, error)))
        return FALSE;
    idiom_renderer_flush(r);
    take_unset(r);
    forget(s);
    if (!loaded)
        return TRUE;
    adopt(s, loaded);
    if (loaded->layer)
        push(s, g_steal_pointer(&loaded->layer));
    return TRUE;
}

void idiom_renderer_change_subject(IdiomRenderer *r, const char *style, const char *mix, guint64 fade)
{
    g_mutex_lock(&r->lock);
    r->subject.unset = !style;
    g_mutex_unlock(&r->lock);
    if (style)
        idiom_loader_ask(r->subject.loader, style, mix, fade);
    else
        idiom_loader_cancel(r->subject.loader);
}
