/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From properties to a renderer on a device. */
#include "element.h"

#include "dmabufpool.h"
#include "messages.h"

GST_DEBUG_CATEGORY_EXTERN(idiom_debug);
#define GST_CAT_DEFAULT idiom_debug

/* Frames from one in which people are looked for to the next. */
#define PEOPLE_EVERY 3

/* Returns whether @string became another one. */
static gboolean take_string(char **string, const char *value)
{
    if (g_strcmp0(*string, value) == 0)
        return FALSE;
    g_free(*string);
    *string = g_strdup(value);
    return TRUE;
}

/* Under the object lock. */
Looks gst_idiom_looks(const GstIdiom *self)
{
    return subject_looks(&self->subject, self->settings.style, self->settings.mix);
}

static gboolean ask_for_people(IdiomRenderer *renderer, GError **error)
{
    const gboolean ok = idiom_renderer_find_people(renderer, NULL, PEOPLE_EVERY, error);
    if (!ok)
        g_prefix_error(error, "subject=people needs a network, see examples/get-people.sh: ");
    return ok;
}

/* Under the object lock, which is given up meanwhile; what is wrong is a warning, once. */
static void find_people(GstIdiom *self)
{
    g_autoptr(GError) error = NULL;
    self->finds_people = TRUE;
    if (ask_for_people(self->renderer, &error))
        return;
    GST_OBJECT_UNLOCK(self);
    messages_post_warning(GST_ELEMENT(self), error);
    GST_OBJECT_LOCK(self);
}

/* Likewise. */
static void change_reference(GstIdiom *self)
{
    g_autoptr(GError) error = NULL;
    if (reference_change(self->reference, self->settings.style_fade, &error))
        return;
    GST_OBJECT_UNLOCK(self);
    messages_post_warning(GST_ELEMENT(self), error);
    GST_OBJECT_LOCK(self);
}

/* A picture's manner is shown where one is given, a style otherwise. Returns whether that is another style. */
static gboolean apply_style(GstIdiom *self, const Looks *looks)
{
    const gboolean style_changed = take_string(&self->style, looks->style);
    const gboolean picture_changed = reference_take_changed(self->reference);
    const gboolean picture = reference_is_given(self->reference);
    if (style_changed)
        speech_set_style(self->speech, looks->style);
    if (picture && picture_changed) {
        change_reference(self);
    } else if (!picture && (style_changed || picture_changed)) {
        reference_cancel(self->reference);
        idiom_renderer_change(self->renderer, looks->style, looks->mix, self->settings.style_fade);
    }
    return style_changed || picture;
}

/* Hands to the renderer what it keeps from frame to frame; under the object lock. */
void gst_idiom_apply_settings(GstIdiom *self)
{
    Settings *settings = &self->settings;
    if (!self->renderer)
        return;
    const Looks looks = gst_idiom_looks(self);
    const gboolean style_changed = apply_style(self, &looks);
    if (take_string(&self->inside, looks.inside))
        idiom_renderer_change_subject(self->renderer, looks.inside, NULL, settings->style_fade);
    idiom_renderer_set_stroke_size(self->renderer, settings->stroke_size);
    idiom_renderer_set_quality(self->renderer, self->quality.value);
    idiom_renderer_set_still(self->renderer,
                             settings->still == STILL_ON || (settings->still == STILL_AUTO && self->live));
    self->new_mix = !style_changed && (self->new_mix || settings->mix_changed);
    settings->mix_changed = FALSE;
    if (self->subject.kind == SUBJECT_PEOPLE && !self->finds_people)
        find_people(self);
}

/* --- start and stop -------------------------------------------------------------------------------- */

static void warned(const GError *error, gpointer self)
{
    messages_post_warning(self, error);
}

static IdiomRenderer *new_renderer(GstIdiom *self, IdiomDevice *device, guint slots, GError **error)
{
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    options.slots = slots;
    options.warning = warned;
    options.user = self;
    return idiom_renderer_new(device, &options, error);
}

static gboolean check_subject(GstIdiom *self, GError **error)
{
    GST_OBJECT_LOCK(self);
    const gboolean ok = subject_check(&self->subject, error);
    GST_OBJECT_UNLOCK(self);
    return ok;
}

gboolean gst_idiom_set_quality(GstIdiom *self, GError **error)
{
    double fixed;
    GST_OBJECT_LOCK(self);
    const gboolean ok = quality_parse(self->settings.quality, &fixed, error);
    if (ok)
        quality_set(&self->quality, fixed);
    GST_OBJECT_UNLOCK(self);
    return ok;
}

/* The file of a style that is wanted from the start, where not finding it is an error. */
static char *find_style(GstIdiom *self, const char *style)
{
    g_autoptr(GError) error = NULL;
    const gboolean none = g_strcmp0(style, IDIOM_STYLE_NONE) == 0;
    char *path = none ? g_strdup(style) : idiom_style_find(style, &error);
    if (path)
        GST_INFO_OBJECT(self, "style %s", path);
    else
        GST_ELEMENT_ERROR(self, RESOURCE, NOT_FOUND, ("%s", error->message), (NULL));
    return path;
}

/* The first style of all: without one, or a picture in its place, there is nothing to show. */
static gboolean show(GstIdiom *self, IdiomRenderer *renderer, const char *style, const char *mix)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = find_style(self, style);
    const gboolean ok = path && idiom_renderer_show(renderer, path, mix, &error);
    if (error)
        messages_post_error(GST_ELEMENT(self), error);
    return ok;
}

static gboolean show_subject(GstIdiom *self, IdiomRenderer *renderer, const char *inside, gboolean people)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = inside ? find_style(self, inside) : NULL;
    const gboolean ok = (!inside || path) && idiom_renderer_show_subject(renderer, path, NULL, &error) &&
                        (!people || ask_for_people(renderer, &error));
    if (error)
        messages_post_error(GST_ELEMENT(self), error);
    return ok;
}

/* @device (transfer full) is where it runs. */
static void set_device(GstIdiom *self, IdiomDevice *device)
{
    const IdiomDeviceInfo *info = idiom_device_info(device);
    GST_INFO_OBJECT(self, "device %s (%s, %s)", info->name, info->type, info->driver);
    idiom_device_unref(self->device);
    self->device = device;
    GST_OBJECT_LOCK(self);
    g_free(self->device_name);
    self->device_name = g_strdup(info->name);
    GST_OBJECT_UNLOCK(self);
}

char *gst_idiom_dup_selector(GstIdiom *self)
{
    GST_OBJECT_LOCK(self);
    char *selector = g_strdup(self->settings.device);
    GST_OBJECT_UNLOCK(self);
    return selector;
}

/* The one that neighbours share, if they do. */
static IdiomDevice *open_device(GstIdiom *self)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *selector = gst_idiom_dup_selector(self);
    IdiomDevice *device = vulkan_share_device(self->vulkan);
    if (!device)
        device = idiom_device_shared(selector, &error);
    if (!device)
        messages_post_error(GST_ELEMENT(self), error);
    return device;
}

/* A frame is finished: what was found in it is good for the next ones. */
static void learn(gpointer data)
{
    GstIdiom *self = data;
    speech_learn(self->speech, self->renderer);
}

/* (transfer full): a renderer on @device that shows what the properties ask for, or NULL: there is an error on the bus. */
static IdiomRenderer *make_renderer(GstIdiom *self, IdiomDevice *device)
{
    g_autoptr(GError) error = NULL;
    GST_OBJECT_LOCK(self);
    const Looks looks = gst_idiom_looks(self);
    g_autofree char *style = g_strdup(looks.style), *mix = g_strdup(looks.mix);
    g_autofree char *inside = g_strdup(looks.inside);
    take_string(&self->style, looks.style);
    take_string(&self->inside, looks.inside);
    const gboolean people = self->finds_people = self->subject.kind == SUBJECT_PEOPLE;
    const guint slots = self->settings.frames_in_flight;
    const gboolean picture = reference_is_given(self->reference);
    self->settings.mix_changed = self->new_mix = FALSE;
    GST_OBJECT_UNLOCK(self);

    g_autoptr(IdiomRenderer) renderer = new_renderer(self, device, slots, &error);
    if (!renderer)
        messages_post_error(GST_ELEMENT(self), error);
    if (!renderer || (!picture && !show(self, renderer, style, mix)) ||
        !show_subject(self, renderer, inside, people))
        return NULL;
    reference_stop(self->reference); /* what it read was for the renderer before */
    if (!reference_start(self->reference, renderer, &error)) {
        messages_post_error(GST_ELEMENT(self), error);
        reference_stop(self->reference);
        return NULL;
    }
    speech_set_style(self->speech, style);
    return g_steal_pointer(&renderer);
}

/* From now on @renderer (transfer full) is used. */
static void set_renderer(GstIdiom *self, IdiomRenderer *renderer)
{
    GST_OBJECT_LOCK(self);
    IdiomRenderer *before = self->renderer;
    self->renderer = renderer;
    gst_idiom_apply_settings(self); /* what has changed meanwhile */
    GST_OBJECT_UNLOCK(self);
    idiom_renderer_free(before);
}

/* Whether frames can go in dmabufs. */
static void find_what_goes(GstIdiom *self, IdiomDevice *device)
{
    g_autoptr(GError) error = NULL;
    const gboolean makes = dmabufpool_is_possible(device, &error);
    if (!makes)
        GST_INFO_OBJECT(self, "frames do not go in dmabufs: %s", error->message);
    GST_OBJECT_LOCK(self);
    self->makes_dmabufs = makes;
    GST_OBJECT_UNLOCK(self);
}

gboolean gst_idiom_start(GstBaseTransform *base)
{
    GstIdiom *self = GST_IDIOM(base);
    g_autoptr(GError) error = NULL;
    GST_OBJECT_LOCK(self);
    self->dropped = 0;
    self->last_frame = 0;
    self->interval = 0;
    self->latency = 0;
    self->live = FALSE;
    quality_init(&self->quality, 0);
    GST_OBJECT_UNLOCK(self);

    if (!gst_idiom_set_quality(self, &error) || !check_subject(self, &error)) {
        messages_post_error(GST_ELEMENT(self), error);
        return FALSE;
    }
    g_autoptr(IdiomDevice) device = open_device(self);
    IdiomRenderer *renderer = device ? make_renderer(self, device) : NULL;
    if (!renderer)
        return FALSE;
    find_what_goes(self, device);
    set_device(self, g_steal_pointer(&device));
    self->flow = flow_new(base, renderer, self->vulkan);
    flow_set_finished(self->flow, learn, self);
    speech_forget(self->speech);
    set_renderer(self, renderer);
    return TRUE;
}

/* Frames are in images of a device that others share: on with that one. Nothing may be in flight. */
gboolean gst_idiom_move_to_shared_device(GstIdiom *self)
{
    g_autofree char *selector = gst_idiom_dup_selector(self);
    g_autoptr(IdiomDevice) device = vulkan_share_open(self->vulkan, selector);
    if (device && device == self->device)
        return TRUE;
    if (!device) {
        GST_ELEMENT_ERROR(self, RESOURCE, NOT_FOUND, ("there is no Vulkan device to be shared"), (NULL));
        return FALSE;
    }
    IdiomRenderer *renderer = make_renderer(self, device);
    if (!renderer)
        return FALSE;
    flow_set_renderer(self->flow, renderer);
    set_renderer(self, renderer);
    set_device(self, g_steal_pointer(&device));
    return TRUE;
}

gboolean gst_idiom_stop(GstBaseTransform *base)
{
    GstIdiom *self = GST_IDIOM(base);
    g_clear_pointer(&self->flow, flow_free);
    GST_OBJECT_LOCK(self);
    self->makes_dmabufs = FALSE;
    g_autoptr(IdiomRenderer) renderer = g_steal_pointer(&self->renderer);
    if (renderer)
        idiom_renderer_get_stats(renderer, &self->stats);
    GST_OBJECT_UNLOCK(self);
    reference_stop(self->reference);
    g_clear_pointer(&renderer, idiom_renderer_free);
    g_clear_pointer(&self->device, idiom_device_unref);
    return TRUE;
}

GstStateChangeReturn gst_idiom_change_state(GstElement *element, GstStateChange transition)
{
    const GstStateChangeReturn ret = GST_ELEMENT_CLASS(gst_idiom_parent())->change_state(element, transition);
    if (transition == GST_STATE_CHANGE_READY_TO_NULL)
        vulkan_share_close(GST_IDIOM(element)->vulkan);
    return ret;
}
