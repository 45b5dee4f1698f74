/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "analytics.h"

#include <gst/analytics/analytics.h>

/* A segmentation: its mask is mapped, and covers a rectangle of the frame. */
typedef struct {
    GstAnalyticsSegmentationMtd mtd;
    GstVideoFrame mask;
    gint x, y; /* of the rectangle, in the frame's pixels */
    guint w, h;
    GstAnalyticsClsMtd classes;
    gboolean classified; /* classes has one for each region */
} Segmentation;

/* @mask's own size and format, GRAY8 or GRAY16, are in its meta. */
static gboolean map_mask(GstVideoFrame *frame, GstBuffer *mask)
{
    const GstVideoMeta *meta = gst_buffer_get_video_meta(mask);
    GstVideoInfo info;
    return meta && gst_video_info_set_format(&info, meta->format, meta->width, meta->height) &&
           gst_video_frame_map(frame, &info, mask, GST_MAP_READ);
}

static gboolean open_segmentation(Segmentation *s, GstAnalyticsRelationMeta *meta)
{
    g_autoptr(GstBuffer) mask = gst_analytics_segmentation_mtd_get_mask(&s->mtd, &s->x, &s->y, &s->w, &s->h);
    if (!mask || !s->w || !s->h || !map_mask(&s->mask, mask))
        return FALSE;
    s->classified = gst_analytics_relation_meta_get_direct_related(
                        meta, s->mtd.id, GST_ANALYTICS_REL_TYPE_ANY, gst_analytics_cls_mtd_get_mtd_type(),
                        NULL, &s->classes) &&
                    gst_analytics_cls_mtd_get_length(&s->classes) ==
                        gst_analytics_segmentation_mtd_get_region_count(&s->mtd);
    return TRUE;
}

static gboolean is_subject(Segmentation *s, guint id)
{
    gsize index;
    if (!id)
        return FALSE;
    return !s->classified || !gst_analytics_segmentation_mtd_get_region_index(&s->mtd, &index, id) ||
           gst_analytics_cls_mtd_get_quark(&s->classes, index) != g_quark_from_static_string("background");
}

/* The region at a place in the frame, in its pixels; 0: none. */
static guint region_at(const Segmentation *s, double x, double y)
{
    const guint w = (guint)GST_VIDEO_FRAME_WIDTH(&s->mask), h = (guint)GST_VIDEO_FRAME_HEIGHT(&s->mask);
    x = (x - s->x) / s->w;
    y = (y - s->y) / s->h;
    if (x < 0 || y < 0 || x >= 1 || y >= 1)
        return 0;
    const guint8 *row = (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&s->mask, 0) +
                        (gsize)(y * h) * (gsize)GST_VIDEO_FRAME_PLANE_STRIDE(&s->mask, 0);
    const gsize column = (gsize)(x * w);
    switch (GST_VIDEO_FRAME_FORMAT(&s->mask)) {
    case GST_VIDEO_FORMAT_GRAY8:
        return row[column];
    case GST_VIDEO_FORMAT_GRAY16_LE:
        return GST_READ_UINT16_LE(row + 2 * column);
    case GST_VIDEO_FORMAT_GRAY16_BE:
        return GST_READ_UINT16_BE(row + 2 * column);
    default:
        return 0;
    }
}

static void draw(Segmentation *s, const GstVideoInfo *info, guint8 *pixels, guint width, guint height)
{
    for (guint y = 0; y < height; y++)
        for (guint x = 0; x < width; x++)
            if (is_subject(s,
                           region_at(s, (x + 0.5) * info->width / width, (y + 0.5) * info->height / height)))
                pixels[(gsize)y * width + x] = 255;
}

void analytics_draw(GstBuffer *buffer, const GstVideoInfo *info, guint8 *pixels, guint width, guint height)
{
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    Segmentation s = {0};
    gpointer state = NULL;
    while (meta && gst_analytics_relation_meta_iterate(
                       meta, &state, gst_analytics_segmentation_mtd_get_mtd_type(), &s.mtd)) {
        if (!open_segmentation(&s, meta))
            continue;
        draw(&s, info, pixels, width, height);
        gst_video_frame_unmap(&s.mask);
    }
}
