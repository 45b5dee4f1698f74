/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The thread in which the next style is read and made ready while frames flow. */
#ifndef IDIOM_RENDERER_LOADER_H
#define IDIOM_RENDERER_LOADER_H

#include "layer.h"

typedef struct IdiomLoader IdiomLoader;

/* A style and what is needed to show it. */
typedef struct {
    IdiomStyle *style;                         /* NULL: IDIOM_STYLE_NONE */
    float weights[IDIOM_GENERATOR_MAX_STYLES]; /* of the styles in its file */
    IdiomLayer *layer;                         /* NULL where there was nothing to make, or no scene for it */
    guint64 fade;
} IdiomLoaded;

void idiom_loaded_free(IdiomLoaded *loaded);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomLoaded, idiom_loaded_free)

/* Reads the style called @name and parses @mix. */
IdiomLoaded *idiom_loaded_new(const char *name, const char *mix, GError **error);

/* The same of a @style that is in memory. */
IdiomLoaded *idiom_loaded_of_style(IdiomStyle *style, const char *mix, GError **error);

/* @warning: what cannot be used is reported there, by whatever thread */
IdiomLoader *idiom_loader_new(IdiomRendererWarning warning, gpointer user);
/* Waits for what is being loaded. */
void idiom_loader_free(IdiomLoader *loader);

/* Frames are of @scene from now on (NULL: none); returns when nothing is being made for another one. */
void idiom_loader_set_scene(IdiomLoader *loader, IdiomScene *scene);

/* Asks for a style; replaces what was asked for before and has not been taken. Any thread. */
void idiom_loader_ask(IdiomLoader *loader, const char *name, const char *mix, guint64 fade);
/* Asks for one that is in memory. */
void idiom_loader_ask_style(IdiomLoader *loader, IdiomStyle *style, const char *mix, guint64 fade);

/* What was asked for is not wanted any more. Any thread. */
void idiom_loader_cancel(IdiomLoader *loader);

/* Another mix for the style that is being loaded; FALSE if there is none. Any thread. */
gboolean idiom_loader_set_mix(IdiomLoader *loader, const char *mix);

/* Whether a style was asked for and is neither ready nor found to be of no use. Any thread. */
gboolean idiom_loader_is_loading(IdiomLoader *loader);

/* Whether there is something to take. */
gboolean idiom_loader_is_ready(IdiomLoader *loader);

/* Takes the style that is ready, or NULL. Made for the scene of now. */
IdiomLoaded *idiom_loader_take(IdiomLoader *loader);

#endif
