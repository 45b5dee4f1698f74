/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "references.h"

#include <math.h>
#include <string.h>

gboolean idiom_parse_references(const char *list, char ***files, double **weights, GError **error)
{
    *files = g_strsplit(list, ",", -1);
    guint n = g_strv_length(*files);
    *weights = g_new(double, MAX(n, 1));
    if (n == 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--style: no picture is named");
        return FALSE;
    }
    double sum = 0;
    for (guint i = 0; i < n; i++) {
        char *file = (*files)[i];
        char *colon = strrchr(file, ':'), *end = NULL;
        double weight = colon ? g_ascii_strtod(colon + 1, &end) : 1;
        if (colon && colon[1] && !*end)
            *colon = '\0';
        else
            weight = 1; /* a colon in the file's name */
        if (!(weight > 0) || !isfinite(weight)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "--style: the weight of %s is %g, must be above 0", file, weight);
            return FALSE;
        }
        if (!g_file_test(file, G_FILE_TEST_EXISTS)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--style: %s: no such file", file);
            return FALSE;
        }
        (*weights)[i] = weight;
        sum += weight;
    }
    for (guint i = 0; i < n; i++)
        (*weights)[i] /= sum;
    return TRUE;
}
