/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-idiom
 * @title: idiom
 * @short_description: shows video in the style of a painting
 *
 * Every frame goes through a small neural network that has learnt the manner of one or more reference
 * pictures; it runs in Vulkan compute shaders, on a GPU or, slower, on the CPU with lavapipe. Size, format,
 * timestamps and metas of the video stay as they are, also its alpha channel. Conversion between YUV and RGB
 * is done by the shaders, as the caps' colorimetry says.
 *
 * A style is a file made by `idiom-train`. #idiom:style takes its path, or its name without directory and
 * ".safetensors", which is looked up in the directories of the environment variable `IDIOM_STYLE_PATH`
 * (separated by colons), in `idiom/styles` of the user's data directory and among the installed ones.
 *
 * A frame that the device cannot hold, a style that cannot be used and a missing device are errors on the
 * bus.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 filesrc location=in.mp4 ! decodebin ! videoconvert ! idiom style=starry-night ! videoconvert
 * ! x264enc ! mp4mux ! filesink location=out.mp4
 * ]| A file, stylized and encoded again.
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! queue max-size-buffers=1 leaky=downstream ! idiom ! videoconvert !
 * autovideosink sync=false
 * ]| A camera, in the default style; frames that come too fast are dropped.
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! video/x-raw,width=640,height=360 ! idiom strength=0.5 !
 * videoconvert ! autovideosink
 * ]| Half way between the source and the style.
 */
#include "gstidiom.h"

#include "shareddevice.h"

#include <idiom/filter.h>

GST_DEBUG_CATEGORY_STATIC(idiom_debug);
#define GST_CAT_DEFAULT idiom_debug

#define FORMATS "{ I420, NV12, RGBA, BGRA, RGBx, BGRx }"

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(FORMATS)));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(FORMATS)));

enum { PROP_0, PROP_STYLE, PROP_STRENGTH, PROP_DEVICE, PROP_STATS };

static const double DEFAULT_STRENGTH = 1.0;

struct _GstIdiom {
    GstVideoFilter parent;

    /* under the object lock */
    char *style_name;
    char *device_selector;
    double strength;
    gboolean style_changed; /* since the style in use was loaded */
    guint64 frames;
    double seconds, last_seconds; /* spent in frames: all, and the last one */
    char *device_name;            /* of the device last used */

    /* of the streaming thread, from start to stop */
    IdiomDevice *device;
    IdiomStyle *style;
    IdiomFilter *filter;
};

G_DEFINE_TYPE(GstIdiom, gst_idiom, GST_TYPE_VIDEO_FILTER)
GST_ELEMENT_REGISTER_DEFINE(idiom, "idiom", GST_RANK_NONE, GST_TYPE_IDIOM)

/* Posts what libidiom said as the element's error. */
static void post_error(GstIdiom *self, const GError *error)
{
    GQuark domain = GST_LIBRARY_ERROR;
    int code = GST_LIBRARY_ERROR_FAILED;
    if (error->domain == IDIOM_ERROR) {
        switch ((IdiomError)error->code) {
        case IDIOM_ERROR_NO_DEVICE:
        case IDIOM_ERROR_FEATURE:
        case IDIOM_ERROR_DEVICE_LOST:
            domain = GST_RESOURCE_ERROR;
            code = GST_RESOURCE_ERROR_OPEN_READ_WRITE;
            break;
        case IDIOM_ERROR_MEMORY:
            domain = GST_RESOURCE_ERROR;
            code = GST_RESOURCE_ERROR_NO_SPACE_LEFT;
            break;
        case IDIOM_ERROR_FILE:
            domain = GST_RESOURCE_ERROR;
            code = GST_RESOURCE_ERROR_READ;
            break;
        case IDIOM_ERROR_SHAPE:
        case IDIOM_ERROR_FORMAT:
        case IDIOM_ERROR_NOT_FINITE:
            domain = GST_STREAM_ERROR;
            code = GST_STREAM_ERROR_FORMAT;
            break;
        case IDIOM_ERROR_ARGUMENT:
            domain = GST_LIBRARY_ERROR;
            code = GST_LIBRARY_ERROR_SETTINGS;
            break;
        case IDIOM_ERROR_VULKAN:
            break;
        }
    }
    gst_element_message_full(GST_ELEMENT(self), GST_MESSAGE_ERROR, domain, code, g_strdup(error->message),
                             NULL, __FILE__, GST_FUNCTION, __LINE__);
}

static gboolean load_style(GstIdiom *self)
{
    g_autoptr(GError) error = NULL;
    GST_OBJECT_LOCK(self);
    g_autofree char *name = g_strdup(self->style_name);
    self->style_changed = FALSE;
    GST_OBJECT_UNLOCK(self);

    g_clear_pointer(&self->style, idiom_style_free);
    g_autofree char *path = idiom_style_find(name, &error);
    if (!path) {
        GST_ELEMENT_ERROR(self, RESOURCE, NOT_FOUND, ("%s", error->message), (NULL));
        return FALSE;
    }
    self->style = idiom_style_load(path, &error);
    if (!self->style) {
        post_error(self, error);
        return FALSE;
    }
    GST_INFO_OBJECT(self, "style %s", path);
    return TRUE;
}

/* What the engine has to know of the caps; FALSE if it has no such matrix. */
static gboolean describe_frame(const GstVideoInfo *info, IdiomFrame *frame)
{
    *frame = (IdiomFrame){.width = (guint)info->width,
                          .height = (guint)info->height,
                          .full_range = info->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255};
    switch (GST_VIDEO_INFO_FORMAT(info)) {
    case GST_VIDEO_FORMAT_RGBA:
        frame->format = IDIOM_VIDEO_RGBA;
        return TRUE;
    case GST_VIDEO_FORMAT_BGRA:
        frame->format = IDIOM_VIDEO_BGRA;
        return TRUE;
    case GST_VIDEO_FORMAT_RGBx:
        frame->format = IDIOM_VIDEO_RGBX;
        return TRUE;
    case GST_VIDEO_FORMAT_BGRx:
        frame->format = IDIOM_VIDEO_BGRX;
        return TRUE;
    case GST_VIDEO_FORMAT_NV12:
        frame->format = IDIOM_VIDEO_NV12;
        break;
    default:
        frame->format = IDIOM_VIDEO_I420;
    }
    switch (info->colorimetry.matrix) {
    case GST_VIDEO_COLOR_MATRIX_UNKNOWN: /* cannot happen: the caps parser fills in a default */
    case GST_VIDEO_COLOR_MATRIX_BT601:
    case GST_VIDEO_COLOR_MATRIX_FCC: /* within 0.002 of BT.601 */
        frame->matrix = IDIOM_VIDEO_BT601;
        return TRUE;
    case GST_VIDEO_COLOR_MATRIX_BT709:
    case GST_VIDEO_COLOR_MATRIX_SMPTE240M: /* within 0.02 of BT.709 */
        frame->matrix = IDIOM_VIDEO_BT709;
        return TRUE;
    case GST_VIDEO_COLOR_MATRIX_BT2020:
        frame->matrix = IDIOM_VIDEO_BT2020;
        return TRUE;
    default:
        return FALSE;
    }
}

static gboolean build_filter(GstIdiom *self, const GstVideoInfo *info)
{
    g_autoptr(GError) error = NULL;
    IdiomFrame frame;
    if (!describe_frame(info, &frame)) {
        GST_ELEMENT_ERROR(self, STREAM, FORMAT, ("YUV with the matrix of RGB cannot be converted"), (NULL));
        return FALSE;
    }
    IdiomPrecision precision = idiom_device_info(self->device)->fastest;

    g_clear_pointer(&self->filter, idiom_filter_free);
    gint64 begin = g_get_monotonic_time();
    self->filter = idiom_filter_new(self->device, self->style, &frame, precision, &error);
    if (!self->filter) {
        post_error(self, error);
        return FALSE;
    }
    GST_INFO_OBJECT(self, "ready for %dx%d in %.0f ms", info->width, info->height,
                    (g_get_monotonic_time() - begin) / 1000.0);
    return TRUE;
}

/* --- base transform ------------------------------------------------------------------------------- */

static gboolean gst_idiom_start(GstBaseTransform *base)
{
    GstIdiom *self = GST_IDIOM(base);
    g_autoptr(GError) error = NULL;
    GST_OBJECT_LOCK(self);
    g_autofree char *selector = g_strdup(self->device_selector);
    self->frames = 0;
    self->seconds = self->last_seconds = 0;
    GST_OBJECT_UNLOCK(self);

    self->device = shared_device_acquire(selector, &error);
    if (!self->device) {
        post_error(self, error);
        return FALSE;
    }
    const IdiomDeviceInfo *info = idiom_device_info(self->device);
    GST_INFO_OBJECT(self, "device %s (%s, %s)", info->name, info->type, info->driver);
    GST_OBJECT_LOCK(self);
    g_free(self->device_name);
    self->device_name = g_strdup(info->name);
    GST_OBJECT_UNLOCK(self);
    if (!load_style(self)) {
        g_clear_pointer(&self->device, shared_device_release);
        return FALSE;
    }
    return TRUE;
}

static gboolean gst_idiom_stop(GstBaseTransform *base)
{
    GstIdiom *self = GST_IDIOM(base);
    g_clear_pointer(&self->filter, idiom_filter_free);
    g_clear_pointer(&self->style, idiom_style_free);
    g_clear_pointer(&self->device, shared_device_release);
    return TRUE;
}

static void gst_idiom_before_transform(GstBaseTransform *base, GstBuffer *buffer)
{
    GstIdiom *self = GST_IDIOM(base);
    GstClockTime time = gst_segment_to_stream_time(&base->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (GST_CLOCK_TIME_IS_VALID(time))
        gst_object_sync_values(GST_OBJECT(self), time);
    GST_OBJECT_LOCK(self);
    gboolean bypass = self->strength <= 0;
    GST_OBJECT_UNLOCK(self);
    gst_base_transform_set_passthrough(base, bypass);
}

/* Everything but what describes memory still holds: the picture has the same size and place. */
static gboolean gst_idiom_transform_meta(GstBaseTransform *base, GstBuffer *out, GstMeta *meta, GstBuffer *in)
{
    (void)base, (void)out, (void)in;
    return !gst_meta_api_type_has_tag(meta->info->api, g_quark_from_static_string(GST_META_TAG_MEMORY_STR));
}

/* --- video filter --------------------------------------------------------------------------------- */

static gboolean gst_idiom_set_info(GstVideoFilter *video, GstCaps *in_caps, GstVideoInfo *in,
                                   GstCaps *out_caps, GstVideoInfo *out)
{
    (void)in_caps, (void)out_caps, (void)out;
    return build_filter(GST_IDIOM(video), in);
}

static GstFlowReturn gst_idiom_transform_frame(GstVideoFilter *video, GstVideoFrame *in, GstVideoFrame *out)
{
    GstIdiom *self = GST_IDIOM(video);
    g_autoptr(GError) error = NULL;
    GST_OBJECT_LOCK(self);
    double strength = self->strength;
    gboolean style_changed = self->style_changed;
    GST_OBJECT_UNLOCK(self);

    if (style_changed && !(load_style(self) && build_filter(self, &in->info)))
        return GST_FLOW_ERROR;

    gssize in_strides[GST_VIDEO_MAX_PLANES], out_strides[GST_VIDEO_MAX_PLANES];
    for (guint p = 0; p < GST_VIDEO_MAX_PLANES; p++) {
        in_strides[p] = in->info.stride[p];
        out_strides[p] = out->info.stride[p];
    }
    gint64 begin = g_get_monotonic_time();
    if (!idiom_filter_process(self->filter, (const guint8 *const *)in->data, in_strides,
                              (guint8 *const *)out->data, out_strides,
                              &(IdiomFilterControls){.strength = strength}, &error)) {
        post_error(self, error);
        return GST_FLOW_ERROR;
    }
    double seconds = (double)(g_get_monotonic_time() - begin) / G_USEC_PER_SEC;
    GST_LOG_OBJECT(self, "frame took %.1f ms", 1000 * seconds);

    GST_OBJECT_LOCK(self);
    self->frames++;
    self->seconds += seconds;
    self->last_seconds = seconds;
    GST_OBJECT_UNLOCK(self);
    return GST_FLOW_OK;
}

/* --- object --------------------------------------------------------------------------------------- */

static GstStructure *make_stats(GstIdiom *self)
{
    return gst_structure_new("idiom-stats", "frames", G_TYPE_UINT64, self->frames, "average-ms",
                             G_TYPE_DOUBLE, self->frames ? 1000 * self->seconds / self->frames : 0, "last-ms",
                             G_TYPE_DOUBLE, 1000 * self->last_seconds, "device", G_TYPE_STRING,
                             self->device_name, NULL);
}

static void gst_idiom_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    GstIdiom *self = GST_IDIOM(object);
    GST_OBJECT_LOCK(self);
    switch (id) {
    case PROP_STYLE:
        if (g_strcmp0(self->style_name, g_value_get_string(value)) != 0) {
            g_free(self->style_name);
            self->style_name = g_value_dup_string(value);
            self->style_changed = TRUE;
        }
        break;
    case PROP_STRENGTH:
        self->strength = g_value_get_double(value);
        break;
    case PROP_DEVICE:
        g_free(self->device_selector);
        self->device_selector = g_value_dup_string(value);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
    GST_OBJECT_UNLOCK(self);
}

static void gst_idiom_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    GstIdiom *self = GST_IDIOM(object);
    GST_OBJECT_LOCK(self);
    switch (id) {
    case PROP_STYLE:
        g_value_set_string(value, self->style_name);
        break;
    case PROP_STRENGTH:
        g_value_set_double(value, self->strength);
        break;
    case PROP_DEVICE:
        g_value_set_string(value, self->device_selector);
        break;
    case PROP_STATS:
        g_value_take_boxed(value, make_stats(self));
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
    GST_OBJECT_UNLOCK(self);
}

static void gst_idiom_finalize(GObject *object)
{
    GstIdiom *self = GST_IDIOM(object);
    g_free(self->style_name);
    g_free(self->device_selector);
    g_free(self->device_name);
    G_OBJECT_CLASS(gst_idiom_parent_class)->finalize(object);
}

static void gst_idiom_init(GstIdiom *self)
{
    self->strength = DEFAULT_STRENGTH;
}

static void gst_idiom_class_init(GstIdiomClass *klass)
{
    GObjectClass *object = G_OBJECT_CLASS(klass);
    GstElementClass *element = GST_ELEMENT_CLASS(klass);
    GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(klass);
    GstVideoFilterClass *video = GST_VIDEO_FILTER_CLASS(klass);
    const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

    GST_DEBUG_CATEGORY_INIT(idiom_debug, "idiom", 0, "Video in the style of a painting");

    object->set_property = gst_idiom_set_property;
    object->get_property = gst_idiom_get_property;
    object->finalize = gst_idiom_finalize;

    /**
     * GstIdiom:style:
     *
     * Style file, or the name of one in `IDIOM_STYLE_PATH` or the installed styles. %NULL is starry-night.
     * When it changes while PLAYING the next frame waits until the new style is ready.
     */
    g_object_class_install_property(
        object, PROP_STYLE,
        g_param_spec_string(
            "style", "Style",
            "Path of a style file, or name of one in IDIOM_STYLE_PATH or the installed styles; "
            "NULL: " IDIOM_STYLE_DEFAULT,
            NULL, flags | GST_PARAM_MUTABLE_PLAYING));
    /**
     * GstIdiom:strength:
     *
     * Share of the style in the picture: 1 is the style alone, 0.5 half source and half style, at 0 buffers
     * pass untouched.
     */
    g_object_class_install_property(
        object, PROP_STRENGTH,
        g_param_spec_double(
            "strength", "Strength",
            "Share of the style in the picture; 1: the style alone, 0: buffers pass untouched", 0, 1,
            DEFAULT_STRENGTH, flags | GST_PARAM_CONTROLLABLE | GST_PARAM_MUTABLE_PLAYING));
    /**
     * GstIdiom:device:
     *
     * Vulkan device: its number, or a part of its name in any case. %NULL is what the environment variable
     * `IDIOM_DEVICE` says, or else the first discrete, integrated, virtual or CPU device, in this order.
     * Elements with the same setting share the device.
     */
    g_object_class_install_property(
        object, PROP_DEVICE,
        g_param_spec_string(
            "device", "Device",
            "Number of a Vulkan device, or a part of its name; NULL: IDIOM_DEVICE, or else the best", NULL,
            flags | GST_PARAM_MUTABLE_READY));
    /**
     * GstIdiom:stats:
     *
     * Structure `idiom-stats` with the fields `frames` (#guint64, stylized since the element was started),
     * `average-ms` and `last-ms` (#gdouble, milliseconds per frame) and `device` (string, name of the
     * device).
     */
    g_object_class_install_property(
        object, PROP_STATS,
        g_param_spec_boxed("stats", "Statistics",
                           "Frames stylized, average and last milliseconds per frame, name of the device",
                           GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

    gst_element_class_add_static_pad_template(element, &sink_template);
    gst_element_class_add_static_pad_template(element, &src_template);
    gst_element_class_set_static_metadata(element, "Idiom", "Filter/Effect/Video",
                                          "Shows video in the style of a painting (neural network on Vulkan)",
                                          "The idiom developers");

    base->start = gst_idiom_start;
    base->stop = gst_idiom_stop;
    base->before_transform = gst_idiom_before_transform;
    base->transform_meta = gst_idiom_transform_meta;
    base->transform_ip_on_passthrough = FALSE;
    video->set_info = gst_idiom_set_info;
    video->transform_frame = gst_idiom_transform_frame;
}
