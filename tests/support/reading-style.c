/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading-style.h"

#include <idiom-unstable/tensorfile.h>
#include <math.h>
#include <string.h>

enum { STYLES = 3 };

static GArray *read_tensors(IdiomTensorFile *file)
{
    g_autoptr(GError) error = NULL;
    GArray *tensors = g_array_new(FALSE, FALSE, sizeof(IdiomTensorData));
    for (guint i = 0; i < idiom_tensor_file_count(file); i++) {
        const IdiomTensorInfo *info = idiom_tensor_file_info(file, i);
        IdiomTensorData tensor = {.name = info->name, .n_dims = info->n_dims};
        memcpy(tensor.dims, info->dims, sizeof info->dims);
        tensor.values = idiom_tensor_file_read(file, info->name, NULL, 0, &error);
        g_assert_no_error(error);
        g_array_append_val(tensors, tensor);
    }
    return tensors;
}

void test_styles_add_any(const char *folder, const float *colours)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *from = g_build_filename(folder, "moods.safetensors", NULL);
    g_autofree char *to = g_build_filename(folder, "any.safetensors", NULL);
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(from, &error);
    g_assert_no_error(error);
    g_autoptr(GArray) tensors = read_tensors(file);
    const guint own = tensors->len;
    g_autofree float *weight = g_new0(float, STYLES *IDIOM_READER_FEATURES);
    const float bias[STYLES] = {logf(0.2F), logf(0.3F), logf(0.5F)};
    float all[STYLES][IDIOM_READER_COLOUR_VALUES];
    for (guint s = 0; s < STYLES; s++)
        memcpy(all[s], colours, sizeof all[s]);
    const IdiomTensorData more[] = {
        {IDIOM_READER_WEIGHT, 4, {STYLES, IDIOM_READER_FEATURES, 1, 1}, weight},
        {IDIOM_READER_BIAS, 4, {1, STYLES, 1, 1}, bias},
        {IDIOM_READER_COLOURS, 4, {STYLES, IDIOM_READER_COLOUR_VALUES, 1, 1}, all[0]},
    };
    g_array_append_vals(tensors, more, G_N_ELEMENTS(more));
    g_hash_table_insert(idiom_tensor_file_metadata(file), g_strdup("reader"), g_strdup("1"));
    idiom_tensor_file_write(to, (const IdiomTensorData *)(gpointer)tensors->data, tensors->len,
                            idiom_tensor_file_metadata(file), &error);
    g_assert_no_error(error);
    for (guint i = 0; i < own; i++)
        g_free((gpointer)g_array_index(tensors, IdiomTensorData, i).values);
}
