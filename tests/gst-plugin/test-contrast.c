/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Captions over clips: contrast as WCAG defines it, and steadiness, measured in what comes out. IDIOM_TEST_CLIPS is a folder
 * of videos; without it GStreamer's own patterns are taken, of which one flashes.
 */
#include <gst/app/gstappsink.h>
#include <math.h>
#include <string.h>

#define W 640
#define H 360
#define FRAMES 125
#define SIZE "video/x-raw,format=RGBA,width=640,height=360,pixel-aspect-ratio=1/1"
#define SPEAKING "caption=\"Contrast 对比\" caption-size=8"
/* No frame should have less, but one in a hundred may. */
#define LEAST_CONTRAST 4.5
#define LEAST_SHARE 0.99
/* What does not change behind the box does not change in it, but by the pace of its opacity, a second. */
#define PACE 0.5

typedef enum { ELSEWHERE, LETTER, BOX } Part;

static double luminance(const guint8 *p)
{
    static double linear[256];
    for (guint i = 0; !linear[255] && i < 256; i++) {
        const double c = i / 255.0;
        linear[i] = c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
    }
    return 0.2126 * linear[p[0]] + 0.7152 * linear[p[1]] + 0.0722 * linear[p[2]];
}

static GstElement *launch(const char *text)
{
    g_autoptr(GError) error = NULL;
    GstElement *pipeline = gst_parse_launch(text, &error);
    g_assert_no_error(error);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    return pipeline;
}

/* The next frame of a sink in @pipeline, or NULL at the end. */
static guint8 *pull(GstElement *pipeline, const char *name, double *seconds)
{
    g_autoptr(GstElement) sink = gst_bin_get_by_name(GST_BIN(pipeline), name);
    g_autoptr(GstSample) sample = gst_app_sink_pull_sample(GST_APP_SINK(sink));
    guint8 *pixels = NULL;
    if (sample) {
        pixels = g_malloc(4 * W * H);
        GstBuffer *buffer = gst_sample_get_buffer(sample);
        gst_buffer_extract(buffer, 0, pixels, 4 * W * H);
        *seconds = (double)GST_BUFFER_DURATION(buffer) / GST_SECOND;
    }
    return pixels;
}

static void finish(GstElement *pipeline)
{
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
}

/* Which pixels belong to letters and which to the box between them; what is in both, at edges, is elsewhere. */
static void find_parts(Part *parts, const char *style)
{
    g_autofree char *text =
        g_strdup_printf("videotestsrc pattern=black num-buffers=1 ! " SIZE " ! idiom background=transparent "
                        "style=%s " SPEAKING " ! appsink name=out",
                        style);
    GstElement *pipeline = launch(text);
    double seconds;
    g_autofree guint8 *p = pull(pipeline, "out", &seconds);
    double darkest = 1, lightest = 0;
    guint letters = 0, box = 0;
    g_assert_nonnull(p);
    for (guint i = 0; i < W * H; i++)
        if (p[4 * i + 3] == 255) {
            darkest = fmin(darkest, luminance(p + 4 * i));
            lightest = fmax(lightest, luminance(p + 4 * i));
        }
    for (guint i = 0; i < W * H; i++) {
        const double l = luminance(p + 4 * i);
        const guint8 alpha = p[4 * i + 3];
        parts[i] = ELSEWHERE;
        if (alpha == 255 && l < darkest + 0.003)
            parts[i] = LETTER;
        else if (alpha > 200 && alpha < 255 && l > 0.97 * lightest)
            parts[i] = BOX;
        letters += parts[i] == LETTER;
        box += parts[i] == BOX;
    }
    g_assert_cmpuint(letters, >, 300);
    g_assert_cmpuint(box, >, 3000);
    finish(pipeline);
}

typedef struct {
    guint frames, readable;
    double least;  /* contrast */
    guint letters; /* largest change of a letter's pixel, in bytes */
    guint box;     /* of the box's, where nothing changes behind it */
} Seen;

/* Contrast of the letters to the box, where it is least: but for a pixel in fifty. */
static double contrast_in(const guint8 *out, const Part *parts)
{
    guint histogram[1001] = {0}, count = 0, letters = 0, below = 0, at = 0;
    double ink = 0;
    for (guint i = 0; i < W * H; i++)
        if (parts[i] == LETTER) {
            ink += luminance(out + 4 * i);
            letters++;
        } else if (parts[i] == BOX) {
            histogram[(guint)(1000 * luminance(out + 4 * i))]++;
            count++;
        }
    while ((below += histogram[at]) < count / 50)
        at++;
    return (at / 1000.0 + 0.05) / (ink / letters + 0.05);
}

static guint change(const guint8 *a, const guint8 *b)
{
    guint most = 0;
    for (guint k = 0; k < 3; k++)
        most = MAX(most, (guint)ABS(a[k] - b[k]));
    return most;
}

static void compare(Seen *seen, const Part *parts, const guint8 *out, const guint8 *behind,
                    const guint8 *last_out, const guint8 *last_behind)
{
    for (guint i = 0; i < 4 * W * H; i += 4)
        if (parts[i / 4] == LETTER)
            seen->letters = MAX(seen->letters, change(out + i, last_out + i));
        else if (parts[i / 4] == BOX && change(behind + i, last_behind + i) == 0)
            seen->box = MAX(seen->box, change(out + i, last_out + i));
}

static void watch(const char *source, const char *style)
{
    g_autofree Part *parts = g_new(Part, W * H);
    g_autofree char *text = g_strdup_printf(
        "%s ! videoconvert ! videoscale add-borders=false ! " SIZE
        " ! tee name=t ! queue ! idiom style=%s " SPEAKING " ! appsink name=out sync=false max-buffers=2 "
        "t. ! queue ! idiom style=%s ! appsink name=behind sync=false max-buffers=2",
        source, style, style);
    g_autofree guint8 *last_out = NULL, *last_behind = NULL;
    Seen seen = {.least = 100};
    double seconds = 0;
    find_parts(parts, style);
    GstElement *pipeline = launch(text);
    while (seen.frames < FRAMES) {
        guint8 *out = pull(pipeline, "out", &seconds), *behind = pull(pipeline, "behind", &seconds);
        if (!out || !behind)
            break;
        const double c = contrast_in(out, parts);
        seen.frames++;
        seen.readable += c >= LEAST_CONTRAST;
        seen.least = fmin(seen.least, c);
        if (last_out)
            compare(&seen, parts, out, behind, last_out, last_behind);
        g_free(last_out);
        g_free(last_behind);
        last_out = out;
        last_behind = behind;
    }
    finish(pipeline);
    g_test_message("%s, %s: contrast 4.5:1 in %.1f %% of %u frames, at least %.1f; letters change by %u, box "
                   "by %u at most",
                   source, style, 100.0 * seen.readable / seen.frames, seen.frames, seen.least, seen.letters,
                   seen.box);
    g_assert_cmpuint(seen.frames, >, 20);
    g_assert_cmpfloat(seen.readable, >=, LEAST_SHARE * seen.frames);
    g_assert_cmpuint(seen.letters, <=, 1);
    g_assert_cmpfloat(seen.box, <=, 1 + 255 * PACE * seconds);
}

static void test_clips(gconstpointer style)
{
    static const char *const patterns[] = {"ball", "smpte", "blink", "zone-plate kx2=20 ky2=20 kt=3"};
    const char *folder = g_getenv("IDIOM_TEST_CLIPS");
    g_autoptr(GDir) dir = folder ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name;
    for (guint i = 0; !dir && i < G_N_ELEMENTS(patterns); i++) {
        g_autofree char *source = g_strdup_printf("videotestsrc num-buffers=60 pattern=%s", patterns[i]);
        watch(source, style);
    }
    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".mp4")) {
            g_autofree char *source = g_strdup_printf("filesrc location=\"%s/%s\" ! decodebin", folder, name);
            watch(source, style);
        }
}

int main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    const char *style = g_getenv("IDIOM_TEST_STYLE");
    g_test_add_data_func("/contrast/clips", style ? style : "none", test_clips);
    return g_test_run();
}
