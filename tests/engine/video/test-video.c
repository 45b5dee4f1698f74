/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Video import and export against plain C in double precision: every format, matrix and range, odd sizes,
 * strides. */
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/video.h>

#include <math.h>
#include <string.h>

static IdiomDevice *device;

/* The formats, written down anew: for R, G, B or Y, U, V the plane, the byte of the first sample, bytes from one to the
 * next. */
typedef struct {
    const char *name;
    gboolean yuv;
    guint bits, shift, sub_x, sub_y;
    struct {
        guint plane, first, step;
    } at[3];
} Layout;

static const Layout layouts[] = {
    [IDIOM_VIDEO_RGBA] = {"rgba", FALSE, 8, 0, 0, 0, {{0, 0, 4}, {0, 1, 4}, {0, 2, 4}}},
    [IDIOM_VIDEO_BGRA] = {"bgra", FALSE, 8, 0, 0, 0, {{0, 2, 4}, {0, 1, 4}, {0, 0, 4}}},
    [IDIOM_VIDEO_RGBX] = {"rgbx", FALSE, 8, 0, 0, 0, {{0, 0, 4}, {0, 1, 4}, {0, 2, 4}}},
    [IDIOM_VIDEO_BGRX] = {"bgrx", FALSE, 8, 0, 0, 0, {{0, 2, 4}, {0, 1, 4}, {0, 0, 4}}},
    [IDIOM_VIDEO_ARGB] = {"argb", FALSE, 8, 0, 0, 0, {{0, 1, 4}, {0, 2, 4}, {0, 3, 4}}},
    [IDIOM_VIDEO_ABGR] = {"abgr", FALSE, 8, 0, 0, 0, {{0, 3, 4}, {0, 2, 4}, {0, 1, 4}}},
    [IDIOM_VIDEO_XRGB] = {"xrgb", FALSE, 8, 0, 0, 0, {{0, 1, 4}, {0, 2, 4}, {0, 3, 4}}},
    [IDIOM_VIDEO_XBGR] = {"xbgr", FALSE, 8, 0, 0, 0, {{0, 3, 4}, {0, 2, 4}, {0, 1, 4}}},
    [IDIOM_VIDEO_RGB] = {"rgb", FALSE, 8, 0, 0, 0, {{0, 0, 3}, {0, 1, 3}, {0, 2, 3}}},
    [IDIOM_VIDEO_BGR] = {"bgr", FALSE, 8, 0, 0, 0, {{0, 2, 3}, {0, 1, 3}, {0, 0, 3}}},
    [IDIOM_VIDEO_I420] = {"i420", TRUE, 8, 0, 1, 1, {{0, 0, 1}, {1, 0, 1}, {2, 0, 1}}},
    [IDIOM_VIDEO_YV12] = {"yv12", TRUE, 8, 0, 1, 1, {{0, 0, 1}, {2, 0, 1}, {1, 0, 1}}},
    [IDIOM_VIDEO_NV12] = {"nv12", TRUE, 8, 0, 1, 1, {{0, 0, 1}, {1, 0, 2}, {1, 1, 2}}},
    [IDIOM_VIDEO_NV21] = {"nv21", TRUE, 8, 0, 1, 1, {{0, 0, 1}, {1, 1, 2}, {1, 0, 2}}},
    [IDIOM_VIDEO_Y42B] = {"y42b", TRUE, 8, 0, 1, 0, {{0, 0, 1}, {1, 0, 1}, {2, 0, 1}}},
    [IDIOM_VIDEO_Y444] = {"y444", TRUE, 8, 0, 0, 0, {{0, 0, 1}, {1, 0, 1}, {2, 0, 1}}},
    [IDIOM_VIDEO_YUY2] = {"yuy2", TRUE, 8, 0, 1, 0, {{0, 0, 2}, {0, 1, 4}, {0, 3, 4}}},
    [IDIOM_VIDEO_UYVY] = {"uyvy", TRUE, 8, 0, 1, 0, {{0, 1, 2}, {0, 0, 4}, {0, 2, 4}}},
    [IDIOM_VIDEO_GRAY8] = {"gray8", TRUE, 8, 0, 0, 0, {{0, 0, 1}, {0, 0, 0}, {0, 0, 0}}},
    [IDIOM_VIDEO_I420_10LE] = {"i420-10", TRUE, 10, 0, 1, 1, {{0, 0, 2}, {1, 0, 2}, {2, 0, 2}}},
    [IDIOM_VIDEO_A420] = {"a420", TRUE, 8, 0, 1, 1, {{0, 0, 1}, {1, 0, 1}, {2, 0, 1}}},
    [IDIOM_VIDEO_P010_10LE] = {"p010-10", TRUE, 10, 6, 1, 1, {{0, 0, 2}, {1, 0, 4}, {1, 2, 4}}},
};

static const guint sizes[][2] = {{1, 1}, {2, 2}, {3, 5}, {4, 2},  {5, 1},
                                 {7, 3}, {8, 4}, {9, 9}, {17, 6}, {67, 35}};

static const Layout *layout(const IdiomFrame *f)
{
    return &layouts[f->format];
}

static int most(const IdiomFrame *f)
{
    return (1 << layout(f)->bits) - 1;
}

static IdiomFrame new_frame(IdiomVideoFormat format, guint w, guint h, IdiomVideoMatrix matrix, gboolean full)
{
    g_autoptr(GError) error = NULL;
    IdiomFrame f = {.format = format, .width = w, .height = h, .matrix = matrix, .full_range = full};
    g_assert_true(idiom_frame_layout(&f, &error));
    g_assert_no_error(error);
    for (guint i = 0; i < f.n_planes; i++) {
        g_assert_cmpuint(f.offset[i] % 16, ==, 0);
        g_assert_cmpuint(f.stride[i] % 16, ==, 0);
    }
    return f;
}

/* Planes in another order, with gaps between rows and planes. */
static void spread(IdiomFrame *f)
{
    f->size = 12;
    for (guint i = f->n_planes; i-- > 0;) {
        f->offset[i] = f->size;
        f->stride[i] = (f->row_bytes[i] + 3) / 4 * 4 + 4 * (i % 3 + 1);
        f->size += f->stride[i] * f->rows[i] + 8;
    }
}

static void fill_noise(guint8 *bytes, gsize size, guint32 seed)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(seed);
    for (gsize i = 0; i < size; i++)
        bytes[i] = (guint8)g_rand_int(random);
}

/* --- reference ------------------------------------------------------------------------------------ */

typedef struct {
    double kr, kg, kb, offset, luma, zero, chroma;
} Colour;

static Colour colour(const IdiomFrame *f)
{
    const double red[] = {0.299, 0.2126, 0.2627}, blue[] = {0.114, 0.0722, 0.0593};
    const double unit = (most(f) + 1) / 256.0;
    Colour c = {.kr = red[f->matrix],
                .kb = blue[f->matrix],
                .offset = 16 * unit,
                .luma = 219 * unit,
                .zero = 128 * unit,
                .chroma = 224 * unit};
    c.kg = 1 - c.kr - c.kb;
    if (f->full_range)
        c.offset = 0, c.luma = c.chroma = most(f);
    return c;
}

static double clamp(double v, double low, double high)
{
    return v < low ? low : v > high ? high : v;
}

static guint8 byte_at(const IdiomFrame *f, const guint8 *bytes, guint plane, int y, int x)
{
    return bytes[f->offset[plane] + (gsize)y * f->stride[plane] + (gsize)x];
}

/* Samples of component @c in a row, and rows of them. */
static int width_of(const IdiomFrame *f, guint c)
{
    const guint sub = layout(f)->yuv && c ? layout(f)->sub_x : 0;
    return layout(f)->at[c].step ? (int)((f->width + (1u << sub) - 1) >> sub) : 0;
}

static int height_of(const IdiomFrame *f, guint c)
{
    const guint sub = layout(f)->yuv && c ? layout(f)->sub_y : 0;
    return (int)((f->height + (1u << sub) - 1) >> sub);
}

/* The edge is repeated. */
static int sample_at(const IdiomFrame *f, const guint8 *bytes, guint c, int y, int x)
{
    const Layout *l = layout(f);
    y = CLAMP(y, 0, height_of(f, c) - 1);
    x = CLAMP(x, 0, width_of(f, c) - 1);
    const int first = (int)l->at[c].first + x * (int)l->at[c].step;
    int word = byte_at(f, bytes, l->at[c].plane, y, first);
    if (l->bits > 8)
        word |= byte_at(f, bytes, l->at[c].plane, y, first + 1) << 8;
    return word >> l->shift & most(f);
}

/* Place of a pixel among samples of which one belongs to 1 << @sub pixels, in the middle of them or on the first. */
static double place(int pixel, guint sub, gboolean first)
{
    return !sub ? pixel : first ? pixel / 2.0 : (pixel + 0.5) / 2 - 0.5;
}

static double chroma_between(const IdiomFrame *f, const guint8 *bytes, guint c, int y, int x)
{
    double cy = place(y, layout(f)->sub_y, f->chroma_top), cx = place(x, layout(f)->sub_x, f->chroma_left);
    int y0 = (int)floor(cy), x0 = (int)floor(cx);
    double ty = cy - y0, tx = cx - x0;
    return (1 - ty) * ((1 - tx) * sample_at(f, bytes, c, y0, x0) + tx * sample_at(f, bytes, c, y0, x0 + 1)) +
           ty * ((1 - tx) * sample_at(f, bytes, c, y0 + 1, x0) + tx * sample_at(f, bytes, c, y0 + 1, x0 + 1));
}

static void reference_pixel(const IdiomFrame *f, const guint8 *bytes, int y, int x, double rgb[3])
{
    if (!layout(f)->yuv) {
        for (guint i = 0; i < 3; i++)
            rgb[i] = sample_at(f, bytes, i, y, x) / 255.0;
        return;
    }
    Colour c = colour(f);
    const gboolean grey = !layout(f)->at[1].step;
    double luma = (sample_at(f, bytes, 0, y, x) - c.offset) / c.luma;
    double u = grey ? 0 : (chroma_between(f, bytes, 1, y, x) - c.zero) / c.chroma;
    double v = grey ? 0 : (chroma_between(f, bytes, 2, y, x) - c.zero) / c.chroma;
    rgb[0] = clamp(luma + 2 * (1 - c.kr) * v, 0, 1);
    rgb[2] = clamp(luma + 2 * (1 - c.kb) * u, 0, 1);
    /* from the definition of luma */
    rgb[1] =
        clamp((luma - c.kr * (luma + 2 * (1 - c.kr) * v) - c.kb * (luma + 2 * (1 - c.kb) * u)) / c.kg, 0, 1);
}

static void rgb_at(const IdiomFrame *f, const float *picture, int y, int x, double rgb[3])
{
    y = CLAMP(y, 0, (int)f->height - 1);
    x = CLAMP(x, 0, (int)f->width - 1);
    for (gsize i = 0; i < 3; i++)
        rgb[i] = clamp(picture[(i * f->height + (gsize)y) * f->width + (gsize)x], 0, 1);
}

/* Weight of the pixel that is @i away from the first of those that a sample of chroma belongs to. */
static double weight(int i, guint sub, gboolean first)
{
    if (!sub)
        return i == 0;
    return first ? (i == 0 ? 0.5 : abs(i) == 1 ? 0.25 : 0) : i == 0 || i == 1 ? 0.5 : 0;
}

/* What export should write as sample (x, y) of component @c, before blending and rounding. */
static double reference_sample(const IdiomFrame *f, const float *picture, guint c, int y, int x)
{
    const Layout *l = layout(f);
    const Colour k = colour(f);
    double rgb[3], mean[3] = {0, 0, 0};
    if (!l->yuv || c == 0) {
        rgb_at(f, picture, y, x, rgb);
        return l->yuv ? k.offset + k.luma * (k.kr * rgb[0] + k.kg * rgb[1] + k.kb * rgb[2]) : 255 * rgb[c];
    }
    for (int j = -1; j <= 1; j++)
        for (int i = -1; i <= 1; i++) {
            rgb_at(f, picture, (y << l->sub_y) + j, (x << l->sub_x) + i, rgb);
            for (guint q = 0; q < 3; q++)
                mean[q] += weight(j, l->sub_y, f->chroma_top) * weight(i, l->sub_x, f->chroma_left) * rgb[q];
        }
    double luma = k.kr * mean[0] + k.kg * mean[1] + k.kb * mean[2];
    return k.zero +
           k.chroma * (c == 2 ? (mean[0] - luma) / (2 * (1 - k.kr)) : (mean[2] - luma) / (2 * (1 - k.kb)));
}

/* --- device --------------------------------------------------------------------------------------- */

static void run(IdiomProgram *p)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(idiom_program_run(p, &error));
    g_assert_no_error(error);
}

static IdiomProgram *program(IdiomGraph *g, IdiomTensor *output)
{
    g_autoptr(GError) error = NULL;
    IdiomProgram *p = idiom_program_new(g, &output, 1, &error);
    g_assert_no_error(error);
    return p;
}

static void check_import(const IdiomFrame *f, IdiomPrecision precision)
{
    IdiomGraph *g = idiom_graph_new(device, precision);
    IdiomTensor *bytes = idiom_graph_input(g, IDIOM_LAYOUT_BYTES, idiom_frame_shape(f));
    IdiomTensor *flat = idiom_to_flat(g, idiom_import(g, bytes, f));
    g_autoptr(IdiomProgram) p = program(g, flat);
    guint8 *frame = idiom_program_map(p, bytes);
    fill_noise(frame, f->size, f->width * 31 + f->height);
    run(p);

    const float *picture = idiom_program_map(p, flat);
    const double tolerance = precision == IDIOM_FP16 ? 6e-4 : 3e-6;
    for (int y = 0; y < (int)f->height; y++)
        for (int x = 0; x < (int)f->width; x++) {
            double rgb[3];
            reference_pixel(f, frame, y, x, rgb);
            for (gsize i = 0; i < 3; i++) {
                double got = picture[(i * f->height + (gsize)y) * f->width + (gsize)x];
                if (!(fabs(got - rgb[i]) <= tolerance))
                    g_error(
                        "import %s %ux%u matrix %d range %d chroma %d %d: pixel %d,%d channel %zu is %g, not "
                        "%g",
                        layout(f)->name, f->width, f->height, (int)f->matrix, f->full_range, f->chroma_left,
                        f->chroma_top, x, y, i, got, rgb[i]);
            }
        }
}

/* Alpha and what else lies between samples is the source's. */
static void check_rest(const IdiomFrame *f, const guint8 *old, const guint8 *bytes)
{
    const Layout *l = layout(f);
    for (guint y = 0; f->n_planes == 4 && y < f->height; y++)
        g_assert_cmpmem(bytes + f->offset[3] + y * f->stride[3], f->width,
                        old + f->offset[3] + y * f->stride[3], f->width);
    if (l->yuv || l->at[0].step != 4)
        return;
    const guint alpha = 6 - l->at[0].first - l->at[1].first - l->at[2].first;
    for (guint y = 0; y < f->height; y++)
        for (guint x = 0; x < f->width; x++)
            g_assert_cmpint(byte_at(f, bytes, 0, (int)y, (int)(4 * x + alpha)), ==,
                            byte_at(f, old, 0, (int)y, (int)(4 * x + alpha)));
}

static void check_export(const IdiomFrame *f, IdiomPrecision precision, float strength)
{
    IdiomGraph *g = idiom_graph_new(device, precision);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, f->height, f->width));
    IdiomTensor *source = idiom_graph_input(g, IDIOM_LAYOUT_BYTES, idiom_frame_shape(f));
    IdiomTensor *factor = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *result = idiom_export(g, idiom_to_planes(g, input), source, factor, NULL, f);
    g_autoptr(IdiomProgram) p = program(g, result);
    guint8 *old = idiom_program_map(p, source);
    fill_noise(old, f->size, 7);
    g_autoptr(GRand) random = g_rand_new_with_seed(f->width);
    float *picture = idiom_program_map(p, input);
    for (gsize i = 0; i < 3 * (gsize)f->width * f->height; i++)
        picture[i] = (float)g_rand_double_range(random, -0.2, 1.2);
    *(float *)idiom_program_map(p, factor) = strength;
    run(p);

    const guint8 *bytes = idiom_program_map(p, result);
    const double tolerance = (precision == IDIOM_FP16 ? 0.2 * (most(f) + 1) / 256 : 0.001) + 0.5;
    for (guint c = 0; c < 3; c++)
        for (int y = 0; y < height_of(f, c); y++)
            for (int x = 0; x < width_of(f, c); x++) {
                int got = sample_at(f, bytes, c, y, x), was = sample_at(f, old, c, y, x);
                double expected =
                    clamp(was + (double)strength * (reference_sample(f, picture, c, y, x) - was), 0, most(f));
                if (!(fabs(got - expected) <= tolerance))
                    g_error("export %s %ux%u matrix %d range %d chroma %d %d strength %g: sample %d,%d of "
                            "component %u is %d, not %g",
                            layout(f)->name, f->width, f->height, (int)f->matrix, f->full_range,
                            f->chroma_left, f->chroma_top, (double)strength, x, y, c, got, expected);
            }
    check_rest(f, old, bytes);
}

static void test_format(gconstpointer data)
{
    IdiomVideoFormat format = (IdiomVideoFormat)GPOINTER_TO_UINT(data);
    gboolean half = idiom_device_info(device)->fp16;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        IdiomVideoMatrix matrix = (IdiomVideoMatrix)(i % 3);
        IdiomFrame f = new_frame(format, sizes[i][0], sizes[i][1], matrix, i % 2);
        f.chroma_left = i / 2 % 2;
        f.chroma_top = i / 4 % 2;
        check_import(&f, IDIOM_FP32);
        check_export(&f, IDIOM_FP32, 1);
        spread(&f);
        check_import(&f, IDIOM_FP32);
        check_export(&f, IDIOM_FP32, 0.3f);
        if (half) {
            check_import(&f, IDIOM_FP16);
            check_export(&f, IDIOM_FP16, 1);
        }
    }
    for (guint i = 0; i < 6; i++) {
        IdiomFrame f = new_frame(format, 12, 6, (IdiomVideoMatrix)(i / 2), i % 2);
        f.chroma_left = i % 3 == 1;
        check_import(&f, IDIOM_FP32);
        check_export(&f, IDIOM_FP32, 1);
    }
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
}

static void put_sample(const IdiomFrame *f, guint8 *bytes, guint c, int y, int x, int value)
{
    const Layout *l = layout(f);
    guint8 *at = bytes + f->offset[l->at[c].plane] + (gsize)y * f->stride[l->at[c].plane] + l->at[c].first +
                 (gsize)x * l->at[c].step;
    at[0] = (guint8)(value << l->shift);
    if (l->bits > 8)
        at[1] = (guint8)(value << l->shift >> 8);
}

/* Luma of all kinds, and chroma that does not vary. */
static void fill_tame(const IdiomFrame *f, guint8 *bytes)
{
    const int unit = (most(f) + 1) / 256;
    for (guint c = 0; c < 3; c++)
        for (int y = 0; y < height_of(f, c); y++)
            for (int x = 0; x < width_of(f, c); x++)
                put_sample(f, bytes, c, y, x, c ? 130 * unit : 20 * unit + (7 * x + 3 * y) % (210 * unit));
}

/* Import, then export: RGB comes back exactly; so does YUV whose chroma does not vary and that is inside RGB.
 */
static void test_round_trip(gconstpointer data)
{
    IdiomVideoFormat format = (IdiomVideoFormat)GPOINTER_TO_UINT(data);
    for (guint precision = IDIOM_FP32; precision <= IDIOM_FP16; precision++) {
        if (precision == IDIOM_FP16 && !idiom_device_info(device)->fp16)
            continue;
        IdiomFrame f = new_frame(format, 51, 37, IDIOM_VIDEO_BT709, FALSE);
        IdiomGraph *g = idiom_graph_new(device, (IdiomPrecision)precision);
        IdiomTensor *bytes = idiom_graph_input(g, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&f));
        IdiomTensor *factor = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
        IdiomTensor *result = idiom_export(g, idiom_import(g, bytes, &f), bytes, factor, NULL, &f);
        g_autoptr(IdiomProgram) p = program(g, result);
        guint8 *frame = idiom_program_map(p, bytes);
        fill_noise(frame, f.size, 3);
        if (layout(&f)->yuv)
            fill_tame(&f, frame);
        *(float *)idiom_program_map(p, factor) = 1;
        run(p);
        const guint8 *back = idiom_program_map(p, result);
        const int off = precision == IDIOM_FP16 && layout(&f)->bits > 8; /* half floats have 11 bits */
        for (guint c = 0; c < 3; c++)
            for (int y = 0; y < height_of(&f, c); y++)
                for (int x = 0; x < width_of(&f, c); x++)
                    g_assert_cmpint(ABS(sample_at(&f, back, c, y, x) - sample_at(&f, frame, c, y, x)), <=,
                                    off);
    }
}

static void test_copies(void)
{
    IdiomFrame f = new_frame(IDIOM_VIDEO_I420, 5, 3, IDIOM_VIDEO_BT601, FALSE);
    g_autofree guint8 *frame = g_malloc(f.size);
    guint8 luma[3][7], u[2][3], v[2][3], luma2[3][7], u2[2][3], v2[2][3];
    fill_noise(&luma[0][0], sizeof luma, 1);
    fill_noise(&u[0][0], sizeof u, 2);
    fill_noise(&v[0][0], sizeof v, 3);
    memset(luma2, 77, sizeof luma2);
    /* the luma upside down */
    const guint8 *const from[] = {luma[2], u[0], v[0]};
    guint8 *const to[] = {luma2[2], u2[0], v2[0]};
    const gssize strides[] = {-7, 3, 3};
    idiom_frame_write(&f, frame, from, strides);
    g_assert_cmpint(byte_at(&f, frame, 0, 0, 4), ==, luma[2][4]);
    g_assert_cmpint(byte_at(&f, frame, 2, 1, 2), ==, v[1][2]);
    idiom_frame_read(&f, frame, to, strides);
    for (guint y = 0; y < 3; y++) {
        g_assert_cmpmem(luma[y], 5, luma2[y], 5);
        g_assert_cmpint(luma2[y][5], ==, 77);
    }
    g_assert_cmpmem(u, sizeof u, u2, sizeof u2);
    g_assert_cmpmem(v, sizeof v, v2, sizeof v2);
}

static void test_bad(void)
{
    const IdiomFrame bad[] = {
        {.format = IDIOM_VIDEO_RGBA, .width = 0, .height = 4},
        {.format = IDIOM_VIDEO_NV12, .width = 4, .height = 40000},
        {.format = (IdiomVideoFormat)99, .width = 4, .height = 4},
        {.format = IDIOM_VIDEO_I420, .width = 4, .height = 4, .matrix = (IdiomVideoMatrix)9},
    };
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        IdiomFrame f = bad[i];
        g_assert_false(idiom_frame_layout(&f, &error));
        g_assert_error(error, IDIOM_ERROR, (i < 2 ? IDIOM_ERROR_SHAPE : IDIOM_ERROR_ARGUMENT));
    }
    for (guint i = 0; i < 5; i++) {
        IdiomFrame f = new_frame(IDIOM_VIDEO_NV12, 20, 10, IDIOM_VIDEO_BT601, FALSE);
        g_autoptr(IdiomGraph) g = idiom_graph_new(device, IDIOM_FP32);
        IdiomTensor *bytes = idiom_graph_input(g, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&f));
        if (i == 0)
            f.stride[1] = 22;
        else if (i == 1)
            f.stride[0] = 16;
        else if (i == 2)
            f.offset[1] += 4;
        else if (i == 3)
            f.size += 4;
        else
            f.offset[0] = (gsize)-4;
        g_assert_null(idiom_import(g, bytes, &f));
        g_assert_error(idiom_graph_error(g), IDIOM_ERROR, IDIOM_ERROR_SHAPE);
    }
}

/* With -m perf: time of import and export. */
static void test_speed(gconstpointer data)
{
    IdiomVideoFormat format = (IdiomVideoFormat)GPOINTER_TO_UINT(data);
    IdiomFrame f = new_frame(format, 640, 360, IDIOM_VIDEO_BT709, FALSE);
    IdiomPrecision precision = idiom_device_info(device)->fp16 ? IDIOM_FP16 : IDIOM_FP32;
    IdiomGraph *g = idiom_graph_new(device, precision);
    IdiomTensor *bytes = idiom_graph_input(g, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&f));
    IdiomTensor *factor = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *result = idiom_export(g, idiom_import(g, bytes, &f), bytes, factor, NULL, &f);
    g_autoptr(IdiomProgram) p = program(g, result);
    fill_noise(idiom_program_map(p, bytes), f.size, 5);
    *(float *)idiom_program_map(p, factor) = 1;
    g_assert_true(idiom_program_profile(p, TRUE, NULL));
    double best[2] = {1, 1};
    for (guint i = 0; i < 20; i++) {
        guint count;
        run(p);
        const IdiomOpTime *times = idiom_program_times(p, &count);
        g_assert_cmpuint(count, ==, 2);
        for (guint k = 0; k < 2; k++)
            best[k] = MIN(best[k], times[k].seconds);
    }
    g_test_message("%s 640x360: import %.3f ms, export %.3f ms", layouts[format].name, 1e3 * best[0],
                   1e3 * best[1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(layouts); i++) {
        g_autofree char *name = g_strconcat("/video/format/", layouts[i].name, NULL);
        g_autofree char *trip = g_strconcat("/video/round-trip/", layouts[i].name, NULL);
        g_autofree char *speed = g_strconcat("/video/speed/", layouts[i].name, NULL);
        g_test_add_data_func(name, GUINT_TO_POINTER(i), test_format);
        g_test_add_data_func(trip, GUINT_TO_POINTER(i), test_round_trip);
        if (g_test_perf())
            g_test_add_data_func(speed, GUINT_TO_POINTER(i), test_speed);
    }
    g_test_add_func("/video/copies", test_copies);
    g_test_add_func("/video/bad", test_bad);
    int result = g_test_run();
    idiom_device_unref(device);
    return result;
}
