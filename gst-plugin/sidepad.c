/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sidepad.h"

/* Under the lock. */
static void forget(SidePad *side)
{
    g_queue_clear_full(&side->entries, side->kind->free_entry);
    gst_segment_init(&side->segment, GST_FORMAT_UNDEFINED);
    side->eos = side->begun = side->tired = FALSE;
    g_cond_broadcast(&side->changed);
}

/* --- what comes ------------------------------------------------------------------------------------ */

static GstFlowReturn chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    SidePad *side = gst_pad_get_element_private(pad);
    (void)parent;
    GstFlowReturn ret;
    g_mutex_lock(&side->lock);
    while (!side->flushing && !side->ended && side->entries.length >= side->kind->room)
        g_cond_wait(&side->changed, &side->lock);
    if (side->flushing) {
        ret = GST_FLOW_FLUSHING;
    } else if (side->ended || side->eos) {
        ret = GST_FLOW_EOS;
    } else {
        ret = side->kind->take(side, buffer);
        side->begun = TRUE;
        g_cond_broadcast(&side->changed);
    }
    g_mutex_unlock(&side->lock);
    gst_buffer_unref(buffer);
    return ret;
}

static void take_caps(SidePad *side, GstEvent *event)
{
    GstCaps *caps;
    gst_event_parse_caps(event, &caps);
    side->kind->take_caps(side, caps);
}

/* The video's events are what goes downstream: those of this pad end here. */
static gboolean sink_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
    SidePad *side = gst_pad_get_element_private(pad);
    (void)parent;
    g_mutex_lock(&side->lock);
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
        take_caps(side, event);
        break;
    case GST_EVENT_SEGMENT:
        gst_event_copy_segment(event, &side->segment);
        break;
    case GST_EVENT_STREAM_START:
        side->eos = FALSE;
        break;
    case GST_EVENT_GAP:
        side->begun = TRUE;
        break;
    case GST_EVENT_EOS:
        side->eos = side->begun = TRUE;
        break;
    case GST_EVENT_FLUSH_START:
        side->flushing = TRUE;
        break;
    case GST_EVENT_FLUSH_STOP:
        side->flushing = FALSE;
        forget(side);
        break;
    default:
        break;
    }
    g_cond_broadcast(&side->changed);
    g_mutex_unlock(&side->lock);
    gst_event_unref(event);
    return TRUE;
}

/* A pad that is turned off must not wait for anything. */
static gboolean activate(GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
    SidePad *side = gst_pad_get_element_private(pad);
    (void)parent;
    if (mode != GST_PAD_MODE_PUSH)
        return FALSE;
    g_mutex_lock(&side->lock);
    side->flushing = !active;
    side->ended = FALSE;
    forget(side);
    g_mutex_unlock(&side->lock);
    return TRUE;
}

void sidepad_set_ended(SidePad *side, gboolean ended)
{
    g_mutex_lock(&side->lock);
    side->ended = ended;
    g_cond_broadcast(&side->changed);
    g_mutex_unlock(&side->lock);
}

/* --- life ------------------------------------------------------------------------------------------ */

void sidepad_init(SidePad *side, const SidePadKind *kind, GstElement *element, const char *name)
{
    *side = (SidePad){.kind = kind, .element = element, .flushing = TRUE};
    g_mutex_init(&side->lock);
    g_cond_init(&side->changed);
    g_queue_init(&side->entries);
    gst_segment_init(&side->segment, GST_FORMAT_UNDEFINED);
    side->pad = gst_pad_new_from_static_template(kind->template, name);
    gst_pad_set_element_private(side->pad, side);
    gst_pad_set_chain_function(side->pad, chain);
    gst_pad_set_event_function(side->pad, sink_event);
    gst_pad_set_activatemode_function(side->pad, activate);
    gst_object_ref(side->pad);
    if (GST_STATE(element) > GST_STATE_READY)
        gst_pad_set_active(side->pad, TRUE);
    gst_element_add_pad(element, side->pad);
}

void sidepad_clear(SidePad *side)
{
    gst_pad_set_active(side->pad, FALSE);
    gst_element_remove_pad(side->element, side->pad);
    gst_object_unref(side->pad);
    forget(side);
    g_mutex_clear(&side->lock);
    g_cond_clear(&side->changed);
}
