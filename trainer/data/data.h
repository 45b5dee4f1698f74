/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DATA_H
#define DATA_H

#include "data/pairs.h"
#include "media/picture.h"

/*
 * Training data: an endless sequence of batches of random crops of the user's pictures and videos. Batch k depends
 * only on the seed, k and the files, never on timing: a resumed training sees what an uninterrupted one would. A thread
 * decodes ahead of whoever takes the batches.
 */
typedef struct Data Data;

/* What shows one style: pictures, for Batch.reference, or a teacher's pictures of the photos, for Batch.taught. */
typedef struct {
    Picture *const *references;      /* none shorter than the crops */
    const double *reference_weights; /* how often each is drawn; of sum 1 */
    guint n_references;              /* 0: none are drawn */
    const Pairs *pairs;              /* NULL: there is no teacher; the same for all styles */
} DataStyle;

typedef struct {
    guint64 seed;
    guint batch;             /* crops in a batch, at least 1 */
    guint crop;              /* pixels a side */
    const DataStyle *styles; /* at least one; each is the style of equally many batches */
    guint n_styles;
    gboolean moved;  /* whether the second views are wanted */
    guint max_shift; /* pixels that they may be moved, in x and in y */
    float noise;     /* the largest standard deviation of their noise; 0: they are not disturbed at all */
    double clips;    /* of the crops from videos, the share whose second view is the next frame */
    double captions; /* share of the crops that have text drawn in, as in caption.h */
    gboolean field;  /* whether the noise to paint from is wanted, idiom-unstable/noise.h */
} DataParams;

/*
 * One batch, all of one style. Pictures are [batch,3,crop,crop] in 0..1.
 *
 * Second views show what the same camera would show a moment later: some are the next frame of a video, others the crop
 * itself after a motion (view.h), with noise, and slightly other brightness and contrast. Text moves along.
 *
 * With a teacher, crops are of photos that it has painted, at full size and not mirrored: its strokes keep their size and
 * slant. Text is drawn into its pictures as well, so that what is learned leaves text as it is.
 *
 * With the field, each photo that a teacher has painted lies where idiom_noise_offset() of its name says, and a crop has
 * the cells of its place, be it no multiple of a cell; crops without a teacher lie anywhere. Second views have what the
 * motion has carried along; where the next frame of a video shows something new, the cells of the same place.
 */
typedef struct {
    guint64 index;
    guint size;     /* the number of crops, batch */
    guint style;    /* index into the params' styles */
    float *content; /* random crops of pictures at random sizes, some mirrored */
    float *mask;    /* [batch,1,crop,crop]: where text is, as in caption.h; NULL if captions are not wanted */

    /* [batch,IDIOM_NOISE_CHANNELS,crop/4,crop/4]: noise of content and of moved; NULL if not wanted */
    float *field, *field_moved;

    /* second views, all NULL if they are not wanted */
    float *moved;
    /*
     * [batch,2,crop,crop]: moved(y, x) shows what content(y + flow[1], x + flow[0]) shows. Of the next frame of a video
     * it is estimated (flow.h), and leads far out of the picture where the way back does not lead here.
     */
    float *flow;

    float *taught;       /* what the teacher made of content; NULL without one */
    float *taught_moved; /* the same after the motion, without noise; NULL without second views */

    /* random crops of the style's pictures, at 1 to 1/1.5 of their size, some mirrored; NULL if no style has any */
    float *reference;
} Batch;

/*
 * @params: copied with the styles, but not the references and pairs
 * @paths: NULL-terminated: pictures, videos, and folders of them at any depth
 * @error: IDIOM_ERROR_FILE: a path that is not there, no file at all, or none that the teachers have painted
 *
 * Files are opened only when their turn comes; one that cannot be used is then named on stderr, counted and left out
 * (of a video only the frame). Files that a teacher has not painted are left out from the start.
 * Pictures are scaled down to 400 pixels (more, for large crops) on the shorter side; smaller ones than the crop are
 * scaled up. Each video counts as one file; its frames are sampled.
 */
Data *data_new(const char *const *paths, const DataParams *params, GError **error);
void data_free(Data *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Data, data_free)

/* Number of files found. */
guint data_files(const Data *data);
/* Number of files so far that have something that cannot be used. */
guint data_skipped(const Data *data);

/* Starts the thread: the first batch will be number @index. Once only. */
void data_start(Data *data, guint64 index);

/*
 * The next batch; valid until the next call. NULL if no file can be used.
 */
const Batch *data_next(Data *data, GError **error);

/*
 * @count pictures for previews, spread over the files by the seed alone; fewer where files are broken.
 * Only before data_start(). Returns: array of Picture, to be freed.
 */
GPtrArray *data_samples(Data *data, guint count);

#endif
