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
#include "element.h"

#include "convert.h"
#include "messages.h"
#include "presets.h"

GST_DEBUG_CATEGORY(idiom_debug);
#define GST_CAT_DEFAULT idiom_debug

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(CONVERT_CAPS "; " DMABUF_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(CONVERT_CAPS "; " DMABUF_CAPS));

G_DEFINE_TYPE_WITH_CODE(GstIdiom, gst_idiom, GST_TYPE_VIDEO_FILTER,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, presets_init))
GST_ELEMENT_REGISTER_DEFINE(idiom, "idiom", GST_RANK_NONE, GST_TYPE_IDIOM)

GstBaseTransformClass *gst_idiom_parent(void)
{
    return GST_BASE_TRANSFORM_CLASS(gst_idiom_parent_class);
}

/* --- request pads ---------------------------------------------------------------------------------- */

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
    if (id == PROP_QUALITY && running && !gst_idiom_set_quality(self, &error))
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
    gst_idiom_apply_settings(self);
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
    gst_idiom_apply_settings(self);
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
