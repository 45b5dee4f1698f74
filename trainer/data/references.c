/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "data/references.h"

#include "media/picture.h"

#include <math.h>
#include <string.h>

#define MAX_OF_FOLDER 64 /* whose statistics are known well then; each takes its time */

typedef struct {
    GPtrArray *files; /* char *, NULL-terminated at the end */
    GArray *weights;  /* double */
} References;

static void add(References *r, char *file, double weight)
{
    g_ptr_array_add(r->files, file);
    g_array_append_val(r->weights, weight);
}

static int compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static gboolean add_folder(References *r, const char *folder, double weight, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) pictures = g_ptr_array_new_with_free_func(g_free);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        gboolean video = FALSE;
        if (name[0] != '.' && g_file_test(path, G_FILE_TEST_IS_REGULAR) &&
            picture_is_video(path, &video, NULL) && !video)
            g_ptr_array_add(pictures, g_steal_pointer(&path));
    }
    if (!pictures->len) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--style: %s: no picture in this folder",
                    folder);
        return FALSE;
    }
    g_ptr_array_sort(pictures, compare_names); /* the order in a folder is the file system's business */
    const guint n = MIN(pictures->len, MAX_OF_FOLDER);
    for (guint i = 0; i < n; i++)
        add(r, g_strdup(pictures->pdata[(guint64)i * pictures->len / n]), weight / n);
    return TRUE;
}

static gboolean add_item(References *r, const char *item, GError **error)
{
    const char *colon = strrchr(item, ':');
    char *end = NULL;
    double weight = colon ? g_ascii_strtod(colon + 1, &end) : 1;
    if (!colon || !colon[1] || *end) {
        weight = 1; /* a colon in the file's name */
        colon = item + strlen(item);
    }
    g_autofree char *file = g_strndup(item, (gsize)(colon - item));
    if (!(weight > 0) || !isfinite(weight)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--style: the weight of %s is %g, must be above 0", file, weight);
        return FALSE;
    }
    if (!g_file_test(file, G_FILE_TEST_EXISTS)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--style: %s: no such file", file);
        return FALSE;
    }
    if (g_file_test(file, G_FILE_TEST_IS_DIR))
        return add_folder(r, file, weight, error);
    add(r, g_steal_pointer(&file), weight);
    return TRUE;
}

gboolean parse_references(const char *list, char ***files, double **weights, GError **error)
{
    References r = {g_ptr_array_new(), g_array_new(FALSE, FALSE, sizeof(double))};
    g_auto(GStrv) items = g_strsplit(list, ",", -1);
    gboolean ok = TRUE;
    for (char **item = items; *item && ok; item++)
        ok = add_item(&r, *item, error);
    if (!*items) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--style: no picture is named");
        ok = FALSE;
    }
    double sum = 0;
    for (guint i = 0; i < r.weights->len; i++)
        sum += g_array_index(r.weights, double, i);
    for (guint i = 0; i < r.weights->len; i++)
        g_array_index(r.weights, double, i) /= sum;
    g_ptr_array_add(r.files, NULL);
    *files = (char **)g_ptr_array_free(r.files, FALSE);
    *weights = (double *)g_array_free(r.weights, FALSE);
    return ok;
}
