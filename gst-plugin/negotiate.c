/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Caps and memory. */
#include "element.h"

#include "convert.h"
#include "dmabufpool.h"
#include "memory.h"
#include "messages.h"
#include "videoinfo.h"

GST_DEBUG_CATEGORY_EXTERN(idiom_debug);
#define GST_CAT_DEFAULT idiom_debug

GstCaps *gst_idiom_transform_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps,
                                  GstCaps *filter)
{
    guint memory = 1 << MEMORY_SYSTEM;
    if (vulkan_share_usable(GST_IDIOM(base)->vulkan))
        memory |= 1 << MEMORY_VULKAN;
    GST_OBJECT_LOCK(base);
    const gboolean makes_dmabufs = GST_IDIOM(base)->makes_dmabufs || !GST_IDIOM(base)->renderer;
    GST_OBJECT_UNLOCK(base);
    if (direction == GST_PAD_SRC || makes_dmabufs) /* they come, and go if the device makes some */
        memory |= 1 << MEMORY_DMABUF;
    return convert_transform(caps, filter, memory);
}

GstCaps *gst_idiom_fixate_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps,
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
    if ((from.memory == MEMORY_VULKAN || to.memory == MEMORY_VULKAN) &&
        !gst_idiom_move_to_shared_device(self))
        return FALSE;
    gst_idiom_ask_whether_live(self); /* what frames need depends on it */
    const gint64 begin = g_get_monotonic_time();
    if (!idiom_renderer_configure_both(self->renderer, &source, &result, &error)) {
        messages_post_error(GST_ELEMENT(self), error);
        return FALSE;
    }
    GST_INFO_OBJECT(self, "ready for %ux%u, %s to %s, in %.0f ms", source.width, source.height,
                    GST_VIDEO_INFO_NAME(in), GST_VIDEO_INFO_NAME(out),
                    (double)(g_get_monotonic_time() - begin) / 1000);
    gst_idiom_set_latency(self, flow_configure(self->flow, &from, &to));
    return TRUE;
}

gboolean gst_idiom_set_caps(GstBaseTransform *base, GstCaps *in, GstCaps *out)
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

/* A pool of dmabufs, where downstream has none. */
static void add_dmabufs(GstIdiom *self, GstQuery *query, GstCaps *caps)
{
    g_autofree char *selector = gst_idiom_dup_selector(self);
    g_autoptr(IdiomDevice) device = idiom_device_shared(selector, NULL); /* whatever frames are computed on */
    const gboolean padded = gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
    GstVideoInfo info;
    if (!device || !memory_info_from_caps(&info, caps))
        return;
    g_autoptr(GstBufferPool) pool = dmabufpool_new(device, padded);
    gst_query_add_allocation_pool(query, pool, (guint)dmabufpool_size(&info, padded), 0, 0);
}

/* Downstream's pool has to have the frames in flight as well. */
gboolean gst_idiom_decide_allocation(GstBaseTransform *base, GstQuery *query)
{
    GstCaps *caps;
    const guint held = idiom_renderer_slots(GST_IDIOM(base)->renderer) - 1;
    if (kind_of_allocation(query, &caps) == MEMORY_VULKAN)
        return decide_images(GST_IDIOM(base), query, caps, held);
    if (memory_kind(caps ? gst_caps_get_features(caps, 0) : NULL) == MEMORY_DMABUF &&
        gst_query_get_n_allocation_pools(query) == 0)
        add_dmabufs(GST_IDIOM(base), query, caps);
    if (gst_query_get_n_allocation_pools(query)) {
        GstBufferPool *pool;
        guint size, min, max;
        gst_query_parse_nth_allocation_pool(query, 0, &pool, &size, &min, &max);
        gst_query_set_nth_allocation_pool(query, 0, pool, size, min + held, max ? max + held : 0);
        gst_clear_object(&pool);
    }
    memory_ask_for_pages(query);
    return gst_idiom_parent()->decide_allocation(base, query);
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

gboolean gst_idiom_propose_allocation(GstBaseTransform *base, GstQuery *decided, GstQuery *query)
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
    return gst_idiom_parent()->propose_allocation(base, decided, query);
}

/* Everything but what describes memory still holds: the picture has the same size and place. */
gboolean gst_idiom_transform_meta(GstBaseTransform *base, GstBuffer *out, GstMeta *meta, GstBuffer *in)
{
    (void)base, (void)out, (void)in;
    return !gst_meta_api_type_has_tag(meta->info->api, g_quark_from_static_string(GST_META_TAG_MEMORY_STR));
}
