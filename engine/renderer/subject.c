/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The style of the subject's own. */
#include "state.h"

static gboolean take_unset(IdiomRenderer *r)
{
    g_mutex_lock(&r->lock);
    const gboolean unset = r->subject.unset;
    r->subject.unset = FALSE;
    g_mutex_unlock(&r->lock);
    return unset;
}

static void forget(IdiomStack *s)
{
    idiom_loaded_free(idiom_loader_take(s->loader));
    idiom_stack_drop(s, 0, s->n_layers);
    g_clear_pointer(&s->style, idiom_style_free);
}

void idiom_subject_update(IdiomRenderer *r)
{
    IdiomStack *s = &r->subject.stack;
    if (take_unset(r))
        forget(s);
    g_autoptr(IdiomLoaded) loaded = idiom_loader_take(s->loader);
    if (loaded && loaded->layer) {
        idiom_stack_adopt(s, loaded);
        idiom_stack_fade_in(s, loaded, &r->continuity);
    }
    idiom_stack_uncover(s, &r->continuity);
}

void idiom_subject_set_scene(IdiomRenderer *r, IdiomScene *scene)
{
    IdiomStack *s = &r->subject.stack;
    idiom_stack_drop(s, 0, s->n_layers);
    idiom_loader_set_scene(s->loader, scene);
}

gboolean idiom_subject_prepare(IdiomRenderer *r, GError **error)
{
    IdiomStack *s = &r->subject.stack;
    idiom_subject_set_scene(r, r->scene);
    if (!s->style)
        return TRUE;
    IdiomLayer *layer = idiom_layer_new(r->scene, s->style, s->weights, error);
    if (layer)
        idiom_stack_push(s, layer, &r->continuity);
    return layer != NULL;
}

void idiom_subject_adopt(IdiomRenderer *r, IdiomLayer *layer, const IdiomStyle *style)
{
    g_autoptr(GError) error = NULL;
    if (style == r->subject.stack.style) {
        idiom_subject_set_scene(r, r->scene);
        if (layer)
            idiom_stack_push(&r->subject.stack, layer, &r->continuity);
        return;
    }
    idiom_layer_unref(layer);
    if (!idiom_subject_prepare(r, &error))
        idiom_renderer_warn(r, error);
}

gboolean idiom_renderer_show_subject(IdiomRenderer *r, const char *style, const char *mix, GError **error)
{
    IdiomStack *s = &r->subject.stack;
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
    idiom_stack_adopt(s, loaded);
    if (loaded->layer)
        idiom_stack_push(s, g_steal_pointer(&loaded->layer), &r->continuity);
    return TRUE;
}

void idiom_renderer_change_subject(IdiomRenderer *r, const char *style, const char *mix, guint64 fade)
{
    g_mutex_lock(&r->lock);
    r->subject.unset = !style;
    g_mutex_unlock(&r->lock);
    if (style)
        idiom_loader_ask(r->subject.stack.loader, style, mix, fade);
    else
        idiom_loader_cancel(r->subject.stack.loader);
}
