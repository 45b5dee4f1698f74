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
    guint64 number;
} Line;

struct TextPad {
    SidePad side;
    /* under its lock */
    gboolean markup;
    guint64 lines; /* that have come */
    guint64 shown; /* number of the one that was shown last; 0: none */
};

static void line_free(gpointer data)
{
    Line *line = data;
    g_free(line->text);
    g_free(line);
}

/* --- what comes ------------------------------------------------------------------------------------ */

static char *read_text(GstBuffer *buffer)
{
    GstMapInfo map;
    if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
        return NULL;
    char *text = g_strndup(map.size ? (const char *)map.data : "", MIN(map.size, MOST_BYTES));
    gst_buffer_unmap(buffer, &map);
    char *valid = g_utf8_make_valid(text, -1);
    g_free(text);
    return g_strstrip(valid);
}

/* When @buffer is to be seen. FALSE if that is outside of the segment. */
static gboolean find_times(const GstSegment *segment, GstBuffer *buffer, Line *line)
{
    line->start = line->end = GST_CLOCK_TIME_NONE;
    if (!GST_BUFFER_PTS_IS_VALID(buffer) || segment->format != GST_FORMAT_TIME)
        return TRUE;
    const guint64 start = GST_BUFFER_PTS(buffer);
    const guint64 end =
        GST_BUFFER_DURATION_IS_VALID(buffer) ? start + GST_BUFFER_DURATION(buffer) : GST_CLOCK_TIME_NONE;
    guint64 from, to;
    if (!gst_segment_clip(segment, GST_FORMAT_TIME, start, end, &from, &to))
        return FALSE;
    line->start = gst_segment_to_running_time(segment, GST_FORMAT_TIME, from);
    if (GST_CLOCK_TIME_IS_VALID(to))
        line->end = gst_segment_to_running_time(segment, GST_FORMAT_TIME, to);
    return TRUE;
}

static GstFlowReturn take(SidePad *side, GstBuffer *buffer)
{
    TextPad *t = (TextPad *)side;
    Line line = {.markup = t->markup, .number = ++t->lines};
    if (find_times(&side->segment, buffer, &line) && (line.text = read_text(buffer)))
        g_queue_push_tail(&side->entries, g_memdup2(&line, sizeof line));
    return GST_FLOW_OK;
}

static void take_caps(SidePad *side, GstCaps *caps)
{
    TextPad *t = (TextPad *)side;
    t->markup =
        g_strcmp0(gst_structure_get_string(gst_caps_get_structure(caps, 0), "format"), "pango-markup") == 0;
}

/* --- life ------------------------------------------------------------------------------------------ */

static const SidePadKind kind = {&textpad_template, QUEUED, take_caps, take, line_free};

TextPad *textpad_new(GstElement *element, const char *name)
{
    TextPad *t = g_new0(TextPad, 1);
    sidepad_init(&t->side, &kind, element, name);
    return t;
}

void textpad_free(TextPad *t)
{
    if (!t)
        return;
    sidepad_clear(&t->side);
    g_free(t);
}

SidePad *textpad_side(TextPad *t)
{
    return &t->side;
}

/* --- what is seen ---------------------------------------------------------------------------------- */

/* A pad that has not sent anything yet may be about to; once, and not for long. */
static void wait_for_first(SidePad *side)
{
    const gint64 end = g_get_monotonic_time() + FIRST_WAIT;
    const gboolean linked = gst_pad_is_linked(side->pad);
    while (linked && !side->begun && !side->tired && !side->flushing && !side->ended)
        side->tired = !g_cond_wait_until(&side->changed, &side->lock, end);
    if (side->tired && !side->begun)
        GST_WARNING_OBJECT(side->element, "no text has come; the video goes on");
}

static gboolean is_over(const Line *line, const Line *next, GstClockTime now)
{
    if (GST_CLOCK_TIME_IS_VALID(line->end))
        return line->end <= now;
    return next && (!GST_CLOCK_TIME_IS_VALID(next->start) || next->start <= now);
}

/* The last line that has begun; those that are over go. */
static const Line *find_line(TextPad *t, GstClockTime now)
{
    SidePad *side = &t->side;
    const Line *found = NULL;
    for (GList *l = side->entries.head; l;) {
        GList *next = l->next;
        Line *line = l->data;
        if (is_over(line, next ? next->data : NULL, now)) {
            line_free(line);
            g_queue_delete_link(&side->entries, l);
            g_cond_broadcast(&side->changed);
        } else if (!GST_CLOCK_TIME_IS_VALID(line->start) || line->start <= now) {
            found = line;
        }
        l = next;
    }
    return found;
}

gboolean textpad_changes(TextPad *t, GstClockTime now, char **text, gboolean *markup)
{
    SidePad *side = &t->side;
    g_mutex_lock(&side->lock);
    wait_for_first(side);
    const Line *line = find_line(t, now);
    const guint64 number = line ? line->number : 0;
    const gboolean changes = number != t->shown;
    t->shown = number;
    *text = changes && line ? g_strdup(line->text) : NULL;
    *markup = line && line->markup;
    g_mutex_unlock(&side->lock);
    return changes;
}
