/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_MODEL_READER_H
#define IDIOM_MODEL_READER_H

#include "model/colours.h"

#include <idiom-unstable/reader.h>
#include <idiom-unstable/tensorfile.h>

/* What tells how much of each style of its file is in a picture. */
typedef struct {
    guint styles;
    float *weight, *bias;  /* as in the file */
    IdiomColours *colours; /* of what each style paints */
} IdiomReader;

/* @error: IDIOM_ERROR_FORMAT */
IdiomReader *idiom_reader_load(IdiomTensorFile *file, guint styles, GError **error);
void idiom_reader_free(IdiomReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomReader, idiom_reader_free)

/* Adds @weight times the share of each style in a picture of these @features to @shares. */
void idiom_reader_add_shares(const IdiomReader *reader, const float *features, double weight, double *shares);

#endif
