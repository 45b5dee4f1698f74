/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Layers in view, one on top of the other, as their styles come and go. */
#ifndef IDIOM_RENDERER_STACK_H
#define IDIOM_RENDERER_STACK_H

#include "continuity.h"
#include "loader.h"
#include "look.h"

/* Changed by the renderer's thread only. */
typedef struct {
    IdiomLoader *loader; /* of what comes */
    IdiomStyle *style;   /* the newest; NULL: none */
    float weights[IDIOM_GENERATOR_MAX_STYLES];
    IdiomLayer
        *layers[IDIOM_LOOK_MAX_LAYERS]; /* in the order in which they came; the last one shows the style */
    guint n_layers, most;
} IdiomStack;

/* @most: layers at once, at most IDIOM_LOOK_MAX_LAYERS; @warning, @user: for its loader */
void idiom_stack_init(IdiomStack *stack, guint most, IdiomRendererWarning warning, gpointer user);
void idiom_stack_clear(IdiomStack *stack);

/* Removes @count layers from @first on. */
void idiom_stack_drop(IdiomStack *stack, guint first, guint count);

/* How far @layer has come into view, 0..1. Where times are not known it is there at once. */
double idiom_stack_amount(const IdiomLayer *layer, const IdiomContinuity *continuity);

/* Makes the style of @loaded, which is taken out of it, the newest. */
void idiom_stack_adopt(IdiomStack *stack, IdiomLoaded *loaded);

/* Puts @layer (transfer full) on top; where there are too many, that of which least is seen goes. */
void idiom_stack_push(IdiomStack *stack, IdiomLayer *layer, const IdiomContinuity *continuity);

/* The same with the layer of @loaded, if it has one, which fades in from the last frame on. */
void idiom_stack_fade_in(IdiomStack *stack, IdiomLoaded *loaded, const IdiomContinuity *continuity);

/* Removes those that something else covers; those that are fading are there. */
void idiom_stack_uncover(IdiomStack *stack, const IdiomContinuity *continuity);
void idiom_stack_settle(IdiomStack *stack);

#endif
