/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Video import and export against plain C in double precision: every format, matrix and range, odd sizes,
 * strides. */
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <idiom-unstable/video.h>

#include <math.h>
#include <string.h>

static IdiomDevice *device;

static const char *const format_names[] = {"rgba", "bgra", "rgbx", "bgrx", "i420", "nv12"};
static const guint sizes[][2] = {{1, 1}, {2, 2}, {3, 5}, {4, 2},  {5, 1},
                                 {7, 3}, {8, 4}, {9, 9}, {17, 6}, {67, 35}};

static gboolean is_yuv(const IdiomFrame *f)
{
    return f->format >= IDIOM_VIDEO_I420;
}

static gboolean is_bgr(const IdiomFrame *f)
{
    return f->format == IDIOM_VIDEO_BGRA || f->format == IDIOM_VIDEO_BGRX;
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
        f->stride[i] = (f->row_bytes[i] + 3) / 4 * 4 + 4 * (i + 1);
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
    double kr, kg, kb, offset, luma, chroma;
} Colour;

static Colour colour(const IdiomFrame *f)
{
    const double red[] = {0.299, 0.2126, 0.2627}, blue[] = {0.114, 0.0722, 0.0593};
    Colour c = {.kr = red[f->matrix], .kb = blue[f->matrix], .offset = 16, .luma = 219, .chroma = 224};
    c.kg = 1 - c.kr - c.kb;
    if (f->full_range)
        c.offset = 0, c.luma = c.chroma = 255;
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

/* Chroma sample; @which is 0 for U, 1 for V; the edge is repeated. */
static double chroma_at(const IdiomFrame *f, const guint8 *bytes, int which, int y, int x)
{
    y = (int)clamp(y, 0, (f->height + 1) / 2 - 1);
    x = (int)clamp(x, 0, (f->width + 1) / 2 - 1);
    return f->format == IDIOM_VIDEO_I420 ? byte_at(f, bytes, 1 + (guint)which, y, x)
                                         : byte_at(f, bytes, 1, y, 2 * x + which);
}

static double chroma_between(const IdiomFrame *f, const guint8 *bytes, int which, int y, int x)
{
    double cy = (y + 0.5) / 2 - 0.5, cx = (x + 0.5) / 2 - 0.5;
    int y0 = (int)floor(cy), x0 = (int)floor(cx);
    double ty = cy - y0, tx = cx - x0;
    return (1 - ty) *
               ((1 - tx) * chroma_at(f, bytes, which, y0, x0) + tx * chroma_at(f, bytes, which, y0, x0 + 1)) +
           ty * ((1 - tx) * chroma_at(f, bytes, which, y0 + 1, x0) +
                 tx * chroma_at(f, bytes, which, y0 + 1, x0 + 1));
}

static void reference_pixel(const IdiomFrame *f, const guint8 *bytes, int y, int x, double rgb[3])
{
    if (!is_yuv(f)) {
        for (int i = 0; i < 3; i++)
            rgb[i] = byte_at(f, bytes, 0, y, 4 * x + (is_bgr(f) ? 2 - i : i)) / 255.0;
        return;
    }
    Colour c = colour(f);
    double luma = (byte_at(f, bytes, 0, y, x) - c.offset) / c.luma;
    double u = (chroma_between(f, bytes, 0, y, x) - 128) / c.chroma;
    double v = (chroma_between(f, bytes, 1, y, x) - 128) / c.chroma;
    rgb[0] = clamp(luma + 2 * (1 - c.kr) * v, 0, 1);
    rgb[2] = clamp(luma + 2 * (1 - c.kb) * u, 0, 1);
    /* from the definition of luma */
    rgb[1] =
        clamp((luma - c.kr * (luma + 2 * (1 - c.kr) * v) - c.kb * (luma + 2 * (1 - c.kb) * u)) / c.kg, 0, 1);
}

static void rgb_at(const IdiomFrame *f, const float *picture, int y, int x, double rgb[3])
{
    y = MIN(y, (int)f->height - 1);
    x = MIN(x, (int)f->width - 1);
    for (gsize i = 0; i < 3; i++)
        rgb[i] = clamp(picture[(i * f->height + (gsize)y) * f->width + (gsize)x], 0, 1);
}

/* What export should write at a byte of a plane, before blending and rounding, 0..255. */
static double reference_byte(const IdiomFrame *f, const float *picture, guint plane, int y, int byte)
{
    double rgb[3];
    if (!is_yuv(f)) {
        rgb_at(f, picture, y, byte / 4, rgb);
        return 255 * rgb[is_bgr(f) ? 2 - byte % 4 : byte % 4];
    }
    Colour c = colour(f);
    if (plane == 0) {
        rgb_at(f, picture, y, byte, rgb);
        return c.offset + c.luma * (c.kr * rgb[0] + c.kg * rgb[1] + c.kb * rgb[2]);
    }
    gboolean v = f->format == IDIOM_VIDEO_I420 ? plane == 2 : byte % 2;
    int x = f->format == IDIOM_VIDEO_I420 ? byte : byte / 2;
    double sum = 0;
    for (int i = 0; i < 4; i++) {
        rgb_at(f, picture, 2 * y + i / 2, 2 * x + i % 2, rgb);
        double luma = c.kr * rgb[0] + c.kg * rgb[1] + c.kb * rgb[2];
        sum += v ? (rgb[0] - luma) / (2 * (1 - c.kr)) : (rgb[2] - luma) / (2 * (1 - c.kb));
    }
    return 128 + c.chroma * sum / 4;
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
                    g_error("import %s %ux%u matrix %d range %d: pixel %d,%d channel %zu is %g, not %g",
                            format_names[f->format], f->width, f->height, (int)f->matrix, f->full_range, x, y,
                            i, got, rgb[i]);
            }
        }
}

static void check_export(const IdiomFrame *f, IdiomPrecision precision, float strength)
{
    IdiomGraph *g = idiom_graph_new(device, precision);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, f->height, f->width));
    IdiomTensor *source = idiom_graph_input(g, IDIOM_LAYOUT_BYTES, idiom_frame_shape(f));
    IdiomTensor *factor = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *result = idiom_export(g, idiom_to_planes(g, input), source, factor, f);
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
    const double tolerance = precision == IDIOM_FP16 ? 0.7 : 0.501;
    for (guint i = 0; i < f->n_planes; i++)
        for (int y = 0; y < (int)f->rows[i]; y++)
            for (int x = 0; x < (int)f->row_bytes[i]; x++) {
                guint8 got = byte_at(f, bytes, i, y, x), was = byte_at(f, old, i, y, x);
                double expected = was;
                if (is_yuv(f) || x % 4 != 3)
                    expected += (double)strength * (reference_byte(f, picture, i, y, x) - was);
                expected = clamp(expected, 0, 255);
                if (!(fabs(got - expected) <= tolerance))
                    g_error(
                        "export %s %ux%u matrix %d range %d strength %g: plane %u byte %d of row %d is %d, "
                        "not %g",
                        format_names[f->format], f->width, f->height, (int)f->matrix, f->full_range,
                        (double)strength, i, x, y, got, expected);
            }
}

static void test_format(gconstpointer data)
{
    IdiomVideoFormat format = (IdiomVideoFormat)GPOINTER_TO_UINT(data);
    gboolean half = idiom_device_info(device)->fp16;
    for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
        IdiomVideoMatrix matrix = (IdiomVideoMatrix)(i % 3);
        IdiomFrame f = new_frame(format, sizes[i][0], sizes[i][1], matrix, i % 2);
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
        check_import(&f, IDIOM_FP32);
        check_export(&f, IDIOM_FP32, 1);
    }
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
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
        IdiomTensor *result = idiom_export(g, idiom_import(g, bytes, &f), bytes, factor, &f);
        g_autoptr(IdiomProgram) p = program(g, result);
        guint8 *frame = idiom_program_map(p, bytes);
        if (is_yuv(&f)) {
            memset(frame, 130, f.size);
            for (gsize i = 0; i < f.stride[0] * f.rows[0]; i++)
                frame[i] = (guint8)(20 + i % 210);
        } else {
            fill_noise(frame, f.size, 3);
        }
        *(float *)idiom_program_map(p, factor) = 1;
        run(p);
        const guint8 *back = idiom_program_map(p, result);
        for (guint i = 0; i < f.n_planes; i++)
            for (int y = 0; y < (int)f.rows[i]; y++)
                for (int x = 0; x < (int)f.row_bytes[i]; x++)
                    g_assert_cmpint(byte_at(&f, back, i, y, x), ==, byte_at(&f, frame, i, y, x));
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
        {.format = (IdiomVideoFormat)17, .width = 4, .height = 4},
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
    IdiomTensor *result = idiom_export(g, idiom_import(g, bytes, &f), bytes, factor, &f);
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
    g_test_message("%s 640x360: import %.3f ms, export %.3f ms", format_names[format], 1e3 * best[0],
                   1e3 * best[1]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(format_names); i++) {
        g_autofree char *name = g_strconcat("/video/format/", format_names[i], NULL);
        g_autofree char *trip = g_strconcat("/video/round-trip/", format_names[i], NULL);
        g_autofree char *speed = g_strconcat("/video/speed/", format_names[i], NULL);
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
