/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames. */
#include "element.h"

#include "videoinfo.h"

GST_DEBUG_CATEGORY_EXTERN(idiom_debug);
#define GST_CAT_DEFAULT idiom_debug

/* Microseconds from frame to frame, where nothing tells. */
#define USUAL_DURATION (G_USEC_PER_SEC / 30)

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
    const Looks looks = gst_idiom_looks(self);
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
void gst_idiom_before_transform(GstBaseTransform *base, GstBuffer *buffer)
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
    g_autofree char *mix = g_strdup(gst_idiom_looks(self).mix);
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

GstFlowReturn gst_idiom_submit_input_buffer(GstBaseTransform *base, gboolean discont, GstBuffer *buffer)
{
    GstIdiom *self = GST_IDIOM(base);
    GstFlowReturn ret = gst_idiom_parent()->submit_input_buffer(base, discont, buffer);
    if (ret != GST_BASE_TRANSFORM_FLOW_DROPPED)
        return ret;
    GST_OBJECT_LOCK(self);
    self->dropped++;
    GST_OBJECT_UNLOCK(self);
    flow_skip(self->flow, &self->params);
    return ret;
}

/* All that is finished is pushed at once, in order, by the flow: the parent has nothing to push. */
GstFlowReturn gst_idiom_generate_output(GstBaseTransform *base, GstBuffer **out)
{
    GstIdiom *self = GST_IDIOM(base);
    if (gst_base_transform_is_passthrough(base))
        return gst_idiom_parent()->generate_output(base, out);
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
