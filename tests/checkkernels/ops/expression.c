/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sprites over frames of all formats, light under areas, points that move. */
#include "checks.h"
#include "run.h"

#include "expression/drawing.h"
#include "gpu/gpu.h"
#include "ops/internal.h"
#include "video/colour.h"
#include "video/format.h"

#include <idiom-unstable/expression.h>
#include <idiom-unstable/program.h>
#include <math.h>
#include <string.h>

/* --- frames ---------------------------------------------------------------------------------------- */

#define W 37
#define H 19

static IdiomFrame make_frame(IdiomVideoFormat format)
{
    IdiomFrame f = {.format = format, .width = W, .height = H, .matrix = IDIOM_VIDEO_BT709};
    idiom_frame_layout(&f, NULL);
    return f;
}

/* Sample @c at (x, y) in samples. */
static gsize byte_of(const IdiomFrame *f, const IdiomComponent *c, guint x, guint y)
{
    return f->offset[c->plane] + y * f->stride[c->plane] + x * c->step + c->first;
}

static double sample_of(const IdiomFrame *f, const guint8 *bytes, const IdiomComponent *c, guint x, guint y)
{
    const IdiomFormat *format = idiom_format(f->format);
    const guint8 *at = bytes + byte_of(f, c, x, y);
    return format->bits == 8 ? *at : ((at[0] | at[1] << 8) >> format->shift) & 1023;
}

/* --- the reference --------------------------------------------------------------------------------- */

typedef struct {
    double c[4]; /* colours are multiplied by alpha */
} Colour;

static Colour texel(const IdiomDrawing *d, int x, int y)
{
    Colour t = {{0}};
    if (x >= 0 && y >= 0 && x < (int)d->width && y < (int)d->height)
        for (guint i = 0; i < 4; i++)
            t.c[i] = d->pixels[4 * (y * (int)d->width + x) + (int)i] / 255.0;
    return t;
}

static Colour sprite_at(const IdiomSprite *s, guint px, guint py)
{
    const double dx = px + 0.5 - s->x, dy = py + 0.5 - s->y, det = s->xx * s->yy - s->xy * s->yx;
    if (det == 0)
        return (Colour){{0}};
    double x = (s->yy * dx - s->xy * dy) / det + s->drawing->width / 2.0;
    double y = (s->xx * dy - s->yx * dx) / det + s->drawing->height / 2.0;
    if (s->wobble > 0) {
        const double slope = 2 * G_PI / fmax(MAX(s->drawing->width, s->drawing->height) / 5.0, 24);
        const double sway = s->wobble * sin(slope * y + s->phase);
        y += s->wobble * sin(1.3 * slope * x + 1.7 * s->phase + 2);
        x += sway;
    }
    const double fx = floor(x - 0.5), fy = floor(y - 0.5);
    Colour sum = {{0}};
    for (int i = 0; i < 4; i++) {
        const double sx = fx + i % 2, sy = fy + i / 2;
        const double weight = (1 - fabs(x - 0.5 - sx)) * (1 - fabs(y - 0.5 - sy)) * s->opacity;
        const Colour t = texel(s->drawing, (int)sx, (int)sy);
        for (guint k = 0; k < 4; k++)
            sum.c[k] += weight * t.c[k];
    }
    return sum;
}

static Colour composed(const IdiomSprite *sprites, guint n, guint x, guint y)
{
    Colour sum = {{0}};
    for (guint i = 0; i < n; i++) {
        const Colour over = sprite_at(&sprites[i], MIN(x, W - 1), MIN(y, H - 1));
        for (guint k = 0; k < 4; k++)
            sum.c[k] = over.c[k] + (1 - over.c[3]) * sum.c[k];
    }
    return sum;
}

/* The value of component @c for @colour, alpha included. */
static double value_of(const IdiomFrame *f, guint c, const Colour *colour)
{
    const IdiomRgbToYuv yuv = idiom_rgb_to_yuv(f);
    const float *factors = c == 0 ? yuv.luma : c == 1 ? yuv.u : yuv.v;
    double sum = 0;
    if (!idiom_format(f->format)->yuv)
        return colour->c[c] * 255;
    for (guint i = 0; i < 4; i++)
        sum += factors[i] * colour->c[i];
    return sum;
}

/* Where alpha has a plane of its own, chroma has the mean of its pixels, each as far as it is to be seen. */
static double expected_chroma(const IdiomFrame *f, const guint8 *old, guint c, guint x, guint y,
                              const IdiomSprite *sprites, guint n, gboolean alone)
{
    const IdiomFormat *format = idiom_format(f->format);
    const double was = sample_of(f, old, &format->components[c], x, y);
    double sum = 0, whole = 0, alpha = 0;
    for (guint i = 0; i < 4; i++) {
        const guint px = MIN(2 * x + i % 2, W - 1), py = MIN(2 * y + i / 2, H - 1);
        const Colour over = composed(sprites, n, px, py);
        const double below = alone ? 0 : sample_of(f, old, &format->alpha, px, py) / 255;
        const double kept = below * (1 - over.c[3]);
        sum += value_of(f, c, &over) + kept * was;
        whole += over.c[3] + kept;
        alpha += over.c[3];
    }
    return !alone && alpha == 0 ? was : whole > 0 ? sum / whole : 128;
}

static double expected_sample(const IdiomFrame *f, const guint8 *old, guint c, guint x, guint y,
                              const IdiomSprite *sprites, guint n, gboolean alone)
{
    const IdiomFormat *format = idiom_format(f->format);
    if (format->alpha.plane && (c == 1 || c == 2))
        return expected_chroma(f, old, c, x, y, sprites, n, alone);
    const guint sx = c % 3 && format->yuv ? format->sub_x : 0, sy = c % 3 && format->yuv ? format->sub_y : 0;
    const guint count = 1u << (sx + sy);
    Colour mean = {{0}};
    for (guint i = 0; i < count; i++) {
        const Colour one = composed(sprites, n, (x << sx) + i % (1u << sx), (y << sy) + (i >> sx));
        for (guint k = 0; k < 4; k++)
            mean.c[k] += one.c[k] / count;
    }
    double below = 1;
    if (format->alpha.step)
        below = alone ? 0 : sample_of(f, old, &format->alpha, x, y) / 255;
    if (format->alpha.step && !alone && mean.c[3] == 0)
        return sample_of(f, old, c == 3 ? &format->alpha : &format->components[c], x, y);
    const double kept = below * (1 - mean.c[3]), whole = format->alpha.step ? mean.c[3] + kept : 1;
    if (c == 3)
        return 255 * whole;
    return (value_of(f, c, &mean) + kept * sample_of(f, old, &format->components[c], x, y)) /
           fmax(whole, 1e-6);
}

/* --- overlay --------------------------------------------------------------------------------------- */

static char *compare(const IdiomFrame *f, const guint8 *old, const guint8 *got, const IdiomSprite *sprites,
                     guint n, gboolean alone, double tolerance)
{
    const IdiomFormat *format = idiom_format(f->format);
    for (guint c = 0; c < 4; c++) {
        const IdiomComponent *component = c < 3 ? &format->components[c] : &format->alpha;
        const guint w = format->yuv && c % 3 ? (W + format->sub_x) >> format->sub_x : W;
        const guint h = format->yuv && c % 3 ? (H + format->sub_y) >> format->sub_y : H;
        for (guint y = 0; component->step && y < h; y++)
            for (guint x = 0; x < w; x++) {
                const double most = (1 << format->bits) - 1, value = sample_of(f, got, component, x, y);
                const double wanted = CLAMP(expected_sample(f, old, c, x, y, sprites, n, alone), 0, most);
                if (!(fabs(value - wanted) <= tolerance))
                    return g_strdup_printf("%s%s: component %u at %u,%u is %g, not %g", format->name,
                                           alone ? " alone" : "", c, x, y, value, wanted);
            }
    }
    return NULL;
}

static IdiomDrawing *make_drawing(guint w, guint h, guint32 seed)
{
    GRand *random = g_rand_new_with_seed(seed);
    g_autofree guint8 *pixels = g_malloc(4 * w * h);
    for (guint i = 0; i < w * h; i++) {
        const int alpha = i % 5 == 0 ? 0 : i % 3 ? 255 : g_rand_int_range(random, 0, 256);
        pixels[4 * i + 3] = (guint8)alpha;
        for (guint k = 0; k < 3; k++)
            pixels[4 * i + k] = (guint8)g_rand_int_range(random, 0, alpha + 1);
    }
    g_rand_free(random);
    return idiom_drawing_new(pixels, w, h, 4 * w, NULL);
}

/* Lays @sprites over a frame of @format, and compares. */
static char *lay(IdiomDevice *device, IdiomPrecision precision, IdiomVideoFormat format, IdiomSprite *sprites,
                 guint n, gboolean alone, double tolerance)
{
    g_autoptr(GError) error = NULL;
    const IdiomFrame f = make_frame(format);
    IdiomArena *arena = idiom_arena_new(device);
    IdiomGraph *g = idiom_graph_new(device, precision);
    IdiomTensor *bytes = idiom_graph_input(g, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&f));
    IdiomTensor *table =
        idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, idiom_overlay_words(&f)));
    idiom_overlay(g, bytes, table, &f);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, NULL, 0, &error);
    char *message = NULL;
    if (program) {
        guint8 *frame = idiom_program_map(program, bytes);
        guint32 *words = idiom_program_map(program, table);
        g_autofree guint8 *old = g_malloc(f.size);
        for (gsize i = 0; i < f.size; i++)
            old[i] = (guint8)(i * 37 + i / 11 * 53);
        memcpy(frame, old, f.size);
        guint64 addresses[IDIOM_MAX_SPRITES];
        for (guint i = 0; i < n; i++) {
            const gsize size = idiom_drawing_bytes(sprites[i].drawing);
            IdiomBuffer *pixels = idiom_arena_buffer(arena, size, TRUE, &error);
            memcpy(pixels->mapped, sprites[i].drawing->pixels, size);
            addresses[i] = pixels->address;
        }
        idiom_overlay_fill(words, sprites, addresses, n, alone, &f);
        if (idiom_program_run(program, &error))
            message = compare(&f, old, frame, sprites, n, alone, tolerance);
    }
    idiom_arena_free(arena);
    return error ? g_strdup(error->message) : message;
}

/* Every format: whole and turned places, over each other, beyond the edges, faint. */
static char *check_overlay(IdiomDevice *device, IdiomPrecision precision)
{
    g_autoptr(IdiomDrawing) a = make_drawing(16, 7, 1), b = make_drawing(9, 12, 2);
    IdiomSprite sprites[] = {
        {.drawing = a, .x = 14, .y = 8.5, .xx = 1, .yy = 1, .opacity = 1},
        {.drawing = b, .x = 20.3, .y = 9.8, .xx = 0.9, .xy = 0.4, .yx = -0.5, .yy = 1.2, .opacity = 0.7},
        {.drawing = a, .x = 36, .y = 17, .xx = 1.5, .yy = 1.5, .opacity = 1},
        {.drawing = a, .x = 300, .y = 17, .xx = 1, .yy = 1, .opacity = 1},
        {.drawing = b, .x = 5, .y = 5, .xx = 1, .yx = 1, .opacity = 1}, /* no way back */
    };
    char *message = NULL;
    for (IdiomVideoFormat format = IDIOM_VIDEO_RGBA; !message && idiom_format(format); format++) {
        message = lay(device, precision, format, sprites, 3, FALSE, 0.53);
        if (!message && idiom_format(format)->alpha.step)
            message = lay(device, precision, format, sprites, 3, TRUE, 0.53);
    }
    if (!message)
        message = lay(device, precision, IDIOM_VIDEO_I420, sprites + 3, 2, FALSE, 0);
    sprites[1].wobble = 1.5;
    sprites[1].phase = 2;
    return message ? message : lay(device, precision, IDIOM_VIDEO_RGBA, sprites, 2, FALSE, 2);
}

/* --- gauge ----------------------------------------------------------------------------------------- */

static double linear(double c)
{
    return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

/* Luminance of pixel (x, y). */
static double luminance_at(const IdiomFrame *f, const guint8 *bytes, guint x, guint y)
{
    const IdiomFormat *format = idiom_format(f->format);
    const IdiomYuvToRgb k = idiom_yuv_to_rgb(f);
    double s[3] = {0}, rgb[3] = {0};
    for (guint c = 0; c < 3 && format->components[c].step; c++)
        s[c] = sample_of(f, bytes, &format->components[c], c && format->yuv ? x >> format->sub_x : x,
                         c && format->yuv ? y >> format->sub_y : y);
    if (format->yuv) {
        const double luma = k.luma_scale * s[0] + k.luma_offset;
        const gboolean grey = !format->components[1].step;
        const double u = grey ? 0 : s[1] - k.chroma_zero, v = grey ? 0 : s[2] - k.chroma_zero;
        rgb[0] = luma + k.red_v * v;
        rgb[1] = luma + k.green_u * u + k.green_v * v;
        rgb[2] = luma + k.blue_u * u;
    }
    for (guint c = 0; c < 3; c++)
        rgb[c] = linear(CLAMP(format->yuv ? rgb[c] : s[c] / 255, 0, 1));
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

static char *gauge(IdiomDevice *device, IdiomPrecision precision, IdiomVideoFormat format)
{
    static const float given[] = {2.5f, 1.25f, 20.75f, 11.5f, -4, 10.5f, 60, 30.25f};
    g_autoptr(GError) error = NULL;
    const IdiomFrame f = make_frame(format);
    IdiomGraph *g = idiom_graph_new(device, precision);
    IdiomTensor *bytes = idiom_graph_input(g, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&f));
    IdiomTensor *areas = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 2, 4));
    IdiomTensor *light = idiom_gauge(g, bytes, areas, &f);
    g_autoptr(IdiomProgram) program = idiom_program_new(g, &light, 1, &error);
    if (!program)
        return g_strdup(error->message);
    guint8 *frame = idiom_program_map(program, bytes);
    for (gsize i = 0; i < f.size; i++)
        frame[i] = (guint8)(i * 37 + i / 11 * 53);
    memcpy(idiom_program_map(program, areas), given, sizeof given);
    if (!idiom_program_run(program, &error))
        return g_strdup(error->message);

    g_autoptr(Ref) expected = ref_new(idiom_tensor_shape(light));
    for (guint area = 0; area < 2; area++)
        for (guint cell = 0; cell < IDIOM_GAUGE_CELLS; cell++) {
            const float *a = given + 4 * area;
            double sum = 0, least = 1, most = 0;
            for (guint i = 0; i < 9; i++) {
                const double x = a[0] + a[2] / 24 * (3 * (cell % 8) + i % 3 + 0.5);
                const double y = a[1] + a[3] / 12 * (3 * (cell / 8) + i / 3 + 0.5);
                const double l =
                    luminance_at(&f, frame, (guint)CLAMP(x, 0, W - 1), (guint)CLAMP(y, 0, H - 1));
                sum += l;
                least = fmin(least, l);
                most = fmax(most, l);
            }
            double *to = &expected->v[at(expected, 0, area, cell, 0)];
            to[0] = sum / 9;
            to[1] = least;
            to[2] = most;
        }
    return run_compare(idiom_format(format)->name, expected, idiom_program_map(program, light), 2, 1e-3);
}

static char *check_gauge(IdiomDevice *device, IdiomPrecision precision)
{
    char *message = NULL;
    for (IdiomVideoFormat format = IDIOM_VIDEO_RGBA; !message && idiom_format(format); format++)
        message = gauge(device, precision, format);
    return message;
}

/* --- follow ---------------------------------------------------------------------------------------- */

/* A part of a field of flow moves, the rest rests; what moves is found, and nothing where the scene is cut. */
static char *check_follow(IdiomDevice *device, IdiomPrecision precision)
{
    g_autoptr(GError) error = NULL;
    char *message = NULL;
    for (guint continues = 0; !message && continues < 2; continues++) {
        IdiomGraph *g = idiom_graph_new(device, precision);
        const IdiomShape s = IDIOM_SHAPE(1, 4, 20, 30);
        IdiomTensor *field = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, s);
        const float one = (float)continues;
        const IdiomMotion motion = {.flow = idiom_to_full_planes(g, field),
                                    .continues = idiom_constant(g, IDIOM_SHAPE(1, 1, 1, 1), &one),
                                    .cell = 4};
        IdiomTensor *points = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 2, 4));
        IdiomTensor *moves = idiom_follow(g, &motion, points);
        g_autoptr(IdiomProgram) program = idiom_program_new(g, &moves, 1, &error);
        if (!program)
            return g_strdup(error->message);
        float *flow = idiom_program_map(program, field);
        for (guint y = 0; y < s.h; y++)
            for (guint x = 0; x < s.w; x++) {
                const gboolean inside = x >= 10 && x < 20 && y >= 5 && y < 15;
                const gsize i = y * s.w + x, plane = s.w * s.h;
                flow[i] = inside ? -6 : 0;
                flow[plane + i] = inside ? 2.5f : 0;
                flow[2 * plane + i] = 1;
                flow[3 * plane + i] = 0;
            }
        memcpy(idiom_program_map(program, points), (float[]){60, 40, 24, 0, 8, 8, 6, 0}, 8 * sizeof(float));
        if (!idiom_program_run(program, &error))
            return g_strdup(error->message);
        const float *m = idiom_program_map(program, moves);
        const double x = 6.0 * continues, y = -2.5 * continues;
        if (fabs(m[0] - x) > 0.25 || fabs(m[1] - y) > 0.25 || (m[2] > 0.5) != continues ||
            fabs(m[4]) > 1e-3 || fabs(m[5]) > 1e-3)
            message = g_strdup_printf("%s: %g, %g (%g) and %g, %g", continues ? "moved" : "cut", m[0], m[1],
                                      m[2], m[4], m[5]);
    }
    return message;
}

/* --- drawn looks ----------------------------------------------------------------------------------- */

static double luma_of(const Ref *t, int y, int x)
{
    return 0.2126 * t->v[at_clamped(t, 0, 0, y, x)] + 0.7152 * t->v[at_clamped(t, 0, 1, y, x)] +
           0.0722 * t->v[at_clamped(t, 0, 2, y, x)];
}

static double step(double low, double high, double v)
{
    const double t = CLAMP((v - low) / (high - low), 0, 1);
    return t * t * (3 - 2 * t);
}

static double ring(const Ref *t, int y, int x, double r)
{
    const int whole = (int)(r + 0.5), less = (int)(0.7071 * r + 0.5);
    double sum = 0;
    for (int i = -1; i <= 1; i += 2)
        sum += luma_of(t, y, x + i * whole) + luma_of(t, y + i * whole, x) +
               luma_of(t, y + i * less, x + less) + luma_of(t, y + i * less, x - less);
    return sum / 8;
}

static IdiomShape contour_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return in[1]->shape;
}

static void contour_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    (void)a;
    const double radius = fmax(MIN(out->shape.w, out->shape.h) / 360.0, 1);
    for (int y = 0; y < (int)out->shape.h; y++)
        for (int x = 0; x < (int)out->shape.w; x++) {
            const double near = 0.4 * luma_of(in[0], y, x) + 0.6 * ring(in[0], y, x, radius);
            const double around = 0.5 * (ring(in[0], y, x, 2 * radius) + ring(in[0], y, x, 3 * radius));
            const double now = step(0.012, 0.07, around - near);
            const double old = in[1]->v[at(in[1], 0, 0, (guint)y, (guint)x)];
            out->v[at(out, 0, 0, (guint)y, (guint)x)] =
                now + 0.75 * (1 - step(0.15, 0.5, fabs(now - old))) * (old - now);
        }
}

static const RefRule ref_contour = {contour_shape, .forward = contour_forward};

static IdiomShape sketch_shape(const RefArgs *a, Ref *const *in)
{
    (void)a;
    return in[0]->shape;
}

/* The amounts of a case: a palette of a->n[0] colours. */
static double amount_of(const RefArgs *a, guint i)
{
    return i == 2 ? a->n[0] : 0.05 + 0.93 * ((i * 37) % 29) / 29.0;
}

static double tone_distance(const RefArgs *a, const double *c, guint colour)
{
    const double weights[3] = {0.2126, 0.7152, 0.0722};
    double far = 0, lighter = 0;
    for (guint k = 0; k < 3; k++) {
        const double off = c[k] - amount_of(a, 8 + 3 * colour + k);
        far += off * off;
        lighter += weights[k] * off;
    }
    return far + 2 * lighter * lighter;
}

static void tone(const RefArgs *a, const double *c, double *toned)
{
    double sum[3] = {0}, whole = 0, nearest = 1e6;
    const double luma = 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
    for (guint i = 0; i < a->n[0]; i++)
        nearest = fmin(nearest, tone_distance(a, c, i));
    for (guint i = 0; i < a->n[0]; i++) {
        const double weight = exp(70 * (nearest - tone_distance(a, c, i)));
        for (guint k = 0; k < 3; k++)
            sum[k] += weight * amount_of(a, 8 + 3 * i + k);
        whole += weight;
    }
    const double at = 5 * luma - 0.5, level = (floor(at) + step(0.35, 0.65, at - floor(at)) + 0.5) / 5;
    for (guint k = 0; k < 3; k++)
        toned[k] = a->n[0] ? sum[k] / whole : c[k] + level - luma;
}

static void sketch_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    FOR_SHAPE(in[1]->shape, n, c4, y, x)
    {
        double c[3], toned[3];
        for (guint k = 0; k < 3; k++)
            c[k] = CLAMP(in[0]->v[at(in[0], 0, k, y, x)], 0, 1);
        tone(a, c, toned);
        for (guint k = 0; k < 3; k++) {
            const double v = c[k] + amount_of(a, 1) * (toned[k] - c[k]);
            out->v[at(out, n, k, y, x)] =
                v + amount_of(a, 0) * in[1]->v[at(in[1], 0, c4, y, x)] * (amount_of(a, 3 + k) - v);
        }
    }
}

static const RefRule ref_sketch = {sketch_shape, .forward = sketch_forward};

static IdiomTensor *make_amounts(IdiomGraph *g, const RefArgs *a)
{
    float values[IDIOM_SKETCH_AMOUNTS];
    for (guint i = 0; i < IDIOM_SKETCH_AMOUNTS; i++)
        values[i] = (float)amount_of(a, i);
    return idiom_constant(g, IDIOM_SHAPE(1, 1, 1, IDIOM_SKETCH_AMOUNTS), values);
}

/* clang-format off */
OP(contour, "contour", ref_contour, idiom_contour(g, in[0], in[1]), {"picture", "history"}, .loose = 40)
OP(sketch, "sketch", ref_sketch, idiom_sketch(g, in[0], in[1], make_amounts(g, a)), {"picture", "contour"}, .loose = 20)
/* clang-format on */

static void add_looks(Checks *checks, guint h, guint w)
{
    const Operand picture = FIXED_PLANES(IDIOM_SHAPE(1, 3, h, w), FILL_SHARE);
    const Operand lines = FIXED_PLANES(IDIOM_SHAPE(1, 1, h, w), FILL_SHARE);
    add_case(checks, &check_contour, (RefArgs){0}, "", OPERANDS(picture, lines));
    add_case(checks, &check_sketch, (RefArgs){.n = {0}}, "levels", OPERANDS(picture, lines));
    add_case(checks, &check_sketch, (RefArgs){.n = {5}}, "palette", OPERANDS(picture, lines));
}

CASES(expression)
{
    static const OpCheck overlay = {"overlay", .check = check_overlay},
                         light = {"gauge", .check = check_gauge};
    static const OpCheck follow = {"follow", .check = check_follow, .fp32_only = TRUE};
    add_case(checks, &overlay, (RefArgs){0}, "all formats", 0, NULL);
    add_case(checks, &light, (RefArgs){0}, "all formats", 0, NULL);
    add_case(checks, &follow, (RefArgs){0}, "a part that moves", 0, NULL);
    add_looks(checks, 1, 1);
    add_looks(checks, 9, 33);
    add_looks(checks, 378, 391);
}
