/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "textpad.h"

#include <string.h>

/* What may wait until the video has come so far. */
#define QUEUED 16
/* How long the first frame waits for text that has not begun; microseconds. */
#define FIRST_WAIT (G_USEC_PER_SEC / 2)
/* Longer texts are cut anyway. */
#define MOST_BYTES 65536

GstStaticPadTemplate textpad_template = GST_STATIC_PAD_TEMPLATE(
    "text", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS("text/x-raw, format={ pango-markup, utf8 }"));

/* Running times of the video between which it is shown. */
typedef struct {
    GstClockTime start, end; /* or GST_CLOCK_TIME_NONE: at once, until another comes */
    char *text;
    gboolean markup;
} Line;

struct TextPad {
    GstElement *element;
    GstPad *pad;

    GMutex lock; /* of the rest */
    GCond changed;
    GstSegment segment;
    GQueue lines; /* of Line, in order */
    gboolean markup, begun, waited, ended, flushing, eos;
};

static void line_free(gpointer data)
{
    Line *line = data;
    g_free(line->text);
    g_free(line);
}

/* Under the lock. */
static void forget(TextPad *t)
{
    g_queue_clear_full(&t->lines, line_free);
    g_cond_broadcast(&t->changed);
}

/* --- what comes ------------------------------------------------------------------------------------ */

static char *read_text(GstBuffer *buffer)
{
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return NULL;
    char *text = g_strndup((const char *)map.data, MIN(map.size, MOST_BYTES));
    gst_buffer_unmap(buffer, &map);
    char *valid = g_utf8_make_valid(text, -1);
    g_free(text);
    return g_strstrip(valid);
}

/* When @buffer is to be seen. FALSE if that is outside of the segment. */
static gboolean find_times(const TextPad *t, GstBuffer *buffer, Line *line)
{
    line->start = line->end = GST_CLOCK_TIME_NONE;
    if (!GST_BUFFER_PTS_IS_VALID(buffer) || t->segment.format != GST_FORMAT_TIME)
        return TRUE;
    const guint64 start = GST_BUFFER_PTS(buffer);
    const guint64 end =
        GST_BUFFER_DURATION_IS_VALID(buffer) ? start + GST_BUFFER_DURATION(buffer) : GST_CLOCK_TIME_NONE;
    guint64 from, to;
    if (!gst_segment_clip(&t->segment, GST_FORMAT_TIME, start, end, &from, &to))
        return FALSE;
    line->start = gst_segment_to_running_time(&t->segment, GST_FORMAT_TIME, from);
    if (GST_CLOCK_TIME_IS_VALID(to))
        line->end = gst_segment_to_running_time(&t->segment, GST_FORMAT_TIME, to);
    return TRUE;
}

static GstFlowReturn chain(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
    TextPad *t = gst_pad_get_element_private(pad);
    (void)parent;
    GstFlowReturn ret = GST_FLOW_OK;
    g_mutex_lock(&t->lock);
    while (!t->flushing && !t->ended && t->lines.length >= QUEUED)
        g_cond_wait(&t->changed, &t->lock);
    if (t->flushing) {
        ret = GST_FLOW_FLUSHING;
    } else if (t->ended || t->eos) {
        ret = GST_FLOW_EOS;
    } else {
        Line line = {.markup = t->markup};
        if (find_times(t, buffer, &line) && (line.text = read_text(buffer)))
            g_queue_push_tail(&t->lines, g_memdup2(&line, sizeof line));
        t->begun = TRUE;
        g_cond_broadcast(&t->changed);
    }
    g_mutex_unlock(&t->lock);
    gst_buffer_unref(buffer);
    return ret;
}

static void take_caps(TextPad *t, GstEvent *event)
{
    GstCaps *caps;
    gst_event_parse_caps(event, &caps);
    t->markup =
        g_strcmp0(gst_structure_get_string(gst_caps_get_structure(caps, 0), "format"), "pango-markup") == 0;
}

/* The video's events are what goes downstream: those of the text end here. */
static gboolean sink_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
    TextPad *t = gst_pad_get_element_private(pad);
    (void)parent;
    g_mutex_lock(&t->lock);
    switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
        take_caps(t, event);
        break;
    case GST_EVENT_SEGMENT:
        gst_event_copy_segment(event, &t->segment);
        break;
    case GST_EVENT_STREAM_START:
        t->eos = FALSE;
        break;
    case GST_EVENT_GAP:
        t->begun = TRUE;
        break;
    case GST_EVENT_EOS:
        t->eos = t->begun = TRUE;
        break;
    case GST_EVENT_FLUSH_START:
        t->flushing = TRUE;
        break;
    case GST_EVENT_FLUSH_STOP:
        t->flushing = t->eos = t->begun = t->waited = FALSE;
        gst_segment_init(&t->segment, GST_FORMAT_UNDEFINED);
        forget(t);
        break;
    default:
        break;
    }
    g_cond_broadcast(&t->changed);
    g_mutex_unlock(&t->lock);
    gst_event_unref(event);
    return TRUE;
}

/* A pad that is turned off must not wait for anything. */
static gboolean activate(GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
    TextPad *t = gst_pad_get_element_private(pad);
    (void)parent;
    if (mode != GST_PAD_MODE_PUSH)
        return FALSE;
    g_mutex_lock(&t->lock);
    t->flushing = !active;
    t->ended = t->eos = t->begun = t->waited = FALSE;
    gst_segment_init(&t->segment, GST_FORMAT_UNDEFINED);
    forget(t);
    g_mutex_unlock(&t->lock);
    return TRUE;
}

/* --- life ------------------------------------------------------------------------------------------ */

TextPad *textpad_new(GstElement *element, const char *name)
{
    TextPad *t = g_new0(TextPad, 1);
    t->element = element;
    t->flushing = TRUE;
    g_mutex_init(&t->lock);
    g_cond_init(&t->changed);
    g_queue_init(&t->lines);
    gst_segment_init(&t->segment, GST_FORMAT_UNDEFINED);
    t->pad = gst_pad_new_from_static_template(&textpad_template, name);
    gst_pad_set_element_private(t->pad, t);
    gst_pad_set_chain_function(t->pad, chain);
    gst_pad_set_event_function(t->pad, sink_event);
    gst_pad_set_activatemode_function(t->pad, activate);
    gst_object_ref(t->pad);
    if (GST_STATE(element) > GST_STATE_READY)
        gst_pad_set_active(t->pad, TRUE);
    gst_element_add_pad(element, t->pad);
    return t;
}

void textpad_free(TextPad *t)
{
    if (!t)
        return;
    gst_pad_set_active(t->pad, FALSE);
    gst_element_remove_pad(t->element, t->pad);
    gst_object_unref(t->pad);
    forget(t);
    g_mutex_clear(&t->lock);
    g_cond_clear(&t->changed);
    g_free(t);
}

GstPad *textpad_pad(const TextPad *t)
{
    return t->pad;
}

void textpad_set_ended(TextPad *t, gboolean ended)
{
    g_mutex_lock(&t->lock);
    t->ended = ended;
    g_cond_broadcast(&t->changed);
    g_mutex_unlock(&t->lock);
}

/* --- what is seen ---------------------------------------------------------------------------------- */

/* A pad that has not sent anything yet may be about to; once, and not for long. */
static void wait_for_first(TextPad *t)
{
    const gint64 end = g_get_monotonic_time() + FIRST_WAIT;
    const gboolean linked = gst_pad_is_linked(t->pad);
    while (linked && !t->begun && !t->waited && !t->flushing && !t->ended)
        t->waited = !g_cond_wait_until(&t->changed, &t->lock, end);
    if (t->waited && !t->begun)
        GST_WARNING_OBJECT(t->element, "no text has come; the video goes on");
}

static gboolean is_over(const Line *line, const Line *next, GstClockTime now)
{
    if (GST_CLOCK_TIME_IS_VALID(line->end))
        return line->end <= now;
    return next && (!GST_CLOCK_TIME_IS_VALID(next->start) || next->start <= now);
}

char *textpad_at(TextPad *t, GstClockTime now, gboolean *markup)
{
    char *text = NULL;
    g_mutex_lock(&t->lock);
    wait_for_first(t);
    for (GList *l = t->lines.head; l;) {
        GList *next = l->next;
        Line *line = l->data;
        if (is_over(line, next ? next->data : NULL, now)) {
            line_free(line);
            g_queue_delete_link(&t->lines, l);
            g_cond_broadcast(&t->changed);
        } else if (!GST_CLOCK_TIME_IS_VALID(line->start) || line->start <= now) {
            g_free(text); /* the last one that has begun */
            text = g_strdup(line->text);
            *markup = line->markup;
        }
        l = next;
    }
    g_mutex_unlock(&t->lock);
    return text;
}
