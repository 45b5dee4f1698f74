/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A long life: ten thousand frames, two hundred styles, two hundred sizes; nothing is left behind. */
#include "stage.h"
#include "style-files.h"

#include <stdio.h>
#include <unistd.h>

#define STEP (G_GINT64_CONSTANT(1000000000) / 25)

enum { FRAMES = 10000, CHANGES = 200, LARGEST = 64 };

static IdiomDevice *device;
static guint8 in[4 * LARGEST * LARGEST], out[4 * LARGEST * LARGEST];

/* Bytes of this process in memory. */
static gsize resident(void)
{
    long size = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    g_assert_nonnull(file);
    g_assert_cmpint(fscanf(file, "%ld %ld", &size, &pages), ==, 2);
    fclose(file);
    return (gsize)pages * (gsize)sysconf(_SC_PAGESIZE);
}

static guint descriptors(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    guint count = 0;
    while (dir && g_dir_read_name(dir))
        count++;
    return count;
}

static void show_frames(IdiomRenderer *renderer, guint width, gint64 *time, guint count)
{
    for (guint i = 0; i < count; i++) {
        IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
        params.time = *time += STEP;
        params.duration = STEP;
        in[i % sizeof in]++;
        stage_render_rgba(renderer, width, in, out, &params);
    }
}

static void live(IdiomRenderer *renderer, gint64 *time, guint round)
{
    show_frames(renderer, 32, time, FRAMES / CHANGES);
    idiom_renderer_change(renderer, round % 2 ? "tiny" : "moods", NULL, round % 3 * STEP);
    do
        show_frames(renderer, 32, time, 1);
    while (stage_is_changing(renderer));
}

static void resize(IdiomRenderer *renderer, gint64 *time, guint round)
{
    g_autoptr(GError) error = NULL;
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    info.width = 1 + round * 7 % LARGEST;
    info.height = 1 + round * 13 % LARGEST;
    idiom_renderer_configure(renderer, &info, &error);
    g_assert_no_error(error);
    show_frames(renderer, info.width, time, 2);
}

typedef void (*Round)(IdiomRenderer *renderer, gint64 *time, guint round);

/* After a fifth of the rounds everything has been seen that is to be kept. */
static void check_flat(const char *what, Round round)
{
    IdiomRenderer *renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, 32, 32, NULL);
    gint64 time = 0;
    gsize before = 0;
    guint files = 0;
    guint64 left = 0;
    for (guint i = 0; i < CHANGES; i++) {
        round(renderer, &time, i);
        if (i == CHANGES / 5) {
            before = resident();
            files = descriptors();
            left = idiom_device_free_memory(device);
        }
    }
    const double grown = ((double)resident() - (double)before) / 1048576;
    g_test_message("%s: %+.1f MiB resident, %+d descriptors", what, grown, (int)descriptors() - (int)files);
    g_assert_cmpfloat(grown, <, 16);
    g_assert_cmpuint(descriptors(), <=, files + 2);
    g_assert_cmpfloat((double)left - (double)idiom_device_free_memory(device), <, 64 << 20);
    idiom_renderer_free(renderer);
}

static void test_frames_and_styles(void)
{
    check_flat("10,000 frames and 200 styles", live);
}

static void test_sizes(void)
{
    check_flat("200 sizes", resize);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/soak/frames-and-styles", test_frames_and_styles);
    g_test_add_func("/soak/sizes", test_sizes);
    int status = g_test_run();
    idiom_device_unref(device);
    test_styles_remove(folder);
    return status;
}
