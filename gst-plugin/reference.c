/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reference.h"

#include "media/picture.h"
#include "messages.h"

#include <gst/video/video.h>
#include <idiom/reference.h>
#include <string.h>

enum {
    PROP_REFERENCE = 400,
    PROP_REFERENCE_MIX,
};

/* Nothing is gained by more pixels of a shorter side. */
#define MAX_SIDE 1024

/* Pictures that are wanted. */
typedef struct {
    guint serial; /* another one for each wish */
    char *files;  /* "FILE:WEIGHT,FILE:WEIGHT" or, with @single, a file's name */
    gboolean single;
    GstSample *sample; /* in place of files */
    guint64 fade;
} Wish;

struct Reference {
    GstElement *element;

    /* under the element's object lock */
    char *file, *mix;
    GstSample *sample;
    gboolean changed;

    /* from start to stop */
    IdiomRenderer *renderer;
    GThreadPool *pool; /* of one thread; NULL: nothing was read yet */
    gint serial;       /* atomic: of the newest wish */
    gint reading;      /* atomic: wishes that are not done with */
};

static void wish_free(Wish *wish)
{
    g_free(wish->files);
    g_clear_pointer(&wish->sample, gst_sample_unref);
    g_free(wish);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Wish, wish_free)

/* --- properties ------------------------------------------------------------------------------------ */

void reference_install(GObjectClass *klass)
{
    const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING;
    /**
     * GstIdiom:reference:
     *
     * A picture in any format that FFmpeg reads: what is shown has its manner and colours, in place of #GstIdiom:style. It
     * is read in the background, by the style `any`, which takes about a second; then what is in view fades into it, see
     * #GstIdiom:style-fade. A picture that cannot be read is a warning on the bus, and what is shown stays; at the start it
     * is an error. %NULL: #GstIdiom:style is shown. See also the action signal #GstIdiom::set-reference.
     */
    g_object_class_install_property(
        klass, PROP_REFERENCE,
        g_param_spec_string("reference", "Reference",
                            "Picture whose manner and colours are shown, in place of a style; NULL: none",
                            NULL, flags));
    /**
     * GstIdiom:reference-mix:
     *
     * Several pictures, "FILE:WEIGHT,FILE:WEIGHT", in place of one: the manner and the colours lie between theirs. Weights
     * are numbers above 0, without one 1; only their ratios count. Goes before #GstIdiom:reference.
     */
    g_object_class_install_property(
        klass, PROP_REFERENCE_MIX,
        g_param_spec_string("reference-mix", "Reference mix",
                            "Pictures between whose manners the shown one lies, \"FILE:WEIGHT,FILE:WEIGHT\"; "
                            "NULL: none",
                            NULL, flags));
}

static void set_string(Reference *r, char **string, const GValue *value)
{
    if (g_strcmp0(*string, g_value_get_string(value)) == 0 && !r->sample)
        return;
    g_free(*string);
    *string = g_value_dup_string(value);
    g_clear_pointer(&r->sample, gst_sample_unref);
    r->changed = TRUE;
}

gboolean reference_set(Reference *r, guint id, const GValue *value)
{
    if (id == PROP_REFERENCE)
        set_string(r, &r->file, value);
    else if (id == PROP_REFERENCE_MIX)
        set_string(r, &r->mix, value);
    return id == PROP_REFERENCE || id == PROP_REFERENCE_MIX;
}

gboolean reference_get(const Reference *r, guint id, GValue *value)
{
    if (id == PROP_REFERENCE)
        g_value_set_string(value, r->file);
    else if (id == PROP_REFERENCE_MIX)
        g_value_set_string(value, r->mix);
    return id == PROP_REFERENCE || id == PROP_REFERENCE_MIX;
}

void reference_set_sample(Reference *r, GstSample *sample)
{
    g_clear_pointer(&r->sample, gst_sample_unref);
    g_clear_pointer(&r->file, g_free);
    g_clear_pointer(&r->mix, g_free);
    r->sample = sample ? gst_sample_ref(sample) : NULL;
    r->changed = TRUE;
}

static gboolean has(const char *text)
{
    return text && *text;
}

gboolean reference_is_given(const Reference *r)
{
    return r->sample || has(r->mix) || has(r->file);
}

gboolean reference_take_changed(Reference *r)
{
    const gboolean changed = r->changed;
    r->changed = FALSE;
    return changed;
}

static gboolean is_wanted(const Reference *r, const Wish *wish)
{
    return wish->serial == (guint)g_atomic_int_get(&r->serial);
}

/* --- reading, in whatever thread -------------------------------------------------------------------- */

static void free_picture(gpointer picture)
{
    picture_free(picture);
}

static void add(GPtrArray *pictures, GArray *references, Picture *picture, double weight)
{
    const IdiomReference reference = picture_reference(picture, weight);
    g_ptr_array_add(pictures, picture);
    g_array_append_val(references, reference);
}

/* "FILE:WEIGHT" or "FILE", whose name may have colons. */
static gboolean load_part(const char *part, GPtrArray *pictures, GArray *references, GError **error)
{
    const char *colon = strrchr(part, ':');
    char *end = NULL;
    double weight = colon ? g_ascii_strtod(colon + 1, &end) : 1;
    const gboolean weighted = colon && end != colon + 1 && !*end;
    g_autofree char *file = weighted ? g_strndup(part, (gsize)(colon - part)) : g_strdup(part);
    Picture *picture = picture_load(g_strstrip(file), 0.5, 0, MAX_SIDE, error);
    if (picture)
        add(pictures, references, picture, weighted ? weight : 1);
    return picture != NULL;
}

static gboolean load_files(const Wish *wish, GPtrArray *pictures, GArray *references, GError **error)
{
    if (wish->single) {
        Picture *picture = picture_load(wish->files, 0.5, 0, MAX_SIDE, error);
        if (picture)
            add(pictures, references, picture, 1);
        return picture != NULL;
    }
    g_auto(GStrv) parts = g_strsplit(wish->files, ",", -1);
    for (char **part = parts; *part; part++)
        if (!load_part(*part, pictures, references, error))
            return FALSE;
    return TRUE;
}

static gboolean load_sample(GstSample *sample, GPtrArray *pictures, GArray *references, GError **error)
{
    g_autoptr(GstCaps) caps = gst_caps_from_string("video/x-raw, format=RGB, pixel-aspect-ratio=1/1");
    g_autoptr(GstSample) rgb = gst_video_convert_sample(sample, caps, 5 * GST_SECOND, error);
    GstVideoInfo info;
    GstVideoFrame frame;
    if (!rgb)
        return FALSE;
    if (!gst_video_info_from_caps(&info, gst_sample_get_caps(rgb)) ||
        !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(rgb), GST_MAP_READ)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "the sample's picture cannot be read");
        return FALSE;
    }
    const guint w = (guint)GST_VIDEO_FRAME_WIDTH(&frame), h = (guint)GST_VIDEO_FRAME_HEIGHT(&frame);
    Picture *picture = picture_new(w, h);
    for (guint y = 0; y < h; y++)
        memcpy(picture->rgb + 3 * (gsize)y * w,
               (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&frame, 0) +
                   y * (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0),
               3 * (gsize)w);
    gst_video_frame_unmap(&frame);
    add(pictures, references, picture, 1);
    return TRUE;
}

/* Microseconds in which a renderer whose frames go on has found out that its device is lost, and has another. */
#define RECOVERY (10 * G_USEC_PER_SEC)
#define LOOK (G_USEC_PER_SEC / 50)

/* Whether the renderer has gone on with another device than @lost. */
static gboolean has_recovered(const Reference *r, const Wish *wish, const IdiomDevice *lost)
{
    for (guint i = 0; i < RECOVERY / LOOK && is_wanted(r, wish); i++) {
        g_autoptr(IdiomDevice) device = idiom_renderer_ref_device(r->renderer);
        if (device != lost)
            return TRUE;
        g_usleep(LOOK);
    }
    return FALSE;
}

/* On the device that the renderer has; if that is lost meanwhile, on the next. */
static IdiomStyle *read_pictures(const Reference *r, const Wish *wish, IdiomStyle *any,
                                 const GArray *pictures, GError **error)
{
    const IdiomReference *references = (const IdiomReference *)(gconstpointer)pictures->data;
    g_autoptr(IdiomDevice) device = idiom_renderer_ref_device(r->renderer);
    g_autoptr(GError) local = NULL;
    IdiomStyle *style = idiom_style_read(any, device, references, pictures->len, "reference", &local);
    if (!style && idiom_device_is_lost(device) && has_recovered(r, wish, device)) {
        g_autoptr(IdiomDevice) next = idiom_renderer_ref_device(r->renderer);
        return idiom_style_read(any, next, references, pictures->len, "reference", error);
    }
    if (!style)
        g_propagate_error(error, g_steal_pointer(&local));
    return style;
}

static IdiomStyle *read_style(const Reference *r, const Wish *wish, GError **error)
{
    g_autoptr(GPtrArray) pictures = g_ptr_array_new_with_free_func(free_picture);
    g_autoptr(GArray) references = g_array_new(FALSE, FALSE, sizeof(IdiomReference));
    g_autofree char *path = idiom_style_find(IDIOM_STYLE_ANY, error);
    g_autoptr(IdiomStyle) any = path ? idiom_style_load(path, error) : NULL;
    if (!any || !(wish->sample ? load_sample(wish->sample, pictures, references, error)
                               : load_files(wish, pictures, references, error)))
        return NULL;
    IdiomStyle *style = read_pictures(r, wish, any, references, error);
    if (!style)
        g_prefix_error(error, "%s: ", wish->sample ? "the sample" : wish->files);
    return style;
}

/* --- the thread ------------------------------------------------------------------------------------- */

/* What is given now; NULL: nothing. Under the object lock. */
static Wish *make_wish(Reference *r, guint64 fade)
{
    Wish *wish = g_new0(Wish, 1);
    wish->serial = (guint)g_atomic_int_add(&r->serial, 1) + 1;
    wish->single = !has(r->mix);
    wish->files = g_strdup(wish->single ? r->file : r->mix);
    wish->sample = r->sample ? gst_sample_ref(r->sample) : NULL;
    wish->fade = fade;
    return wish;
}

static void grant(Reference *r, const Wish *wish)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomStyle) style = is_wanted(r, wish) ? read_style(r, wish, &error) : NULL;
    if (!is_wanted(r, wish)) /* something else is by now */
        return;
    if (style)
        idiom_renderer_change_style(r->renderer, style, NULL, wish->fade);
    else
        messages_post_warning(r->element, error);
}

static void work(gpointer data, gpointer user)
{
    Reference *r = user;
    g_autoptr(Wish) wish = data;
    grant(r, wish);
    g_atomic_int_add(&r->reading, -1);
}

gboolean reference_is_reading(const Reference *r)
{
    return g_atomic_int_get(&r->reading) > 0;
}

Reference *reference_new(GstElement *element)
{
    Reference *r = g_new0(Reference, 1);
    r->element = element;
    return r;
}

void reference_free(Reference *r)
{
    g_free(r->file);
    g_free(r->mix);
    g_clear_pointer(&r->sample, gst_sample_unref);
    g_free(r);
}

gboolean reference_start(Reference *r, IdiomRenderer *renderer, GError **error)
{
    r->renderer = renderer;
    GST_OBJECT_LOCK(r->element);
    g_autoptr(Wish) wish = reference_is_given(r) ? make_wish(r, 0) : NULL;
    r->changed = FALSE;
    GST_OBJECT_UNLOCK(r->element);
    if (!wish)
        return TRUE;
    g_autoptr(IdiomStyle) style = read_style(r, wish, error);
    return style && idiom_renderer_show_style(renderer, style, NULL, error);
}

void reference_stop(Reference *r)
{
    reference_cancel(r);
    if (r->pool)
        g_thread_pool_free(g_steal_pointer(&r->pool), TRUE, TRUE);
    g_atomic_int_set(&r->reading, 0);
    r->renderer = NULL;
}

gboolean reference_change(Reference *r, guint64 fade, GError **error)
{
    if (!r->pool)
        r->pool = g_thread_pool_new_full(work, r, (GDestroyNotify)wish_free, 1, FALSE, error);
    if (!r->pool)
        return FALSE;
    g_atomic_int_inc(&r->reading);
    return g_thread_pool_push(r->pool, make_wish(r, fade), error);
}

void reference_cancel(Reference *r)
{
    g_atomic_int_inc(&r->serial);
}
