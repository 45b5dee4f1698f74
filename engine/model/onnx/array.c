/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/onnx/array.h"

gssize idiom_array_elements(guint rank, const gint64 *dims)
{
    gsize count = 1;
    for (guint d = 0; d < rank; d++) {
        if (dims[d] < 0)
            return -1;
        if (dims[d] == 0)
            return 0;
        if ((guint64)dims[d] > IDIOM_ARRAY_MAX_COUNT / count)
            return -1;
        count *= (gsize)dims[d];
    }
    return (gssize)count;
}

static gboolean is_wide(IdiomType type)
{
    return type == IDIOM_TYPE_INT32 || type == IDIOM_TYPE_INT64 || type == IDIOM_TYPE_UINT32 ||
           type == IDIOM_TYPE_UINT64;
}

IdiomArray *idiom_array_new(IdiomType type, guint rank, const gint64 *dims)
{
    const gssize count = rank <= IDIOM_ARRAY_MAX_RANK ? idiom_array_elements(rank, dims) : -1;
    if (count < 0)
        return NULL;
    /* the file says how much: not GLib's allocation, which ends the program where there is none */
    gpointer values = is_wide(type) ? (gpointer)g_try_new0(gint64, MAX(count, 1))
                                    : (gpointer)g_try_new0(float, MAX(count, 1));
    if (!values)
        return NULL;
    IdiomArray *array = g_atomic_rc_box_new0(IdiomArray);
    array->type = type;
    array->rank = rank;
    for (guint d = 0; d < rank; d++)
        array->dims[d] = dims[d];
    array->count = (gsize)count;
    if (is_wide(type))
        array->i = values;
    else
        array->f = values;
    return array;
}

static void clear(gpointer data)
{
    IdiomArray *array = data;
    g_free(array->f);
    g_free(array->i);
}

IdiomArray *idiom_array_ref(IdiomArray *array)
{
    return g_atomic_rc_box_acquire(array);
}

void idiom_array_unref(IdiomArray *array)
{
    if (array)
        g_atomic_rc_box_release_full(array, clear);
}

void idiom_array_set(IdiomArray *a, gsize k, double value)
{
    if (a->f)
        a->f[k] = (float)value;
    else
        a->i[k] = !(value > -9.2e18) ? G_MININT64 : value >= 9.2e18 ? G_MAXINT64 : (gint64)value;
}
