/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "resize.h"

#include <string.h>

struct IdiomResize {
    GThread *thread;
    gint done; /* atomic */
    IdiomDevice *device;
    IdiomVideoInfo info;
    IdiomInner inner;
    guint slots;
    IdiomStyle *style;
    float weights[IDIOM_GENERATOR_MAX_STYLES];
    IdiomView view;
    GError *error;
};

static gpointer run(gpointer data)
{
    IdiomResize *resize = data;
    if (idiom_view_build(&resize->view, resize->device, &resize->info, resize->inner, resize->slots,
                         resize->style, resize->weights, &resize->error))
        idiom_device_warm(resize->device);
    g_atomic_int_set(&resize->done, TRUE);
    return NULL;
}

IdiomResize *idiom_resize_new(IdiomDevice *device, const IdiomVideoInfo *info, IdiomInner inner, guint slots,
                              IdiomStyle *style, const float *weights)
{
    IdiomResize *resize = g_new0(IdiomResize, 1);
    resize->device = idiom_device_ref(device);
    resize->info = *info;
    resize->inner = inner;
    resize->slots = slots;
    resize->style = idiom_style_ref(style);
    memcpy(resize->weights, weights, sizeof resize->weights);
    resize->thread = g_thread_new("idiom-resize", run, resize);
    return resize;
}

gboolean idiom_resize_is_done(IdiomResize *resize)
{
    return g_atomic_int_get(&resize->done);
}

static void join(IdiomResize *resize)
{
    if (resize->thread)
        g_thread_join(g_steal_pointer(&resize->thread));
}

IdiomView *idiom_resize_view(IdiomResize *resize, GError **error)
{
    join(resize);
    if (!resize->error)
        return &resize->view;
    g_propagate_error(error, g_steal_pointer(&resize->error));
    return NULL;
}

const IdiomStyle *idiom_resize_style(const IdiomResize *resize)
{
    return resize->style;
}

void idiom_resize_free(IdiomResize *resize)
{
    if (!resize)
        return;
    join(resize);
    idiom_view_clear(&resize->view);
    g_clear_error(&resize->error);
    idiom_style_free(resize->style);
    idiom_device_unref(resize->device);
    g_free(resize);
}
