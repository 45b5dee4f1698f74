/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paint/motif.h"

#include "paint/flow.h"
#include "paint/palette.h"
#include "paint/strokes.h"

#include <idiom-unstable/noise.h>
#include <math.h>
#include <string.h>

#define DAUB 4.0f   /* radius in pixels */
#define REACH 12.0f /* pixels over which hills bend */
#define BEND 1.8f   /* 1 / deviation of that */

/* Bilinear between the cells, as the network's layers can know it. */
static Field *noise_of(guint w, guint h, int x, int y)
{
    const guint cell = IDIOM_NOISE_CELL, columns = w / cell + 2, rows = h / cell + 2;
    g_autoptr(Field) cells = field_new(columns, rows, IDIOM_NOISE_CHANNELS);
    idiom_noise_crop(x, y, columns, rows, cells->v);
    Field *noise = field_new(w, h, IDIOM_NOISE_CHANNELS);
    float *v = noise->v;
    for (guint c = 0; c < IDIOM_NOISE_CHANNELS; c++)
        for (guint j = 0; j < h; j++)
            for (guint i = 0; i < w; i++)
                *v++ = field_at(cells, c, ((float)i + 0.5f) / (float)cell - 0.5f,
                                ((float)j + 0.5f) / (float)cell - 0.5f);
    return noise;
}

/* How the hills bend downwards is drawn out across them, how they bend sideways hangs down; both are a few weights' work
 * for a network that sees hills. */
static Field *bands_of(const Field *noise)
{
    const gsize pixels = (gsize)noise->w * noise->h;
    Field *bands = field_new(noise->w, noise->h, 2);
    for (gsize i = 0; i < pixels; i++) {
        const float x = (float)(i % noise->w), y = (float)(i / noise->w), here = 2 * noise->v[i];
        bands->v[i] = BEND * (field_at(noise, 0, x, y - REACH) + field_at(noise, 0, x, y + REACH) - here);
        bands->v[pixels + i] =
            BEND * (field_at(noise, 0, x - REACH, y) + field_at(noise, 0, x + REACH, y) - here);
    }
    return bands;
}

static Field *light_of(const Field *lab)
{
    Field *light = field_new(lab->w, lab->h, 1);
    memcpy(light->v, lab->v, sizeof(float) * lab->w * lab->h);
    return light;
}

/* How much a colour is like skin, light or dark, in daylight or lamplight. */
static float skin(float light, float a, float b)
{
    const float hue = atan2f(b, a), chroma = hypotf(a, b);
    return smooth_step(0.35f, 0.6f, hue) * (1 - smooth_step(1.15f, 1.35f, hue)) * smooth_step(9, 16, chroma) *
           (1 - smooth_step(44, 56, chroma)) * smooth_step(22, 34, light) * (1 - smooth_step(88, 95, light));
}

static Field *detail_of(const Field *light)
{
    const gsize pixels = (gsize)light->w * light->h;
    g_autoptr(Field) fine = field_blur(light, 1), wide = field_blur(light, 4);
    for (gsize i = 0; i < pixels; i++) {
        const float d = fine->v[i] - wide->v[i];
        fine->v[i] = d * d;
    }
    Field *detail = field_blur(fine, 7);
    for (gsize i = 0; i < pixels; i++)
        detail->v[i] = smooth_step(1.5f, 8, sqrtf(detail->v[i]));
    return detail;
}

static void spare_skin(Field *detail, const Field *daubs)
{
    const gsize pixels = (gsize)detail->w * detail->h;
    g_autoptr(Field) spared = field_new(detail->w, detail->h, 1);
    for (gsize i = 0; i < pixels; i++)
        spared->v[i] = skin(daubs->v[i], daubs->v[pixels + i], daubs->v[2 * pixels + i]);
    g_autoptr(Field) soft = field_blur(spared, 5);
    for (gsize i = 0; i < pixels; i++)
        detail->v[i] = MAX(detail->v[i], 0.75f * soft->v[i]);
}

static Field *form_of(const Field *light)
{
    const gsize pixels = (gsize)light->w * light->h;
    g_autoptr(Field) around = field_blur(light, 7);
    Field *form = field_blur(light, 0.8f);
    for (gsize i = 0; i < pixels; i++)
        form->v[i] = CLAMP((form->v[i] - around->v[i]) / 16, -1.6f, 1.6f);
    return form;
}

Motif *motif_new(const Field *lab, int x, int y)
{
    Motif *m = g_new0(Motif, 1);
    g_autoptr(Field) light = light_of(lab);
    m->w = lab->w;
    m->h = lab->h;
    m->lab = field_copy(lab);
    m->noise = noise_of(lab->w, lab->h, x, y);
    m->bands = bands_of(m->noise);
    m->detail = detail_of(light);
    m->edges = flow_of(lab, 3);
    m->daubs = flow_daubs(lab, m->edges, DAUB);
    spare_skin(m->detail, m->daubs);
    m->tone = field_tone(lab, m->daubs);
    m->form = form_of(light);
    return m;
}

void motif_free(Motif *m)
{
    if (!m)
        return;
    Field *fields[] = {m->lab, m->noise, m->bands, m->detail, m->edges, m->daubs, m->tone, m->form};
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++)
        field_free(fields[i]);
    g_free(m);
}

Field *motif_strokes(const Motif *m, float width, float length)
{
    const gsize pixels = (gsize)m->w * m->h;
    g_autoptr(Field) flow = flow_of(m->lab, 1.2f * width);
    Field *strokes = strokes_along(m->lab, flow, width, length);
    for (gsize i = 0; i < pixels; i++) {
        const float drawn = tanhf(1.6f * m->noise->v[pixels + i]);
        strokes->v[i] = drawn + m->detail->v[i] * (strokes->v[i] - drawn);
    }
    strokes_light(strokes);
    return strokes;
}

Field *motif_paint(const Motif *m, MotifLayers layers, MotifColour colour)
{
    const gsize pixels = (gsize)m->w * m->h;
    Field *result = field_new(m->w, m->h, 3);
    for (gsize i = 0; i < pixels; i++) {
        float rgb[3];
        colour(m, &layers, i, rgb);
        for (guint c = 0; c < 3; c++)
            result->v[c * pixels + i] = rgb[c];
    }
    field_free(layers.lines);
    field_free(layers.broad);
    field_free(layers.fine);
    return result;
}
