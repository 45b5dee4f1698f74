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
 * Each frame takes from the one before it, moved as the scene has moved, what can be told to be the same, so that
 * the picture does not flicker: #idiom:temporal says how much. A frame that does not follow the one before is
 * stylized by itself: the first one, after a flush or seek, a buffer with #GST_BUFFER_FLAG_DISCONT, after new caps,
 * when timestamps jump or go back, and the first frame of a new scene.
 *
 * When #idiom:style changes while PLAYING, the old style fades into the new one within #idiom:style-fade of stream
 * time. A file may hold several styles; #idiom:mix tells how much of each is shown.
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
 * gst-launch-1.0 v4l2src ! videoconvert ! queue max-size-buffers=1 leaky=downstream ! videorate drop-only=true !
 * idiom ! videoconvert ! autovideosink sync=false
 * ]| A camera, in the default style; frames that come too fast are dropped. The queue marks every frame after a dropped
 * one with #GST_BUFFER_FLAG_DISCONT, which would end the smoothing; videorate takes the mark off.
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! video/x-raw,width=640,height=360 ! idiom strength=0.5 !
 * videoconvert ! autovideosink
 * ]| Half way between the source and the style.
 * |[
 * gst-launch-1.0 filesrc location=in.mp4 ! decodebin ! videoconvert ! idiom style=seasons.safetensors
 * mix="summer:0.3,winter:0.7" temporal=0.5 ! videoconvert ! autovideosink
 * ]| Two styles of one file, mixed, with less smoothing over time.
 */
#include "gstidiom.h"

#include "shareddevice.h"

#include <idiom/filter.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC(idiom_debug);
#define GST_CAT_DEFAULT idiom_debug

#define FORMATS "{ I420, NV12, RGBA, BGRA, RGBx, BGRx }"

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(FORMATS)));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(FORMATS)));

enum {
    PROP_0,
    PROP_STYLE,
    PROP_MIX,
    PROP_STYLE_FADE,
    PROP_STRENGTH,
    PROP_TEMPORAL,
    PROP_STATISTICS,
    PROP_DEVICE,
    PROP_STATS,
};

static const double DEFAULT_STRENGTH = 1.0;
static const double DEFAULT_TEMPORAL = 1.0;
static const double DEFAULT_STATISTICS = 0.0;
static const guint64 DEFAULT_STYLE_FADE = 500 * GST_MSECOND;

/* Styles in view at once: a change during a change fades from what is seen then. */
#define MAX_LAYERS 3

/*
 * What a frame may be late without a gap is not what the caps say alone: cameras slow down in the dark, some files have
 * no steady rate, and where the machine is too slow a queue drops what it must. Steps up to this count as usual when
 * they have been seen.
 */
static const GstClockTime LONGEST_STEP = 200 * GST_MSECOND;

/* A style in view. */
typedef struct {
    IdiomFilter *filter;
    GstClockTime since; /* stream time of the last frame without it */
    guint64 fade;       /* it fades in for so long */
} Layer;

struct _GstIdiom {
    GstVideoFilter parent;

    /* under the object lock */
    char *style_name;
    char *mix;
    char *device_selector;
    guint64 style_fade;
    double strength, temporal, statistics;
    gboolean style_changed; /* since the style in use was loaded */
    gboolean mix_changed;   /* since it was looked at */
    guint64 frames;
    double seconds, last_seconds; /* spent in frames: all, and the last one */
    char *device_name;            /* of the device last used */

    /* of the streaming thread, from start to stop */
    IdiomDevice *device;
    IdiomStyle *style;                         /* the newest */
    float weights[IDIOM_GENERATOR_MAX_STYLES]; /* of the styles in its file */
    Layer layers[MAX_LAYERS]; /* in the order in which they came; the last one shows the style */
    guint n_layers;

    /* of the streaming thread: where the frame stands in the stream */
    GstClockTime time, last_time; /* stream time of this frame and the one before, or not known */
    GstClockTime last_duration;
    GstClockTime usual_step; /* from frame to frame */
    gboolean interrupted;    /* nothing may be taken from earlier frames */
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
        case IDIOM_ERROR_BUSY:
            break;
        }
    }
    gst_element_message_full(GST_ELEMENT(self), GST_MESSAGE_ERROR, domain, code, g_strdup(error->message),
                             NULL, __FILE__, GST_FUNCTION, __LINE__);
}

/* The weights of the styles in the file, as the property says. */
static gboolean update_mix(GstIdiom *self, GError **error)
{
    GST_OBJECT_LOCK(self);
    g_autofree char *mix = g_strdup(self->mix);
    self->mix_changed = FALSE;
    GST_OBJECT_UNLOCK(self);
    return idiom_style_parse_mix(self->style, mix, self->weights, error);
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

/* At the start a mix that the file does not have is an error ... */
static gboolean require_mix(GstIdiom *self)
{
    g_autoptr(GError) error = NULL;
    if (update_mix(self, &error))
        return TRUE;
    post_error(self, error);
    return FALSE;
}

/* ... while frames flow it is a warning, and what was shown before stays. */
static gboolean try_mix(GstIdiom *self)
{
    g_autoptr(GError) error = NULL;
    if (update_mix(self, &error))
        return TRUE;
    GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("%s", error->message), (NULL));
    return FALSE;
}

/* While frames flow: the style that the property names, its first one if it does not have the mix. */
static gboolean change_style(GstIdiom *self)
{
    if (!load_style(self))
        return FALSE;
    if (!try_mix(self))
        idiom_style_parse_mix(self->style, NULL, self->weights, NULL);
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

/* Removes @count styles from @first on. */
static void drop_layers(GstIdiom *self, guint first, guint count)
{
    for (guint i = first; i < first + count; i++)
        idiom_filter_free(self->layers[i].filter);
    self->n_layers -= count;
    memmove(self->layers + first, self->layers + first + count,
            (self->n_layers - first) * sizeof *self->layers);
}

/* How far @layer has come into view, 0..1. Without timestamps, or if they do not move on, it is there at once. */
static double layer_amount(GstIdiom *self, const Layer *layer)
{
    gboolean reverse = GST_BASE_TRANSFORM(self)->segment.rate < 0;
    if (!GST_CLOCK_TIME_IS_VALID(self->time) || !GST_CLOCK_TIME_IS_VALID(layer->since))
        return 1;
    GstClockTimeDiff passed =
        reverse ? GST_CLOCK_DIFF(self->time, layer->since) : GST_CLOCK_DIFF(layer->since, self->time);
    return passed <= 0 || (guint64)passed >= layer->fade ? 1 : (double)passed / (double)layer->fade;
}

/* The one of which least is seen. */
static guint faintest_layer(GstIdiom *self)
{
    guint faintest = 0;
    double least = 2, uncovered = 1;
    for (guint i = self->n_layers; i-- > 0;) {
        double amount = i ? layer_amount(self, &self->layers[i]) : 1;
        if (amount * uncovered < least) {
            least = amount * uncovered;
            faintest = i;
        }
        uncovered *= 1 - amount;
    }
    return faintest;
}

/* Puts the style on top of what is in view. */
static gboolean add_layer(GstIdiom *self, const GstVideoInfo *info)
{
    g_autoptr(GError) error = NULL;
    IdiomFrame frame;
    if (!describe_frame(info, &frame)) {
        GST_ELEMENT_ERROR(self, STREAM, FORMAT, ("YUV with the matrix of RGB cannot be converted"), (NULL));
        return FALSE;
    }
    IdiomPrecision precision = idiom_device_info(self->device)->fastest;

    gint64 begin = g_get_monotonic_time();
    IdiomFilter *filter = idiom_filter_new(self->device, self->style, &frame, precision, &error);
    if (self->n_layers && g_error_matches(error, IDIOM_ERROR, IDIOM_ERROR_MEMORY)) {
        g_clear_error(&error);
        drop_layers(self, 0, self->n_layers);
        filter = idiom_filter_new(self->device, self->style, &frame, precision, &error);
    }
    if (!filter) {
        post_error(self, error);
        return FALSE;
    }
    idiom_filter_set_mix(filter, self->weights);
    GST_OBJECT_LOCK(self);
    const guint64 fade = self->style_fade;
    GST_OBJECT_UNLOCK(self);
    if (self->n_layers == MAX_LAYERS)
        drop_layers(self, faintest_layer(self), 1);
    self->layers[self->n_layers++] = (Layer){filter, self->last_time, fade};
    GST_INFO_OBJECT(self, "ready for %dx%d in %.0f ms", info->width, info->height,
                    (g_get_monotonic_time() - begin) / 1000.0);
    return TRUE;
}

/* --- time ----------------------------------------------------------------------------------------- */

/* The newest style alone is in view. */
static void end_fades(GstIdiom *self)
{
    if (self->n_layers)
        drop_layers(self, 0, self->n_layers - 1);
}

/* What comes next has nothing to do with what was before. */
static void forget_time(GstIdiom *self)
{
    self->time = self->last_time = GST_CLOCK_TIME_NONE;
    self->last_duration = self->usual_step = 0;
    self->interrupted = TRUE;
    end_fades(self);
}

/* Whether @step, from the frame before to this one, leaves something out. */
static gboolean is_gap(GstIdiom *self, GstClockTime step)
{
    const GstVideoInfo *info = &GST_VIDEO_FILTER(self)->in_info;
    GstClockTime usual = MAX(self->last_duration, self->usual_step);
    if (info->fps_n > 0)
        usual = MAX(usual, gst_util_uint64_scale(GST_SECOND, (guint64)info->fps_d, (guint64)info->fps_n));
    return step > (usual ? usual + usual / 2 : LONGEST_STEP);
}

/* The stream is at @buffer now. */
static void move_to(GstIdiom *self, GstBuffer *buffer)
{
    const GstSegment *segment = &GST_BASE_TRANSFORM(self)->segment;
    GstClockTime last = self->last_time = self->time;
    GstClockTime time = self->time =
        gst_segment_to_stream_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT))
        self->interrupted = TRUE;
    if (GST_CLOCK_TIME_IS_VALID(time) && GST_CLOCK_TIME_IS_VALID(last)) {
        GstClockTimeDiff step = segment->rate < 0 ? GST_CLOCK_DIFF(time, last) : GST_CLOCK_DIFF(last, time);
        if (step <= 0)
            end_fades(self);
        if (step <= 0 || is_gap(self, (GstClockTime)step))
            self->interrupted = TRUE;
        if (step > 0 && step <= (GstClockTimeDiff)LONGEST_STEP)
            self->usual_step = MAX((GstClockTime)step, self->usual_step / 4 * 3);
    }
    self->last_duration = GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : 0;
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
    forget_time(self);
    if (!load_style(self) || !require_mix(self)) {
        g_clear_pointer(&self->style, idiom_style_free);
        g_clear_pointer(&self->device, shared_device_release);
        return FALSE;
    }
    return TRUE;
}

static gboolean gst_idiom_stop(GstBaseTransform *base)
{
    GstIdiom *self = GST_IDIOM(base);
    drop_layers(self, 0, self->n_layers);
    g_clear_pointer(&self->style, idiom_style_free);
    g_clear_pointer(&self->device, shared_device_release);
    return TRUE;
}

static gboolean gst_idiom_sink_event(GstBaseTransform *base, GstEvent *event)
{
    GstIdiom *self = GST_IDIOM(base);
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP || GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
        forget_time(self);
    return GST_BASE_TRANSFORM_CLASS(gst_idiom_parent_class)->sink_event(base, event);
}

/* Called for every buffer that comes, also if it is dropped then because the sink is late. */
static void gst_idiom_before_transform(GstBaseTransform *base, GstBuffer *buffer)
{
    GstIdiom *self = GST_IDIOM(base);
    move_to(self, buffer);
    if (GST_CLOCK_TIME_IS_VALID(self->time))
        gst_object_sync_values(GST_OBJECT(self), self->time);
    GST_OBJECT_LOCK(self);
    gboolean bypass = self->strength <= 0;
    GST_OBJECT_UNLOCK(self);
    self->interrupted |= bypass;
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
    GstIdiom *self = GST_IDIOM(video);
    GST_OBJECT_LOCK(self);
    gboolean style_changed = self->style_changed;
    GST_OBJECT_UNLOCK(self);

    drop_layers(self, 0, self->n_layers);
    self->interrupted = TRUE;
    return (!style_changed || change_style(self)) && add_layer(self, in);
}

static GstFlowReturn gst_idiom_transform_frame(GstVideoFilter *video, GstVideoFrame *in, GstVideoFrame *out)
{
    GstIdiom *self = GST_IDIOM(video);
    g_autoptr(GError) error = NULL;
    GST_OBJECT_LOCK(self);
    const IdiomFilterControls controls = {self->strength, self->temporal, self->statistics,
                                          self->interrupted};
    gboolean style_changed = self->style_changed, mix_changed = self->mix_changed;
    GST_OBJECT_UNLOCK(self);

    if (style_changed && !(change_style(self) && add_layer(self, &in->info)))
        return GST_FLOW_ERROR;
    if (mix_changed && !style_changed && try_mix(self))
        idiom_filter_set_mix(self->layers[self->n_layers - 1].filter, self->weights);

    IdiomFilter *filters[MAX_LAYERS];
    double amounts[MAX_LAYERS];
    for (guint i = self->n_layers; i-- > 1;) {
        if (layer_amount(self, &self->layers[i]) >= 1) {
            drop_layers(self, 0, i);
            break;
        }
    }
    for (guint i = 0; i < self->n_layers; i++) {
        filters[i] = self->layers[i].filter;
        amounts[i] = layer_amount(self, &self->layers[i]);
    }
    gssize in_strides[GST_VIDEO_MAX_PLANES], out_strides[GST_VIDEO_MAX_PLANES];
    for (guint p = 0; p < GST_VIDEO_MAX_PLANES; p++) {
        in_strides[p] = in->info.stride[p];
        out_strides[p] = out->info.stride[p];
    }
    gint64 begin = g_get_monotonic_time();
    if (!idiom_filter_fade(filters, amounts, self->n_layers, (const guint8 *const *)in->data, in_strides,
                           (guint8 *const *)out->data, out_strides, &controls, &error)) {
        post_error(self, error);
        return GST_FLOW_ERROR;
    }
    self->interrupted = FALSE;
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
    case PROP_MIX:
        if (g_strcmp0(self->mix, g_value_get_string(value)) != 0) {
            g_free(self->mix);
            self->mix = g_value_dup_string(value);
            self->mix_changed = TRUE;
        }
        break;
    case PROP_STYLE_FADE:
        self->style_fade = g_value_get_uint64(value);
        break;
    case PROP_STRENGTH:
        self->strength = g_value_get_double(value);
        break;
    case PROP_TEMPORAL:
        self->temporal = g_value_get_double(value);
        break;
    case PROP_STATISTICS:
        self->statistics = g_value_get_double(value);
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
    case PROP_MIX:
        g_value_set_string(value, self->mix);
        break;
    case PROP_STYLE_FADE:
        g_value_set_uint64(value, self->style_fade);
        break;
    case PROP_STRENGTH:
        g_value_set_double(value, self->strength);
        break;
    case PROP_TEMPORAL:
        g_value_set_double(value, self->temporal);
        break;
    case PROP_STATISTICS:
        g_value_set_double(value, self->statistics);
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
    g_free(self->mix);
    g_free(self->device_selector);
    g_free(self->device_name);
    G_OBJECT_CLASS(gst_idiom_parent_class)->finalize(object);
}

static void gst_idiom_init(GstIdiom *self)
{
    self->strength = DEFAULT_STRENGTH;
    self->temporal = DEFAULT_TEMPORAL;
    self->statistics = DEFAULT_STATISTICS;
    self->style_fade = DEFAULT_STYLE_FADE;
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
     * When it changes while PLAYING the next frame waits until the new style is ready; then the old one fades into
     * it, see #GstIdiom:style-fade.
     */
    g_object_class_install_property(
        object, PROP_STYLE,
        g_param_spec_string(
            "style", "Style",
            "Path of a style file, or name of one in IDIOM_STYLE_PATH or the installed styles; "
            "NULL: " IDIOM_STYLE_DEFAULT,
            NULL, flags | GST_PARAM_MUTABLE_PLAYING));
    /**
     * GstIdiom:mix:
     *
     * How much of each style of the file is shown: "NAME:WEIGHT,NAME:WEIGHT", names as `idiom-train info` tells them,
     * weights of 0 or more; only their ratios count. %NULL is the first style of the file. May change while PLAYING;
     * then a name that the file does not have is a warning on the bus and changes nothing, otherwise an error.
     */
    g_object_class_install_property(
        object, PROP_MIX,
        g_param_spec_string(
            "mix", "Mix",
            "Weights of the styles in the file, \"NAME:WEIGHT,NAME:WEIGHT\"; NULL: the first one", NULL,
            flags | GST_PARAM_MUTABLE_PLAYING));
    /**
     * GstIdiom:style-fade:
     *
     * When #GstIdiom:style changes while PLAYING, the old style fades into the new one for so long, in nanoseconds of
     * stream time; both are computed meanwhile. 0 changes at once. If the device cannot hold both styles, the change is
     * at once as well.
     */
    g_object_class_install_property(
        object, PROP_STYLE_FADE,
        g_param_spec_uint64("style-fade", "Style fade",
                            "Nanoseconds of stream time in which one style fades into the next; 0: at once",
                            0, G_MAXUINT64, DEFAULT_STYLE_FADE, flags | GST_PARAM_MUTABLE_PLAYING));
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
     * GstIdiom:temporal:
     *
     * Smoothing over time, against flicker: how much of what the scene still shows is taken from the frame before. At 0
     * each frame is stylized by itself.
     */
    g_object_class_install_property(
        object, PROP_TEMPORAL,
        g_param_spec_double("temporal", "Temporal smoothing",
                            "Smoothing over time, against flicker; 0: each frame by itself", 0, 1,
                            DEFAULT_TEMPORAL, flags | GST_PARAM_CONTROLLABLE | GST_PARAM_MUTABLE_PLAYING));
    /**
     * GstIdiom:scene-statistics:
     *
     * What comes into a picture or leaves it changes the style of all the rest a little, because a style sees each frame
     * by its mean and contrast. This is the share of the scene's running values in those of a frame: at 0 each frame has
     * its own, at 1 the whole scene those of its first. A cut starts anew.
     */
    g_object_class_install_property(
        object, PROP_STATISTICS,
        g_param_spec_double("scene-statistics", "Statistics of the scene",
                            "Share of the scene's running statistics in those of each frame; 0: its own", 0,
                            1, DEFAULT_STATISTICS,
                            flags | GST_PARAM_CONTROLLABLE | GST_PARAM_MUTABLE_PLAYING));
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
    base->sink_event = gst_idiom_sink_event;
    base->before_transform = gst_idiom_before_transform;
    base->transform_meta = gst_idiom_transform_meta;
    base->transform_ip_on_passthrough = FALSE;
    video->set_info = gst_idiom_set_info;
    video->transform_frame = gst_idiom_transform_frame;
}
