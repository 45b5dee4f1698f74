/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "resize.h"

#include <string.h>

struct IdiomResize {
    GThread *thread;
    gint done; /* atomic */
    IdiomDevice *device;
    IdiomKinds kinds;
    IdiomInner inner;
    guint slots;
    IdiomStyle *style, *subject;
    float weights[IDIOM_GENERATOR_MAX_STYLES], subject_weights[IDIOM_GENERATOR_MAX_STYLES];
    IdiomView view;
    GError *error;
};

static gboolean build_subject(IdiomResize *resize)
{
    if (resize->subject)
        resize->view.subject =
            idiom_layer_new(resize->view.scene, resize->subject, resize->subject_weights, &resize->error);
    return !resize->error;
}

static gpointer run(gpointer data)
{
    IdiomResize *resize = data;
    if (idiom_view_build(&resize->view, resize->device, &resize->kinds, resize->inner, resize->slots,
                         resize->style, resize->weights, &resize->error) &&
        build_subject(resize))
        idiom_device_warm(resize->device);
    g_atomic_int_set(&resize->done, TRUE);
    return NULL;
}

IdiomResize *idiom_resize_new(IdiomDevice *device, const IdiomKinds *kinds, IdiomInner inner, guint slots,
                              IdiomStyle *style, const float *weights, IdiomStyle *subject,
                              const float *subject_weights)
{
    IdiomResize *resize = g_new0(IdiomResize, 1);
    resize->device = idiom_device_ref(device);
    resize->kinds = *kinds;
    resize->inner = inner;
    resize->slots = slots;
    resize->style = style ? idiom_style_ref(style) : NULL;
    memcpy(resize->weights, weights, sizeof resize->weights);
    resize->subject = subject ? idiom_style_ref(subject) : NULL;
    memcpy(resize->subject_weights, subject_weights, sizeof resize->subject_weights);
    resize->thread = g_thread_try_new("idiom-resize", run, resize, &resize->error);
    resize->done = resize->thread == NULL;
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

const IdiomStyle *idiom_resize_subject(const IdiomResize *resize)
{
    return resize->subject;
}

void idiom_resize_free(IdiomResize *resize)
{
    if (!resize)
        return;
    join(resize);
    idiom_view_clear(&resize->view);
    g_clear_error(&resize->error);
    idiom_style_free(resize->style);
    idiom_style_free(resize->subject);
    idiom_device_unref(resize->device);
    g_free(resize);
}
