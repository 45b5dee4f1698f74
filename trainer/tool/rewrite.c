/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool/rewrite.h"

#include <string.h>

static gboolean is_among(const IdiomTensorData *more, guint count, const char *name)
{
    for (guint i = 0; i < count; i++)
        if (g_str_equal(more[i].name, name))
            return TRUE;
    return FALSE;
}

gboolean rewrite_style(const char *from, const char *to, const IdiomTensorData *more, guint count,
                       const char *const *fields, GError **error)
{
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(from, error);
    if (!file)
        return FALSE;
    g_autoptr(GArray) tensors = g_array_new(FALSE, FALSE, sizeof(IdiomTensorData));
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < idiom_tensor_file_count(file); i++) {
        const IdiomTensorInfo *info = idiom_tensor_file_info(file, i);
        IdiomTensorData tensor = {.name = info->name, .n_dims = info->n_dims};
        if (is_among(more, count, info->name))
            continue;
        if (!g_str_equal(info->dtype, "F32")) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: tensor '%s' is %s, not F32", from,
                        info->name, info->dtype);
            return FALSE;
        }
        float *v = idiom_tensor_file_read(file, info->name, NULL, 0, error);
        if (!v)
            return FALSE;
        memcpy(tensor.dims, info->dims, sizeof info->dims);
        tensor.values = v;
        g_ptr_array_add(values, v);
        g_array_append_val(tensors, tensor);
    }
    if (count)
        g_array_append_vals(tensors, more, count);
    GHashTable *metadata = idiom_tensor_file_metadata(file);
    for (; *fields; fields += 2)
        g_hash_table_insert(metadata, g_strdup(fields[0]), g_strdup(fields[1]));
    return idiom_tensor_file_write(to, (const IdiomTensorData *)(gpointer)tensors->data, tensors->len,
                                   metadata, error);
}
