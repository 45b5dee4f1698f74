/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stack.h"

#include "presence.h"

#include <string.h>

void idiom_stack_init(IdiomStack *s, guint most, IdiomRendererWarning warning, gpointer user)
{
    s->loader = idiom_loader_new(warning, user);
    s->most = most;
}

void idiom_stack_clear(IdiomStack *s)
{
    idiom_stack_drop(s, 0, s->n_layers);
    g_clear_pointer(&s->style, idiom_style_free);
    g_clear_pointer(&s->loader, idiom_loader_free);
}

void idiom_stack_drop(IdiomStack *s, guint first, guint count)
{
    for (guint i = first; i < first + count; i++)
        idiom_layer_unref(s->layers[i]);
    s->n_layers -= count;
    memmove(s->layers + first, s->layers + first + count, (s->n_layers - first) * sizeof *s->layers);
}

double idiom_stack_amount(const IdiomLayer *layer, const IdiomContinuity *continuity)
{
    return idiom_fade_share(layer->since, layer->fade, continuity->time);
}

void idiom_stack_adopt(IdiomStack *s, IdiomLoaded *loaded)
{
    idiom_style_free(s->style);
    s->style = g_steal_pointer(&loaded->style);
    memcpy(s->weights, loaded->weights, sizeof s->weights);
}

/* The one of which least is seen. */
static guint faintest_layer(const IdiomStack *s, const IdiomContinuity *continuity)
{
    guint faintest = 0;
    double least = 2, uncovered = 1;
    for (guint i = s->n_layers; i-- > 0;) {
        double amount = i ? idiom_stack_amount(s->layers[i], continuity) : 1;
        if (amount * uncovered < least) {
            least = amount * uncovered;
            faintest = i;
        }
        uncovered *= 1 - amount;
    }
    return faintest;
}

void idiom_stack_push(IdiomStack *s, IdiomLayer *layer, const IdiomContinuity *continuity)
{
    if (s->n_layers == s->most)
        idiom_stack_drop(s, faintest_layer(s, continuity), 1);
    s->layers[s->n_layers++] = layer;
}

void idiom_stack_fade_in(IdiomStack *s, IdiomLoaded *loaded, const IdiomContinuity *continuity)
{
    if (!loaded->layer)
        return;
    loaded->layer->since = continuity->last_time;
    loaded->layer->fade = loaded->fade;
    idiom_stack_push(s, g_steal_pointer(&loaded->layer), continuity);
}

void idiom_stack_uncover(IdiomStack *s, const IdiomContinuity *continuity)
{
    if (continuity->went_back)
        idiom_stack_settle(s);
    for (guint i = s->n_layers; i-- > 1;) {
        if (idiom_stack_amount(s->layers[i], continuity) >= 1) {
            idiom_stack_drop(s, 0, i);
            break;
        }
    }
}

void idiom_stack_settle(IdiomStack *s)
{
    if (s->n_layers)
        idiom_stack_drop(s, 0, s->n_layers - 1);
}
