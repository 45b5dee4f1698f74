/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_DATA_H
#define IDIOM_DATA_H

#include "picture.h"

/*
 * Training data: an endless sequence of batches of random crops of the user's pictures and videos. Batch k depends
 * only on the seed, k and the files, never on timing: a resumed training sees what an uninterrupted one would. A thread
 * decodes ahead of whoever takes the batches.
 */
typedef struct IdiomData IdiomData;

typedef struct {
    guint64 seed;
    guint batch;     /* crops in a batch, at least 1 */
    guint crop;      /* pixels a side */
    guint max_shift; /* pixels that the second view of a crop may be moved, in x and in y */
    float noise;     /* standard deviation of the noise in the second view */
    IdiomPicture *const
        *references; /* pictures of the style, for IdiomBatch.reference; none shorter than crop */
    const double *reference_weights; /* how often each is drawn; of sum 1 */
    guint n_references;              /* 0: no references are drawn */
} IdiomDataParams;

/* One batch. Arrays are [batch,3,crop,crop] in 0..1. */
typedef struct {
    guint64 index;
    guint size;       /* the number of crops, batch */
    float *content;   /* random crops, some mirrored */
    float *shifted;   /* the same crops moved by a few pixels, with noise */
    float *offset;    /* [batch,2]: shifted(y, x) shows what content(y + offset[1], x + offset[0]) shows */
    float *reference; /* random crops of the style's pictures, some mirrored; NULL without references */
} IdiomBatch;

/*
 * @params: copied, but not the references
 * @paths: NULL-terminated: pictures, videos, and folders of them at any depth
 * @error: IDIOM_ERROR_FILE: a path that is not there, or no file at all
 *
 * Files are opened only when their turn comes; one that cannot be used is then named on stderr, counted and left out
 * (of a video only the frame).
 * Pictures are scaled down to 400 pixels (more, for large crops) on the shorter side; smaller ones than the crop are
 * scaled up. Each video counts as one file; its frames are sampled.
 */
IdiomData *idiom_data_new(const char *const *paths, const IdiomDataParams *params, GError **error);
void idiom_data_free(IdiomData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomData, idiom_data_free)

/* Number of files found. */
guint idiom_data_files(const IdiomData *data);
/* Number of files so far that have something that cannot be used. */
guint idiom_data_skipped(const IdiomData *data);

/* Starts the thread: the first batch will be number @index. Once only. */
void idiom_data_start(IdiomData *data, guint64 index);

/*
 * The next batch; valid until the next call. NULL if no file can be used.
 */
const IdiomBatch *idiom_data_next(IdiomData *data, GError **error);

/*
 * @count pictures for previews, spread over the files by the seed alone; fewer where files are broken.
 * Only before idiom_data_start(). Returns: array of IdiomPicture, to be freed.
 */
GPtrArray *idiom_data_samples(IdiomData *data, guint count);

#endif
