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
    SidePad side;
    GstVideoInfo info; /* under its lock */
    gboolean known;    /* what info says */

    GstVideoFrame current; /* of the video's thread: mapped where it has a buffer */
};

static void entry_free(gpointer data)
{
    Entry *entry = data;
    gst_buffer_unref(entry->buffer);
    g_free(entry);
}

static void unmap(MaskPad *m)
{
    if (m->current.buffer)
        gst_video_frame_unmap(&m->current);
    m->current.buffer = NULL;
}

/* --- what comes ------------------------------------------------------------------------------------ */

static GstClockTime start_of(const GstSegment *segment, GstBuffer *buffer)
{
    if (!GST_BUFFER_PTS_IS_VALID(buffer) || segment->format != GST_FORMAT_TIME)
        return 0;
    const GstClockTime start = gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    return GST_CLOCK_TIME_IS_VALID(start) ? start : 0;
}

static GstFlowReturn take(SidePad *side, GstBuffer *buffer)
{
    const MaskPad *m = (MaskPad *)side;
    if (!m->known)
        return GST_FLOW_NOT_NEGOTIATED;
    Entry *entry = g_new0(Entry, 1);
    *entry = (Entry){start_of(&side->segment, buffer), gst_buffer_ref(buffer), m->info};
    g_queue_push_tail(&side->entries, entry);
    side->tired = FALSE;
    return GST_FLOW_OK;
}

static void take_caps(SidePad *side, GstCaps *caps)
{
    MaskPad *m = (MaskPad *)side;
    m->known = gst_video_info_from_caps(&m->info, caps);
}

/* --- life ------------------------------------------------------------------------------------------ */

static const SidePadKind kind = {&maskpad_template, QUEUED, take_caps, take, entry_free};

MaskPad *maskpad_new(GstElement *element, const char *name)
{
    MaskPad *m = g_new0(MaskPad, 1);
    sidepad_init(&m->side, &kind, element, name);
    return m;
}

void maskpad_free(MaskPad *m)
{
    if (!m)
        return;
    sidepad_clear(&m->side);
    unmap(m);
    g_free(m);
}

SidePad *maskpad_side(MaskPad *m)
{
    return &m->side;
}

/* --- what is seen ---------------------------------------------------------------------------------- */

/* Whether what has come reaches @now: nothing that comes later counts then. */
static gboolean reaches(SidePad *side, GstClockTime now)
{
    const Entry *last = g_queue_peek_tail(&side->entries);
    return last && last->start >= now;
}

/* Returns whether to warn: none has come in time, for the first time. */
static gboolean wait_for(SidePad *side, GstClockTime now)
{
    const gint64 end = g_get_monotonic_time() + PATIENCE;
    gboolean in_time = TRUE;
    while (in_time && gst_pad_is_linked(side->pad) && !reaches(side, now) && !side->tired && !side->eos &&
           !side->flushing && !side->ended)
        in_time = g_cond_wait_until(&side->changed, &side->lock, end);
    side->tired |= !in_time;
    return !in_time;
}

/* The last that has begun, taken from the queue, with those before it; NULL if none has. */
static Entry *take_begun(SidePad *side, GstClockTime now)
{
    Entry *entry = NULL, *first;
    while ((first = g_queue_peek_head(&side->entries)) && first->start <= now) {
        if (entry)
            entry_free(entry);
        entry = g_queue_pop_head(&side->entries);
        g_cond_broadcast(&side->changed);
    }
    return entry;
}

gboolean maskpad_at(MaskPad *m, GstClockTime now, gboolean wait, IdiomMask *mask)
{
    SidePad *side = &m->side;
    g_mutex_lock(&side->lock);
    const gboolean warn = wait && wait_for(side, now);
    Entry *entry = take_begun(side, now);
    g_mutex_unlock(&side->lock);
    if (warn)
        GST_ELEMENT_WARNING(
            side->element, STREAM, FAILED,
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
