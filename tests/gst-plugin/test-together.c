/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Several elements on one device, in one process and in two; and what an element costs beside the bare renderer. */
#include "compare.h"
#include "frames.h"
#include "stage.h"
#include "style-files.h"

#include <gio/gio.h>
#include <idiom/device.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* --- together -------------------------------------------------------------------------------------- */

/* MiB of memory that the process holds. */
static double resident_mib(void)
{
    g_autofree char *text = NULL;
    unsigned long pages = 0;
    g_assert_true(g_file_get_contents("/proc/self/statm", &text, NULL, NULL));
    g_assert_cmpint(sscanf(text, "%*s %lu", &pages), ==, 1);
    return (double)pages * (double)sysconf(_SC_PAGESIZE) / (1 << 20);
}

typedef struct {
    GstHarness *h;
    const GstVideoInfo *info;
    GstBuffer *last;
} Player;

static gpointer play(gpointer data)
{
    Player *player = data;
    for (guint i = 0; i < 8; i++) {
        gst_clear_buffer(&player->last);
        player->last = push_and_pull(player->h, new_frame(player->info, i));
    }
    return NULL;
}

/* Four at once show what one shows alone, and share the device with its pipelines: only the first one has to make them. */
static void test_four(void)
{
    GstVideoInfo info = make_info("I420", 160, 90);
    Player players[4] = {{0}};
    GThread *threads[G_N_ELEMENTS(players)];
    double before = resident_mib(), first = 0;
    for (guint i = 0; i < G_N_ELEMENTS(players); i++) {
        players[i] = (Player){.h = new_harness("idiom style=small"), .info = &info};
        set_caps(players[i].h, "I420", 160, 90);
        gst_buffer_unref(push_and_pull(players[i].h, new_frame(&info, 0)));
        if (i == 0)
            first = resident_mib();
    }
    const double all = resident_mib();
    g_test_message("%.1f MiB for the first element, %.1f for each of the others", first - before,
                   (all - first) / 3);
    g_assert_cmpfloat((all - first) / 3, <, (first - before) / 2);
    for (guint i = 0; i < G_N_ELEMENTS(players); i++)
        flush(players[i].h);
    for (guint i = 0; i < G_N_ELEMENTS(players); i++)
        threads[i] = g_thread_new(NULL, play, &players[i]);
    for (guint i = 0; i < G_N_ELEMENTS(players); i++)
        g_thread_join(threads[i]);
    for (guint i = 0; i < G_N_ELEMENTS(players); i++) {
        g_assert_cmpint(largest_difference(&info, players[0].last, players[i].last), ==, 0);
        gst_harness_teardown(players[i].h);
    }
    for (guint i = 0; i < G_N_ELEMENTS(players); i++)
        gst_clear_buffer(&players[i].last);
}

/* Two processes at a time on one device, which may be the first ones to need their shaders. */
static void test_processes(void)
{
    g_autofree char *program = g_find_program_in_path("gst-launch-1.0");
    GSubprocess *two[2];
    if (!program) {
        g_test_skip("gst-launch-1.0 is not there");
        return;
    }
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        two[i] = g_subprocess_new(G_SUBPROCESS_FLAGS_NONE, &error, program, "-q", "videotestsrc",
                                  "num-buffers=10", "!", "video/x-raw,width=64,height=48", "!", "idiom",
                                  "style=tiny", "!", "fakesink", NULL);
        g_assert_no_error(error);
    }
    for (guint i = 0; i < 2; i++) {
        g_assert_true(g_subprocess_wait_check(two[i], NULL, NULL));
        g_object_unref(two[i]);
    }
}

/* --- speed ----------------------------------------------------------------------------------------- */

enum { WIDTH = 320, HEIGHT = 184, ROUNDS = 15, FRAMES = 4 };

/* Of the processor: a machine that is busy otherwise changes them little. */
static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static double seconds_of_element(GstHarness *h, const GstVideoInfo *info, guint round)
{
    GstBuffer *in[FRAMES];
    for (guint i = 0; i < FRAMES; i++)
        in[i] = new_frame(info, round * FRAMES + i);
    const double begin = seconds();
    for (guint i = 0; i < FRAMES; i++)
        gst_buffer_unref(push_and_pull(h, in[i]));
    return seconds() - begin;
}

static double seconds_of_renderer(IdiomRenderer *renderer, const IdiomFrame *frame, guint8 *in, guint8 *out,
                                  guint round)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.duration = 40000000;
    const double begin = seconds();
    for (guint i = 0; i < FRAMES; i++) {
        params.time = (round * FRAMES + i) * params.duration;
        stage_render(renderer, frame, in, out, &params);
    }
    return seconds() - begin;
}

/* In turns, as the machine may be busy with other things; the median of the pairs. */
static void test_speed(void)
{
    g_autoptr(GError) error = NULL;
    const GstVideoInfo info = make_info("RGBA", WIDTH, HEIGHT);
    IdiomFrame frame = {.format = IDIOM_VIDEO_RGBA, .width = WIDTH, .height = HEIGHT};
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "small", IDIOM_VIDEO_RGBA, WIDTH, HEIGHT, NULL);
    g_assert_true(idiom_frame_layout(&frame, NULL));
    g_autofree guint8 *in = g_malloc0(frame.size), *out = g_malloc0(frame.size);
    GstHarness *h = new_harness("idiom style=small frames-in-flight=1 quality=full");
    set_caps(h, "RGBA", WIDTH, HEIGHT);
    double ratios[ROUNDS];
    for (guint i = 0; i < ROUNDS; i++) {
        const double element = seconds_of_element(h, &info, i);
        ratios[i] = seconds_of_renderer(renderer, &frame, in, out, i) / element;
    }
    qsort(ratios, ROUNDS, sizeof *ratios, compare_doubles);
    g_test_message("the element does %.3f of what the renderer does; from %.3f to %.3f", ratios[ROUNDS / 2],
                   ratios[0], ratios[ROUNDS - 1]);
    g_assert_cmpfloat(ratios[ROUNDS / 2], >, 0.7); /* 0.9 on a quiet machine; frames this small cost little */
    gst_harness_teardown(h);
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    g_test_add_func("/together/four", test_four);
    g_test_add_func("/together/processes", test_processes);
    g_test_add_func("/together/speed", test_speed);
    const int status = g_test_run();
    test_styles_remove(folder);
    return status;
}
