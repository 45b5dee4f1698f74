/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames to pictures and back, in all formats, matrices and ranges. RefArgs.more is the IdiomFrame. */
#include "checks.h"

#include <math.h>

#include <idiom-unstable/video.h>

/* --- colour --------------------------------------------------------------------------------------- */

/* Of a YUV frame: share of R, G, B in luma; bytes that luma and chroma span. */
typedef struct {
    double kr, kg, kb, black, luma, chroma;
} Colour;

static Colour colour_of(const IdiomFrame *f)
{
    static const double weights[][2] = {[IDIOM_VIDEO_BT601] = {0.299, 0.114},
                                        [IDIOM_VIDEO_BT709] = {0.2126, 0.0722},
                                        [IDIOM_VIDEO_BT2020] = {0.2627, 0.0593}};
    double r = weights[f->matrix][0], b = weights[f->matrix][1];
    return f->full_range ? (Colour){r, 1 - r - b, b, 0, 255, 255} : (Colour){r, 1 - r - b, b, 16, 219, 224};
}

static gboolean is_yuv(const IdiomFrame *f)
{
    return f->format == IDIOM_VIDEO_I420 || f->format == IDIOM_VIDEO_NV12;
}

/* Byte of colour @c of a pixel of RGBA and the like. */
static gsize rgb_byte(const IdiomFrame *f, guint c, guint y, guint x)
{
    gboolean bgr = f->format == IDIOM_VIDEO_BGRA || f->format == IDIOM_VIDEO_BGRX;
    return f->offset[0] + y * f->stride[0] + 4 * x + (bgr && c < 3 ? 2 - c : c);
}

/* Byte of U (@v 0) or V (1). */
static gsize chroma_byte(const IdiomFrame *f, guint v, guint y, guint x)
{
    if (f->format == IDIOM_VIDEO_NV12)
        return f->offset[1] + y * f->stride[1] + 2 * x + v;
    return f->offset[1 + v] + y * f->stride[1 + v] + x;
}

/* --- import --------------------------------------------------------------------------------------- */

static IdiomShape picture_shape(const RefArgs *a, Ref *const *in)
{
    const IdiomFrame *f = a->more;
    (void)in;
    return IDIOM_SHAPE(1, 3, f->height, f->width);
}

/* Chroma, which lies in the middle of 2x2 pixels, at pixel (y, x): linear between the nearest, less 128. */
static double chroma_at(const IdiomFrame *f, const Ref *bytes, guint v, guint y, guint x)
{
    int w = (int)(f->width + 1) / 2, h = (int)(f->height + 1) / 2;
    double cy = (y + 0.5) / 2 - 0.5, cx = (x + 0.5) / 2 - 0.5, sum = 0;
    for (int i = 0; i < 4; i++) {
        int sy = (int)floor(cy) + i / 2, sx = (int)floor(cx) + i % 2;
        double weight = (1 - fabs(cy - sy)) * (1 - fabs(cx - sx));
        sum += weight * bytes->v[chroma_byte(f, v, (guint)CLAMP(sy, 0, h - 1), (guint)CLAMP(sx, 0, w - 1))];
    }
    return sum - 128;
}

static void import_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const IdiomFrame *f = a->more;
    const Colour k = colour_of(f);
    for (guint y = 0; y < f->height; y++)
        for (guint x = 0; x < f->width; x++) {
            double rgb[3];
            if (is_yuv(f)) {
                double luma = (in[0]->v[f->offset[0] + y * f->stride[0] + x] - k.black) / k.luma;
                double u = chroma_at(f, in[0], 0, y, x) / k.chroma,
                       v = chroma_at(f, in[0], 1, y, x) / k.chroma;
                rgb[0] = luma + 2 * (1 - k.kr) * v;
                rgb[2] = luma + 2 * (1 - k.kb) * u;
                rgb[1] = (luma - k.kr * rgb[0] - k.kb * rgb[2]) / k.kg;
            }
            for (guint c = 0; c < 3; c++)
                out->v[at(out, 0, c, y, x)] =
                    is_yuv(f) ? CLAMP(rgb[c], 0, 1) : in[0]->v[rgb_byte(f, c, y, x)] / 255;
        }
}

static const RefRule ref_import = {picture_shape, .forward = import_forward};

/* --- export --------------------------------------------------------------------------------------- */

static IdiomShape frame_shape(const RefArgs *a, Ref *const *in)
{
    (void)in;
    return idiom_frame_shape(a->more);
}

/* source + strength (wanted - source), which nothing says of bytes that no row has. */
static void blend(Ref *const *in, Ref *out, gsize byte, double strength, double wanted)
{
    double source = in[1]->v[byte];
    out->v[byte] = CLAMP(source + strength * (wanted - source), 0, 255);
    out->open[byte] = FALSE;
}

static double picture_at(const Ref *picture, guint c, guint y, guint x)
{
    return CLAMP(picture->v[at_clamped(picture, 0, c, (int)y, (int)x)], 0, 1);
}

/* At a pixel; with a mask, one of the two strengths or between. */
static double strength_at(Ref *const *in, guint y, guint x)
{
    const Ref *mask = in[3];
    const guint row = MIN(y, in[0]->shape.h - 1);
    const double *s = in[2]->v;
    return mask ? s[0] + mask->v[at(mask, 0, x % 4, row, x / 4)] * (s[1] - s[0]) : s[0];
}

/* Of the pixels that share a sample of chroma, also those beyond the edge of an odd frame that a mask has room for. */
static double strength_of_chroma(Ref *const *in, guint y, guint x)
{
    double sum = 0;
    for (guint i = 0; i < 4; i++)
        sum += strength_at(in, 2 * y + i / 2, 2 * x + i % 2) / 4;
    return sum;
}

static void export_rgb(const IdiomFrame *f, Ref *const *in, Ref *out)
{
    for (guint y = 0; y < f->height; y++)
        for (guint x = 0; x < f->width; x++) {
            for (guint c = 0; c < 3; c++)
                blend(in, out, rgb_byte(f, c, y, x), strength_at(in, y, x), 255 * picture_at(in[0], c, y, x));
            blend(in, out, rgb_byte(f, 3, y, x), 0, in[1]->v[rgb_byte(f, 3, y, x)]);
        }
}

static void export_yuv(const IdiomFrame *f, Ref *const *in, Ref *out)
{
    const Colour k = colour_of(f);
    for (guint y = 0; y < f->height; y++)
        for (guint x = 0; x < f->width; x++) {
            double luma = k.kr * picture_at(in[0], 0, y, x) + k.kg * picture_at(in[0], 1, y, x) +
                          k.kb * picture_at(in[0], 2, y, x);
            blend(in, out, f->offset[0] + y * f->stride[0] + x, strength_at(in, y, x),
                  k.black + k.luma * luma);
        }
    for (guint y = 0; y < (f->height + 1) / 2; y++)
        for (guint x = 0; x < (f->width + 1) / 2; x++) {
            double rgb[3] = {0};
            for (guint i = 0; i < 12; i++)
                rgb[i / 4] += picture_at(in[0], i / 4, 2 * y + i % 4 / 2, 2 * x + i % 2) / 4;
            double luma = k.kr * rgb[0] + k.kg * rgb[1] + k.kb * rgb[2];
            const double strength = strength_of_chroma(in, y, x);
            blend(in, out, chroma_byte(f, 0, y, x), strength,
                  128 + k.chroma * (rgb[2] - luma) / (2 * (1 - k.kb)));
            blend(in, out, chroma_byte(f, 1, y, x), strength,
                  128 + k.chroma * (rgb[0] - luma) / (2 * (1 - k.kr)));
        }
}

static void export_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const IdiomFrame *f = a->more;
    for (gsize i = 0; i < elements(out); i++)
        ref_leave_open(out, i);
    if (is_yuv(f))
        export_yuv(f, in, out);
    else
        export_rgb(f, in, out);
}

static const RefRule ref_export = {frame_shape, .forward = export_forward};

/* --- export as another kind ------------------------------------------------------------------------ */

/* What comes and what goes; RefArgs.more of export_as. */
typedef struct {
    IdiomFrame from, to;
} Pair;

static IdiomShape result_shape(const RefArgs *a, Ref *const *in)
{
    (void)in;
    return idiom_frame_shape(&((const Pair *)a->more)->to);
}

static gboolean has_alpha(const IdiomFrame *f)
{
    return f->format == IDIOM_VIDEO_RGBA || f->format == IDIOM_VIDEO_BGRA;
}

/* As export at full strength; only the fourth byte comes from elsewhere. */
static void export_as_forward(const RefArgs *a, Ref *const *in, Ref *out)
{
    const Pair *pair = a->more;
    const IdiomFrame *f = &pair->to;
    double one = 1;
    Ref strength = {.v = &one};
    Ref *own[] = {in[0], out, &strength, NULL};
    for (gsize i = 0; i < elements(out); i++) {
        out->v[i] = 0;
        ref_leave_open(out, i);
    }
    if (is_yuv(f))
        export_yuv(f, own, out);
    else
        export_rgb(f, own, out);
    for (guint i = 0; !is_yuv(f) && i < f->width * f->height; i++) {
        const guint y = i / f->width, x = i % f->width;
        const gboolean kept = has_alpha(f) && has_alpha(&pair->from);
        out->v[rgb_byte(f, 3, y, x)] = kept ? in[1]->v[rgb_byte(&pair->from, 3, y, x)] : 255;
    }
}

static const RefRule ref_export_as = {result_shape, .forward = export_as_forward};

static IdiomTensor *export_pair(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *source, const Pair *pair)
{
    return idiom_export_as(g, picture, source, &pair->from, &pair->to);
}

/* clang-format off */
OP(export_as, "export as", ref_export_as, export_pair(g, in[0], in[1], a->more), {"picture", "source"})
OP(import, "import", ref_import, idiom_import(g, in[0], a->more), {"bytes"})
OP(export, "export", ref_export, idiom_export(g, in[0], in[1], in[2], in[3], a->more),
   {"picture", "source", "strength", "matte"})
/* clang-format on */

/* --- cases ---------------------------------------------------------------------------------------- */

static const char *const formats[] = {"RGBA", "BGRA", "RGBx", "BGRx", "I420", "NV12"};
static const char *const matrices[] = {"bt601", "bt709", "bt2020"};

/* @more: bytes by which rows and planes are farther apart than they must be */
static void add_frame(Checks *checks, IdiomFrame f, guint more)
{
    static GPtrArray *frames; /* RefArgs.more must stay */
    if (!frames)
        frames = g_ptr_array_new();
    idiom_frame_layout(&f, NULL);
    f.size = more;
    for (guint i = 0; i < f.n_planes; i++) {
        f.offset[i] = f.size;
        f.stride[i] = (f.row_bytes[i] + 3) / 4 * 4 + more;
        f.size += f.stride[i] * f.rows[i] + more;
    }
    g_autofree char *text = g_strdup_printf("%s %ux%u %s %s rows +%u", formats[f.format], f.width, f.height,
                                            matrices[f.matrix], f.full_range ? "full" : "limited", more);
    IdiomFrame *kept = g_memdup2(&f, sizeof f);
    g_ptr_array_add(frames, kept);
    const Operand picture = FIXED_PLANES(IDIOM_SHAPE(1, 3, f.height, f.width), FILL_POSITIVE);
    const Operand bytes = BYTES(idiom_frame_shape(&f));
    add_case(checks, &check_import, (RefArgs){.more = kept}, text, OPERANDS(bytes));
    add_case(checks, &check_export, (RefArgs){.more = kept}, text,
             OPERANDS(picture, bytes, FIXED(IDIOM_SHAPE(1, 1, 1, 1), FILL_SHARE), NONE));
    add_case(checks, &check_export, (RefArgs){.more = kept}, text,
             OPERANDS(picture, bytes, FIXED(IDIOM_SHAPE(1, 1, 1, 2), FILL_SHARE),
                      FIXED_PLANES(idiom_matte_shape(picture.shape), FILL_SHARE)));
}

static void add_pair(Checks *checks, IdiomVideoFormat from, IdiomVideoFormat to, guint width, guint height)
{
    static GPtrArray *pairs; /* RefArgs.more must stay */
    if (!pairs)
        pairs = g_ptr_array_new();
    Pair *pair = g_new0(Pair, 1);
    g_ptr_array_add(pairs, pair);
    pair->from = (IdiomFrame){.format = from, .width = width, .height = height};
    pair->to = (IdiomFrame){.format = to, .width = width, .height = height, .matrix = IDIOM_VIDEO_BT709};
    idiom_frame_layout(&pair->from, NULL);
    idiom_frame_layout(&pair->to, NULL);
    g_autofree char *text = g_strdup_printf("%s to %s %ux%u", formats[from], formats[to], width, height);
    add_case(checks, &check_export_as, (RefArgs){.more = pair}, text,
             OPERANDS(FIXED_PLANES(IDIOM_SHAPE(1, 3, height, width), FILL_POSITIVE),
                      BYTES(idiom_frame_shape(&pair->from))));
}

CASES(video)
{
    for (IdiomVideoFormat from = IDIOM_VIDEO_RGBA; from <= IDIOM_VIDEO_NV12; from++)
        for (IdiomVideoFormat to = IDIOM_VIDEO_RGBA; to <= IDIOM_VIDEO_NV12; to++)
            add_pair(checks, from, to, from % 2 ? 9 : 22, to % 3 ? 5 : 6);
    static const guint sizes[][2] = {{1, 1}, {2, 2}, {3, 5}, {7, 3}, {9, 1}, {1, 6}, {33, 17}, {70, 12}};
    for (IdiomVideoFormat format = IDIOM_VIDEO_RGBA; format <= IDIOM_VIDEO_NV12; format++)
        for (guint i = 0; i < G_N_ELEMENTS(sizes); i++)
            add_frame(checks,
                      (IdiomFrame){.format = format,
                                   .width = sizes[i][0],
                                   .height = sizes[i][1],
                                   .matrix = i % 3,
                                   .full_range = i / 3 % 2},
                      i % 2 * 8);
    for (guint i = 0; i < 12; i++)
        add_frame(checks,
                  (IdiomFrame){.format = i % 2 ? IDIOM_VIDEO_I420 : IDIOM_VIDEO_NV12,
                               .width = 21,
                               .height = 11,
                               .matrix = i / 2 % 3,
                               .full_range = i / 6},
                  0);
    FOR_RANDOM(checks, 4, i)
    add_frame(checks,
              (IdiomFrame){.format = random_uint(checks, IDIOM_VIDEO_RGBA, IDIOM_VIDEO_NV12),
                           .width = random_uint(checks, 1, 90),
                           .height = random_uint(checks, 1, 40),
                           .matrix = random_uint(checks, IDIOM_VIDEO_BT601, IDIOM_VIDEO_BT2020),
                           .full_range = random_uint(checks, 0, 1) != 0},
              4 * random_uint(checks, 0, 3));
}
