/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pictures as numbers that tell their textures. */
#include <idiom-unstable/reader.h>

#include <idiom-unstable/features.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <math.h>

/* Of the picture that is looked at, in pixels. */
#define SHORT_SIDE 192
#define LONG_SIDE 384

#define CHANNELS 64
static const char *const layers[] = {"b1", "b2", "b3", "b1@2", "b2@2", "b3@2"};
#define LAYERS G_N_ELEMENTS(layers)
G_STATIC_ASSERT(IDIOM_READER_FEATURES == LAYERS * CHANNELS * 2);

struct IdiomDescriber {
    IdiomDevice *device;
    IdiomFeatures *bank;
    IdiomProgram *program; /* for pictures of @w x @h; NULL: for none yet */
    guint w, h;
    IdiomTensor *input;
    struct {
        IdiomTensor *mean, *square;
    } outputs[LAYERS];
};

/* The part of a picture that is looked at, in its pixels, and the size that it is brought to. */
typedef struct {
    double x, y, w, h;
    guint to_w, to_h;
} Part;

/* A side of so many pixels, as a multiple of 8. */
static guint eights(double pixels)
{
    return (guint)(MIN(pixels, LONG_SIDE) / 8 + 0.5) * 8;
}

static Part choose_part(const IdiomReference *r)
{
    const double scale = SHORT_SIDE / (double)MIN(r->width, r->height);
    Part part = {.to_w = eights(r->width * scale), .to_h = eights(r->height * scale)};
    part.w = MIN(part.to_w / scale, r->width);
    part.h = MIN(part.to_h / scale, r->height);
    part.x = (r->width - part.w) / 2;
    part.y = (r->height - part.h) / 2;
    return part;
}

/* Mean brightness of a rectangle of pixels; of one pixel where it is smaller. */
static double mean_luma(const IdiomReference *r, double x0, double y0, double x1, double y1)
{
    const guint left = (guint)x0, top = (guint)y0;
    const guint right = CLAMP((guint)ceil(x1), left + 1, r->width);
    const guint bottom = CLAMP((guint)ceil(y1), top + 1, r->height);
    double sum = 0;
    for (guint y = top; y < bottom; y++)
        for (guint x = left; x < right; x++) {
            const guint8 *p = r->pixels + y * r->stride + 3 * x;
            sum += 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2];
        }
    return sum / (255.0 * (right - left) * (bottom - top));
}

static void take_luma(const IdiomReference *r, const Part *part, float *planes)
{
    const gsize pixels = (gsize)part->to_w * part->to_h;
    const double dx = part->w / part->to_w, dy = part->h / part->to_h;
    double sum = 0, squares = 0;
    for (guint y = 0; y < part->to_h; y++)
        for (guint x = 0; x < part->to_w; x++) {
            const double luma = mean_luma(r, part->x + x * dx, part->y + y * dy, part->x + (x + 1) * dx,
                                          part->y + (y + 1) * dy);
            planes[(gsize)y * part->to_w + x] = (float)luma;
            sum += luma;
            squares += luma * luma;
        }
    const double mean = sum / (double)pixels;
    const double deviation = sqrt(MAX(squares / (double)pixels - mean * mean, 0)) + 0.01;
    for (gsize i = 0; i < pixels; i++)
        planes[i] = planes[pixels + i] = planes[2 * pixels + i] =
            (float)(0.5 + 0.2 * (planes[i] - mean) / deviation);
}

IdiomDescriber *idiom_describer_new(IdiomDevice *device)
{
    IdiomDescriber *describer = g_new0(IdiomDescriber, 1);
    describer->device = idiom_device_ref(device);
    describer->bank = idiom_features_builtin(device);
    return describer;
}

void idiom_describer_free(IdiomDescriber *describer)
{
    if (!describer)
        return;
    idiom_program_free(describer->program);
    idiom_features_free(describer->bank);
    idiom_device_unref(describer->device);
    g_free(describer);
}

/* Makes what pictures of @w x @h need. */
static gboolean prepare(IdiomDescriber *d, guint w, guint h, GError **error)
{
    if (d->program && d->w == w && d->h == h)
        return TRUE;
    g_clear_pointer(&d->program, idiom_program_free);
    IdiomGraph *graph = idiom_graph_new(d->device, IDIOM_FP32);
    d->input = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, h, w));
    g_autoptr(IdiomFeatureMaps) maps =
        idiom_feature_maps_new(d->bank, graph, idiom_to_planes(graph, d->input));
    IdiomTensor *all[2 * LAYERS];
    for (guint i = 0; i < LAYERS; i++) {
        IdiomTensor *map = idiom_feature_map(maps, layers[i]);
        all[2 * i] = d->outputs[i].mean = idiom_to_flat(graph, idiom_mean_hw(graph, map));
        all[2 * i + 1] = d->outputs[i].square =
            idiom_to_flat(graph, idiom_mean_hw(graph, idiom_mul(graph, map, map)));
    }
    d->program = idiom_program_new(graph, all, G_N_ELEMENTS(all), error);
    d->w = w;
    d->h = h;
    return d->program != NULL;
}

gboolean idiom_describer_run(IdiomDescriber *d, const IdiomReference *reference, float *features,
                             GError **error)
{
    const Part part = choose_part(reference);
    if (!prepare(d, part.to_w, part.to_h, error))
        return FALSE;
    take_luma(reference, &part, idiom_program_map(d->program, d->input));
    if (!idiom_program_run(d->program, error))
        return FALSE;
    for (guint i = 0; i < LAYERS; i++) {
        const float *mean = idiom_program_map(d->program, d->outputs[i].mean);
        const float *square = idiom_program_map(d->program, d->outputs[i].square);
        for (guint c = 0; c < CHANNELS; c++) {
            const double variance = MAX((double)square[c] - (double)mean[c] * (double)mean[c], 0);
            *features++ = (float)log((double)mean[c] + 1e-3);
            *features++ = (float)log(sqrt(variance) + 1e-3);
        }
    }
    return TRUE;
}
