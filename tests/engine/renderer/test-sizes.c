/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream that changes its size: shaders are compiled for a few classes of sizes, not for each. */
#include "gpu/gpu.h"
#include "stage.h"
#include "style-files.h"

#include <idiom/renderer.h>

static IdiomDevice *device;

/* Shows two frames of this size; returns the kernels that the device had to make for them. */
static guint kernels_for(guint width, guint height)
{
    const guint before = idiom_device_kernels(device);
    g_autofree guint8 *bytes = g_malloc0((gsize)4 * width * height);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "small", IDIOM_VIDEO_RGBA, width, height, NULL);
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    for (params.time = 0; params.time < 2; params.time++)
        stage_render_rgba(renderer, width, bytes, bytes, &params);
    const guint made = idiom_device_kernels(device) - before;
    g_test_message("%ux%u: %u kernels made, %u in all", width, height, made, before + made);
    return made;
}

/* Planes of 128 pixels across and more have other workgroups; sizes that are no multiple of 4 are padded. */
static void test_classes(void)
{
    static const guint seen[][2] = {{81, 61}, {200, 112}, {350, 200}, {351, 201}};
    guint first = 0;
    for (guint i = 0; i < G_N_ELEMENTS(seen); i++)
        first += kernels_for(seen[i][0], seen[i][1]);
    g_assert_cmpuint(first, >, 0);

    g_autoptr(GRand) random = g_rand_new_with_seed(9);
    for (guint i = 0; i < 20; i++) {
        const guint width = (guint)g_rand_int_range(random, 80, 352);
        g_assert_cmpuint(kernels_for(width, width * (guint)g_rand_int_range(random, 9, 13) / 16), ==, 0);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    char *styles = test_styles_create();
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/sizes/classes", test_classes);
    const int status = g_test_run();
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
    idiom_device_unref(device);
    test_styles_remove(styles);
    return status;
}
