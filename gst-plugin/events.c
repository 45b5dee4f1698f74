/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events and queries. */
#include "element.h"

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

gboolean gst_idiom_sink_event(GstBaseTransform *base, GstEvent *event)
{
    GstIdiom *self = GST_IDIOM(base);
    if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
        flow_drop(self->flow);
    else if (GST_EVENT_IS_SERIALIZED(event))
        flow_drain(self->flow); /* it comes after the frames before it */
    if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START)
        flow_drop(self->flow);
    note_end(self, event);
    return gst_idiom_parent()->sink_event(base, event);
}

/* Under the object lock. */
static void note_live(GstIdiom *self, gboolean live)
{
    if (self->live == live)
        return;
    self->live = live;
    gst_idiom_apply_settings(self); /* some of them are for live sources only */
}

void gst_idiom_ask_whether_live(GstIdiom *self)
{
    g_autoptr(GstQuery) query = gst_query_new_latency();
    gboolean live;
    if (!gst_pad_peer_query(GST_BASE_TRANSFORM(self)->sinkpad, query))
        return;
    gst_query_parse_latency(query, &live, NULL, NULL);
    GST_OBJECT_LOCK(self);
    note_live(self, live);
    GST_OBJECT_UNLOCK(self);
}

static void add_latency(GstIdiom *self, GstQuery *query)
{
    gboolean live;
    GstClockTime min, max;
    gst_query_parse_latency(query, &live, &min, &max);
    GST_OBJECT_LOCK(self);
    const GstClockTime latency = self->latency;
    note_live(self, live);
    GST_OBJECT_UNLOCK(self);
    gst_query_set_latency(query, live, min + latency, GST_CLOCK_TIME_IS_VALID(max) ? max + latency : max);
}

static gboolean answer_context(GstIdiom *self, GstQuery *query)
{
    g_autofree char *selector = gst_idiom_dup_selector(self);
    return vulkan_share_answer(self->vulkan, query, selector);
}

void gst_idiom_set_context(GstElement *element, GstContext *context)
{
    vulkan_share_set_context(GST_IDIOM(element)->vulkan, context);
    GST_ELEMENT_CLASS(gst_idiom_parent())->set_context(element, context);
}

gboolean gst_idiom_query(GstBaseTransform *base, GstPadDirection direction, GstQuery *query)
{
    GstIdiom *self = GST_IDIOM(base);
    if (GST_QUERY_TYPE(query) == GST_QUERY_CONTEXT && answer_context(self, query))
        return TRUE;
    if (GST_QUERY_TYPE(query) == GST_QUERY_DRAIN && direction == GST_PAD_SINK)
        flow_drain(self->flow);
    if (!gst_idiom_parent()->query(base, direction, query))
        return FALSE;
    if (GST_QUERY_TYPE(query) == GST_QUERY_LATENCY && direction == GST_PAD_SRC)
        add_latency(self, query);
    return TRUE;
}

void gst_idiom_set_latency(GstIdiom *self, GstClockTime latency)
{
    GST_OBJECT_LOCK(self);
    const gboolean changed = self->latency != latency;
    self->latency = latency;
    GST_OBJECT_UNLOCK(self);
    if (changed)
        gst_element_post_message(GST_ELEMENT(self), gst_message_new_latency(GST_OBJECT(self)));
}
