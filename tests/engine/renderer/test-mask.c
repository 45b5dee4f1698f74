/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Masks: what is in them is shown in another way, softly, and along the edges of the frame. */
#include "stage.h"
#include "style-files.h"

#include "model/onnx/network.h"

#include <idiom/renderer.h>
#include <math.h>
#include <string.h>

enum { W = 96, H = 64, BYTES = 4 * W * H };

static IdiomDevice *device;

static void waves(guint8 *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++)
        bytes[i] = (guint8)(128 + 127 * sin(0.037 * i + 0.00071 * i * i));
}

static IdiomMask mask_of(const guint8 *pixels, guint width, guint height)
{
    IdiomMask mask = IDIOM_MASK_INIT;
    mask.pixels = pixels;
    mask.width = width;
    mask.height = height;
    mask.stride = width;
    return mask;
}

static IdiomFrameParams with_mask(const IdiomMask *mask)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.temporal = 0;
    params.mask = mask;
    return params;
}

static void alone(const char *style, const guint8 *in, guint8 *out)
{
    const IdiomFrameParams params = with_mask(NULL);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, style, IDIOM_VIDEO_RGBA, W, H, NULL);
    stage_render_rgba(renderer, W, in, out, &params);
}

static double tolerance(void)
{
    return idiom_device_info(device)->fastest == IDIOM_FP16 ? 3 : 1.01;
}

static void assert_between(const guint8 *out, const guint8 *a, const guint8 *b, double amount)
{
    for (gsize i = 0; i < BYTES; i++)
        g_assert_cmpfloat_with_epsilon(out[i], a[i] + amount * ((double)b[i] - a[i]), tolerance());
}

/* An even mask of any size is a strength for all of the frame; the source is the source to the last bit. */
static void test_even(void)
{
    static const guint sizes[][2] = {{1, 1}, {7, 3}, {W, H}, {300, 211}, {1, 900}};
    guint8 in[BYTES], out[BYTES], styled[BYTES];
    waves(in, BYTES);
    alone("tiny", in, styled);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        const gsize size = (gsize)sizes[i][0] * sizes[i][1];
        g_autofree guint8 *pixels = g_malloc0(size);
        IdiomMask mask = mask_of(pixels, sizes[i][0], sizes[i][1]);
        IdiomFrameParams params = with_mask(&mask);
        params.subject_strength = 0;
        stage_render_rgba(renderer, W, in, out, &params);
        assert_between(out, in, styled, 1);
        memset(pixels, 255, size);
        stage_render_rgba(renderer, W, in, out, &params);
        assert_between(out, in, styled, 0);
        g_assert_cmpmem(out, BYTES, in, BYTES);
        params.subject_strength = 0.6;
        params.strength = 0.5;
        mask.pixels += size - mask.width; /* upside down */
        mask.stride = -mask.stride;
        stage_render_rgba(renderer, W, in, out, &params);
        assert_between(out, in, styled, 0.3);
        params.background_strength = 0;
        memset(pixels, 0, size);
        stage_render_rgba(renderer, W, in, out, &params);
        g_assert_cmpmem(out, BYTES, in, BYTES);
    }
}

/* The same in YUV, where pixels share chroma. */
static void test_yuv(void)
{
    g_autoptr(GError) error = NULL;
    IdiomFrame frame = {.format = IDIOM_VIDEO_I420, .width = 37, .height = 21, .matrix = IDIOM_VIDEO_BT709};
    idiom_frame_layout(&frame, &error);
    g_assert_no_error(error);
    g_autofree guint8 *in = g_malloc0(frame.size), *out = g_malloc0(frame.size);
    waves(in, frame.size);
    guint8 pixels[32];
    memset(pixels, 255, sizeof pixels);
    const IdiomMask mask = mask_of(pixels, 8, 4);
    IdiomFrameParams params = with_mask(&mask);
    params.subject_strength = 0;
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_I420, 37, 21, NULL);
    stage_render(renderer, &frame, in, out, &params);
    for (guint p = 0; p < frame.n_planes; p++)
        for (guint y = 0; y < frame.rows[p]; y++)
            g_assert_cmpmem(in + frame.offset[p] + y * frame.stride[p], frame.row_bytes[p],
                            out + frame.offset[p] + y * frame.stride[p], frame.row_bytes[p]);
}

/* Left half of the frame by one style, right half by another; far from the border nothing of the other is seen. */
static void check_two_styles(const char *inside)
{
    static const guint8 right_half[] = {0, 0, 0, 0, 255, 255, 255, 255};
    guint8 in[BYTES], out[BYTES], a[BYTES], b[BYTES];
    waves(in, BYTES);
    alone("tiny", in, a);
    alone(inside, in, b);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    g_assert_true(idiom_renderer_show_subject(renderer, inside, NULL, &error));
    guint8 pixels[8 * 5];
    for (guint i = 0; i < sizeof pixels; i++)
        pixels[i] = right_half[i % 8];
    const IdiomMask mask = mask_of(pixels, 8, 5);
    IdiomFrameParams params = with_mask(&mask);
    for (guint steady = 0; steady < 2; steady++) {
        params.temporal = steady;
        params.discontinuity = TRUE;
        stage_render_rgba(renderer, W, in, out, &params);
        for (gsize y = 0; y < H; y++)
            for (gsize x = 0; x < 4 * W; x++) {
                const gsize i = 4 * W * y + x;
                if (x < 4 * (W / 2 - 16))
                    g_assert_cmpfloat_with_epsilon(out[i], a[i], tolerance());
                if (x >= 4 * (W / 2 + 16))
                    g_assert_cmpfloat_with_epsilon(out[i], b[i], tolerance());
            }
    }
    params.mask = NULL; /* without one there is no subject */
    stage_render_rgba(renderer, W, in, out, &params);
    g_assert_cmpmem(out, BYTES, a, BYTES);
    g_assert_true(idiom_renderer_show_subject(renderer, NULL, NULL, &error));
    params.mask = &mask;
    params.temporal = 0;
    stage_render_rgba(renderer, W, in, out, &params);
    g_assert_cmpmem(out, BYTES, a, BYTES);
}

static void test_two_styles(void)
{
    check_two_styles("tiny2");
    check_two_styles("noisy");
}

/* A mask whose border is spread over 40 pixels of a frame with an edge there: the border is where the edge is. */
static void check_edges(double stroke_size)
{
    enum { WIDE = 640, HIGH = 96, EDGE = 320, SPREAD = 40 };
    g_autofree guint8 *in = g_malloc(4 * WIDE * HIGH), *out = g_malloc0(4 * WIDE * HIGH);
    g_autofree guint8 *styled = g_malloc0(4 * WIDE * HIGH), *pixels = g_malloc(WIDE * HIGH);
    for (gsize i = 0; i < WIDE * HIGH; i++) {
        const int x = (int)(i % WIDE);
        const double ramp = CLAMP((x + 0.5 - EDGE) / SPREAD + 0.5, 0, 1);
        memset(in + 4 * i, x < EDGE ? 40 : 200, 4);
        pixels[i] = (guint8)(255 * ramp + 0.5);
    }
    IdiomMask mask = mask_of(pixels, WIDE, HIGH);
    IdiomFrameParams params = with_mask(NULL);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, WIDE, HIGH, NULL);
    idiom_renderer_set_stroke_size(renderer, stroke_size);
    stage_render_rgba(renderer, WIDE, in, styled, &params);
    params.mask = &mask;
    params.subject_strength = 0;
    stage_render_rgba(renderer, WIDE, in, out, &params);
    double share[2]; /* of the style, two pixels before the edge and two behind it */
    for (guint side = 0; side < 2; side++) {
        double moved = 0, all = 0;
        for (gsize y = 0; y < HIGH; y++)
            for (gsize c = 0; c < 3; c++) {
                const gsize i = 4 * (WIDE * y + EDGE + (side ? 1 : -2)) + c;
                moved += abs(out[i] - in[i]);
                all += abs(styled[i] - in[i]);
            }
        share[side] = moved / all;
    }
    g_test_message("share of the style before the edge %.2f, behind it %.2f", share[0], share[1]);
    g_assert_cmpfloat(share[0] - share[1], >, 0.15); /* 0.075 without the guide */
}

static void test_edges(void)
{
    check_edges(1);
    check_edges(2);
}

/* Writes a network that takes for people what is bright: the sigmoid of 40 (mean - 0.5). */
static void write_people(const char *folder)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomNetwork) net = idiom_network_new("people");
    IdiomArray *weight = idiom_array_new(IDIOM_TYPE_FLOAT, 4, (gint64[]){1, 3, 1, 1});
    IdiomArray *bias = idiom_array_new(IDIOM_TYPE_FLOAT, 1, (gint64[]){1});
    for (guint c = 0; c < 3; c++)
        weight->f[c] = 40.0f / 3;
    bias->f[0] = -20;
    net->opset = 13;
    net->input = idiom_network_add_value(net, NULL);
    const int middle = idiom_network_add_value(net, NULL);
    net->output = idiom_network_add_value(net, NULL);
    IdiomNode *conv = idiom_network_add_node(net, "1", "Conv", 3, 1);
    conv->in[0] = net->input;
    conv->in[1] = idiom_network_add_value(net, weight);
    conv->in[2] = idiom_network_add_value(net, bias);
    conv->out[0] = middle;
    IdiomNode *sigmoid = idiom_network_add_node(net, "2", "Sigmoid", 1, 1);
    sigmoid->in[0] = middle;
    sigmoid->out[0] = net->output;
    g_autofree char *path = g_build_filename(folder, "people.safetensors", NULL);
    idiom_network_prepare(net, &error);
    g_assert_no_error(error);
    idiom_network_save(net, path, "people", NULL, &error);
    g_assert_no_error(error);
}

/* Black, with a bright square whose left edge is at @left. */
static void square(guint8 *bytes, guint left)
{
    for (guint i = 0; i < BYTES / 4; i++)
        memset(bytes + 4 * i, i % W >= left && i % W < left + 32 && i / W >= 16 && i / W < 48 ? 230 : 20, 4);
}

/* Share of the frame's bytes, in a rectangle of rows 20 to 44, that are the source's. */
static double kept(const guint8 *in, const guint8 *out, guint left, guint right)
{
    guint same = 0, all = 0;
    for (guint y = 20; y < 44; y++)
        for (guint x = 4 * left; x < 4 * right; x++, all++)
            same += abs(in[4 * W * y + x] - out[4 * W * y + x]) <= 2;
    return (double)same / all;
}

/* What the network finds keeps the source, also in the frames between, where it has moved on. */
static void test_people(void)
{
    guint8 in[BYTES], out[BYTES], styled[BYTES];
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    g_assert_false(idiom_renderer_find_people(renderer, "tiny", 3, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT);
    g_clear_error(&error);
    g_assert_true(idiom_renderer_find_people(renderer, NULL, 4, &error));
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    info.width = W;
    info.height = H;
    idiom_renderer_configure(renderer, &info, &error);
    g_assert_no_error(error);
    IdiomFrameParams params = with_mask(NULL);
    params.duration = 40;
    params.people = TRUE;
    params.subject_strength = 0;
    for (guint frame = 0; frame < 12; frame++) {
        const guint left = 10 + 3 * frame;
        square(in, left);
        alone("tiny", in, styled);
        params.time = 40 * frame;
        stage_render_rgba(renderer, W, in, out, &params);
        g_test_message("frame %u: kept %.2f inside, %.2f outside", frame, kept(in, out, left + 3, left + 29),
                       kept(in, out, left + 38, W));
        g_assert_cmpfloat(kept(in, out, left + 3, left + 29), >, 0.9);
        g_assert_cmpfloat(kept(in, out, left + 38, W), <=, 0.05 + kept(in, styled, left + 38, W));
    }
}

static void on_warning(const GError *error, gpointer user)
{
    g_assert_nonnull(strstr(error->message, "nonsense"));
    g_atomic_int_inc((gint *)user);
}

/* Frames go on until what was asked for is in view. */
static void settle(IdiomRenderer *renderer, const guint8 *in, guint8 *out, const IdiomFrameParams *params)
{
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    do {
        stage_render_rgba(renderer, W, in, out, params);
        g_usleep(1000);
        idiom_renderer_get_stats(renderer, &stats);
    } while (stats.loading);
    stage_render_rgba(renderer, W, in, out, params);
}

/* While frames flow: a style that there is comes, one that there is not is a warning, and none takes it away. */
static void test_change(void)
{
    static const guint8 pixel = 255;
    gint warnings = 0;
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    options.slots = 1;
    options.warning = on_warning;
    options.user = &warnings;
    guint8 in[BYTES], out[BYTES], a[BYTES], b[BYTES];
    waves(in, BYTES);
    alone("tiny", in, a);
    alone("noisy", in, b);
    const IdiomMask mask = mask_of(&pixel, 1, 1);
    const IdiomFrameParams params = with_mask(&mask);
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, &options);
    idiom_renderer_change_subject(renderer, "nonsense", NULL, 0);
    for (guint i = 0; i < 5000 && !g_atomic_int_get(&warnings); i++)
        g_usleep(1000);
    g_assert_cmpint(warnings, ==, 1);
    stage_render_rgba(renderer, W, in, out, &params);
    assert_between(out, a, b, 0);
    idiom_renderer_change_subject(renderer, "noisy", NULL, 0);
    for (guint i = 0; i < 5000 && memcmp(out, b, BYTES) != 0; i++) {
        stage_render_rgba(renderer, W, in, out, &params);
        g_usleep(1000);
    }
    assert_between(out, a, b, 1);
    idiom_renderer_set_stroke_size(renderer, 3); /* another scene: the style stays */
    settle(renderer, in, out, &params);
    idiom_renderer_set_stroke_size(renderer, 1);
    settle(renderer, in, out, &params);
    assert_between(out, a, b, 1);
    idiom_renderer_change_subject(renderer, NULL, NULL, 0);
    stage_render_rgba(renderer, W, in, out, &params);
    assert_between(out, a, b, 0);
}

static void test_wrong_masks(void)
{
    static const guint8 pixels[4] = {0};
    IdiomMask masks[3] = {mask_of(NULL, 2, 2), mask_of(pixels, 0, 2), mask_of(pixels, 2, 2)};
    guint8 in[BYTES] = {0};
    masks[2].stride = 1;
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(masks); i++) {
        g_autoptr(GError) error = NULL;
        IdiomPicture picture = IDIOM_PICTURE_INIT;
        const IdiomFrameParams params = with_mask(&masks[i]);
        picture.planes[0] = in;
        picture.strides[0] = 4 * W;
        g_assert_false(idiom_renderer_send(renderer, &picture, &picture, &params, &error));
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    char *folder = test_styles_create();
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/mask/even", test_even);
    g_test_add_func("/mask/yuv", test_yuv);
    g_test_add_func("/mask/two-styles", test_two_styles);
    g_test_add_func("/mask/edges", test_edges);
    write_people(folder);
    g_test_add_func("/mask/people", test_people);
    g_test_add_func("/mask/change", test_change);
    g_test_add_func("/mask/wrong", test_wrong_masks);
    int status = g_test_run();
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
    idiom_device_unref(device);
    test_styles_remove(folder);
    return status;
}
