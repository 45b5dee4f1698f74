/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/checkpoint.h"

#include <string.h>

static void tensor_data_clear(gpointer data)
{
    g_free((gpointer)((IdiomTensorData *)data)->name);
}

gboolean checkpoint_write(const char *path, const CheckpointSet *sets, guint n_sets, GHashTable *metadata,
                          GError **error)
{
    g_autoptr(GArray) tensors = g_array_new(FALSE, FALSE, sizeof(IdiomTensorData));
    g_array_set_clear_func(tensors, tensor_data_clear);
    g_autoptr(GPtrArray) arrays = g_ptr_array_new_with_free_func(g_free);
    for (guint s = 0; s < n_sets; s++) {
        IdiomParams *params = sets[s].params;
        float *values = g_new(float, idiom_params_elements(params));
        g_ptr_array_add(arrays, values);
        if (!idiom_params_read(params, values, error))
            return FALSE;
        for (guint i = 0; i < idiom_params_count(params); i++) {
            IdiomShape shape = idiom_params_shape(params, i);
            IdiomTensorData tensor = {
                .name = g_strconcat(sets[s].prefix, ".", idiom_params_name(params, i), NULL),
                .n_dims = 4,
                .dims = {shape.n, shape.c, shape.h, shape.w},
                .values = values + idiom_params_offset(params, i),
            };
            g_array_append_val(tensors, tensor);
        }
    }
    return idiom_tensor_file_write(path, (const IdiomTensorData *)tensors->data, tensors->len, metadata,
                                   error);
}

gboolean checkpoint_read(IdiomTensorFile *file, const CheckpointSet *sets, guint n_sets, GError **error)
{
    g_autoptr(GPtrArray) arrays = g_ptr_array_new_with_free_func(g_free);
    for (guint s = 0; s < n_sets; s++) {
        IdiomParams *params = sets[s].params;
        float *values = g_new0(float, idiom_params_elements(params));
        g_ptr_array_add(arrays, values);
        for (guint i = 0; i < idiom_params_count(params); i++) {
            IdiomShape shape = idiom_params_shape(params, i);
            const guint64 dims[4] = {shape.n, shape.c, shape.h, shape.w};
            g_autofree char *name = g_strconcat(sets[s].prefix, ".", idiom_params_name(params, i), NULL);
            g_autofree float *tensor = idiom_tensor_file_read(file, name, dims, 4, error);
            if (!tensor)
                return FALSE;
            memcpy(values + idiom_params_offset(params, i), tensor,
                   idiom_shape_elements(shape) * sizeof *values);
        }
    }
    for (guint s = 0; s < n_sets; s++)
        if (!idiom_params_write(sets[s].params, arrays->pdata[s], error))
            return FALSE;
    return TRUE;
}
