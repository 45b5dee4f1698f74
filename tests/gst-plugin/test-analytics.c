/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Segmentations that other elements have found are the subject of a frame. */
#include "analytics.h"
#include "frames.h"
#include "style-files.h"

#include <gst/analytics/analytics.h>
#include <stdlib.h>
#include <string.h>

enum { W = 96, H = 64, MASK_W = 12, MASK_H = 8 };

/* A mask of its own size: the left half has the id @left, the right half @right. */
static GstBuffer *halves(GstVideoFormat format, guint left, guint right)
{
    const guint bytes = format == GST_VIDEO_FORMAT_GRAY8 ? 1 : 2;
    GstBuffer *mask = gst_buffer_new_allocate(NULL, (gsize)MASK_W * MASK_H * bytes, NULL);
    gst_buffer_add_video_meta_full(mask, GST_VIDEO_FRAME_FLAG_NONE, format, MASK_W, MASK_H, 1,
                                   (gsize[GST_VIDEO_MAX_PLANES]){0},
                                   (gint[GST_VIDEO_MAX_PLANES]){(gint)(MASK_W * bytes)});
    for (guint i = 0; i < MASK_W * MASK_H; i++) {
        const guint id = i % MASK_W < MASK_W / 2 ? left : right;
        const guint8 little[2] = {(guint8)(id & 255), (guint8)(id >> 8)}, big[2] = {little[1], little[0]};
        const guint8 *values = format == GST_VIDEO_FORMAT_GRAY16_BE ? big : little;
        gst_buffer_fill(mask, (gsize)i * bytes, values, bytes);
    }
    return mask;
}

/* Over the lower half of the frame. */
static void attach(GstBuffer *frame, GstBuffer *mask, guint left, guint right, gboolean classes)
{
    GstAnalyticsRelationMeta *meta = gst_buffer_add_analytics_relation_meta(frame);
    GstAnalyticsSegmentationMtd segmentation;
    GstAnalyticsClsMtd cls;
    guint ids[] = {left, right};
    g_assert_true(gst_analytics_relation_meta_add_segmentation_mtd(
        meta, mask, GST_SEGMENTATION_TYPE_SEMANTIC, 2, ids, 0, H / 2, W, H / 2, &segmentation));
    if (!classes)
        return;
    gfloat levels[] = {1, 1};
    GQuark names[] = {g_quark_from_string("background"), g_quark_from_string("cat")};
    g_assert_true(gst_analytics_relation_meta_add_cls_mtd(meta, 2, levels, names, &cls));
    g_assert_true(gst_analytics_relation_meta_set_relation(meta, GST_ANALYTICS_REL_TYPE_RELATE_TO,
                                                           segmentation.id, cls.id));
}

/* Share of the mask that is set, in a quarter of the frame. */
static double share(const guint8 *pixels, guint left, guint top)
{
    guint set = 0;
    for (guint y = top * H / 2; y < (top + 1) * H / 2; y++)
        for (guint x = left * W / 2; x < (left + 1) * W / 2; x++)
            set += pixels[y * W + x] == 255;
    return set / (double)(W * H / 4);
}

static void assert_drawn(GstVideoFormat format, guint left, guint right, gboolean classes, gboolean left_set,
                         gboolean right_set)
{
    guint8 pixels[W * H] = {0};
    const GstVideoInfo info = make_info("RGBA", W, H);
    g_autoptr(GstBuffer) frame = new_frame(&info, 1);
    attach(frame, halves(format, left, right), left, right, classes);
    analytics_draw(frame, &info, pixels, W, H);
    g_assert_cmpfloat(share(pixels, 0, 0) + share(pixels, 1, 0), ==, 0);
    g_assert_cmpfloat(share(pixels, 0, 1), ==, left_set);
    g_assert_cmpfloat(share(pixels, 1, 1), ==, right_set);
}

static void test_draw(void)
{
    assert_drawn(GST_VIDEO_FORMAT_GRAY8, 0, 3, FALSE, FALSE, TRUE);
    assert_drawn(GST_VIDEO_FORMAT_GRAY8, 7, 3, FALSE, TRUE, TRUE);
    assert_drawn(GST_VIDEO_FORMAT_GRAY16_LE, 0, 512, FALSE, FALSE, TRUE);
    assert_drawn(GST_VIDEO_FORMAT_GRAY16_BE, 0, 512, FALSE, FALSE, TRUE);
    assert_drawn(GST_VIDEO_FORMAT_GRAY8, 7, 3, TRUE, FALSE, TRUE);
}

/* A frame in which nobody has looked. */
static void test_nothing(void)
{
    guint8 pixels[W * H] = {0};
    const GstVideoInfo info = make_info("RGBA", W, H);
    g_autoptr(GstBuffer) frame = new_frame(&info, 1);
    analytics_draw(frame, &info, pixels, W, H);
    g_assert_cmpfloat(share(pixels, 0, 1) + share(pixels, 1, 1), ==, 0);
}

/* In the element: the source is seen where nothing is found. */
static void test_element(void)
{
    char *folder = test_styles_create();
    GstHarness *h =
        new_harness("idiom style=tiny temporal=0 subject=regions subject-strength=1 background-style=none");
    guint8 in[4 * W * H], out[4 * W * H];
    const GstVideoInfo info = make_info("RGBA", W, H);
    set_caps(h, "RGBA", W, H);
    GstBuffer *frame = new_frame(&info, 1);
    gst_buffer_extract(frame, 0, in, sizeof in);
    attach(frame, halves(GST_VIDEO_FORMAT_GRAY8, 0, 1), 0, 1, FALSE);
    GstBuffer *result = push_and_pull(h, frame);
    gst_buffer_extract(result, 0, out, sizeof out);
    gst_buffer_unref(result);
    double outside = 0, inside = 0;
    for (guint y = 0; y < H; y++)
        for (guint x = 0; x < 4 * W; x++) {
            const double off = abs(in[4 * W * y + x] - out[4 * W * y + x]);
            outside += y < H / 4 ? off : 0;
            inside += y > 3 * H / 4 && x > 3 * W ? off : 0;
        }
    g_assert_cmpfloat(outside / (W * H), <, 0.6);
    g_assert_cmpfloat(inside / (W * H / 4.0), >, 3);
    gst_harness_teardown(h);
    test_styles_remove(folder);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/analytics/draw", test_draw);
    g_test_add_func("/analytics/nothing", test_nothing);
    g_test_add_func("/analytics/element", test_element);
    return g_test_run();
}
