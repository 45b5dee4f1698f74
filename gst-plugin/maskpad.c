/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "maskpad.h"

/* What may wait until the video has come so far. */
#define QUEUED 8
/* How long a frame waits for its mask; microseconds. */
#define PATIENCE (G_USEC_PER_SEC / 2)

GstStaticPadTemplate maskpad_template = GST_STATIC_PAD_TEMPLATE(
    "mask", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE("GRAY8")));

/* Running time of the video from which on it counts. */
typedef struct {
    GstClockTime start;
    GstBuffer *buffer;
    GstVideoInfo info;
} Entry;

struct MaskPad {
    GstElement *element;
    GstPad *pad;
    GstVideoFrame current; /* of the video's thread: mapped where it has a buffer */

    GMutex lock; /* of the rest */
    GCond changed;
    GstSegment segment;
    GstVideoInfo info;
    gboolean known; /* what info says */
    GQueue entries; /* of Entry, in order */
    gboolean ended, flushing, eos, late;
};

static void entry_free(gpointer data)
{
    Entry *entry = data;
    gst_buffer_unref(entry->buffer);
    g_free(entry);
}

/* Under the lock. */
static void forget(MaskPad *m)
{
    g_queue_clear_full(&m->entries, entry_free);
    m->late = FALSE;
    g_cond_broadcast(&m->changed);
}

static void unmap(MaskPad *m)
{
    if (m->current.buffer)
        gst_video_frame_unmap(&m->current);
    m->current.buffer = NULL;
}

/* --- what comes ------------------------------------------------------------------------------------ */

static GstClockTime start_of(const MaskPad *m, GstBuffer *buffer)
{
    if (!GST_BUFFER_PTS_IS_VALID(buffer) || m->segment.format != GST_FORMAT_TIME)
        return 0;
    const GstClockTime start =
        gst_segment_to_running_time(&m->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    return GST_CLOCK_TIME_IS_VALID(start) ? start : 0;
}

static GstFlowReturn chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    MaskPad *m = gst_pad_get_element_private(pad);
    (void)parent;
    GstFlowReturn ret = GST_FLOW_OK;
    g_mutex_lock(&m->lock);
    while (!m->flushing && !m->ended && m->entries.length >= QUEUED)
        g_cond_wait(&m->changed, &m->lock);
    if (m->flushing) {
        ret = GST_FLOW_FLUSHING;
    } else if (m->ended || m->eos) {
        ret = GST_FLOW_EOS;
    } else if (!m->known) {
        ret = GST_FLOW_NOT_NEGOTIATED;
    } else {
        Entry *entry = g_new0(Entry, 1);
        *entry = (Entry){start_of(m, buffer), gst_buffer_ref(buffer), m->info};
        g_queue_push_tail(&m->entries, entry);
        m->late = FALSE;
        g_cond_broadcast(&m->changed);
    }
    g_mutex_unlock(&m->lock);
    gst_buffer_unref(buffer);
    return ret;
}

/* The video's events are what goes downstream: those of the masks end here. */
static gboolean sink_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
    MaskPad *m = gst_pad_get_element_private(pad);
    GstCaps *caps;
    (void)parent;
    g_mutex_lock(&m->lock);
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
        gst_event_parse_caps(event, &caps);
        m->known = gst_video_info_from_caps(&m->info, caps);
        break;
    case GST_EVENT_SEGMENT:
        gst_event_copy_segment(event, &m->segment);
        break;
    case GST_EVENT_STREAM_START:
        m->eos = FALSE;
        break;
    case GST_EVENT_EOS:
        m->eos = TRUE;
        break;
    case GST_EVENT_FLUSH_START:
        m->flushing = TRUE;
        break;
    case GST_EVENT_FLUSH_STOP:
        m->flushing = m->eos = FALSE;
        gst_segment_init(&m->segment, GST_FORMAT_UNDEFINED);
        forget(m);
        break;
    default:
        break;
    }
    g_cond_broadcast(&m->changed);
    g_mutex_unlock(&m->lock);
    gst_event_unref(event);
    return TRUE;
}

/* A pad that is turned off must not wait for anything. */
static gboolean activate(GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
    MaskPad *m = gst_pad_get_element_private(pad);
    (void)parent;
    if (mode != GST_PAD_MODE_PUSH)
        return FALSE;
    g_mutex_lock(&m->lock);
    m->flushing = !active;
    m->ended = m->eos = FALSE;
    gst_segment_init(&m->segment, GST_FORMAT_UNDEFINED);
    forget(m);
    g_mutex_unlock(&m->lock);
    return TRUE;
}

/* --- life ------------------------------------------------------------------------------------------ */

MaskPad *maskpad_new(GstElement *element, const char *name)
{
    MaskPad *m = g_new0(MaskPad, 1);
    m->element = element;
    m->flushing = TRUE;
    g_mutex_init(&m->lock);
    g_cond_init(&m->changed);
    g_queue_init(&m->entries);
    gst_segment_init(&m->segment, GST_FORMAT_UNDEFINED);
    m->pad = gst_pad_new_from_static_template(&maskpad_template, name);
    gst_pad_set_element_private(m->pad, m);
    gst_pad_set_chain_function(m->pad, chain);
    gst_pad_set_event_function(m->pad, sink_event);
    gst_pad_set_activatemode_function(m->pad, activate);
    gst_object_ref(m->pad);
    if (GST_STATE(element) > GST_STATE_READY)
        gst_pad_set_active(m->pad, TRUE);
    gst_element_add_pad(element, m->pad);
    return m;
}

void maskpad_free(MaskPad *m)
{
    if (!m)
        return;
    gst_pad_set_active(m->pad, FALSE);
    gst_element_remove_pad(m->element, m->pad);
    gst_object_unref(m->pad);
    forget(m);
    unmap(m);
    g_mutex_clear(&m->lock);
    g_cond_clear(&m->changed);
    g_free(m);
}

GstPad *maskpad_pad(const MaskPad *m)
{
    return m->pad;
}

void maskpad_set_ended(MaskPad *m, gboolean ended)
{
    g_mutex_lock(&m->lock);
    m->ended = ended;
    g_cond_broadcast(&m->changed);
    g_mutex_unlock(&m->lock);
}

/* --- what is seen ---------------------------------------------------------------------------------- */

/* Whether what has come reaches @now: nothing that comes later counts then. */
static gboolean reaches(MaskPad *m, GstClockTime now)
{
    const Entry *last = g_queue_peek_tail(&m->entries);
    return last && last->start >= now;
}

/* Returns whether to warn: none has come in time, for the first time. */
static gboolean wait_for(MaskPad *m, GstClockTime now)
{
    const gint64 end = g_get_monotonic_time() + PATIENCE;
    gboolean in_time = TRUE;
    while (in_time && gst_pad_is_linked(m->pad) && !reaches(m, now) && !m->late && !m->eos && !m->flushing &&
           !m->ended)
        in_time = g_cond_wait_until(&m->changed, &m->lock, end);
    m->late |= !in_time;
    return !in_time;
}

/* The last that has begun, taken from the queue, with those before it; NULL if none has. */
static Entry *take(MaskPad *m, GstClockTime now)
{
    Entry *entry = NULL, *first;
    while ((first = g_queue_peek_head(&m->entries)) && first->start <= now) {
        if (entry)
            entry_free(entry);
        entry = g_queue_pop_head(&m->entries);
        g_cond_broadcast(&m->changed);
    }
    return entry;
}

gboolean maskpad_at(MaskPad *m, GstClockTime now, gboolean wait, IdiomMask *mask)
{
    g_mutex_lock(&m->lock);
    const gboolean warn = wait && wait_for(m, now);
    Entry *entry = take(m, now);
    g_mutex_unlock(&m->lock);
    if (warn)
        GST_ELEMENT_WARNING(
            m->element, STREAM, FAILED,
            ("no mask has come for %" GST_TIME_FORMAT ": the last one stays", GST_TIME_ARGS(now)), (NULL));
    if (entry) {
        unmap(m);
        if (!gst_video_frame_map(&m->current, &entry->info, entry->buffer, GST_MAP_READ))
            m->current.buffer = NULL;
        entry_free(entry);
    }
    if (!m->current.buffer)
        return FALSE;
    mask->pixels = GST_VIDEO_FRAME_PLANE_DATA(&m->current, 0);
    mask->width = (guint)GST_VIDEO_FRAME_WIDTH(&m->current);
    mask->height = (guint)GST_VIDEO_FRAME_HEIGHT(&m->current);
    mask->stride = GST_VIDEO_FRAME_PLANE_STRIDE(&m->current, 0);
    return TRUE;
}
