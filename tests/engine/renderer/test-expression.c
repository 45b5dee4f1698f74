/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sprites over and under a style, alone, the light under them, points that are followed; what refuses and what is freed. */
#include "stage.h"
#include "style-files.h"

#include <idiom/renderer.h>
#include <math.h>
#include <string.h>

#define W 192
#define H 128

static IdiomDevice *device;

static IdiomDrawing *make_square(guint side, guint8 r, guint8 g, guint8 b)
{
    g_autoptr(GError) error = NULL;
    g_autofree guint8 *pixels = g_malloc(4 * side * side);
    for (guint i = 0; i < side * side; i++)
        memcpy(pixels + 4 * i, (guint8[]){r, g, b, 255}, 4);
    IdiomDrawing *drawing = idiom_drawing_new(pixels, side, side, 4 * side, &error);
    g_assert_no_error(error);
    return drawing;
}

static IdiomSprite place(IdiomDrawing *drawing, double x, double y)
{
    return (IdiomSprite){.drawing = drawing, .x = x, .y = y, .xx = 1, .yy = 1, .opacity = 1};
}

static double lattice(int x, int y)
{
    guint32 h = (guint32)x * 0x9e3779b1u ^ (guint32)y * 0x85ebca77u;
    h = (h ^ h >> 15) * 0x2c1b3c6du;
    return (h >> 8 & 0xffff) / 65535.0;
}

/* Bumps without a pattern, that @shift pixels have moved to the right. */
static double bumps(double x, double y)
{
    const int ix = (int)floor(x), iy = (int)floor(y);
    const double fx = x - ix, fy = y - iy, sx = fx * fx * (3 - 2 * fx), sy = fy * fy * (3 - 2 * fy);
    return (lattice(ix, iy) * (1 - sx) + lattice(ix + 1, iy) * sx) * (1 - sy) +
           (lattice(ix, iy + 1) * (1 - sx) + lattice(ix + 1, iy + 1) * sx) * sy;
}

static void draw_scene(guint8 *rgba, double shift)
{
    for (guint y = 0; y < H; y++)
        for (guint x = 0; x < W; x++) {
            const double u = x - shift + 1000,
                         v = 0.6 * bumps(u / 9, y / 9.0) + 0.4 * bumps(u / 21, y / 21.0);
            memset(rgba + 4 * (y * W + x), (int)(20 + 200 * v), 3);
            rgba[4 * (y * W + x) + 3] = 255;
        }
}

static const guint8 *pixel(const guint8 *rgba, guint x, guint y)
{
    return rgba + 4 * (y * W + x);
}

static void assert_pixel(const guint8 *rgba, guint x, guint y, guint r, guint g, guint b, guint a)
{
    const guint8 *p = pixel(rgba, x, y);
    g_assert_cmpuint(p[0], ==, r);
    g_assert_cmpuint(p[1], ==, g);
    g_assert_cmpuint(p[2], ==, b);
    g_assert_cmpuint(p[3], ==, a);
}

static void render(IdiomRenderer *renderer, const guint8 *in, guint8 *out, double strength,
                   const IdiomExpression *says)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.strength = strength;
    params.temporal = 0;
    params.expression = says;
    stage_render_rgba(renderer, W, in, out, &params);
}

/* Over the picture: exact where the sprite is, nothing elsewhere; under it: painted. */
static void test_stages(void)
{
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    g_autoptr(IdiomDrawing) square = make_square(16, 250, 20, 40);
    const IdiomSprite sprite = place(square, 60, 40);
    IdiomExpression says = IDIOM_EXPRESSION_INIT;
    g_autofree guint8 *in = g_malloc(4 * W * H), *plain = g_malloc(4 * W * H), *out = g_malloc(4 * W * H);
    draw_scene(in, 0);
    render(renderer, in, plain, 1, NULL);
    says.sprites = &sprite;
    says.n_sprites = 1;
    render(renderer, in, out, 1, &says);
    for (guint y = 0; y < H; y++)
        for (guint x = 0; x < W; x++)
            if (x >= 52 && x < 68 && y >= 32 && y < 48)
                assert_pixel(out, x, y, 250, 20, 40, 255);
            else
                g_assert_cmpmem(pixel(out, x, y), 4, pixel(plain, x, y), 4);
    render(renderer, in, out, 0, &says); /* as it came, but for the sprite */
    assert_pixel(out, 60, 40, 250, 20, 40, 255);
    g_assert_cmpmem(pixel(out, 70, 40), 4, pixel(in, 70, 40), 4);
    says.before = TRUE;
    render(renderer, in, out, 1, &says);
    g_assert_cmpint(memcmp(pixel(out, 60, 40), pixel(plain, 60, 40), 4), !=, 0);
    g_assert_cmpint(memcmp(pixel(out, 60, 40), (guint8[]){250, 20, 40, 255}, 4), !=, 0);
}

static void test_alone(void)
{
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    g_autoptr(IdiomDrawing) square = make_square(16, 128, 0, 0);
    IdiomSprite sprite = place(square, 60, 40);
    IdiomExpression says = IDIOM_EXPRESSION_INIT;
    g_autofree guint8 *in = g_malloc(4 * W * H), *out = g_malloc(4 * W * H);
    draw_scene(in, 0);
    sprite.opacity = 0.5;
    says.sprites = &sprite;
    says.n_sprites = 1;
    says.alone = TRUE;
    render(renderer, in, out, 1, &says);
    assert_pixel(out, 60, 40, 128, 0, 0, 128); /* colours are not multiplied in frames */
    assert_pixel(out, 10, 10, 0, 0, 0, 0);
}

/* Sends with all slots in use; drawings and lists are the caller's again at once. */
static void test_slots(void)
{
    g_autoptr(GError) error = NULL;
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    options.slots = 3;
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, &options);
    g_autofree guint8 *in = g_malloc(4 * W * H);
    guint8 *outs[3];
    draw_scene(in, 0);
    for (guint i = 0; i < 3; i++) {
        g_autoptr(IdiomDrawing) square = make_square(8, (guint8)(50 * i), 0, 255);
        const IdiomSprite sprite = place(square, 20 + 40 * i, 20);
        IdiomExpression says = IDIOM_EXPRESSION_INIT;
        IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
        IdiomPicture from = IDIOM_PICTURE_INIT, to = IDIOM_PICTURE_INIT;
        outs[i] = g_malloc(4 * W * H);
        from.planes[0] = in;
        to.planes[0] = outs[i];
        from.strides[0] = to.strides[0] = 4 * W;
        says.sprites = &sprite;
        says.n_sprites = 1;
        params.expression = &says;
        idiom_renderer_send(renderer, &from, &to, &params, &error);
        g_assert_no_error(error);
    }
    for (guint i = 0; i < 3; i++) {
        g_assert_cmpint(idiom_renderer_get(renderer, TRUE, NULL, &error), ==, IDIOM_GET_FRAME);
        assert_pixel(outs[i], 20 + 40 * i, 20, 50 * i, 0, 255, 255);
        g_free(outs[i]);
    }
}

static void test_light(void)
{
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    g_autoptr(IdiomDrawing) square = make_square(64, 0, 0, 0);
    const IdiomSprite sprite = place(square, 40, 40);
    const IdiomArea areas[] = {{10, 10, 60, 60}, {100, 10, 60, 60}};
    IdiomExpression says = IDIOM_EXPRESSION_INIT;
    IdiomObservation seen = IDIOM_OBSERVATION_INIT;
    g_autofree guint8 *in = g_malloc(4 * W * H), *out = g_malloc(4 * W * H);
    memset(in, 255, 4 * W * H);
    for (guint i = 0; i < W * H; i++)
        if (i % W >= 96)
            memset(in + 4 * i, 128, 3);
    says.sprites = &sprite;
    says.n_sprites = 1;
    says.areas = areas;
    says.n_areas = 2;
    render(renderer, in, out, 0, &says);
    idiom_renderer_observe(renderer, &seen);
    g_assert_cmpuint(seen.n_lights, ==, 2);
    g_assert_cmpfloat_with_epsilon(seen.lights[0].mean, 1, 1e-3); /* not what lies over it */
    g_assert_cmpfloat_with_epsilon(seen.lights[1].mean, 0.2159, 1e-3);
    g_assert_cmpfloat_with_epsilon(seen.lights[1].least, seen.lights[1].most, 1e-3);
    render(renderer, in, out, 0, NULL);
    idiom_renderer_observe(renderer, &seen);
    g_assert_cmpuint(seen.n_lights, ==, 0);
}

/* A point goes with a scene that moves by three pixels a frame; also where the style is not computed. */
static void test_motion(gconstpointer strength)
{
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    const IdiomPoint point = {90, 64, 20};
    IdiomExpression says = IDIOM_EXPRESSION_INIT;
    g_autofree guint8 *in = g_malloc(4 * W * H), *out = g_malloc(4 * W * H);
    says.points = &point;
    says.n_points = 1;
    double moved = 0;
    for (guint i = 0; i < 6; i++) {
        IdiomObservation seen = IDIOM_OBSERVATION_INIT;
        draw_scene(in, 3.0 * i);
        render(renderer, in, out, *(const double *)strength, &says);
        idiom_renderer_observe(renderer, &seen);
        g_assert_cmpuint(seen.n_moves, ==, 1);
        if (i == 0)
            g_assert_cmpfloat(seen.moves[0].sure, ==, 0);
        moved += seen.moves[0].x;
        g_assert_cmpfloat(fabs(seen.moves[0].y), <, 0.5);
    }
    g_test_message("%g pixels", moved);
    g_assert_cmpfloat(fabs(moved - 15), <, 1.5);
}

/* Contours and tones, also without a style, with a sprite over them; a still picture stays as it is. */
static void test_drawn(void)
{
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    g_autoptr(IdiomDrawing) square = make_square(16, 250, 20, 40);
    const IdiomSprite sprite = place(square, 20, 20);
    const IdiomPalette palette = {.ink = {0.2f, 0, 0.4f}, .n_colours = 1, .colours = {{1, 1, 1}}};
    IdiomExpression says = IDIOM_EXPRESSION_INIT;
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    g_autofree guint8 *in = g_malloc(4 * W * H), *out = g_malloc(4 * W * H), *again = g_malloc(4 * W * H);
    for (guint i = 0; i < W * H; i++)
        memcpy(in + 4 * i, i % W < 96 ? (guint8[]){60, 60, 60, 255} : (guint8[]){200, 200, 200, 255}, 4);
    says.sprites = &sprite;
    says.n_sprites = 1;
    params.strength = 0;
    params.line = 1;
    params.palette = &palette;
    params.expression = &says;
    for (guint i = 0; i < 12; i++) /* until the contours are all there */
        stage_render_rgba(renderer, W, in, again, &params);
    stage_render_rgba(renderer, W, in, out, &params);
    g_assert_cmpmem(out, 4 * W * H, again, 4 * W * H);
    assert_pixel(out, 20, 20, 250, 20, 40, 255);
    assert_pixel(out, 95, 64, 51, 0, 102, 255); /* the dark side of the edge */
    assert_pixel(out, 40, 64, 60, 60, 60, 255);
    assert_pixel(out, 150, 64, 200, 200, 200, 255);
    params.line = 0;
    params.tones = 1;
    stage_render_rgba(renderer, W, in, out, &params);
    assert_pixel(out, 40, 64, 255, 255, 255, 255); /* the palette has only white */
    params.strength = 1;
    stage_render_rgba(renderer, W, in, out, &params);
    assert_pixel(out, 20, 20, 250, 20, 40, 255);
    assert_pixel(out, 40, 64, 255, 255, 255, 255);
}

static void test_limits(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_RGBA, W, H, NULL);
    g_autofree guint8 *in = g_malloc0(4 * W * H);
    IdiomExpression says = IDIOM_EXPRESSION_INIT;
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    IdiomPicture picture = IDIOM_PICTURE_INIT;
    picture.planes[0] = in;
    picture.strides[0] = 4 * W;
    says.n_sprites = IDIOM_MAX_SPRITES + 1;
    params.expression = &says;
    g_assert_false(idiom_renderer_send(renderer, &picture, &picture, &params, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "65 sprites"));
    g_clear_error(&error);
    g_assert_null(idiom_drawing_new(in, 10000, 1, 40000, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    g_assert_nonnull(strstr(error->message, "10000x1"));
}

int main(int argc, char **argv)
{
    static const double whole = 1, none = 0;
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    char *styles = test_styles_create();
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/expression/stages", test_stages);
    g_test_add_func("/expression/alone", test_alone);
    g_test_add_func("/expression/slots", test_slots);
    g_test_add_func("/expression/light", test_light);
    g_test_add_data_func("/expression/motion", &whole, test_motion);
    g_test_add_data_func("/expression/motion-without-style", &none, test_motion);
    g_test_add_func("/expression/drawn", test_drawn);
    g_test_add_func("/expression/limits", test_limits);
    int result = g_test_run();
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
    idiom_device_unref(device);
    test_styles_remove(styles);
    return result;
}
