/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge/warping.h"

#include "media/clip.h"
#include "judge/flow.h"

#include <idiom/error.h>
#include <math.h>
#include <string.h>

#define MOVING 0.5f /* pixels a frame */

/*
 * Across a cut there is no flow: hardly a pixel's two flows agree, and moving along them explains little. Fast motion
 * has the first of these signs, a change of light the second.
 */
#define CUT_AGREEING 0.5
#define CUT_RESIDUAL 0.05

#define SSIM_RADIUS 3

/* A sum and how many values are in it. */
typedef struct {
    double sum;
    guint64 n;
} Mean;

static void mean_add(Mean *mean, double value)
{
    mean->sum += value;
    mean->n++;
}

static double mean_get(const Mean *mean)
{
    return mean->n ? mean->sum / (double)mean->n : NAN;
}

typedef struct {
    guint8 *previous; /* the frame before, RGB */
    float *luma;      /* of the frame at hand */
    Mean error, ssim[2];
    double gradients;
} Track;

struct Warping {
    guint w, h, n;
    guint frames, cuts;
    FlowFrame *previous;      /* of the source */
    float *flow, *other;      /* from the frame at hand to the one before, and the other way */
    guint8 *counted, *moving; /* per pixel */
    guint64 n_counted, n_moving;
    Track tracks[1 + WARPING_MAX_OUTPUTS]; /* the source's first */
};

Warping *warping_new(guint w, guint h, guint n_outputs)
{
    gsize pixels = (gsize)w * h;
    Warping *warping = g_new0(Warping, 1);
    warping->w = w;
    warping->h = h;
    warping->n = 1 + n_outputs;
    warping->flow = g_new(float, 2 * pixels);
    warping->other = g_new(float, 2 * pixels);
    warping->counted = g_new(guint8, pixels);
    warping->moving = g_new(guint8, pixels);
    for (guint i = 0; i < warping->n; i++) {
        warping->tracks[i].previous = g_new(guint8, 3 * pixels);
        warping->tracks[i].luma = g_new(float, pixels);
    }
    return warping;
}

void warping_free(Warping *warping)
{
    if (!warping)
        return;
    for (guint i = 0; i < warping->n; i++) {
        g_free(warping->tracks[i].previous);
        g_free(warping->tracks[i].luma);
    }
    g_clear_pointer(&warping->previous, flow_frame_free);
    g_free(warping->flow);
    g_free(warping->other);
    g_free(warping->counted);
    g_free(warping->moving);
    g_free(warping);
}

/* --- which pixels count --------------------------------------------------------------------------- */

/* Bilinear interpolation at a place inside the picture. */
typedef struct {
    gsize offset[4];
    float weight[4];
} Tap;

static gboolean tap_at(const Warping *warping, float x, float y, Tap *tap)
{
    if (!(x >= 0 && y >= 0 && x <= warping->w - 1 && y <= warping->h - 1))
        return FALSE;
    guint left = (guint)x, top = (guint)y;
    guint right = MIN(left + 1, warping->w - 1), bottom = MIN(top + 1, warping->h - 1);
    float fx = x - left, fy = y - top;
    *tap = (Tap){{(gsize)top * warping->w + left, (gsize)top * warping->w + right,
                  (gsize)bottom * warping->w + left, (gsize)bottom * warping->w + right},
                 {(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy}};
    return TRUE;
}

static float square(float a)
{
    return a * a;
}

/* Value @stride * offset + @i of the places of @tap. */
#define TAKE(values, stride, i)                                                                              \
    (tap->weight[0] * (values)[(stride)*tap->offset[0] + (i)] +                                              \
     tap->weight[1] * (values)[(stride)*tap->offset[1] + (i)] +                                              \
     tap->weight[2] * (values)[(stride)*tap->offset[2] + (i)] +                                              \
     tap->weight[3] * (values)[(stride)*tap->offset[3] + (i)])

static float take_float(const float *values, guint stride, guint i, const Tap *tap)
{
    return TAKE(values, stride, i);
}

static float take_byte(const guint8 *values, guint stride, guint i, const Tap *tap)
{
    return TAKE(values, stride, i);
}
#undef TAKE

static gboolean agrees(const Warping *warping, gsize pixel, const Tap *tap)
{
    const float back[] = {take_float(warping->other, 2, 0, tap), take_float(warping->other, 2, 1, tap)};
    return flow_agrees(warping->flow + 2 * pixel, back);
}

static gboolean at_border_of_motion(const Warping *warping, guint x, guint y)
{
    const float *here = warping->flow + 2 * ((gsize)y * warping->w + x);
    const float *right = x + 1 < warping->w ? here + 2 : here;
    const float *below = y + 1 < warping->h ? here + 2 * warping->w : here;
    float change = square(right[0] - here[0]) + square(right[1] - here[1]) + square(below[0] - here[0]) +
                   square(below[1] - here[1]);
    return change > 0.01f * (square(here[0]) + square(here[1])) + 0.002f;
}

/* Fills in the masks. Returns FALSE for a cut. */
static gboolean choose_pixels(Warping *warping)
{
    const Track *source = &warping->tracks[0];
    gsize pixels = (gsize)warping->w * warping->h, n_agreeing = 0, n_inside = 0;
    double residual = 0;
    for (guint y = 0; y < warping->h; y++) {
        for (guint x = 0; x < warping->w; x++) {
            gsize pixel = (gsize)y * warping->w + x;
            float fx = warping->flow[2 * pixel], fy = warping->flow[2 * pixel + 1];
            Tap tap;
            warping->counted[pixel] = FALSE;
            warping->moving[pixel] = square(fx) + square(fy) > MOVING * MOVING;
            if (!tap_at(warping, x + fx, y + fy, &tap))
                continue;
            n_inside++;
            const guint8 *previous = source->previous;
            float moved =
                (0.299f * take_byte(previous, 3, 0, &tap) + 0.587f * take_byte(previous, 3, 1, &tap) +
                 0.114f * take_byte(previous, 3, 2, &tap)) /
                255;
            residual += fabsf(moved - source->luma[pixel]);
            if (!agrees(warping, pixel, &tap))
                continue;
            n_agreeing++;
            warping->counted[pixel] = !at_border_of_motion(warping, x, y);
        }
    }
    return n_agreeing >= CUT_AGREEING * pixels || residual <= CUT_RESIDUAL * n_inside;
}

/* --- measuring ------------------------------------------------------------------------------------ */

static void to_luma(const guint8 *rgb, gsize pixels, float *luma)
{
    for (gsize i = 0; i < pixels; i++, rgb += 3)
        luma[i] = (0.299f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2]) / 255;
}

static double gradient_energy(const float *luma, guint w, guint h)
{
    double sum = 0;
    for (guint y = 0; y < h; y++) {
        const float *row = luma + (gsize)y * w, *below = y + 1 < h ? row + w : row;
        for (guint x = 0; x < w; x++)
            sum += square(row[MIN(x + 1, w - 1)] - row[x]) + square(below[x] - row[x]);
    }
    return sum;
}

/* Sum of squared differences over the counted pixels of a pair, of the three channels, values 0..1. */
static double squared_difference(const Warping *warping, const Track *track, const guint8 *rgb)
{
    double sum = 0;
    for (guint y = 0; y < warping->h; y++) {
        for (guint x = 0; x < warping->w; x++) {
            gsize pixel = (gsize)y * warping->w + x;
            Tap tap;
            if (!warping->counted[pixel] ||
                !tap_at(warping, x + warping->flow[2 * pixel], y + warping->flow[2 * pixel + 1], &tap))
                continue;
            for (guint c = 0; c < 3; c++)
                sum += square((take_byte(track->previous, 3, c, &tap) - rgb[3 * pixel + c]) / 255);
        }
    }
    return sum;
}

/* Structural similarity of @a and @b, apart for windows in whose middle something moves and others. */
static void compare(const Warping *warping, const float *a, const float *b, Mean means[2])
{
    enum { A, B, AA, BB, AB, SUMS };
    const double c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
    const guint side = 2 * SSIM_RADIUS + 1, w = warping->w, h = warping->h;
    if (w < side || h < side)
        return;
    g_autofree double *columns = g_new0(double, (gsize)SUMS *w);
    for (guint y = 0; y < h; y++) {
        for (guint x = 0; x < w; x++) {
            double *column = columns + (gsize)SUMS * x;
            for (int k = 0; k < 2; k++) { /* the row that enters the windows, and the one that leaves them */
                if (k == 1 && y < side)
                    break;
                gsize pixel = (gsize)(k == 0 ? y : y - side) * w + x;
                double sign = k == 0 ? 1 : -1, va = a[pixel], vb = b[pixel];
                column[A] += sign * va;
                column[B] += sign * vb;
                column[AA] += sign * va * va;
                column[BB] += sign * vb * vb;
                column[AB] += sign * va * vb;
            }
        }
        if (y + 1 < side)
            continue;
        double sum[SUMS] = {0};
        for (guint x = 0; x < w; x++) {
            for (guint i = 0; i < SUMS; i++)
                sum[i] += columns[SUMS * x + i] - (x >= side ? columns[SUMS * (x - side) + i] : 0);
            if (x + 1 < side)
                continue;
            double mean[SUMS];
            for (guint i = 0; i < SUMS; i++)
                mean[i] = sum[i] / (side * side);
            double product = mean[A] * mean[B], squares = mean[A] * mean[A] + mean[B] * mean[B];
            double covariance = mean[AB] - product, variances = mean[AA] + mean[BB] - squares;
            mean_add(&means[warping->moving[(gsize)(y - SSIM_RADIUS) * w + x - SSIM_RADIUS] ? 0 : 1],
                     (2 * product + c1) * (2 * covariance + c2) / ((squares + c1) * (variances + c2)));
        }
    }
}

typedef struct {
    const FlowFrame *from, *to;
    float *flow;
} Estimate;

static gpointer estimate(gpointer data)
{
    const Estimate *e = data;
    flow_estimate(e->from, e->to, e->flow);
    return NULL;
}

static void measure_pair(Warping *warping, const FlowFrame *frame, const guint8 *const *rgb)
{
    Estimate other = {warping->previous, frame, warping->other};
    GThread *thread = g_thread_new("flow", estimate, &other);
    flow_estimate(frame, warping->previous, warping->flow);
    g_thread_join(thread);
    if (!choose_pixels(warping)) {
        warping->cuts++;
        return;
    }
    guint64 n_counted = 0, n_moving = 0;
    for (gsize i = 0; i < (gsize)warping->w * warping->h; i++) {
        n_counted += warping->counted[i];
        n_moving += warping->moving[i];
    }
    if (n_counted == 0)
        return;
    warping->n_counted += n_counted;
    warping->n_moving += n_moving;
    for (guint i = 0; i < warping->n; i++) {
        Track *track = &warping->tracks[i];
        mean_add(&track->error, squared_difference(warping, track, rgb[i]) / (3.0 * (double)n_counted));
        if (i > 0)
            compare(warping, track->luma, warping->tracks[1].luma, track->ssim);
    }
}

void warping_add(Warping *warping, const Picture *source, const Picture *const *outputs)
{
    gsize pixels = (gsize)warping->w * warping->h;
    const guint8 *rgb[1 + WARPING_MAX_OUTPUTS];
    for (guint i = 0; i < warping->n; i++) {
        Track *track = &warping->tracks[i];
        rgb[i] = (i == 0 ? source : outputs[i - 1])->rgb;
        to_luma(rgb[i], pixels, track->luma);
        track->gradients += gradient_energy(track->luma, warping->w, warping->h);
    }
    FlowFrame *frame = flow_frame_new(warping->tracks[0].luma, warping->w, warping->h);
    if (warping->previous)
        measure_pair(warping, frame, rgb);
    g_clear_pointer(&warping->previous, flow_frame_free);
    warping->previous = frame;
    warping->frames++;
    for (guint i = 0; i < warping->n; i++)
        memcpy(warping->tracks[i].previous, rgb[i], 3 * pixels);
}

void warping_scores(const Warping *warping, WarpingScores *scores)
{
    const Track *tracks = warping->tracks;
    guint pairs = (guint)tracks[0].error.n;
    double pixels = (double)pairs * warping->w * warping->h;
    *scores = (WarpingScores){
        .frames = warping->frames,
        .pairs = pairs,
        .cuts = warping->cuts,
        .counted = pairs ? (double)warping->n_counted / pixels : NAN,
        .moving = pairs ? (double)warping->n_moving / pixels : NAN,
        .source_error = mean_get(&tracks[0].error),
        .n_outputs = warping->n - 1,
    };
    for (guint i = 1; i < warping->n; i++)
        scores->outputs[i - 1] = (WarpingScore){
            .error = mean_get(&tracks[i].error),
            .ssim_moving = mean_get(&tracks[i].ssim[0]),
            .ssim_still = mean_get(&tracks[i].ssim[1]),
            .gradient_ratio = tracks[1].gradients > 0 ? tracks[i].gradients / tracks[1].gradients : NAN,
        };
}

/* --- files ---------------------------------------------------------------------------------------- */

typedef struct {
    guint n;
    const char *path[1 + WARPING_MAX_OUTPUTS]; /* the source's first */
    Clip *clip[1 + WARPING_MAX_OUTPUTS];
    Picture *picture[1 + WARPING_MAX_OUTPUTS];
} Files;

static void files_drop_pictures(Files *files)
{
    for (guint i = 0; i < files->n; i++)
        g_clear_pointer(&files->picture[i], picture_free);
}

static void files_clear(Files *files)
{
    files_drop_pictures(files);
    for (guint i = 0; i < files->n; i++)
        g_clear_pointer(&files->clip[i], clip_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Files, files_clear)

/* The next picture of every file. FALSE with no error where all end together. */
static gboolean files_next(Files *files, guint frame, GError **error)
{
    files_drop_pictures(files);
    for (guint i = 0; i < files->n; i++) {
        g_autoptr(GError) failure = NULL;
        files->picture[i] = clip_next(files->clip[i], &failure);
        if (failure) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
        const Picture *source = files->picture[0], *picture = files->picture[i];
        if (!picture != !source) {
            guint longer = picture ? i : 0, shorter = picture ? 0 : i;
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE,
                        "%s has %u frames, %s has more: they must be the same frames, one for one",
                        files->path[shorter], frame, files->path[longer]);
            return FALSE;
        }
        if (picture && (picture->w != source->w || picture->h != source->h)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE,
                        "%s is %ux%u, %s is %ux%u: they must have one size", files->path[i], picture->w,
                        picture->h, files->path[0], source->w, source->h);
            return FALSE;
        }
    }
    return files->picture[0] != NULL;
}

gboolean warping_compare_files(const char *source, const char *const *outputs, guint n_outputs,
                               WarpingScores *scores, GError **error)
{
    if (n_outputs < 1 || n_outputs > WARPING_MAX_OUTPUTS) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "%u outputs to judge: 1 to %d can be",
                    n_outputs, WARPING_MAX_OUTPUTS);
        return FALSE;
    }
    g_auto(Files) files = {.n = 1 + n_outputs};
    for (guint i = 0; i < files.n; i++) {
        files.path[i] = i == 0 ? source : outputs[i - 1];
        files.clip[i] = clip_open(files.path[i], 0, 0, error);
        if (!files.clip[i])
            return FALSE;
    }
    GError *failure = NULL;
    g_autoptr(Warping) warping = NULL;
    for (guint frame = 0; files_next(&files, frame, &failure); frame++) {
        if (!warping)
            warping = warping_new(files.picture[0]->w, files.picture[0]->h, n_outputs);
        warping_add(warping, files.picture[0], (const Picture *const *)files.picture + 1);
    }
    if (failure) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    warping_scores(warping, scores);
    return TRUE;
}
