/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The judge of temporal steadiness: how much a stylized video flickers against the motion of its source, and how much
 * of the picture a smoothing of it has cost.
 *
 * Warping error E_warp (Lai et al., ECCV 2018): the flow from each source frame to the one before it is estimated
 * (flow.h: not the engine's method); the previous output, moved along it with bilinear interpolation, is compared with
 * the current output. Counted are pixels
 *   - whose place in the previous frame lies inside it;
 *   - where the flow and that of the other direction agree, |f + b|^2 < 0.01 (|f|^2 + |b|^2) + 0.5;
 *   - off the borders of motion, |grad f|^2 <= 0.01 |f|^2 + 0.002
 * (the limits of Sundaram et al., ECCV 2010). A pair's error is the mean over its counted pixels and the three channels
 * of the squared difference, values 0..1; E_warp is the mean over pairs. Pairs across a cut, and pairs without a counted
 * pixel, are left out. All of this is decided on the source alone, so that outputs of one source are comparable.
 */
#ifndef WARPING_H
#define WARPING_H

#include "media/picture.h"

#define WARPING_MAX_OUTPUTS 8

/* Of one output. Figures without anything to measure, such as those of a single frame, are NaN. */
typedef struct {
    double error; /* E_warp */
    /*
     * Structural similarity to the first output: luma, windows of 7x7, mean over the windows inside whose middle pixel
     * moves in the source (by more than half a pixel a frame), and over the others. Frames with no predecessor, at
     * the start and after cuts, are left out.
     */
    double ssim_moving, ssim_still;
    /* Energy of the luma's gradient over that of the first output, all frames: a measure of sharpness. */
    double gradient_ratio;
} WarpingScore;

typedef struct {
    guint frames, pairs, cuts; /* frames given; pairs that counted; pairs left out as cuts */
    double counted;            /* 0..1: pixels counted, of the pixels of the pairs that counted */
    double moving;             /* 0..1: pixels that move, likewise */
    double source_error;       /* E_warp of the source itself: of its own noise and of the flow's errors */
    guint n_outputs;
    WarpingScore outputs[WARPING_MAX_OUTPUTS];
} WarpingScores;

/* Judges outputs of one source, frame by frame. */
typedef struct Warping Warping;

/* @w, @h: of all frames, at least 1; @n_outputs: 0 to WARPING_MAX_OUTPUTS */
Warping *warping_new(guint w, guint h, guint n_outputs);
void warping_free(Warping *warping);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Warping, warping_free)

/* The next frame of the source, and of each output; all of the size given. */
void warping_add(Warping *warping, const Picture *source, const Picture *const *outputs);

/* The figures so far. */
void warping_scores(const Warping *warping, WarpingScores *scores);

/*
 * The same for files, in any format that FFmpeg reads; lossless ones, or the codec is judged too.
 * @source, @outputs: paths
 * @n_outputs: 1 to WARPING_MAX_OUTPUTS
 * @error: IDIOM_ERROR_FILE, IDIOM_ERROR_FORMAT: a file that cannot be read; IDIOM_ERROR_SHAPE: an output has another
 *   size than the source, or more or fewer frames; IDIOM_ERROR_ARGUMENT: too many outputs
 */
gboolean warping_compare_files(const char *source, const char *const *outputs, guint n_outputs,
                               WarpingScores *scores, GError **error);

#endif
