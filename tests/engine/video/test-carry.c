/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Noise that is carried along: with a pan, a zoom, behind what moves in front; it rests where the scene rests. */
#include "stage.h"
#include "style-files.h"

#include <idiom-unstable/noise.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/temporal.h>

#include <math.h>
#include <string.h>

#define W 320
#define H 192
#define COLUMNS (W / IDIOM_NOISE_CELL)
#define ROWS (H / IDIOM_NOISE_CELL)
#define CELLS (COLUMNS * ROWS)
#define VALUES (IDIOM_NOISE_CHANNELS * CELLS)

static IdiomDevice *device;

/* --- a scene -------------------------------------------------------------------------------------- */

static double lattice(int x, int y)
{
    guint32 h = (guint32)x * 0x8da6b343u ^ (guint32)y * 0xd8163841u;
    h = (h ^ (h >> 13)) * 0x5bd1e995u;
    return ((h ^ (h >> 15)) & 0xffff) / 65535.0;
}

static double smooth(double x, double y, double size)
{
    x /= size;
    y /= size;
    const int ix = (int)floor(x), iy = (int)floor(y);
    double tx = x - ix, ty = y - iy;
    tx = tx * tx * (3 - 2 * tx);
    ty = ty * ty * (3 - 2 * ty);
    return (1 - ty) * ((1 - tx) * lattice(ix, iy) + tx * lattice(ix + 1, iy)) +
           ty * ((1 - tx) * lattice(ix, iy + 1) + tx * lattice(ix + 1, iy + 1));
}

static double texture(double x, double y)
{
    return 0.5 * smooth(x, y, 31) + 0.3 * smooth(x + 500, y, 13) + 0.2 * smooth(x, y + 900, 6);
}

/* --- what is tested ------------------------------------------------------------------------------- */

typedef struct {
    IdiomProgram *program;
    float *picture, *continues, *joined;
    const float *noise;
} Carrier;

static void carrier_init(Carrier *c)
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *picture = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, H, W));
    IdiomTensor *continues = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *joined = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomMotion motion = idiom_motion(g, idiom_to_planes(g, picture), continues);
    motion.flow = idiom_camera_flow(g, &motion);
    IdiomTensor *noise = idiom_to_flat(g, idiom_carry_noise(g, &motion, W, H, joined).noise);
    c->program = idiom_program_new(g, &noise, 1, &error);
    g_assert_no_error(error);
    c->picture = idiom_program_map(c->program, picture);
    c->continues = idiom_program_map(c->program, continues);
    c->joined = idiom_program_map(c->program, joined);
    c->noise = idiom_program_map(c->program, noise);
    *c->continues = *c->joined = 1;
}

static void carrier_clear(Carrier *c)
{
    g_clear_pointer(&c->program, idiom_program_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Carrier, carrier_clear)

static void run(Carrier *c)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idiom_program_run(c->program, &error));
    g_assert_no_error(error);
}

/* Shows the world from (@x, @y) on, a pixel being @scale of it, about the middle. */
static void show(Carrier *c, double x, double y, double scale)
{
    for (guint i = 0; i < H; i++)
        for (guint k = 0; k < W; k++)
            for (guint channel = 0; channel < 3; channel++)
                c->picture[(channel * H + i) * W + k] =
                    (float)texture(W / 2.0 + scale * (k - W / 2.0) + x, H / 2.0 + scale * (i - H / 2.0) + y);
    run(c);
}

/* Root of the mean squared difference to the field seen from (@x, @y) pixels on, in cells that are @margin from the side. */
static double miss(const Carrier *c, double x, double y, guint margin)
{
    double sum = 0;
    gsize n = 0;
    for (guint j = margin; j < ROWS - margin; j++)
        for (guint i = margin; i < COLUMNS - margin; i++) {
            float expected[IDIOM_NOISE_CHANNELS];
            idiom_noise_at(i + x / IDIOM_NOISE_CELL, j + y / IDIOM_NOISE_CELL, expected);
            for (guint k = 0; k < IDIOM_NOISE_CHANNELS; k++, n++) {
                const double d = c->noise[k * CELLS + j * COLUMNS + i] - expected[k];
                sum += d * d;
            }
        }
    return sqrt(sum / (double)n);
}

static double deviation(const Carrier *c, guint channel)
{
    double sum = 0, squares = 0;
    for (guint i = 0; i < CELLS; i++) {
        const double v = c->noise[channel * CELLS + i];
        sum += v;
        squares += v * v;
    }
    return sqrt(squares / CELLS - sum * sum / CELLS / CELLS);
}

/* First the field itself, and then, as nothing moves, the same bit for bit. */
static void test_rest(void)
{
    g_auto(Carrier) c = {0};
    carrier_init(&c);
    show(&c, 0, 0, 1);
    float field[VALUES];
    idiom_noise_crop(0, 0, COLUMNS, ROWS, field);
    for (guint i = 0; i < VALUES; i++)
        g_assert_cmpfloat_with_epsilon(c.noise[i], field[i], 1e-5);
    show(&c, 7.3, -4.1, 1);
    g_autofree float *before = g_memdup2(c.noise, VALUES * sizeof(float));
    for (guint i = 0; i < 5; i++) {
        run(&c);
        g_assert_cmpmem(c.noise, VALUES * sizeof(float), before, VALUES * sizeof(float));
    }
}

/* Forty steps of whole pixels, and of parts of one: it stays with the scene, and keeps its contrast. */
static void test_pan(void)
{
    static const double steps[][2] = {{4, 0}, {3, -2}, {0.37, 0.21}, {-1.5, 0.75}};
    for (guint s = 0; s < G_N_ELEMENTS(steps); s++) {
        g_auto(Carrier) c = {0};
        carrier_init(&c);
        double x = 0, y = 0;
        show(&c, 0, 0, 1);
        for (guint i = 0; i < 40; i++)
            show(&c, x += steps[s][0], y += steps[s][1], 1);
        const double inside = miss(&c, x, y, 6), all = miss(&c, x, y, 0), still = miss(&c, 0, 0, 6);
        g_test_message("pan by %g, %g: %.3f off in the middle, %.3f in all, %.2f from where it began; "
                       "deviations %.2f, %.2f",
                       steps[s][0], steps[s][1], inside, all, still, deviation(&c, 0), deviation(&c, 1));
        g_assert_cmpfloat(inside, <, 0.5);
        g_assert_cmpfloat(all, <, 0.5); /* what has come in goes on where the rest left off */
        g_assert_cmpfloat(still, >, 0.8);
        for (guint k = 0; k < IDIOM_NOISE_CHANNELS; k++)
            g_assert_cmpfloat(fabs(deviation(&c, k) - 1), <, 0.15);
    }
}

/* A sky without anything to see over a ground that pans: it pans as well. */
static void test_sky(void)
{
    enum { HORIZON = 112, STEPS = 20 };
    const double step[2] = {5, 1.5};
    g_auto(Carrier) c = {0};
    carrier_init(&c);
    for (guint t = 0; t <= STEPS; t++) {
        for (guint i = 0; i < H; i++)
            for (guint k = 0; k < W; k++)
                for (guint channel = 0; channel < 3; channel++)
                    c.picture[(channel * H + i) * W + k] =
                        i < HORIZON ? 0.6f : (float)texture(k + step[0] * t, i + step[1] * t);
        run(&c);
    }
    double sum = 0;
    guint n = 0;
    for (guint j = 0; j < HORIZON / IDIOM_NOISE_CELL - 4; j++)
        for (guint i = 0; i < COLUMNS; i++, n++) {
            float expected[IDIOM_NOISE_CHANNELS];
            idiom_noise_at(i + step[0] * STEPS / 4, j + step[1] * STEPS / 4, expected);
            sum += pow(c.noise[j * COLUMNS + i] - expected[0], 2);
        }
    g_test_message("sky: off by %.3f", sqrt(sum / n));
    g_assert_cmpfloat(sqrt(sum / n), <, 0.3);
}

/* Mean squared slope from cell to cell, of what has wavelengths of so many cells. */
static double fineness(const Carrier *c, guint channel)
{
    double sum = 0;
    for (guint j = 0; j < ROWS; j++)
        for (guint i = 1; i < COLUMNS; i++) {
            const float *v = c->noise + channel * CELLS + j * COLUMNS + i;
            sum += (double)(v[0] - v[-1]) * (v[0] - v[-1]);
        }
    return sum / CELLS;
}

/* Coming four times nearer, strokes neither grow nor lose contrast; no step is a jump. */
static void test_zoom(void)
{
    g_auto(Carrier) c = {0};
    carrier_init(&c);
    double scale = 1, worst = 0;
    show(&c, 0, 0, scale);
    const double fine[] = {fineness(&c, 0), fineness(&c, 1)};
    g_autofree float *before = g_memdup2(c.noise, VALUES * sizeof(float));
    for (guint i = 0; scale > 0.25; i++) {
        show(&c, 0, 0, scale *= 0.98);
        double change = 0;
        for (guint k = 0; k < VALUES; k++)
            change += (double)(c.noise[k] - before[k]) * (c.noise[k] - before[k]) / VALUES;
        worst = fmax(worst, sqrt(change));
        memcpy(before, c.noise, VALUES * sizeof(float));
        for (guint k = 0; k < IDIOM_NOISE_CHANNELS; k++) {
            g_assert_cmpfloat(fabs(deviation(&c, k) - 1), <, 0.25);
            const double finer = fineness(&c, k) / fine[k];
            if (finer < 0.4 || finer > 2.5)
                g_error("channel %u at scale %.2f: %.2f as fine", k, scale, finer);
        }
    }
    g_test_message("worst step: %.2f", worst);
    g_assert_cmpfloat(worst, <, 0.7); /* 1.41 would be other noise */
}

/* A cut, or a run that goes on from none, begins with the field as it is. */
static void test_begin(void)
{
    float field[VALUES];
    idiom_noise_crop(0, 0, COLUMNS, ROWS, field);
    g_auto(Carrier) c = {0};
    carrier_init(&c);
    for (guint way = 0; way < 3; way++) {
        for (guint i = 0; i < 3; i++)
            show(&c, 5 * i, 0, 1);
        g_assert_cmpfloat(miss(&c, 0, 0, 0), >, 0.5);
        *c.continues = way != 0;
        *c.joined = way != 1;
        show(&c, way == 2 ? 5000 : 15, 0, 1);
        for (guint i = 0; i < VALUES; i++)
            g_assert_cmpfloat_with_epsilon(c.noise[i], field[i], 1e-5);
        *c.continues = *c.joined = 1;
        show(&c, 5000, 5000, 1); /* away from it again */
    }
}

/* A square that moves takes its noise along; the ground's stays, and is as fine as before where it is uncovered. */
static void test_object(void)
{
    enum { SIDE = 96, STEPS = 24, STEP = 4, TOP = 48 };
    g_auto(Carrier) c = {0};
    carrier_init(&c);
    for (guint t = 0; t <= STEPS; t++) {
        const guint left = 32 + STEP * t;
        for (guint i = 0; i < H; i++)
            for (guint k = 0; k < W; k++) {
                const gboolean inside = k >= left && k < left + SIDE && i >= TOP && i < TOP + SIDE;
                const double v = inside ? texture(3000.0 + k - left, 70.0 + i) : texture(k, i);
                for (guint channel = 0; channel < 3; channel++)
                    c.picture[(channel * H + i) * W + k] = (float)v;
            }
        run(&c);
    }
    double object = 0, ground = 0, uncovered = 0;
    guint n_object = 0, n_ground = 0, n_uncovered = 0;
    const guint moved = STEPS * STEP / IDIOM_NOISE_CELL, left = 8 + moved;
    for (guint j = 0; j < ROWS; j++)
        for (guint i = 1; i < COLUMNS; i++) {
            const gboolean across = j >= 15 && j < 33;
            const float *v = c.noise + CELLS + j * COLUMNS + i; /* strokes */
            float fixed[2], along[2];
            idiom_noise_at(i, j, fixed);
            idiom_noise_at((double)i - moved, j, along);
            if (across && i >= left + 4 && i < left + 20) {
                object += pow(*v - along[1], 2);
                n_object++;
            } else if (j < 6 || j >= 42) {
                ground += pow(*v - fixed[1], 2);
                n_ground++;
            } else if (across && i >= 10 && i + 4 < left) {
                uncovered += pow(v[0] - v[-1], 2);
                n_uncovered++;
            }
        }
    float field[VALUES];
    idiom_noise_crop(0, 0, COLUMNS, ROWS, field);
    memcpy((float *)c.noise, field, sizeof field);
    const double fine = fineness(&c, 1), finer = uncovered / n_uncovered / fine;
    g_test_message("off by %.3f on the object, %.3f on the ground; uncovered: %.2f as fine",
                   sqrt(object / n_object), sqrt(ground / n_ground), finer);
    g_assert_cmpfloat(sqrt(object / n_object), <, 0.4);
    g_assert_cmpfloat(sqrt(ground / n_ground), <, 0.1);
    g_assert_cmpfloat(finer, >, 0.4);
    g_assert_cmpfloat(finer, <, 2.5);
}

/* --- in the renderer ------------------------------------------------------------------------------ */

/* Frame number @frame of a pan by 8 pixels a frame. */
static void render(IdiomRenderer *renderer, guint frame, double temporal, gboolean cut, guint8 *out)
{
    g_autofree guint8 *in = g_malloc(4 * W * H);
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.temporal = temporal;
    params.statistics = 0;
    params.discontinuity = cut;
    for (guint i = 0; i < W * H; i++)
        memset(in + 4 * i, (int)(255 * texture(i % W + 8.0 * frame, i / W)), 4);
    stage_render_rgba(renderer, W, in, out, &params);
}

static IdiomRenderer *new_renderer(void)
{
    return stage_new(device, "noisy", IDIOM_VIDEO_RGBA, W, H, NULL);
}

/* Mean difference of @later to @first moved by @frames frames, away from the sides. */
static double apart(const guint8 *first, const guint8 *later, guint frames)
{
    double sum = 0;
    gsize n = 0;
    for (guint y = 32; y < H - 32; y++)
        for (guint x = 32; x + 32 + 8 * frames < W; x++, n++)
            sum += abs(first[4 * (y * W + x + 8 * frames)] - later[4 * (y * W + x)]);
    return sum / (double)n;
}

/* What is painted from the noise moves with the scene if anything is smoothed; otherwise, and after a cut, it lies still. */
static void test_renderer(void)
{
    enum { FRAMES = 6, BYTES = 4 * W * H };
    const double little = 1e-4;
    char *folder = test_styles_create();
    g_autofree guint8 *first = g_malloc(BYTES), *out = g_malloc(BYTES), *fresh = g_malloc(BYTES);
    double change[2];
    for (guint i = 0; i < 2; i++) {
        const double temporal = i ? little : 0;
        g_autoptr(IdiomRenderer) renderer = new_renderer(), other = new_renderer();
        render(renderer, 0, temporal, FALSE, first);
        for (guint frame = 1; frame < FRAMES; frame++)
            render(renderer, frame, temporal, FALSE, out);
        change[i] = apart(first, out, FRAMES - 1);
        render(other, FRAMES, i ? 0 : little, FALSE, fresh);
        render(renderer, FRAMES, i ? 0 : little, i == 0, out); /* to the other kind */
        g_assert_cmpmem(out, BYTES, fresh, BYTES);
        render(renderer, FRAMES + 1, little, FALSE, out);
        render(renderer, FRAMES + 2, little, TRUE, out);
        g_autoptr(IdiomRenderer) last = new_renderer();
        render(last, FRAMES + 2, little, FALSE, fresh);
        g_assert_cmpmem(out, BYTES, fresh, BYTES);
    }
    g_test_message("difference to what was painted before: %.2f where noise stands, %.2f where it is carried",
                   change[0], change[1]);
    g_assert_cmpfloat(change[1], <, 0.4 * change[0]);
    test_styles_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/carry/rest", test_rest);
    g_test_add_func("/carry/pan", test_pan);
    g_test_add_func("/carry/sky", test_sky);
    g_test_add_func("/carry/zoom", test_zoom);
    g_test_add_func("/carry/begin", test_begin);
    g_test_add_func("/carry/object", test_object);
    g_test_add_func("/carry/renderer", test_renderer);
    int result = g_test_run();
    idiom_device_unref(device);
    return result;
}
