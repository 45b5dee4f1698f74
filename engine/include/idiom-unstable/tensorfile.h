/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_TENSORFILE_H
#define IDIOM_TENSORFILE_H

#include <idiom/error.h>

G_BEGIN_DECLS

/**
 * Files of named tensors in the safetensors format: eight bytes header length (little endian), a JSON header,
 * the tensors' bytes one after the other. An open file has been checked as a whole (names, types, shapes,
 * ranges); the values are read tensor by tensor. Used by one thread at a time.
 */
typedef struct IdiomTensorFile IdiomTensorFile;

#define IDIOM_TENSOR_MAX_DIMS 8
#define IDIOM_TENSOR_MAX_HEADER (16u << 20)  /**< bytes of JSON */
#define IDIOM_TENSOR_MAX_ELEMENTS (1u << 28) /**< of one tensor that is read or written */

/** What the header says of a tensor. Lives as long as the file. */
typedef struct {
    const char *name;
    const char *dtype; /**< "F32", "F16", "I64", ... */
    guint n_dims;
    guint64 dims[IDIOM_TENSOR_MAX_DIMS]; /**< outermost first */
    guint64 elements;                    /**< product of dims; 1 for a scalar (no dims) */
} IdiomTensorInfo;

/** A tensor to write: values in C order. */
typedef struct {
    const char *name;
    guint n_dims;
    guint64 dims[IDIOM_TENSOR_MAX_DIMS];
    const float *values;
} IdiomTensorData;

/**
 * idiom_tensor_file_open:
 * @path: name of a regular file
 * @error: IDIOM_ERROR_FILE where it cannot be read; IDIOM_ERROR_FORMAT where it is not valid: the message
 * names file, tensor or field, and limit
 *
 * Returns: (transfer full): the file with its header checked; free with idiom_tensor_file_free()
 */
IdiomTensorFile *idiom_tensor_file_open(const char *path, GError **error);
void idiom_tensor_file_free(IdiomTensorFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomTensorFile, idiom_tensor_file_free)

/** idiom_tensor_file_path: as given to idiom_tensor_file_open(). */
const char *idiom_tensor_file_path(const IdiomTensorFile *file);

guint idiom_tensor_file_count(const IdiomTensorFile *file);
/** idiom_tensor_file_info: tensor @index < count, in the order of their bytes in the file. */
const IdiomTensorInfo *idiom_tensor_file_info(const IdiomTensorFile *file, guint index);
/** idiom_tensor_file_find: the tensor @name, or NULL. */
const IdiomTensorInfo *idiom_tensor_file_find(const IdiomTensorFile *file, const char *name);

/** idiom_tensor_file_metadata: string -> string map of the file's own remarks; empty if it has none. */
GHashTable *idiom_tensor_file_metadata(const IdiomTensorFile *file);

/**
 * idiom_tensor_file_read:
 * @name: tensor; its type must be F32 or F16
 * @dims: @n_dims sizes that it must have, or NULL with n_dims = 0 for any
 * @error: IDIOM_ERROR_FORMAT: no such tensor, another type or shape, too large, or a value that is not
 * finite; IDIOM_ERROR_FILE
 *
 * Returns: (transfer full): the values, in C order; free with g_free()
 */
float *idiom_tensor_file_read(IdiomTensorFile *file, const char *name, const guint64 *dims, guint n_dims,
                              GError **error);

/**
 * idiom_tensor_file_write:
 * @tensors: @n_tensors with distinct names; written as F32 in this order
 * @metadata: string -> string, or NULL
 *
 * Writes the whole file to a temporary name in the same folder, flushes it to the disk and puts it in the
 * place of
 * @path: after a failure (disk full, power cut) @path is what it was before. The same input gives the same
 * bytes.
 *
 * Returns: FALSE with IDIOM_ERROR_FILE or IDIOM_ERROR_ARGUMENT
 */
gboolean idiom_tensor_file_write(const char *path, const IdiomTensorData *tensors, guint n_tensors,
                                 GHashTable *metadata, GError **error);

/** idiom_tensor_dims_text: (transfer full): "32x48x3x3", or "scalar"; for messages. */
char *idiom_tensor_dims_text(const guint64 *dims, guint n_dims);

G_END_DECLS

#endif
