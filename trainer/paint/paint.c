/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paint/paint.h"

#include "paint/flow.h"

#include <idiom/error.h>
#include <math.h>
#include <string.h>

/* What every look starts from. */
typedef struct {
    Field *lab;         /* the photo */
    Field *flow;        /* where its forms run */
    Field *daubs;       /* smoothed to areas of one colour */
    float mean, spread; /* of its light */
} Sketch;

/* The look's colour (RGB 0..1) at a pixel. */
typedef void (*Brush)(const float lab[3], float tone, float line, float rgb[3]);

static float smooth_step(float low, float high, float v)
{
    const float t = CLAMP((v - low) / (high - low), 0.0f, 1.0f);
    return t * t * (3 - 2 * t);
}

static void blend(float rgb[3], const float other[3], float amount)
{
    for (guint c = 0; c < 3; c++)
        rgb[c] += amount * (other[c] - rgb[c]);
}

/* Areas of a few colours: @steps[i] is the tone at which colours[i] goes over into the next. */
static void areas(const float colours[][3], const float *steps, guint count, float tone, float rgb[3])
{
    memcpy(rgb, colours[0], 3 * sizeof(float));
    for (guint i = 0; i < count; i++)
        blend(rgb, colours[i + 1], smooth_step(steps[i] - 0.06f, steps[i] + 0.06f, tone));
}

/* Chroma times @factor, no more than @limit. */
static void colourful(float lab[3], float factor, float limit)
{
    const float chroma = hypotf(lab[1], lab[2]) + 1e-3f;
    const float wanted = limit * tanhf(chroma * factor / limit);
    lab[1] *= wanted / chroma;
    lab[2] *= wanted / chroma;
}

/* --- looks ---------------------------------------------------------------------------------------- */

/* Pen and wash on cream paper: three tones of ink, and where it is darkest solid black. */
static void ink(const float lab[3], float tone, float line, float rgb[3])
{
    static const float washes[][3] = {
        {0.09f, 0.09f, 0.12f}, {0.45f, 0.46f, 0.50f}, {0.74f, 0.73f, 0.72f}, {0.96f, 0.94f, 0.88f}};
    static const float steps[] = {-1.25f, -0.55f, 0.25f}, black[3] = {0.06f, 0.06f, 0.09f};
    (void)lab;
    areas(washes, steps, G_N_ELEMENTS(steps), tone, rgb);
    blend(rgb, black, 1 - line);
}

/* Thin bright pigment on white paper, darker where it dried at its edge. */
static void watercolour(const float lab[3], float tone, float line, float rgb[3])
{
    static const float paper[3] = {0.985f, 0.975f, 0.95f};
    float pigment[3] = {100 - 0.68f * (100 - lab[0]), lab[1], lab[2] - 10 * smooth_step(0.2f, -1.4f, tone)};
    colourful(pigment, 2.4f, 58);
    field_rgb_of_lab(pigment, rgb);
    blend(rgb, paper, 0.85f * smooth_step(0.8f, 2.0f, tone));
    for (guint c = 0; c < 3; c++)
        rgb[c] *= 1 - 0.6f * (1 - line);
}

/* A screen print in five inks. */
static void poster(const float lab[3], float tone, float line, float rgb[3])
{
    static const float inks[][3] = {{0.03f, 0.10f, 0.22f},
                                    {0.80f, 0.11f, 0.16f},
                                    {0.16f, 0.56f, 0.62f},
                                    {0.98f, 0.72f, 0.20f},
                                    {0.99f, 0.92f, 0.74f}};
    static const float steps[] = {-1.0f, -0.35f, 0.3f, 0.95f};
    (void)lab;
    areas(inks, steps, G_N_ELEMENTS(steps), tone, rgb);
    blend(rgb, inks[0], 1 - line);
}

/* White lines on blue paper. */
static void blueprint(const float lab[3], float tone, float line, float rgb[3])
{
    static const float papers[][3] = {
        {0.03f, 0.11f, 0.30f}, {0.05f, 0.19f, 0.45f}, {0.10f, 0.30f, 0.60f}, {0.27f, 0.50f, 0.77f}};
    static const float steps[] = {-0.8f, 0.2f, 1.0f}, chalk[3] = {0.93f, 0.97f, 1.0f};
    (void)lab;
    areas(papers, steps, G_N_ELEMENTS(steps), tone, rgb);
    blend(rgb, chalk, 1 - line);
}

/* A colour woodblock print: indigo, paper and two earths, as Hokusai's printers had them. */
static void woodblock(const float lab[3], float tone, float line, float rgb[3])
{
    static const float cool[][3] = {
        {0.09f, 0.16f, 0.31f}, {0.20f, 0.36f, 0.53f}, {0.55f, 0.68f, 0.72f}, {0.94f, 0.90f, 0.78f}};
    static const float warm[][3] = {
        {0.20f, 0.15f, 0.22f}, {0.63f, 0.30f, 0.19f}, {0.87f, 0.66f, 0.38f}, {0.96f, 0.89f, 0.72f}};
    static const float steps[] = {-0.95f, -0.2f, 0.6f}, indigo[3] = {0.07f, 0.12f, 0.25f};
    float earth[3];
    areas(cool, steps, G_N_ELEMENTS(steps), tone, rgb);
    areas(warm, steps, G_N_ELEMENTS(steps), tone, earth);
    blend(rgb, earth, smooth_step(4, 16, lab[1] + 0.6f * lab[2]));
    blend(rgb, indigo, 1 - line);
}

/* Flat bright colours with black contours, shadows towards blue. */
static void cel(const float lab[3], float tone, float line, float rgb[3])
{
    static const float black[3] = {0.05f, 0.04f, 0.08f};
    const float step = 14, light = lab[0] / step;
    const float level = floorf(light) + smooth_step(0.35f, 0.65f, light - floorf(light));
    float colour[3] = {13 + step * level, lab[1], lab[2] - 9 * smooth_step(0.2f, -1.4f, tone)};
    colourful(colour, 3, 82);
    field_rgb_of_lab(colour, rgb);
    blend(rgb, black, 1 - line);
}

/* Oil in broad daubs, colours strong and shadows violet. */
static void oil(const float lab[3], float tone, float line, float rgb[3])
{
    static const float dark[3] = {0.13f, 0.07f, 0.17f};
    const float warm = 7 * tanhf(tone);
    float colour[3] = {CLAMP(52 + 23 * tone, 4.0f, 97.0f) * 0.45f + 0.55f * lab[0], lab[1] + 0.4f * warm,
                       lab[2] + warm};
    colourful(colour, 2.6f, 78);
    field_rgb_of_lab(colour, rgb);
    blend(rgb, dark, 0.45f * (1 - line));
}

/* --- all of them ---------------------------------------------------------------------------------- */

static const struct {
    PaintLook look;
    Brush brush;
    float radius;                     /* of the daubs */
    float width, sharp, level, slope; /* of the lines, see flow_lines() */
} looks[] = {
    {{"blueprint", "white lines on blue paper"}, blueprint, 4, 1.0f, 26, 0.03f, 9},
    {{"cel", "flat bright colours, black contours"}, cel, 5, 1.1f, 18, 0.10f, 9},
    {{"ink", "pen and wash on cream paper"}, ink, 5, 1.1f, 26, 0.30f, 12},
    {{"oil", "broad daubs, strong colours"}, oil, 8, 1.6f, 12, 0.05f, 6},
    {{"poster", "a screen print in five inks"}, poster, 6, 1.4f, 16, 0.05f, 9},
    {{"watercolour", "bright pigment on white paper"}, watercolour, 6, 1.2f, 14, 0.08f, 6},
    {{"woodblock", "indigo, paper and two earths"}, woodblock, 6, 1.3f, 20, 0.22f, 10},
};

const PaintLook *paint_looks(void)
{
    static PaintLook list[G_N_ELEMENTS(looks) + 1];
    for (guint i = 0; i < G_N_ELEMENTS(looks); i++)
        list[i] = looks[i].look;
    return list;
}

static void measure(Sketch *sketch)
{
    const gsize pixels = (gsize)sketch->lab->w * sketch->lab->h;
    double sum = 0, squares = 0;
    for (gsize i = 0; i < pixels; i++) {
        sum += sketch->lab->v[i];
        squares += (double)sketch->lab->v[i] * sketch->lab->v[i];
    }
    sketch->mean = (float)(sum / (double)pixels);
    /* a picture with little contrast does not become one with much */
    sketch->spread = (float)MAX(14.0, sqrt(MAX(0.0, squares / (double)pixels - sketch->mean * sketch->mean)));
}

static Picture *paint(guint index, const Picture *photo)
{
    g_autoptr(Field) lab = field_lab(photo);
    g_autoptr(Field) flow = flow_of(lab, 3);
    g_autoptr(Field) daubs = flow_daubs(lab, flow, looks[index].radius);
    g_autoptr(Field) lines =
        flow_lines(lab, flow, looks[index].width, looks[index].sharp, looks[index].level, looks[index].slope);
    Sketch sketch = {lab, flow, daubs, 0, 0};
    measure(&sketch);
    const gsize pixels = (gsize)photo->w * photo->h;
    g_autoptr(Field) result = field_new(photo->w, photo->h, 3);
    for (gsize i = 0; i < pixels; i++) {
        const float colour[3] = {daubs->v[i], daubs->v[pixels + i], daubs->v[2 * pixels + i]};
        float rgb[3];
        looks[index].brush(colour, (colour[0] - sketch.mean) / sketch.spread, lines->v[i], rgb);
        for (guint c = 0; c < 3; c++)
            result->v[c * pixels + i] = rgb[c];
    }
    return field_picture(result);
}

Picture *paint_picture(const char *look, const Picture *photo, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(looks); i++) {
        if (g_strcmp0(look, looks[i].look.name) == 0)
            return paint(i, photo);
        g_string_append_printf(known, "%s%s", i ? ", " : "", looks[i].look.name);
    }
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "unknown look '%s'; known are %s", look,
                known->str);
    return NULL;
}
