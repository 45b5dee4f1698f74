/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-idiom
 * @title: idiom
 * @short_description: shows video in the style of a painting
 *
 * Every frame goes through a small neural network that has learnt the manner of one or more reference
 * pictures; it runs in Vulkan compute shaders, on a GPU or, slower, on the CPU with lavapipe. Size, timestamps
 * and metas of the video stay as they are, also its alpha channel, and its format unless downstream wants
 * another one. Conversion between formats is done by the shaders, as the caps' colorimetry says.
 *
 * A style is a file made by `idiom-train`. #idiom:style takes its path, or its name without directory and
 * ".safetensors", which is looked up in the directories of the environment variable `IDIOM_STYLE_PATH`
 * (separated by colons), in `idiom/styles` of the user's data directory and among the installed ones.
 *
 * Each frame takes from the one before it, moved as the scene has moved, what is known to be the same, so that
 * the picture does not flicker: #idiom:temporal says how much. A frame that does not follow the one before is
 * stylized by itself: the first one, after a flush or seek, a buffer with #GST_BUFFER_FLAG_DISCONT, after new caps,
 * when timestamps jump or go back, and the first frame of a new scene.
 *
 * When #idiom:style changes while PLAYING, the new one is made ready while frames go on; then the old style fades into it
 * within #idiom:style-fade of stream time. A file may hold several styles; #idiom:mix says how much of each is shown.
 *
 * Several frames may be on their way through the device at a time, see #idiom:frames-in-flight; latency queries tell what
 * that costs. Frames that would be late at the sink are dropped before the device sees them.
 *
 * Frames may be in Vulkan images (`memory:VulkanImage`) on a device that neighbours share: it takes theirs, or makes one
 * of what #idiom:device names and offers it to them.
 *
 * The style `none` is the source: buffers pass untouched, at no cost, until another style fades in.
 *
 * All settings can be kept as presets, see #GstPreset.
 *
 * A frame that the device cannot hold, a missing device, and a style that cannot be used are errors on the bus. A style
 * or mix that cannot be used is only a warning while frames flow, and what was shown goes on.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 filesrc location=in.mp4 ! decodebin ! idiom style=starry-night ! x264enc ! mp4mux !
 * filesink location=out.mp4
 * ]| A file, stylized and encoded again.
 * |[
 * gst-launch-1.0 v4l2src ! video/x-raw ! queue max-size-buffers=1 leaky=downstream ! videorate drop-only=true !
 * idiom ! autovideosink sync=false
 * ]| A camera, in the default style; frames that come too fast are dropped. The queue marks every frame after a dropped
 * one with #GST_BUFFER_FLAG_DISCONT, which would end the smoothing; videorate takes the mark off.
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! video/x-raw,width=640,height=360 ! idiom strength=0.5 ! autovideosink
 * ]| Half way between the source and the style.
 * |[
 * gst-launch-1.0 filesrc location=in.mp4 ! decodebin ! idiom style=seasons.safetensors
 * mix="summer:0.3,winter:0.7" temporal=0.5 ! autovideosink
 * ]| Two styles of one file, mixed, with less smoothing over time.
 */
#include "gstidiom.h"

#include "convert.h"
#include "flow.h"
#include "memory.h"
#include "maskpad.h"
#include "messages.h"
#include "presets.h"
#include "quality.h"
#include "reference.h"
#include "sentence.h"
#include "settings.h"
#include "speech.h"
#include "subject.h"
#include "textpad.h"
#include "videoinfo.h"
#include "vulkan.h"

GST_DEBUG_CATEGORY(idiom_debug);
#define GST_CAT_DEFAULT idiom_debug

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(CONVERT_CAPS "; " DMABUF_CAPS));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(CONVERT_CAPS));

/* Microseconds from frame to frame, where nothing tells. */
#define USUAL_DURATION (G_USEC_PER_SEC / 30)

/* Frames from one in which people are looked for to the next. */
#define PEOPLE_EVERY 3

struct _GstIdiom {
    GstVideoFilter parent;

    /* under the object lock */
    Settings settings;
    Subject subject;
    char *style, *inside;     /* what the renderer was asked for */
    gboolean finds_people;    /* it was asked for that, too */
    gboolean new_mix;         /* it has changed, and not with the style */
    IdiomRenderer *renderer;  /* from start to stop */
    IdiomRendererStats stats; /* of the last renderer */
    guint64 dropped;
    gint64 last_frame; /* monotonic time; 0: none yet */
    double interval;   /* microseconds from frame to frame, of the last ones mostly */
    GstClockTime latency;
    gboolean live; /* the source is */
    Quality quality;
    char *device_name; /* of the device last used */

    /* from start to stop */
    IdiomDevice *device;
    Flow *flow;
    gboolean moves; /* frames come and go in memory of different kinds */

    VulkanShare *vulkan;
    Speech *speech;
    Sentence *sentence;
    Reference *reference;

    /* of the streaming thread */
    TextPad *text;           /* NULL: nobody asked for it */
    MaskPad *mask;           /* as well */
    IdiomFrameParams params; /* of the frame of now */
};

G_DEFINE_TYPE_WITH_CODE(GstIdiom, gst_idiom, GST_TYPE_VIDEO_FILTER,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, presets_init))
GST_ELEMENT_REGISTER_DEFINE(idiom, "idiom", GST_RANK_NONE, GST_TYPE_IDIOM)

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
static Looks current_looks(const GstIdiom *self)
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
static void apply_settings(GstIdiom *self)
{
    Settings *settings = &self->settings;
    if (!self->renderer)
        return;
    const Looks looks = current_looks(self);
    const gboolean style_changed = apply_style(self, &looks);
    if (take_string(&self->inside, looks.inside))
        idiom_renderer_change_subject(self->renderer, looks.inside, NULL, settings->style_fade);
    idiom_renderer_set_stroke_size(self->renderer, settings->stroke_size);
    idiom_renderer_set_quality(self->renderer, self->quality.value);
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

static gboolean set_quality(GstIdiom *self, GError **error)
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

/* The first styles of all: without them there is nothing to show. */
static gboolean show(GstIdiom *self, IdiomRenderer *renderer, const char *style, const char *mix,
                     const char *inside, gboolean people)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = find_style(self, style), *inside_path = NULL;
    if (!path || (inside && !(inside_path = find_style(self, inside))))
        return FALSE;
    if (idiom_renderer_show(renderer, path, mix, &error) &&
        idiom_renderer_show_subject(renderer, inside_path, NULL, &error) &&
        (!people || ask_for_people(renderer, &error)))
        return TRUE;
    messages_post_error(GST_ELEMENT(self), error);
    return FALSE;
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

static char *dup_selector(GstIdiom *self)
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
    g_autofree char *selector = dup_selector(self);
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
    const Looks looks = current_looks(self);
    g_autofree char *style = g_strdup(looks.style), *mix = g_strdup(looks.mix);
    g_autofree char *inside = g_strdup(looks.inside);
    take_string(&self->style, looks.style);
    take_string(&self->inside, looks.inside);
    const gboolean people = self->finds_people = self->subject.kind == SUBJECT_PEOPLE;
    const guint slots = self->settings.frames_in_flight;
    self->settings.mix_changed = self->new_mix = FALSE;
    GST_OBJECT_UNLOCK(self);

    g_autoptr(IdiomRenderer) renderer = new_renderer(self, device, slots, &error);
    if (!renderer)
        messages_post_error(GST_ELEMENT(self), error);
    if (!renderer || !show(self, renderer, style, mix, inside, people))
        return NULL;
    reference_stop(self->reference); /* what it read was for the renderer before */
    if (!reference_start(self->reference, device, renderer, &error)) {
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
    apply_settings(self); /* what has changed meanwhile */
    GST_OBJECT_UNLOCK(self);
    idiom_renderer_free(before);
}

static gboolean gst_idiom_start(GstBaseTransform *base)
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

    if (!set_quality(self, &error) || !check_subject(self, &error)) {
        messages_post_error(GST_ELEMENT(self), error);
        return FALSE;
    }
    g_autoptr(IdiomDevice) device = open_device(self);
    IdiomRenderer *renderer = device ? make_renderer(self, device) : NULL;
    if (!renderer)
        return FALSE;
    set_device(self, g_steal_pointer(&device));
    self->flow = flow_new(base, renderer, self->vulkan);
    flow_set_finished(self->flow, learn, self);
    speech_forget(self->speech);
    set_renderer(self, renderer);
    return TRUE;
}

/* Frames are in images of a device that others share: on with that one. Nothing may be in flight. */
static gboolean move_to_shared_device(GstIdiom *self)
{
    g_autofree char *selector = dup_selector(self);
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

static gboolean gst_idiom_stop(GstBaseTransform *base)
{
    GstIdiom *self = GST_IDIOM(base);
    g_clear_pointer(&self->flow, flow_free);
    GST_OBJECT_LOCK(self);
    g_autoptr(IdiomRenderer) renderer = g_steal_pointer(&self->renderer);
    if (renderer)
        idiom_renderer_get_stats(renderer, &self->stats);
    GST_OBJECT_UNLOCK(self);
    reference_stop(self->reference);
    g_clear_pointer(&renderer, idiom_renderer_free);
    g_clear_pointer(&self->device, idiom_device_unref);
    return TRUE;
}

static GstStateChangeReturn gst_idiom_change_state(GstElement *element, GstStateChange transition)
{
    const GstStateChangeReturn ret =
        GST_ELEMENT_CLASS(gst_idiom_parent_class)->change_state(element, transition);
    if (transition == GST_STATE_CHANGE_READY_TO_NULL)
        vulkan_share_close(GST_IDIOM(element)->vulkan);
    return ret;
}

/* --- events and queries ---------------------------------------------------------------------------- */

/* Text has nobody to wait for beyond the end of the video; what is known of a scene ends with it. */
static void note_end(GstIdiom *self, GstEvent *event)
{
    const GstEventType type = GST_EVENT_TYPE(event);
    const gboolean begins = type == GST_EVENT_STREAM_START || type == GST_EVENT_FLUSH_STOP;
    if (begins)
        speech_forget(self->speech);
    if (self->text && (begins || type == GST_EVENT_EOS))
        sidepad_set_ended(textpad_side(self->text), type == GST_EVENT_EOS);
    if (self->mask && (begins || type == GST_EVENT_EOS))
        sidepad_set_ended(maskpad_side(self->mask), type == GST_EVENT_EOS);
}

static gboolean gst_idiom_sink_event(GstBaseTransform *base, GstEvent *event)
{
    GstIdiom *self = GST_IDIOM(base);
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
        flow_drop(self->flow);
    else if (GST_EVENT_IS_SERIALIZED(event))
        flow_drain(self->flow); /* it comes after the frames before it */
    if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
        flow_drop(self->flow);
    note_end(self, event);
    return GST_BASE_TRANSFORM_CLASS(gst_idiom_parent_class)->sink_event(base, event);
}

static void add_latency(GstIdiom *self, GstQuery *query)
{
    gboolean live;
    GstClockTime min, max;
    gst_query_parse_latency(query, &live, &min, &max);
    GST_OBJECT_LOCK(self);
    const GstClockTime latency = self->latency;
    self->live = live;
    GST_OBJECT_UNLOCK(self);
    gst_query_set_latency(query, live, min + latency, GST_CLOCK_TIME_IS_VALID(max) ? max + latency : max);
}

static gboolean answer_context(GstIdiom *self, GstQuery *query)
{
    g_autofree char *selector = dup_selector(self);
    return vulkan_share_answer(self->vulkan, query, selector);
}

static void gst_idiom_set_context(GstElement *element, GstContext *context)
{
    vulkan_share_set_context(GST_IDIOM(element)->vulkan, context);
    GST_ELEMENT_CLASS(gst_idiom_parent_class)->set_context(element, context);
}

static gboolean gst_idiom_query(GstBaseTransform *base, GstPadDirection direction, GstQuery *query)
{
    GstIdiom *self = GST_IDIOM(base);
    if (GST_QUERY_TYPE(query) == GST_QUERY_CONTEXT && answer_context(self, query))
        return TRUE;
    if (GST_QUERY_TYPE(query) == GST_QUERY_DRAIN && direction == GST_PAD_SINK)
        flow_drain(self->flow);
    if (!GST_BASE_TRANSFORM_CLASS(gst_idiom_parent_class)->query(base, direction, query))
        return FALSE;
    if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY && direction == GST_PAD_SRC)
        add_latency(self, query);
    return TRUE;
}

static void set_latency(GstIdiom *self, GstClockTime latency)
{
    GST_OBJECT_LOCK(self);
    const gboolean changed = self->latency != latency;
    self->latency = latency;
    GST_OBJECT_UNLOCK(self);
    if (changed)
        gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}

/* --- text ------------------------------------------------------------------------------------------ */

static GstPad *new_mask_pad(GstIdiom *self)
{
    if (self->mask)
        return NULL;
    MaskPad *mask = maskpad_new(GST_ELEMENT(self), "mask");
    GST_PAD_STREAM_LOCK(GST_BASE_TRANSFORM(self)->sinkpad);
    self->mask = mask;
    GST_PAD_STREAM_UNLOCK(GST_BASE_TRANSFORM(self)->sinkpad);
    return maskpad_side(mask)->pad;
}

static void release_mask_pad(GstIdiom *self)
{
    GST_PAD_STREAM_LOCK(GST_BASE_TRANSFORM(self)->sinkpad);
    MaskPad *mask = g_steal_pointer(&self->mask);
    GST_PAD_STREAM_UNLOCK(GST_BASE_TRANSFORM(self)->sinkpad);
    maskpad_free(mask);
}

static GstPad *gst_idiom_request_new_pad(GstElement *element, GstPadTemplate *template, const char *name,
                                         const GstCaps *caps)
{
    GstIdiom *self = GST_IDIOM(element);
    (void)name, (void)caps;
    if (g_str_equal(GST_PAD_TEMPLATE_NAME_TEMPLATE(template), "mask"))
        return new_mask_pad(self);
    if (self->text)
        return NULL; /* there is only one */
    TextPad *text = textpad_new(element, "text");
    GST_PAD_STREAM_LOCK(GST_BASE_TRANSFORM(self)->sinkpad);
    self->text = text;
    GST_PAD_STREAM_UNLOCK(GST_BASE_TRANSFORM(self)->sinkpad);
    return textpad_side(text)->pad;
}

static void gst_idiom_release_pad(GstElement *element, GstPad *pad)
{
    GstIdiom *self = GST_IDIOM(element);
    if (self->mask && pad == maskpad_side(self->mask)->pad) {
        release_mask_pad(self);
        return;
    }
    GST_PAD_STREAM_LOCK(GST_BASE_TRANSFORM(self)->sinkpad);
    TextPad *text = g_steal_pointer(&self->text);
    speech_set_text(self->speech, NULL, FALSE);
    GST_PAD_STREAM_UNLOCK(GST_BASE_TRANSFORM(self)->sinkpad);
    textpad_free(text);
}

/* --- caps and memory ------------------------------------------------------------------------------- */

static GstCaps *gst_idiom_transform_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps,
                                         GstCaps *filter)
{
    guint memory = 1 << MEMORY_SYSTEM;
    if (vulkan_share_usable(GST_IDIOM(base)->vulkan))
        memory |= 1 << MEMORY_VULKAN;
    if (direction == GST_PAD_SRC) /* they come, and do not go */
        memory |= 1 << MEMORY_DMABUF;
    return convert_transform(caps, filter, memory);
}

static GstCaps *gst_idiom_fixate_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps,
                                      GstCaps *choice)
{
    (void)base, (void)direction;
    GstCaps *fixed = convert_fixate(caps, choice);
    gst_caps_unref(choice);
    return fixed;
}

static gboolean describe(GstIdiom *self, const GstVideoInfo *info, IdiomVideoInfo *described)
{
    const char *refusal = video_info_describe(info, described);
    if (refusal)
        GST_ELEMENT_ERROR(self, STREAM, FORMAT, ("%s", refusal), (NULL));
    return !refusal;
}

static gboolean set_info(GstIdiom *self, GstCaps *in_caps, const GstVideoInfo *in, GstCaps *out_caps,
                         const GstVideoInfo *out)
{
    g_autoptr(GError) error = NULL;
    IdiomVideoInfo source, result;
    const FlowEnd from = {*in, memory_kind(gst_caps_get_features(in_caps, 0))};
    const FlowEnd to = {*out, memory_kind(gst_caps_get_features(out_caps, 0))};
    if (!describe(self, in, &source) || !describe(self, out, &result))
        return FALSE;
    flow_drain(self->flow);
    self->moves = from.memory != to.memory;
    if ((from.memory == MEMORY_VULKAN || to.memory == MEMORY_VULKAN) && !move_to_shared_device(self))
        return FALSE;
    const gint64 begin = g_get_monotonic_time();
    if (!idiom_renderer_configure_both(self->renderer, &source, &result, &error)) {
        messages_post_error(GST_ELEMENT(self), error);
        return FALSE;
    }
    GST_INFO_OBJECT(self, "ready for %ux%u, %s to %s, in %.0f ms", source.width, source.height,
                    GST_VIDEO_INFO_NAME(in), GST_VIDEO_INFO_NAME(out),
                    (double)(g_get_monotonic_time() - begin) / 1000);
    set_latency(self, flow_configure(self->flow, &from, &to));
    return TRUE;
}

static gboolean gst_idiom_set_caps(GstBaseTransform *base, GstCaps *in, GstCaps *out)
{
    GstVideoFilter *video = GST_VIDEO_FILTER(base); /* which knows nothing of dmabufs */
    GstVideoInfo from, to;
    video->negotiated = memory_info_from_caps(&from, in) && memory_info_from_caps(&to, out) &&
                        set_info(GST_IDIOM(base), in, &from, out, &to);
    if (!video->negotiated)
        return FALSE;
    video->in_info = from;
    video->out_info = to;
    return TRUE;
}

static MemoryKind kind_of_allocation(GstQuery *allocation, GstCaps **caps)
{
    gst_query_parse_allocation(allocation, caps, NULL);
    return *caps ? memory_kind(gst_caps_get_features(*caps, 0)) : MEMORY_SYSTEM;
}

/* A pool of images, downstream's if it has one. */
static gboolean decide_images(GstIdiom *self, GstQuery *query, GstCaps *caps, guint held)
{
    g_autoptr(GstBufferPool) theirs = NULL;
    guint size = 0, min = 0, max = 0;
    const gboolean given = gst_query_get_n_allocation_pools(query) > 0;
    if (given)
        gst_query_parse_nth_allocation_pool(query, 0, &theirs, &size, &min, &max);
    min += held + 1;
    max = max ? max + held + 1 : 0;
    g_autoptr(GstBufferPool) pool = vulkan_share_pool(self->vulkan, theirs, caps, min, max);
    if (pool && given)
        gst_query_set_nth_allocation_pool(query, 0, pool, size, min, max);
    else if (pool)
        gst_query_add_allocation_pool(query, pool, size, min, max);
    return pool != NULL;
}

/* Downstream's pool has to have the frames in flight as well. */
static gboolean gst_idiom_decide_allocation(GstBaseTransform *base, GstQuery *query)
{
    GstCaps *caps;
    const guint held = idiom_renderer_slots(GST_IDIOM(base)->renderer) - 1;
    if (kind_of_allocation(query, &caps) == MEMORY_VULKAN)
        return decide_images(GST_IDIOM(base), query, caps, held);
    if (gst_query_get_n_allocation_pools(query)) {
        GstBufferPool *pool;
        guint size, min, max;
        gst_query_parse_nth_allocation_pool(query, 0, &pool, &size, &min, &max);
        gst_query_set_nth_allocation_pool(query, 0, pool, size, min + held, max ? max + held : 0);
        gst_clear_object(&pool);
    }
    memory_ask_for_pages(query);
    return GST_BASE_TRANSFORM_CLASS(gst_idiom_parent_class)->decide_allocation(base, query);
}

static gboolean propose_images(GstIdiom *self, GstQuery *query, GstCaps *caps)
{
    const guint slots = idiom_renderer_slots(self->renderer);
    g_autoptr(GstBufferPool) pool = vulkan_share_pool(self->vulkan, NULL, caps, slots, 0);
    guint size = 0;
    if (pool) {
        g_autoptr(GstStructure) config = gst_buffer_pool_get_config(pool);
        gst_buffer_pool_config_get_params(config, NULL, &size, NULL, NULL);
        gst_query_add_allocation_pool(query, pool, size, slots, 0);
    }
    gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
    return pool != NULL;
}

static gboolean gst_idiom_propose_allocation(GstBaseTransform *base, GstQuery *decided, GstQuery *query)
{
    GstCaps *caps;
    const MemoryKind kind = kind_of_allocation(query, &caps);
    if (decided && kind == MEMORY_VULKAN)
        return propose_images(GST_IDIOM(base), query, caps);
    if (decided && kind == MEMORY_DMABUF) { /* upstream has them; rows may be of any length */
        gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
        return TRUE;
    }
    if (decided) /* it does not just pass */
        memory_ask_for_pages(query);
    return GST_BASE_TRANSFORM_CLASS(gst_idiom_parent_class)->propose_allocation(base, decided, query);
}

/* Everything but what describes memory still holds: the picture has the same size and place. */
static gboolean gst_idiom_transform_meta(GstBaseTransform *base, GstBuffer *out, GstMeta *meta, GstBuffer *in)
{
    (void)base, (void)out, (void)in;
    return !gst_meta_api_type_has_tag(meta->info->api, g_quark_from_static_string(GST_META_TAG_MEMORY_STR));
}

/* --- frames ---------------------------------------------------------------------------------------- */

static GstClockTime stream_time(const GstSegment *segment, GstBuffer *buffer)
{
    return segment->format == GST_FORMAT_TIME
               ? gst_segment_to_stream_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer))
               : GST_CLOCK_TIME_NONE;
}

static GstClockTime running_time(GstIdiom *self, GstBuffer *buffer)
{
    const GstSegment *segment = &GST_BASE_TRANSFORM(self)->segment;
    const GstClockTime now =
        segment->format == GST_FORMAT_TIME
            ? gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer))
            : 0;
    return GST_CLOCK_TIME_IS_VALID(now) ? now : 0;
}

/* Takes from the pad for masks what is in time with @buffer; nobody waits for what is not wanted. */
static gboolean take_mask(GstIdiom *self, GstBuffer *buffer)
{
    GST_OBJECT_LOCK(self);
    const gboolean wanted = self->subject.kind == SUBJECT_MASK;
    GST_OBJECT_UNLOCK(self);
    return self->mask && maskpad_at(self->mask, running_time(self, buffer), wanted, &self->subject.given);
}

/* What is to be known of @buffer, which is at @time of the stream. */
static void describe_frame(GstIdiom *self, GstBuffer *buffer, GstClockTime time)
{
    const gboolean reverse = GST_BASE_TRANSFORM(self)->segment.rate < 0;
    GstClockTime duration = video_info_frame_duration(&GST_VIDEO_FILTER(self)->in_info);
    if (GST_BUFFER_DURATION_IS_VALID(buffer))
        duration = MAX(duration, GST_BUFFER_DURATION(buffer));
    self->params = (IdiomFrameParams)IDIOM_FRAME_PARAMS_INIT;
    if (GST_CLOCK_TIME_IS_VALID(time))
        self->params.time = reverse ? -(gint64)time : (gint64)time;
    self->params.duration = (gint64)duration;
    self->params.discontinuity = GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    const gboolean given = take_mask(self, buffer);
    GST_OBJECT_LOCK(self);
    self->params.strength = self->settings.strength;
    self->params.temporal = self->settings.temporal;
    self->params.statistics = self->settings.statistics;
    self->params.colour = self->settings.colour;
    self->params.still =
        self->settings.still == STILL_ON || (self->settings.still == STILL_AUTO && self->live);
    const Looks looks = current_looks(self);
    subject_describe(&self->subject, &looks, buffer, &GST_VIDEO_FILTER(self)->in_info, given, &self->params);
    GST_OBJECT_UNLOCK(self);
}

/* What the frame says; text from the pipeline is in time with it. */
static void express(GstIdiom *self, GstBuffer *buffer, GstClockTime time)
{
    if (self->text) {
        gboolean markup;
        g_autofree char *text = NULL;
        if (textpad_changes(self->text, running_time(self, buffer), &text, &markup))
            speech_set_text(self->speech, text, markup);
    }
    speech_frame(self->speech, buffer, &GST_VIDEO_FILTER(self)->in_info, time, &self->params);
}

/* A gap that has no picture goes on as it is; one that has is like any other frame. */
static gboolean is_empty(GstBuffer *buffer)
{
    return GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP) && gst_buffer_get_size(buffer) == 0;
}

/* Called for every buffer that comes, also if it is dropped then because the sink is late. */
static void gst_idiom_before_transform(GstBaseTransform *base, GstBuffer *buffer)
{
    GstIdiom *self = GST_IDIOM(base);
    const GstClockTime time = stream_time(&base->segment, buffer);
    if (GST_CLOCK_TIME_IS_VALID(time))
        gst_object_sync_values(GST_OBJECT(self), time);
    describe_frame(self, buffer, time);
    express(self, buffer, time);
    sentence_glide(self->sentence, &self->params, time);
    const gboolean empty = is_empty(buffer);
    if (empty)
        idiom_renderer_skip(self->renderer, &self->params);
    const gboolean pass = empty || (!self->moves && idiom_renderer_pass(self->renderer, &self->params));
    if (pass)
        flow_drain(self->flow);
    gst_base_transform_set_passthrough(base, pass);
}

/* The mix that the properties ask for, if it is a new one; a new style brings its own. */
static void update_mix(GstIdiom *self)
{
    GST_OBJECT_LOCK(self);
    const gboolean changed = self->new_mix;
    g_autofree char *mix = g_strdup(current_looks(self).mix);
    self->new_mix = FALSE;
    GST_OBJECT_UNLOCK(self);
    if (changed)
        idiom_renderer_set_mix(self->renderer, mix);
}

/* Frames that were painted; how fast they came lately. */
static void note_rate(GstIdiom *self)
{
    const gint64 now = g_get_monotonic_time();
    GST_OBJECT_LOCK(self);
    const double step = self->last_frame ? (double)(now - self->last_frame) : 0;
    self->interval = self->interval > 0 ? self->interval + 0.1 * (step - self->interval) : step;
    self->last_frame = now;
    GST_OBJECT_UNLOCK(self);
}

static gboolean is_busy_otherwise(GstIdiom *self)
{
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    idiom_renderer_get_stats(self->renderer, &stats);
    return stats.loading || stats.styles > 1 || stats.quality != self->quality.value;
}

/* After a frame: what it took may call for another quality. Only the usual counts, not what goes on during a change. */
static void update_quality(GstIdiom *self)
{
    const gint64 busy = flow_take_busy(self->flow);
    const gint64 duration = self->params.duration / (GST_SECOND / G_USEC_PER_SEC);
    GST_OBJECT_LOCK(self);
    if (!self->live || is_busy_otherwise(self)) {
        quality_forget(&self->quality);
    } else if (quality_note(&self->quality, busy, duration ? duration : USUAL_DURATION,
                            g_get_monotonic_time())) {
        GST_INFO_OBJECT(self, "quality %g", self->quality.value);
        idiom_renderer_set_quality(self->renderer, self->quality.value);
    }
    GST_OBJECT_UNLOCK(self);
}

static GstFlowReturn gst_idiom_submit_input_buffer(GstBaseTransform *base, gboolean discont,
                                                   GstBuffer *buffer)
{
    GstIdiom *self = GST_IDIOM(base);
    GstFlowReturn ret =
        GST_BASE_TRANSFORM_CLASS(gst_idiom_parent_class)->submit_input_buffer(base, discont, buffer);
    if (ret != GST_BASE_TRANSFORM_FLOW_DROPPED)
        return ret;
    GST_OBJECT_LOCK(self);
    self->dropped++;
    GST_OBJECT_UNLOCK(self);
    flow_skip(self->flow, &self->params);
    return ret;
}

/* All that is finished is pushed at once, in order, by the flow: the parent has nothing to push. */
static GstFlowReturn gst_idiom_generate_output(GstBaseTransform *base, GstBuffer **out)
{
    GstIdiom *self = GST_IDIOM(base);
    if (gst_base_transform_is_passthrough(base))
        return GST_BASE_TRANSFORM_CLASS(gst_idiom_parent_class)->generate_output(base, out);
    *out = NULL;
    g_autoptr(GstBuffer) source = g_steal_pointer(&base->queued_buf);
    GstBuffer *result = NULL;
    if (!source)
        return GST_FLOW_OK;
    GstFlowReturn ret = GST_BASE_TRANSFORM_GET_CLASS(base)->prepare_output_buffer(base, source, &result);
    if (ret != GST_FLOW_OK)
        return ret;
    update_mix(self);
    ret = flow_send(self->flow, source, result, &self->params);
    update_quality(self);
    note_rate(self);
    return ret;
}

/* --- object ---------------------------------------------------------------------------------------- */

static GstStructure *make_stats(GstIdiom *self)
{
    IdiomRendererStats *stats = &self->stats;
    if (self->renderer)
        idiom_renderer_get_stats(self->renderer, stats);
    return gst_structure_new(
        "idiom-stats", "frames", G_TYPE_UINT64, stats->frames, "dropped", G_TYPE_UINT64, self->dropped, "fps",
        G_TYPE_DOUBLE, self->interval > 0 ? G_USEC_PER_SEC / self->interval : 0, "average-ms", G_TYPE_DOUBLE,
        stats->frames ? 1000 * stats->seconds / (double)stats->frames : 0, "last-ms", G_TYPE_DOUBLE,
        1000 * stats->last_seconds, "styles", G_TYPE_UINT, stats->styles, "loading", G_TYPE_BOOLEAN,
        stats->loading || reference_is_reading(self->reference), "memory", G_TYPE_UINT64, stats->memory,
        "quality", G_TYPE_DOUBLE, stats->quality, "copies", G_TYPE_UINT, stats->copies, "in-ms",
        G_TYPE_DOUBLE, 1000 * stats->in_seconds, "scene-ms", G_TYPE_DOUBLE, 1000 * stats->scene_seconds,
        "style-ms", G_TYPE_DOUBLE, 1000 * stats->style_seconds, "finish-ms", G_TYPE_DOUBLE,
        1000 * stats->finish_seconds, "out-ms", G_TYPE_DOUBLE, 1000 * stats->out_seconds, "device",
        G_TYPE_STRING, self->device_name, NULL);
}

static void gst_idiom_set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    GstIdiom *self = GST_IDIOM(object);
    g_autoptr(GError) error = NULL;
    if (id == SENTENCE_SAY) {
        sentence_say(self->sentence, g_value_get_string(value));
        return;
    }
    GST_OBJECT_LOCK(self);
    const gboolean known = settings_set(&self->settings, id, value) ||
                           subject_set(&self->subject, id, value, &error) ||
                           reference_set(self->reference, id, value) || speech_set(self->speech, id, value);
    const gboolean running = self->renderer != NULL;
    GST_OBJECT_UNLOCK(self);
    if (error && running)
        messages_post_warning(GST_ELEMENT(self), error);
    g_clear_error(&error);
    if (id == PROP_QUALITY && running && !set_quality(self, &error))
        messages_post_warning(GST_ELEMENT(self), error);
    if (!known)
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    else if (running && !(spec->flags & GST_PARAM_MUTABLE_PLAYING))
        GST_ELEMENT_WARNING(self, LIBRARY, SETTINGS, ("'%s' counts from the next start on", spec->name),
                            (NULL));
}

/* Once for all that is set by one call, so that a style and its mix come together. */
static void gst_idiom_dispatch_properties_changed(GObject *object, guint count, GParamSpec **specs)
{
    GstIdiom *self = GST_IDIOM(object);
    G_OBJECT_CLASS(gst_idiom_parent_class)->dispatch_properties_changed(object, count, specs);
    GST_OBJECT_LOCK(self);
    apply_settings(self);
    GST_OBJECT_UNLOCK(self);
}

static void gst_idiom_get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
    GstIdiom *self = GST_IDIOM(object);
    GST_OBJECT_LOCK(self);
    if (id == SENTENCE_SAY)
        g_value_set_string(value, sentence_said(self->sentence));
    else if (id == PROP_STATS)
        g_value_take_boxed(value, make_stats(self));
    else if (!settings_get(&self->settings, id, value) && !subject_get(&self->subject, id, value) &&
             !reference_get(self->reference, id, value) && !speech_get(self->speech, id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    GST_OBJECT_UNLOCK(self);
}

static void gst_idiom_finalize(GObject *object)
{
    GstIdiom *self = GST_IDIOM(object);
    vulkan_share_free(self->vulkan);
    settings_clear(&self->settings);
    speech_free(self->speech);
    subject_clear(&self->subject);
    g_free(self->style);
    g_free(self->inside);
    sentence_free(self->sentence);
    reference_free(self->reference);
    g_free(self->device_name);
    G_OBJECT_CLASS(gst_idiom_parent_class)->finalize(object);
}

static void gst_idiom_init(GstIdiom *self)
{
    gst_base_transform_set_gap_aware(GST_BASE_TRANSFORM(self), TRUE);
    settings_init(&self->settings);
    self->vulkan = vulkan_share_new(GST_ELEMENT(self));
    self->speech = speech_new(GST_ELEMENT(self));
    subject_init(&self->subject);
    self->sentence = sentence_new(GST_ELEMENT(self));
    self->reference = reference_new(GST_ELEMENT(self));
    self->stats = (IdiomRendererStats)IDIOM_RENDERER_STATS_INIT;
}

static void set_reference(GstIdiom *self, GstSample *sample)
{
    GST_OBJECT_LOCK(self);
    reference_set_sample(self->reference, sample);
    apply_settings(self);
    GST_OBJECT_UNLOCK(self);
}

static void gst_idiom_class_init(GstIdiomClass *klass)
{
    GObjectClass *object = G_OBJECT_CLASS(klass);
    GstElementClass *element = GST_ELEMENT_CLASS(klass);
    GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(klass);

    GST_DEBUG_CATEGORY_INIT(idiom_debug, "idiom", 0, "Video in the style of a painting");

    object->set_property = gst_idiom_set_property;
    object->get_property = gst_idiom_get_property;
    object->dispatch_properties_changed = gst_idiom_dispatch_properties_changed;
    object->finalize = gst_idiom_finalize;
    settings_install(object);
    speech_install(object);
    subject_install(object);
    sentence_install(object);
    reference_install(object);
    /**
     * GstIdiom::set-reference:
     * @sample: (nullable): a frame of raw video in any format; %NULL: no more
     *
     * Shows the manner and colours of a picture that the application has, as #GstIdiom:reference does of a file, which it
     * takes the place of.
     */
    g_signal_new_class_handler("set-reference", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
                               G_CALLBACK(set_reference), NULL, NULL, NULL, G_TYPE_NONE, 1, GST_TYPE_SAMPLE);
    /**
     * GstIdiom:stats:
     *
     * Structure `idiom-stats` with the fields `frames` and `dropped` (#guint64, stylized, and left out because they were
     * late, since the element was started), `fps` (#gdouble, frames a second of late), `average-ms` and `last-ms` (#gdouble, milliseconds from a frame's going to
     * the device until it is finished), `styles` (#guint, in view), `loading` (#gboolean, a style is being made ready, or a picture read),
     * `memory` (#guint64, bytes of device memory for tensors), `quality` (#gdouble, share of the full inner size, see
     * #GstIdiom:quality), `copies` (#guint, of the whole last frame, by the CPU), `in-ms`, `scene-ms`, `style-ms`, `finish-ms` and
     * `out-ms` (#gdouble, milliseconds that the device took for parts of the last frame: copies from where it came; its
     * picture, motion and masks; the networks; the finished picture; copies to where it goes. 0 where the device has no
     * timestamps, which costs nothing) and `device` (string, name of the device).
     */
    g_object_class_install_property(
        object, PROP_STATS,
        g_param_spec_boxed(
            "stats", "Statistics",
            "Frames stylized and dropped, frames a second, average and last milliseconds per "
            "frame, styles in view, "
            "whether one is loading, device memory, quality, copies, milliseconds on the device "
            "for copying in, scene, style, finish and copying out, name of the device",
            GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

    gst_element_class_add_static_pad_template(element, &sink_template);
    gst_element_class_add_static_pad_template(element, &src_template);
    gst_element_class_add_static_pad_template(element, &textpad_template);
    gst_element_class_add_static_pad_template(element, &maskpad_template);
    gst_element_class_set_static_metadata(element, "Idiom", "Filter/Effect/Video",
                                          "Shows video in the style of a painting (neural network on Vulkan)",
                                          "The idiom developers");

    element->set_context = gst_idiom_set_context;
    element->change_state = gst_idiom_change_state;
    element->request_new_pad = gst_idiom_request_new_pad;
    element->release_pad = gst_idiom_release_pad;
    base->start = gst_idiom_start;
    base->stop = gst_idiom_stop;
    base->sink_event = gst_idiom_sink_event;
    base->query = gst_idiom_query;
    base->transform_caps = gst_idiom_transform_caps;
    base->fixate_caps = gst_idiom_fixate_caps;
    base->set_caps = gst_idiom_set_caps;
    base->decide_allocation = gst_idiom_decide_allocation;
    base->propose_allocation = gst_idiom_propose_allocation;
    base->transform_meta = gst_idiom_transform_meta;
    base->before_transform = gst_idiom_before_transform;
    base->submit_input_buffer = gst_idiom_submit_input_buffer;
    base->generate_output = gst_idiom_generate_output;
    base->transform_ip_on_passthrough = FALSE;
}
