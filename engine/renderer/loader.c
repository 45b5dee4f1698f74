/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loader.h"

struct IdiomLoader {
    IdiomRendererWarning warning;
    gpointer user;
    GThread *thread; /* made when first needed */
    GMutex lock;
    GCond changed;
    gboolean quit;

    /* what is asked for */
    gboolean asked;
    guint serial;      /* of the request */
    IdiomStyle *style; /* or, where this is NULL, the style of this name; NULL is the default one */
    char *name;
    char *mix;
    guint64 fade;

    gboolean busy; /* the thread works on a request */
    IdiomScene *scene;
    IdiomLoaded *ready;
};

void idiom_loaded_free(IdiomLoaded *loaded)
{
    if (!loaded)
        return;
    idiom_layer_unref(loaded->layer);
    idiom_style_free(loaded->style);
    g_free(loaded);
}

IdiomLoaded *idiom_loaded_new(const char *name, const char *mix, GError **error)
{
    if (g_strcmp0(name, IDIOM_STYLE_NONE) == 0)
        return g_new0(IdiomLoaded, 1);
    g_autofree char *path = idiom_style_find(name, error);
    g_autoptr(IdiomStyle) style = path ? idiom_style_load(path, error) : NULL;
    return style ? idiom_loaded_of_style(style, mix, error) : NULL;
}

IdiomLoaded *idiom_loaded_of_style(IdiomStyle *style, const char *mix, GError **error)
{
    g_autoptr(IdiomLoaded) loaded = g_new0(IdiomLoaded, 1);
    loaded->style = idiom_style_ref(style);
    if (!idiom_style_parse_mix(style, mix, loaded->weights, error))
        return NULL;
    return g_steal_pointer(&loaded);
}

static void warn(IdiomLoader *loader, const GError *error)
{
    if (loader->warning)
        loader->warning(error, loader->user);
}

/* A mix that the style does not have is no reason not to show it. */
static void parse_mix(IdiomLoader *loader, IdiomLoaded *loaded, const char *mix)
{
    g_autoptr(GError) error = NULL;
    if (idiom_style_parse_mix(loaded->style, mix, loaded->weights, &error))
        return;
    warn(loader, error);
    idiom_style_parse_mix(loaded->style, NULL, loaded->weights, NULL);
}

static IdiomLoaded *load(IdiomLoader *loader, const char *name, IdiomStyle *style, const char *mix,
                         IdiomScene *scene, GError **error)
{
    g_autoptr(IdiomLoaded) loaded =
        style ? idiom_loaded_of_style(style, NULL, error) : idiom_loaded_new(name, NULL, error);
    if (loaded && loaded->style) {
        parse_mix(loader, loaded, mix);
        loaded->layer = scene ? idiom_layer_new(scene, loaded->style, loaded->weights, error) : NULL;
        if (scene && !loaded->layer)
            return NULL;
        if (scene)
            idiom_device_warm(scene->device);
    }
    return g_steal_pointer(&loaded);
}

/* Works on the request of now; with the lock held, but not meanwhile. */
static void serve(IdiomLoader *loader)
{
    const guint serial = loader->serial;
    const guint64 fade = loader->fade;
    g_autofree char *name = g_strdup(loader->name), *mix = g_strdup(loader->mix);
    g_autoptr(IdiomStyle) style = loader->style ? idiom_style_ref(loader->style) : NULL;
    g_autoptr(IdiomScene) scene = loader->scene ? idiom_scene_ref(loader->scene) : NULL;
    loader->busy = TRUE;
    g_mutex_unlock(&loader->lock);
    g_autoptr(GError) error = NULL;
    IdiomLoaded *loaded = load(loader, name, style, mix, scene, &error);
    g_mutex_lock(&loader->lock);
    loader->busy = FALSE;
    g_cond_broadcast(&loader->changed);
    if (serial != loader->serial || scene != loader->scene) {
        idiom_loaded_free(loaded); /* something else is wanted by now, whatever became of this */
        return;
    }
    if (error) {
        g_mutex_unlock(&loader->lock);
        warn(loader, error);
        g_mutex_lock(&loader->lock);
    }
    loader->asked = loader->asked && serial != loader->serial;
    if (!loaded)
        return;
    loaded->fade = fade;
    idiom_loaded_free(loader->ready);
    loader->ready = loaded;
}

static gpointer run(gpointer data)
{
    IdiomLoader *loader = data;
    g_mutex_lock(&loader->lock);
    while (!loader->quit) {
        if (loader->asked)
            serve(loader);
        else
            g_cond_wait(&loader->changed, &loader->lock);
    }
    g_mutex_unlock(&loader->lock);
    return NULL;
}

IdiomLoader *idiom_loader_new(IdiomRendererWarning warning, gpointer user)
{
    IdiomLoader *loader = g_new0(IdiomLoader, 1);
    loader->warning = warning;
    loader->user = user;
    g_mutex_init(&loader->lock);
    g_cond_init(&loader->changed);
    return loader;
}

void idiom_loader_free(IdiomLoader *loader)
{
    if (!loader)
        return;
    g_mutex_lock(&loader->lock);
    loader->quit = TRUE;
    g_cond_broadcast(&loader->changed);
    g_mutex_unlock(&loader->lock);
    if (loader->thread)
        g_thread_join(loader->thread);
    idiom_loaded_free(loader->ready);
    idiom_scene_unref(loader->scene);
    idiom_style_free(loader->style);
    g_free(loader->name);
    g_free(loader->mix);
    g_mutex_clear(&loader->lock);
    g_cond_clear(&loader->changed);
    g_free(loader);
}

void idiom_loader_set_scene(IdiomLoader *loader, IdiomScene *scene)
{
    g_mutex_lock(&loader->lock);
    idiom_scene_unref(loader->scene);
    loader->scene = scene ? idiom_scene_ref(scene) : NULL;
    while (loader->busy)
        g_cond_wait(&loader->changed, &loader->lock);
    if (loader->ready) /* made for another scene */
        g_clear_pointer(&loader->ready->layer, idiom_layer_unref);
    if (loader->ready && loader->ready->style && scene) { /* nobody has taken it: once more, for this one */
        g_clear_pointer(&loader->ready, idiom_loaded_free);
        loader->asked = TRUE;
        g_cond_broadcast(&loader->changed);
    }
    g_mutex_unlock(&loader->lock);
}

/* With the lock held. A process may be short of threads as of anything else. */
static gboolean start(IdiomLoader *loader, GError **error)
{
    if (!loader->thread)
        loader->thread = g_thread_try_new("idiom-loader", run, loader, error);
    return loader->thread != NULL;
}

static void ask(IdiomLoader *loader, const char *name, IdiomStyle *style, const char *mix, guint64 fade)
{
    g_autoptr(GError) error = NULL;
    g_mutex_lock(&loader->lock);
    idiom_style_free(loader->style);
    g_free(loader->name);
    g_free(loader->mix);
    loader->style = style ? idiom_style_ref(style) : NULL;
    loader->name = g_strdup(name);
    loader->mix = g_strdup(mix);
    loader->fade = fade;
    loader->serial++;
    loader->asked = start(loader, &error);
    g_cond_broadcast(&loader->changed);
    g_mutex_unlock(&loader->lock);
    if (error)
        warn(loader, error);
}

void idiom_loader_ask(IdiomLoader *loader, const char *name, const char *mix, guint64 fade)
{
    ask(loader, name, NULL, mix, fade);
}

void idiom_loader_ask_style(IdiomLoader *loader, IdiomStyle *style, const char *mix, guint64 fade)
{
    ask(loader, NULL, style, mix, fade);
}

void idiom_loader_cancel(IdiomLoader *loader)
{
    g_mutex_lock(&loader->lock);
    loader->serial++;
    loader->asked = FALSE;
    g_clear_pointer(&loader->ready, idiom_loaded_free);
    g_mutex_unlock(&loader->lock);
}

gboolean idiom_loader_set_mix(IdiomLoader *loader, const char *mix)
{
    g_autoptr(GError) error = NULL;
    g_mutex_lock(&loader->lock);
    gboolean asked = loader->asked, ready = loader->ready != NULL;
    if (asked) /* again, with the other mix */
        loader->serial++;
    else if (ready && loader->ready->style)
        idiom_style_parse_mix(loader->ready->style, mix, loader->ready->weights, &error);
    if ((asked || ready) && !error) {
        g_free(loader->mix);
        loader->mix = g_strdup(mix);
    }
    g_mutex_unlock(&loader->lock);
    if (error)
        warn(loader, error);
    return asked || ready;
}

gboolean idiom_loader_is_loading(IdiomLoader *loader)
{
    g_mutex_lock(&loader->lock);
    gboolean asked = loader->asked;
    g_mutex_unlock(&loader->lock);
    return asked;
}

gboolean idiom_loader_is_ready(IdiomLoader *loader)
{
    g_mutex_lock(&loader->lock);
    gboolean ready = loader->ready != NULL;
    g_mutex_unlock(&loader->lock);
    return ready;
}

IdiomLoaded *idiom_loader_take(IdiomLoader *loader)
{
    g_mutex_lock(&loader->lock);
    IdiomLoaded *ready = g_steal_pointer(&loader->ready);
    g_mutex_unlock(&loader->lock);
    return ready;
}
