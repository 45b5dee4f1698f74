/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays of numbers in host memory. */
#ifndef IDIOM_ONNX_ARRAY_H
#define IDIOM_ONNX_ARRAY_H

#include <glib.h>

#define IDIOM_ARRAY_MAX_RANK 8
#define IDIOM_ARRAY_MAX_COUNT ((gsize)1 << 29) /* elements: 2 GiB of floats */

/* ONNX's numbers of the types that make a difference here. */
typedef enum {
    IDIOM_TYPE_FLOAT = 1,
    IDIOM_TYPE_UINT8 = 2,
    IDIOM_TYPE_INT8 = 3,
    IDIOM_TYPE_UINT16 = 4,
    IDIOM_TYPE_INT16 = 5,
    IDIOM_TYPE_INT32 = 6,
    IDIOM_TYPE_INT64 = 7,
    IDIOM_TYPE_BOOL = 9,
    IDIOM_TYPE_HALF = 10,
    IDIOM_TYPE_DOUBLE = 11,
    IDIOM_TYPE_UINT32 = 12,
    IDIOM_TYPE_UINT64 = 13,
    IDIOM_TYPE_BFLOAT16 = 16,
} IdiomType;

/* Does not change once it has been filled in; reference counted. */
typedef struct {
    IdiomType type; /* that the file gave it */
    guint rank;
    gint64 dims[IDIOM_ARRAY_MAX_RANK];
    gsize count;
    float *f; /* one of the two: integers of 32 and 64 bits are in i, everything else in f */
    gint64 *i;
} IdiomArray;

/* Zeros. NULL where dims are negative or the array would be larger than there is room for. */
IdiomArray *idiom_array_new(IdiomType type, guint rank, const gint64 *dims);
IdiomArray *idiom_array_ref(IdiomArray *array);
void idiom_array_unref(IdiomArray *array);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomArray, idiom_array_unref)

static inline double idiom_array_get(const IdiomArray *a, gsize k)
{
    return a->i ? (double)a->i[k] : a->f[k];
}

/* Integers are cut off, and limited to what 64 bits hold. */
void idiom_array_set(IdiomArray *a, gsize k, double value);

/* Number of elements, or -1 where it is above the limit or a dimension is negative. */
gssize idiom_array_elements(guint rank, const gint64 *dims);

#endif
