/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "flow.h"

#include "loan.h"
#include "messages.h"
#include "videoinfo.h"

GST_DEBUG_CATEGORY_EXTERN(idiom_debug);
#define GST_CAT_DEFAULT idiom_debug

/* Where caps do not tell the rate; the thread makes the latency that follows from it true whatever the rate is. */
static const GstClockTime ASSUMED_DURATION = 40 * GST_MSECOND;

/* A frame that the device has. */
typedef struct {
    Loan source, result;
    gint64 due; /* monotonic time by which it has to be pushed */
    GList link; /* of the queue that it is in */
} Flight;

struct Flow {
    GstBaseTransform *element;
    IdiomRenderer *renderer;
    FlowFinished finished;
    gpointer user;
    VulkanShare *vulkan;
    FlowEnd in, out;
    GstClockTime latency;
    GQueue flights;        /* of Flight, the oldest first */
    GQueue landed;         /* for the next frames */
    gboolean gap;          /* the next frame to be pushed does not follow the last one */
    gboolean skipped;      /* nor does the next to be sent follow the one before */
    gint64 busy;           /* see flow_take_busy() */
    gboolean maps_dmabufs; /* the device cannot use them */
    gboolean maps_results; /* those that go, likewise */
    gboolean keeps_imports;

    GThread *thread; /* pushes what is due; made when first needed */
    GMutex lock;     /* of the rest */
    GCond changed;
    gint64 due; /* when the oldest frame is; 0: there is none */
    gboolean quit;
};

static Flight *take_off(Flow *flow)
{
    GList *link = g_queue_pop_head_link(&flow->landed);
    Flight *flight = link ? link->data : g_new0(Flight, 1);
    flight->link.data = flight;
    return flight;
}

/* Returns its buffer. */
static GstBuffer *land(Flow *flow, Flight *flight)
{
    GstBuffer *source = loan_end(&flight->source), *result = loan_end(&flight->result);
    gst_clear_buffer(&source);
    g_queue_push_tail_link(&flow->landed, &flight->link);
    return result;
}

static GstFlowReturn push(Flow *flow, GstBuffer *buffer)
{
    GstSegment *segment = &flow->element->segment;
    if (segment->format == GST_FORMAT_TIME && GST_BUFFER_PTS_IS_VALID(buffer))
        segment->position = GST_BUFFER_PTS(buffer);
    if (flow->gap)
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    flow->gap = FALSE;
    return gst_pad_push(flow->element->srcpad, buffer);
}

/* Pushes the oldest frame if it is finished; @taken says whether it is. */
static GstFlowReturn push_oldest(Flow *flow, gboolean wait, gboolean *taken)
{
    g_autoptr(GError) error = NULL;
    const gint64 begin = g_get_monotonic_time();
    const IdiomGet got = idiom_renderer_get(flow->renderer, wait, NULL, &error);
    flow->busy += g_get_monotonic_time() - begin;
    *taken = got != IDIOM_GET_NOTHING;
    if (!*taken)
        return GST_FLOW_OK;
    Flight *flight = g_queue_pop_head_link(&flow->flights)->data;
    if (got == IDIOM_GET_FRAME)
        loan_written(&flight->result);
    GstBuffer *buffer = land(flow, flight);
    if (got == IDIOM_GET_FRAME && flow->finished)
        flow->finished(flow->user);
    if (got == IDIOM_GET_FRAME)
        return push(flow, buffer);
    gst_buffer_unref(buffer);
    flow->gap = TRUE;
    if (got == IDIOM_GET_LOST)
        return GST_FLOW_OK;
    messages_post_error(GST_ELEMENT(flow->element), error);
    return GST_FLOW_ERROR;
}

/* --- what is due ----------------------------------------------------------------------------------- */

static void push_due(Flow *flow)
{
    GstFlowReturn ret = GST_FLOW_OK;
    gboolean taken = TRUE;
    const Flight *oldest;
    while (ret == GST_FLOW_OK && taken && (oldest = g_queue_peek_head(&flow->flights)) &&
           oldest->due <= g_get_monotonic_time())
        ret = push_oldest(flow, TRUE, &taken);
}

/* Tells the thread when to look again. */
static void set_due(Flow *flow)
{
    const Flight *oldest = g_queue_peek_head(&flow->flights);
    g_mutex_lock(&flow->lock);
    flow->due = oldest ? oldest->due : 0;
    g_cond_signal(&flow->changed);
    g_mutex_unlock(&flow->lock);
}

static gpointer watch(gpointer data)
{
    Flow *flow = data;
    g_mutex_lock(&flow->lock);
    while (!flow->quit) {
        if (!flow->due) {
            g_cond_wait(&flow->changed, &flow->lock);
        } else if (!g_cond_wait_until(&flow->changed, &flow->lock, flow->due)) {
            flow->due = 0;
            g_mutex_unlock(&flow->lock);
            GST_PAD_STREAM_LOCK(flow->element->sinkpad);
            push_due(flow);
            set_due(flow);
            GST_PAD_STREAM_UNLOCK(flow->element->sinkpad);
            g_mutex_lock(&flow->lock);
        }
    }
    g_mutex_unlock(&flow->lock);
    return NULL;
}

/* --- life ------------------------------------------------------------------------------------------ */

Flow *flow_new(GstBaseTransform *element, IdiomRenderer *renderer, VulkanShare *vulkan)
{
    Flow *flow = g_new0(Flow, 1);
    flow->element = element;
    flow->renderer = renderer;
    flow->vulkan = vulkan;
    g_queue_init(&flow->flights);
    g_queue_init(&flow->landed);
    g_mutex_init(&flow->lock);
    g_cond_init(&flow->changed);
    return flow;
}

void flow_free(Flow *flow)
{
    if (!flow)
        return;
    g_mutex_lock(&flow->lock);
    flow->quit = TRUE;
    g_cond_signal(&flow->changed);
    g_mutex_unlock(&flow->lock);
    if (flow->thread)
        g_thread_join(flow->thread);
    flow_drop(flow);
    for (GList *link; (link = g_queue_pop_head_link(&flow->landed));)
        g_free(link->data);
    g_mutex_clear(&flow->lock);
    g_cond_clear(&flow->changed);
    g_free(flow);
}

void flow_set_renderer(Flow *flow, IdiomRenderer *renderer)
{
    flow->renderer = renderer;
}

GstClockTime flow_configure(Flow *flow, const FlowEnd *in, const FlowEnd *out)
{
    g_autoptr(GError) error = NULL;
    const guint slots = idiom_renderer_slots(flow->renderer);
    const GstClockTime duration = video_info_frame_duration(&in->info);
    flow->in = *in;
    flow->maps_dmabufs = flow->maps_results = FALSE;
    g_autoptr(IdiomDevice) shared = vulkan_share_device(flow->vulkan);
    flow->keeps_imports = shared != idiom_renderer_device(flow->renderer);
    flow->out = *out;
    flow->latency = (slots - 1) * (duration ? duration : ASSUMED_DURATION);
    if (slots > 1 && !flow->thread && !(flow->thread = g_thread_try_new("idiom-flow", watch, flow, &error))) {
        g_prefix_error(&error, "frames wait for the next one where a source pauses: ");
        messages_post_warning(GST_ELEMENT(flow->element), error);
    }
    return flow->latency;
}

void flow_set_finished(Flow *flow, FlowFinished finished, gpointer user)
{
    flow->finished = finished;
    flow->user = user;
}

/* --- frames ---------------------------------------------------------------------------------------- */

/* Pushes what is finished, and makes room for the next frame. */
static GstFlowReturn push_finished(Flow *flow)
{
    const guint slots = idiom_renderer_slots(flow->renderer);
    GstFlowReturn ret = GST_FLOW_OK;
    gboolean taken = TRUE;
    while (ret == GST_FLOW_OK && taken)
        ret = push_oldest(flow, flow->flights.length == slots, &taken);
    set_due(flow);
    return ret;
}

/* What goes with a buffer may live longer than a device that is shared. */
static IdiomDevice *importing_device(const Flow *flow)
{
    return flow->keeps_imports ? idiom_renderer_device(flow->renderer) : NULL;
}

/* Lets the device write to the buffer's dmabufs. What cannot be done once is not tried again. */
static gboolean lend_dmabufs(Flow *flow, Loan *result, GstBuffer *buffer)
{
    g_autoptr(GError) error = NULL;
    if (flow->maps_results)
        return FALSE;
    if (loan_dmabufs(result, buffer, &flow->out.info, importing_device(flow), TRUE, &error))
        return TRUE;
    GST_INFO_OBJECT(flow->element, "dmabufs that go are mapped: %s",
                    error ? error->message : "planes are in other memory");
    flow->maps_results = TRUE;
    return FALSE;
}

static gboolean lend_result(Flow *flow, Loan *result, GstBuffer *buffer, GError **error)
{
    if (flow->out.memory == MEMORY_DMABUF && lend_dmabufs(flow, result, buffer))
        return TRUE;
    return flow->out.memory == MEMORY_VULKAN
               ? loan_images(result, buffer, &flow->out.info, flow->vulkan, error)
               : loan_map(result, buffer, &flow->out.info, GST_MAP_WRITE, error);
}

static gboolean give(Flow *flow, const Flight *flight, const IdiomFrameParams *params, GError **error)
{
    const gint64 begin = g_get_monotonic_time();
    const gboolean sent =
        idiom_renderer_send(flow->renderer, &flight->source.picture, &flight->result.picture, params, error);
    flow->busy += g_get_monotonic_time() - begin;
    return sent;
}

/* Lets the device read the source's dmabufs, if it has any. What cannot be done once is not tried again. */
static gboolean send_dmabufs(Flow *flow, Flight *flight, GstBuffer *source, const IdiomFrameParams *params)
{
    g_autoptr(GError) error = NULL;
    if (flow->maps_dmabufs)
        return FALSE;
    if (loan_dmabufs(&flight->source, source, &flow->in.info, importing_device(flow), FALSE, &error) &&
        give(flow, flight, params, &error))
        return TRUE;
    GstBuffer *back = loan_end(&flight->source);
    gst_clear_buffer(&back);
    if (!error && flow->in.memory != MEMORY_DMABUF)
        return FALSE;
    GST_INFO_OBJECT(flow->element, "dmabufs are mapped: %s",
                    error ? error->message : "planes are in other memory");
    flow->maps_dmabufs = TRUE;
    return FALSE;
}

static gboolean send(Flow *flow, Flight *flight, GstBuffer *source, const IdiomFrameParams *params,
                     GError **error)
{
    if (flow->in.memory == MEMORY_VULKAN)
        return loan_images(&flight->source, source, &flow->in.info, flow->vulkan, error) &&
               give(flow, flight, params, error);
    return send_dmabufs(flow, flight, source, params) ||
           (loan_map(&flight->source, source, &flow->in.info, GST_MAP_READ, error) &&
            give(flow, flight, params, error));
}

GstFlowReturn flow_send(Flow *flow, GstBuffer *source, GstBuffer *given, const IdiomFrameParams *params)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GstBuffer) result = given;
    if (flow->skipped)
        GST_BUFFER_FLAG_SET(result, GST_BUFFER_FLAG_DISCONT);
    flow->skipped = FALSE;
    Flight *flight = take_off(flow);
    flight->due = g_get_monotonic_time() + (gint64)(flow->latency / (GST_SECOND / G_USEC_PER_SEC));
    if (lend_result(flow, &flight->result, result, &error) && send(flow, flight, source, params, &error)) {
        gst_clear_buffer(&result); /* the flight has it */
        g_queue_push_tail_link(&flow->flights, &flight->link);
        return push_finished(flow);
    }
    GstBuffer *back = land(flow, flight);
    gst_clear_buffer(&back);
    messages_post_error(GST_ELEMENT(flow->element), error);
    return GST_FLOW_ERROR;
}

gint64 flow_take_busy(Flow *flow)
{
    const gint64 busy = flow->busy;
    flow->busy = 0;
    return busy;
}

void flow_skip(Flow *flow, const IdiomFrameParams *params)
{
    idiom_renderer_skip(flow->renderer, params);
    flow->skipped = TRUE;
}

GstFlowReturn flow_drain(Flow *flow)
{
    GstFlowReturn ret = GST_FLOW_OK;
    gboolean taken = TRUE;
    while (ret == GST_FLOW_OK && taken)
        ret = push_oldest(flow, TRUE, &taken);
    if (ret != GST_FLOW_OK)
        flow_drop(flow);
    set_due(flow);
    return ret;
}

void flow_drop(Flow *flow)
{
    GList *link;
    idiom_renderer_flush(flow->renderer);
    while ((link = g_queue_pop_head_link(&flow->flights)))
        gst_buffer_unref(land(flow, link->data));
    flow->gap = flow->skipped = FALSE;
    set_due(flow);
}
