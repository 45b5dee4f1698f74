/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paint/field.h"

#include <math.h>
#include <string.h>

Field *field_new(guint w, guint h, guint channels)
{
    Field *field = g_new(Field, 1);
    *field = (Field){w, h, channels, g_new(float, (gsize)w *h *channels)};
    return field;
}

Field *field_copy(const Field *field)
{
    Field *copy = field_new(field->w, field->h, field->channels);
    memcpy(copy->v, field->v, sizeof(float) * field->w * field->h * field->channels);
    return copy;
}

void field_free(Field *field)
{
    if (field) {
        g_free(field->v);
        g_free(field);
    }
}

float field_at(const Field *field, guint channel, float x, float y)
{
    x = CLAMP(x, 0.0f, (float)(field->w - 1));
    y = CLAMP(y, 0.0f, (float)(field->h - 1));
    const guint x0 = (guint)x, y0 = (guint)y;
    const guint x1 = MIN(x0 + 1, field->w - 1), y1 = MIN(y0 + 1, field->h - 1);
    const float fx = x - (float)x0, fy = y - (float)y0;
    const float *v = field->v + (gsize)channel * field->w * field->h;
    const float top = v[(gsize)y0 * field->w + x0] * (1 - fx) + v[(gsize)y0 * field->w + x1] * fx;
    const float low = v[(gsize)y1 * field->w + x0] * (1 - fx) + v[(gsize)y1 * field->w + x1] * fx;
    return top * (1 - fy) + low * fy;
}

/* One line of @n values, @stride apart; @line: room for @n. */
static void blur_line(float *v, guint n, gsize stride, const float *kernel, guint radius, float *line)
{
    for (guint i = 0; i < n; i++)
        line[i] = v[i * stride];
    for (guint i = 0; i < n; i++) {
        float sum = kernel[0] * line[i];
        for (guint k = 1; k <= radius; k++)
            sum += kernel[k] * (line[i > k ? i - k : 0] + line[MIN(i + k, n - 1)]);
        v[i * stride] = sum;
    }
}

Field *field_blur(const Field *field, float sigma)
{
    const guint radius = (guint)ceilf(3 * sigma);
    g_autofree float *kernel = g_new(float, radius + 1);
    float total = 0;
    for (guint k = 0; k <= radius; k++) {
        kernel[k] = expf(-(float)(k * k) / (2 * sigma * sigma));
        total += k ? 2 * kernel[k] : kernel[k];
    }
    for (guint k = 0; k <= radius; k++)
        kernel[k] /= total;
    Field *result = field_copy(field);
    g_autofree float *line = g_new(float, MAX(field->w, field->h));
    const gsize pixels = (gsize)field->w * field->h;
    for (guint c = 0; c < field->channels; c++) {
        float *v = result->v + c * pixels;
        for (guint y = 0; y < field->h; y++)
            blur_line(v + (gsize)y * field->w, field->w, 1, kernel, radius, line);
        for (guint x = 0; x < field->w; x++)
            blur_line(v + x, field->h, field->w, kernel, radius, line);
    }
    return result;
}

Field *field_tone(const Field *lab, const Field *values)
{
    const gsize pixels = (gsize)lab->w * lab->h;
    double sum = 0, squares = 0;
    for (gsize i = 0; i < pixels; i++) {
        sum += lab->v[i];
        squares += (double)lab->v[i] * lab->v[i];
    }
    const double mean = sum / (double)pixels;
    const double spread = MAX(14.0, sqrt(MAX(0.0, squares / (double)pixels - mean * mean)));
    Field *tone = field_new(lab->w, lab->h, 1);
    for (gsize i = 0; i < pixels; i++)
        tone->v[i] = (float)((values->v[i] - mean) / spread);
    return tone;
}

/* --- colour --------------------------------------------------------------------------------------- */

static float linear(float v)
{
    return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

static float coded(float v)
{
    return v <= 0.0031308f ? 12.92f * v : 1.055f * powf(v, 1 / 2.4f) - 0.055f;
}

static float lab_curve(float t)
{
    return t > 0.008856f ? cbrtf(t) : 7.787f * t + 16.0f / 116;
}

static float lab_curve_back(float t)
{
    return t > 0.206893f ? t * t * t : (t - 16.0f / 116) / 7.787f;
}

Field *field_lab(const Picture *picture)
{
    Field *lab = field_new(picture->w, picture->h, 3);
    const gsize pixels = (gsize)picture->w * picture->h;
    for (gsize i = 0; i < pixels; i++) {
        float rgb[3];
        for (guint c = 0; c < 3; c++)
            rgb[c] = linear(picture->rgb[3 * i + c] / 255.0f);
        const float x = lab_curve((0.4124f * rgb[0] + 0.3576f * rgb[1] + 0.1805f * rgb[2]) / 0.9505f);
        const float y = lab_curve(0.2126f * rgb[0] + 0.7152f * rgb[1] + 0.0722f * rgb[2]);
        const float z = lab_curve((0.0193f * rgb[0] + 0.1192f * rgb[1] + 0.9505f * rgb[2]) / 1.0891f);
        lab->v[i] = 116 * y - 16;
        lab->v[pixels + i] = 500 * (x - y);
        lab->v[2 * pixels + i] = 200 * (y - z);
    }
    return lab;
}

void field_rgb_of_lab(const float lab[3], float rgb[3])
{
    const float fy = (lab[0] + 16) / 116;
    const float x = 0.9505f * lab_curve_back(fy + lab[1] / 500);
    const float y = lab_curve_back(fy);
    const float z = 1.0891f * lab_curve_back(fy - lab[2] / 200);
    const float values[3] = {3.2406f * x - 1.5372f * y - 0.4986f * z,
                             -0.9689f * x + 1.8758f * y + 0.0415f * z,
                             0.0557f * x - 0.2040f * y + 1.0570f * z};
    for (guint c = 0; c < 3; c++)
        rgb[c] = coded(CLAMP(values[c], 0.0f, 1.0f));
}

Picture *field_picture(const Field *rgb)
{
    return picture_from_floats(rgb->v, rgb->w, rgb->h);
}
