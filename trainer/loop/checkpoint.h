/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CHECKPOINT_H
#define CHECKPOINT_H

#include <idiom-unstable/graph.h>
#include <idiom-unstable/tensorfile.h>

/* A checkpoint is a safetensors file: sets of parameters, each under a prefix, and string metadata. */
typedef struct {
    const char *prefix; /* tensors are named "<prefix>.<name>" */
    IdiomParams *params;
} CheckpointSet;

/* Replaces @path only when the new file is complete and on the disk. */
gboolean checkpoint_write(const char *path, const CheckpointSet *sets, guint n_sets, GHashTable *metadata,
                          GError **error);

/* Fills all @sets, or none. */
gboolean checkpoint_read(IdiomTensorFile *file, const CheckpointSet *sets, guint n_sets, GError **error);

#endif
