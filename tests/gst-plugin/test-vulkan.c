/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames in Vulkan images on a device shared with the neighbours, under the validation layer where that is installed. */
#include "frames.h"
#include "style-files.h"

#include <glib/gstdio.h>
#include <unistd.h>
#include <string.h>

/* Without vulkanupload, and a device for it, there is nothing to try. */
static gboolean have_vulkan(void)
{
    g_autoptr(GstElementFactory) upload = gst_element_factory_find("vulkanupload");
    return upload != NULL;
}

static guint copies_of(GstHarness *h)
{
    g_autoptr(GstElement) idiom =
        GST_IS_BIN(h->element) ? gst_bin_get_by_name(GST_BIN(h->element), "i") : gst_object_ref(h->element);
    g_autoptr(GstStructure) stats = NULL;
    guint copies;
    g_object_get(idiom, "stats", &stats, NULL);
    g_assert_true(gst_structure_get_uint(stats, "copies", &copies));
    return copies;
}

/* What comes out of @launch is what one idiom in system memory makes; in the one named i the CPU makes @copies. */
static void compare(const char *format, int width, int height, const char *launch, guint copies)
{
    GstVideoInfo info = make_info(format, width, height);
    GstHarness *h = new_harness(launch), *other = new_harness("idiom style=tiny");
    g_autofree char *caps = g_strdup_printf("video/x-raw,format=%s", format);
    g_test_message("%s of %dx%d: %s", format, width, height, launch);
    gst_harness_set_sink_caps_str(h, caps);
    set_caps(h, format, width, height);
    set_caps(other, format, width, height);
    for (guint i = 0; i < 4; i++) {
        g_autoptr(GstBuffer) out = push_and_pull(h, new_frame(&info, i));
        g_autoptr(GstBuffer) expected = push_and_pull(other, new_frame(&info, i));
        /* on newer GStreamer the device is one without bounds checks, which runs other kernels */
        g_assert_cmpint(largest_difference(&info, out, expected), <=, 1);
        g_assert_cmpuint(copies_of(h), ==, copies);
    }
    gst_harness_teardown(h);
    gst_harness_teardown(other);
}

static void test_formats(void)
{
    static const char *const formats[] = {"RGBA", "BGRA", "RGBx", "BGRx"};
    for (guint i = 0; i < G_N_ELEMENTS(formats); i++)
        compare(formats[i], 64, 48, "vulkanupload ! idiom name=i style=tiny ! vulkandownload", 0);
    compare("RGBA", 61, 47, "vulkanupload ! idiom name=i style=tiny ! vulkandownload", 0);
    compare("BGRA", 64, 48, "vulkanupload ! idiom name=i style=tiny frames-in-flight=3 ! vulkandownload", 0);
}

/* In images on one side only; between two of its kind planes have an image each, or all share one. */
static void test_one_side(void)
{
    compare("RGBA", 64, 48, "idiom name=i style=tiny ! vulkandownload", 1);
    compare("RGBA", 64, 48, "vulkanupload ! idiom name=i style=tiny", 1);
    compare("NV12", 64, 48,
            "idiom name=i style=none ! video/x-raw(memory:VulkanImage),format=NV12 ! idiom style=tiny", 1);
}

/* Between other elements of the kind. */
static void test_neighbours(void)
{
    compare(
        "BGRA", 64, 48,
        "vulkanupload ! vulkanimageidentity ! idiom name=i style=tiny ! vulkanimageidentity ! vulkandownload",
        0);
}

/* To images and back by elements that pass frames on: vulkanupload of 1.22 survives no change of caps, and no restart. */
#define IN_IMAGES                                                                                            \
    "idiom style=none ! video/x-raw(memory:VulkanImage) ! idiom name=i style=tiny ! "                        \
    "video/x-raw(memory:VulkanImage) ! idiom style=none ! capsfilter caps=video/x-raw"

static void run_to_end(GstElement *pipeline)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    g_autoptr(GstMessage) message =
        gst_bus_timed_pop_filtered(bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_assert_nonnull(message);
    g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, GST_MESSAGE_EOS);
    gst_element_set_state(pipeline, GST_STATE_NULL);
}

/* Elements on one device share it, and let go of it. */
static void test_one_device(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline = gst_parse_launch(
        "videotestsrc num-buffers=3 ! video/x-raw,format=RGBA,width=64,height=48 ! " IN_IMAGES " ! fakesink",
        &error);
    g_assert_no_error(error);
    for (guint i = 0; i < 3; i++)
        run_to_end(pipeline);
}

/* Other caps, a flush, reverse playback and a frame that passes as it is. */
static void test_changes(void)
{
    GstVideoInfo info = make_info("RGBA", 64, 48), larger = make_info("BGRA", 80, 60);
    GstHarness *h = new_harness(IN_IMAGES), *other = new_harness("idiom name=i style=tiny");
    GstHarness *both[] = {h, other};
    g_autoptr(GstElement) idiom = gst_bin_get_by_name(GST_BIN(h->element), "i");
    GstBuffer *outs[2][5];
    for (guint k = 0; k < 2; k++) {
        GstBuffer **out = outs[k];
        set_caps(both[k], "RGBA", 64, 48);
        out[0] = push_and_pull(both[k], new_frame(&info, 0));
        flush(both[k]);
        out[1] = push_and_pull(both[k], new_frame(&info, 1));
        set_caps(both[k], "BGRA", 80, 60);
        out[2] = push_and_pull(both[k], new_frame(&larger, 2));
        push_reverse_segment(both[k], 4 * GST_SECOND);
        out[3] = push_and_pull(both[k], new_frame(&larger, 4));
        out[4] = push_and_pull(both[k], new_frame(&larger, 3));
    }
    for (guint i = 0; i < 5; i++) {
        g_assert_cmpint(largest_difference(i < 2 ? &info : &larger, outs[0][i], outs[1][i]), <=, 1);
        gst_buffer_unref(outs[0][i]);
        gst_buffer_unref(outs[1][i]);
    }
    g_assert_cmpuint(copies_of(h), ==, 0);
    g_object_set(idiom, "strength", 0.0, NULL);
    GstBuffer *in = new_frame(&larger, 3);
    g_autoptr(GstBuffer) same = gst_buffer_copy_deep(in);
    g_autoptr(GstBuffer) out = push_and_pull(h, in);
    g_assert_cmpint(largest_difference(&larger, out, same), ==, 0);
    gst_harness_teardown(h);
    gst_harness_teardown(other);
}

/* --- validation ------------------------------------------------------------------------------------ */

/* GStreamer makes the device: the layer is told by its own settings. */
static char *start_validation(void)
{
    char *folder = g_dir_make_tmp("idiom-vulkan-XXXXXX", NULL);
    g_autofree char *settings = g_build_filename(folder, "vk_layer_settings.txt", NULL);
    g_autofree char *text = g_strdup_printf(
        "khronos_validation.debug_action = VK_DBG_LAYER_ACTION_LOG_MSG\n"
        "khronos_validation.report_flags = error,warn\n"
        "khronos_validation.enables = VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT\n"
        "khronos_validation.log_filename = %s/log\n",
        folder);
    g_assert_true(g_file_set_contents(settings, text, -1, NULL));
    g_setenv("VK_LAYER_SETTINGS_PATH", folder, TRUE);
    g_setenv("VK_INSTANCE_LAYERS", "VK_LAYER_KHRONOS_validation", TRUE);
    return folder;
}

static void end_validation(char *folder)
{
    g_autofree char *settings = g_build_filename(folder, "vk_layer_settings.txt", NULL);
    g_autofree char *log = g_build_filename(folder, "log", NULL);
    g_autofree char *said = NULL;
    g_auto(GStrv) lines = NULL;
    if (g_file_get_contents(log, &said, NULL, NULL))
        lines = g_strsplit(said, "\n", -1);
    for (guint i = 0; lines && lines[i]; i++) /* who draws is not us */
        if (strstr(lines[i], "Validation Error") && !strstr(lines[i], "vkCmdDraw") &&
            !strstr(lines[i], "vkCreateRenderPass"))
            g_error("validation: %s", lines[i]);
    g_unlink(settings);
    g_unlink(log);
    g_rmdir(folder);
    g_free(folder);
}

int main(int argc, char **argv)
{
    char *validation = start_validation();
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    if (!have_vulkan()) {
        g_print("1..0 # SKIP there is no vulkanupload\n");
        return 77;
    }
    char *folder = test_styles_create();
    g_test_add_func("/vulkan/formats", test_formats);
    g_test_add_func("/vulkan/one-side", test_one_side);
    g_test_add_func("/vulkan/neighbours", test_neighbours);
    g_test_add_func("/vulkan/one-device", test_one_device);
    g_test_add_func("/vulkan/changes", test_changes);
    const int status = g_test_run();
    test_styles_remove(folder);
    end_validation(validation);
    return status;
}
