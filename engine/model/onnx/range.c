/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What numbers of pictures mean. */
#include <idiom-unstable/network.h>

#include "text.h"

#include <math.h>
#include <string.h>

#define IMAGENET "mean 0.485,0.456,0.406 std 0.229,0.224,0.225"

/* Three numbers after @word, up to the next word; FALSE if there are none. */
static gboolean take_three(const char **text, const char *word, double numbers[3])
{
    if (!g_str_has_prefix(*text, word))
        return FALSE;
    const char *at = *text + strlen(word);
    for (guint c = 0; c < 3; c++) {
        char *end;
        numbers[c] = g_ascii_strtod(at, &end);
        if (end == at || !isfinite(numbers[c]) || fabs(numbers[c]) > 1e6 || (c < 2 && *end != ','))
            return FALSE;
        at = c < 2 ? end + 1 : end;
    }
    while (*at == ' ')
        at++;
    *text = at;
    return TRUE;
}

gboolean idiom_range_parse(const char *text, IdiomRange *range, GError **error)
{
    const char *at = g_str_equal(text, "imagenet") ? IMAGENET : text;
    double mean[3], deviation[3], first, second;
    char *end;
    if (take_three(&at, "mean ", mean) && take_three(&at, "std ", deviation) && !*at && deviation[0] > 1e-6 &&
        deviation[1] > 1e-6 && deviation[2] > 1e-6) {
        for (guint c = 0; c < 3; c++) {
            range->scale[c] = 1 / deviation[c];
            range->offset[c] = -mean[c] / deviation[c];
        }
        return TRUE;
    }
    const char *dots = strstr(text, "..");
    g_autofree char *before = g_strndup(text, dots ? (gsize)(dots - text) : 0); /* "0." would be a number */
    first = g_ascii_strtod(before, &end);
    if (dots && *before && !*end) {
        const char *rest = dots + 2;
        second = g_ascii_strtod(rest, &end);
        if (end != rest && !*end && fabs(first) < 1e6 && fabs(second) < 1e6 && fabs(second - first) > 1e-6) {
            for (guint c = 0; c < 3; c++) {
                range->scale[c] = second - first;
                range->offset[c] = first;
            }
            return TRUE;
        }
    }
    g_autofree char *bad = idiom_text_short(text);
    g_set_error(
        error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
        "range '%s': must be two numbers like 0..255 or -1..1, or imagenet, or 'mean R,G,B std R,G,B'", bad);
    return FALSE;
}

static void append(GString *text, const char *before, double number)
{
    char buffer[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(text, before);
    g_string_append(text, g_ascii_formatd(buffer, sizeof buffer, "%.9g", number));
}

char *idiom_range_text(const IdiomRange *range)
{
    const double *scale = range->scale, *offset = range->offset;
    GString *text = g_string_new(NULL);
    gboolean same = TRUE;
    for (guint c = 1; c < 3; c++)
        same &= scale[c] == scale[0] && offset[c] == offset[0];
    if (same) {
        append(text, "", offset[0]);
        append(text, "..", offset[0] + scale[0]);
    } else {
        for (guint c = 0; c < 3; c++)
            append(text, c ? "," : "mean ", -offset[c] / scale[c]);
        for (guint c = 0; c < 3; c++)
            append(text, c ? "," : " std ", 1 / scale[c]);
    }
    return g_string_free(text, FALSE);
}
