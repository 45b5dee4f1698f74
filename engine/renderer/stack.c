/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The layers in view, one on top of the other, as they come and go. */
#include "state.h"

#include <string.h>

void idiom_stack_drop(IdiomRenderer *r, guint first, guint count)
{
    for (guint i = first; i < first + count; i++)
        idiom_layer_unref(r->layers[i]);
    r->n_layers -= count;
    memmove(r->layers + first, r->layers + first + count, (r->n_layers - first) * sizeof *r->layers);
}

double idiom_stack_amount(const IdiomRenderer *r, const IdiomLayer *layer)
{
    return idiom_fade_share(layer->since, layer->fade, r->continuity.time);
}

void idiom_stack_settle(IdiomRenderer *r)
{
    if (r->n_layers)
        idiom_stack_drop(r, 0, r->n_layers - 1);
    idiom_presence_set(&r->presence, r->presence.to);
}

/* The one of which least is seen. */
static guint faintest_layer(const IdiomRenderer *r)
{
    guint faintest = 0;
    double least = 2, uncovered = 1;
    for (guint i = r->n_layers; i-- > 0;) {
        double amount = i ? idiom_stack_amount(r, r->layers[i]) : 1;
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
    if (r->continuity.went_back)
        idiom_stack_settle(r);
    if (!r->style && idiom_presence_at(&r->presence, r->continuity.time) <= 0) {
        g_clear_pointer(&r->look, idiom_look_unref);
        idiom_stack_drop(r, 0, r->n_layers);
    }
    for (guint i = r->n_layers; i-- > 1;) {
        if (idiom_stack_amount(r, r->layers[i]) >= 1) {
            idiom_stack_drop(r, 0, i);
            break;
        }
    }
}

void idiom_stack_adopt(IdiomRenderer *r, IdiomLoaded *loaded)
{
    g_mutex_lock(&r->lock);
    idiom_style_free(r->style);
    r->style = g_steal_pointer(&loaded->style);
    r->chosen = TRUE;
    memcpy(r->weights, loaded->weights, sizeof r->weights);
    r->mix_changed = TRUE;
    g_mutex_unlock(&r->lock);
}

/* Puts what the loader has made ready on top of what is in view. */
static void take_loaded(IdiomRenderer *r)
{
    g_autoptr(IdiomLoaded) loaded = idiom_loader_take(r->loader);
    if (!loaded || (loaded->style && !loaded->layer))
        return;
    const gint64 now = r->continuity.last_time;
    idiom_stack_adopt(r, loaded);
    idiom_presence_fade(&r->presence, r->style ? 1 : 0, now, loaded->fade);
    if (!loaded->layer)
        return;
    if (r->n_layers == IDIOM_LOOK_MAX_LAYERS)
        idiom_stack_drop(r, faintest_layer(r), 1);
    IdiomLayer *layer = g_steal_pointer(&loaded->layer);
    layer->since = now;
    layer->fade = loaded->fade;
    r->layers[r->n_layers++] = layer;
}

static void update_mix(IdiomRenderer *r)
{
    g_mutex_lock(&r->lock);
    if (r->mix_changed && r->style)
        memcpy(r->layers[r->n_layers - 1]->weights, r->weights, sizeof r->weights);
    r->mix_changed = FALSE;
    g_mutex_unlock(&r->lock);
}

/* The look of the layers of now. */
IdiomLook *idiom_stack_look(IdiomRenderer *r, IdiomLookKind kind, GError **error)
{
    IdiomLayer *layers[IDIOM_LOOK_MAX_ALL];
    memcpy(layers, r->layers, r->n_layers * sizeof *layers);
    memcpy(layers + r->n_layers, r->subject.layers, kind.inside * sizeof *layers);
    const guint n = r->n_layers + kind.inside;
    if (idiom_look_shows(r->look, layers, n, kind))
        return r->look;
    IdiomLook *look = idiom_look_new(r->scene, layers, n, kind, error);
    if (look) {
        idiom_look_unref(r->look);
        r->look = look;
    }
    return look;
}

IdiomLook *idiom_stack_through(IdiomRenderer *r, GError **error)
{
    if (r->through && r->through->scene == r->scene)
        return r->through;
    g_clear_pointer(&r->through, idiom_look_unref);
    return r->through = idiom_look_new(r->scene, NULL, 0, (IdiomLookKind){0}, error);
}

void idiom_stack_update(IdiomRenderer *r)
{
    take_loaded(r);
    drop_covered(r);
    update_mix(r);
}
