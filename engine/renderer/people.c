/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network that finds people, made ready for the scene beside the frames. */
#include "state.h"

#include "loader.h"

/* Asked for in one thread, taken in another; the result of a thread of its own. */
struct IdiomPeopleMaking {
    GThread *thread;
    gint done; /* atomic */
    IdiomScene *scene;
    IdiomStyle *style;
    IdiomCutout *cutout;
    GError *error;
};

static gpointer make(gpointer data)
{
    IdiomPeopleMaking *m = data;
    m->cutout = idiom_cutout_new(m->scene, m->style, &m->error);
    if (m->cutout)
        idiom_device_warm(m->scene->device);
    g_atomic_int_set(&m->done, TRUE);
    return NULL;
}

static void free_making(IdiomPeopleMaking *m)
{
    if (!m)
        return;
    if (m->thread)
        g_thread_join(m->thread);
    idiom_cutout_unref(m->cutout);
    idiom_style_free(m->style);
    idiom_scene_unref(m->scene);
    g_clear_error(&m->error);
    g_free(m);
}

void idiom_people_forget(IdiomRenderer *r)
{
    g_clear_pointer(&r->people.making, free_making);
    g_clear_pointer(&r->people.cutout, idiom_cutout_unref);
}

void idiom_people_clear(IdiomRenderer *r)
{
    idiom_people_forget(r);
    g_clear_pointer(&r->people.style, idiom_style_free);
}

static IdiomStyle *wanted(IdiomRenderer *r)
{
    g_mutex_lock(&r->lock);
    IdiomStyle *style = r->people.style ? idiom_style_ref(r->people.style) : NULL;
    g_mutex_unlock(&r->lock);
    return style;
}

gboolean idiom_people_prepare(IdiomRenderer *r, GError **error)
{
    IdiomStyle *style = wanted(r);
    if (!style)
        return TRUE;
    r->people.cutout = idiom_cutout_new(r->scene, style, error);
    idiom_style_free(style);
    return r->people.cutout != NULL;
}

static void begin(IdiomRenderer *r, IdiomStyle *style)
{
    IdiomPeopleMaking *m = g_new0(IdiomPeopleMaking, 1);
    m->scene = idiom_scene_ref(r->scene);
    m->style = style;
    m->thread = g_thread_try_new("idiom-people", make, m, &m->error);
    m->done = m->thread == NULL;
    r->people.making = m;
}

static IdiomCutout *with_rate(IdiomRenderer *r)
{
    g_mutex_lock(&r->lock);
    r->people.cutout->finder->every = r->people.every;
    g_mutex_unlock(&r->lock);
    return r->people.cutout;
}

IdiomCutout *idiom_people_cutout(IdiomRenderer *r)
{
    IdiomPeopleMaking *m = r->people.making;
    if (r->people.cutout)
        return with_rate(r);
    if (!m) {
        IdiomStyle *style = wanted(r);
        if (style && !r->people.failed)
            begin(r, style);
        else
            idiom_style_free(style);
    } else if (g_atomic_int_get(&m->done)) {
        r->people.cutout = g_steal_pointer(&m->cutout);
        r->people.failed = m->error != NULL;
        if (m->error)
            idiom_renderer_warn(r, m->error);
        g_clear_pointer(&r->people.making, free_making);
    }
    return r->people.cutout ? with_rate(r) : NULL;
}

gboolean idiom_renderer_find_people(IdiomRenderer *r, const char *name, guint every, GError **error)
{
    g_autofree char *path = idiom_style_find(name ? name : IDIOM_PEOPLE_DEFAULT, error);
    g_autoptr(IdiomStyle) style = path ? idiom_style_load(path, error) : NULL;
    if (!style)
        return FALSE;
    if (!idiom_style_network(style)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: a style, not a network that finds people",
                    path);
        return FALSE;
    }
    g_mutex_lock(&r->lock);
    IdiomStyle *old = r->people.style;
    r->people.style = g_steal_pointer(&style);
    r->people.every = CLAMP(every, 1, 100);
    g_mutex_unlock(&r->lock);
    idiom_style_free(old);
    return TRUE;
}
