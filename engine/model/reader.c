/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/reader.h"

#include <math.h>

static IdiomColours unpack(const float *values)
{
    IdiomColours colours;
    for (guint i = 0; i < 3; i++) {
        colours.mean[i] = values[i];
        for (guint j = 0; j < 3; j++)
            colours.covariance[i][j] = 0.5 * ((double)values[3 + 3 * i + j] + (double)values[3 + 3 * j + i]);
    }
    return colours;
}

IdiomReader *idiom_reader_load(IdiomTensorFile *file, guint styles, GError **error)
{
    g_autoptr(IdiomReader) reader = g_new0(IdiomReader, 1);
    reader->styles = styles;
    reader->weight = idiom_tensor_file_read(file, IDIOM_READER_WEIGHT,
                                            (guint64[]){styles, IDIOM_READER_FEATURES, 1, 1}, 4, error);
    if (!reader->weight)
        return NULL;
    reader->bias = idiom_tensor_file_read(file, IDIOM_READER_BIAS, (guint64[]){1, styles, 1, 1}, 4, error);
    if (!reader->bias)
        return NULL;
    g_autofree float *colours = idiom_tensor_file_read(
        file, IDIOM_READER_COLOURS, (guint64[]){styles, IDIOM_READER_COLOUR_VALUES, 1, 1}, 4, error);
    if (!colours)
        return NULL;
    reader->colours = g_new(IdiomColours, styles);
    for (guint i = 0; i < styles; i++)
        reader->colours[i] = unpack(colours + (gsize)i * IDIOM_READER_COLOUR_VALUES);
    return g_steal_pointer(&reader);
}

void idiom_reader_free(IdiomReader *reader)
{
    if (!reader)
        return;
    g_free(reader->weight);
    g_free(reader->bias);
    g_free(reader->colours);
    g_free(reader);
}

void idiom_reader_colours(const IdiomReference *reference, float *values)
{
    const IdiomColours colours =
        idiom_colours_of(reference->pixels, reference->width, reference->height, reference->stride);
    for (guint i = 0; i < 3; i++) {
        values[i] = (float)colours.mean[i];
        for (guint j = 0; j < 3; j++)
            values[3 + 3 * i + j] = (float)colours.covariance[i][j];
    }
}

void idiom_reader_add_shares(const IdiomReader *reader, const float *features, double weight, double *shares)
{
    g_autofree double *scores = g_new(double, reader->styles);
    double best = -INFINITY, sum = 0;
    for (guint s = 0; s < reader->styles; s++) {
        scores[s] = (double)reader->bias[s];
        for (guint f = 0; f < IDIOM_READER_FEATURES; f++)
            scores[s] += (double)reader->weight[(gsize)s * IDIOM_READER_FEATURES + f] * (double)features[f];
        best = MAX(best, scores[s]);
    }
    for (guint s = 0; s < reader->styles; s++)
        sum += scores[s] = exp(scores[s] - best);
    for (guint s = 0; s < reader->styles; s++)
        shares[s] += weight * scores[s] / sum;
}
