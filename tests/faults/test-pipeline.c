/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pipeline in which a call of Vulkan fails: an error on the bus or the end of the stream, and it starts again. */
#include "faults.h"
#include "style-files.h"

#include <gst/gst.h>

static GstElement *pipeline;

/* From NULL to the first error or the end of the stream, and back to NULL. Returns whether it came to the end. */
static gboolean play(void)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, 120 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
    g_assert_nonnull(message);
    g_assert_cmpint(gst_element_set_state(pipeline, GST_STATE_NULL), ==, GST_STATE_CHANGE_SUCCESS);
    return GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
}

/* The first call of each command, with every result that it may have. */
static void test_pipeline(void)
{
    g_autoptr(GError) error = NULL;
    guint n_calls, points = 0, errors = 0;
    const FaultsCall *calls = faults_calls(&n_calls);
    g_autofree guint *counts = g_new(guint, n_calls);
    pipeline = gst_parse_launch("videotestsrc num-buffers=3 ! video/x-raw,format=RGBA,width=32,height=32 ! "
                                "idiom style=tiny ! fakesink",
                                &error);
    g_assert_no_error(error);
    const guint objects = faults_objects(), mistakes = faults_mistakes();
    faults_arm(NULL, 0, VK_SUCCESS);
    g_assert_true(play());
    for (guint i = 0; i < n_calls; i++)
        counts[i] = faults_count(i);
    for (guint i = 0; i < n_calls; i++)
        for (guint r = 0; counts[i] && r < calls[i].n_results; r++, points++) {
            faults_arm(calls[i].name, 1, calls[i].results[r]);
            errors += !play();
            g_assert_true(faults_happened());
            g_assert_cmpuint(faults_objects(), ==, objects);
        }
    faults_arm(NULL, 0, VK_SUCCESS);
    g_assert_true(play());
    g_assert_cmpuint(faults_mistakes(), ==, mistakes);
    g_test_message("%u points, %u errors", points, errors);
    g_assert_cmpuint(errors, >, points / 2);
    gst_object_unref(pipeline);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(NULL, NULL);
    char *folder = test_styles_create();
    g_test_add_func("/pipeline/faults", test_pipeline);
    int status = g_test_run();
    test_styles_remove(folder);
    return status;
}
