/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paint/paint.h"

#include "paint/flow.h"
#include "paint/strokes.h"

#include <idiom/error.h>
#include <math.h>
#include <string.h>

/* Of a brush, in pixels. */
#define STROKE_WIDTH 5.0f
#define STROKE_LENGTH 11.0f

/* What a look knows of a pixel. */
typedef struct {
    float lab[3];         /* colour of its daub */
    float tone;           /* its light, where the photo's mean is 0 and its deviation 1 */
    float line;           /* 1: paper, 0: ink, see flow_lines() */
    float stroke, relief; /* see strokes_of() */
    float turn[2];        /* cosine and sine of twice the stroke's angle */
} Touch;

/* The look's colour (RGB 0..1) at a pixel. */
typedef void (*Brush)(const Touch *touch, float rgb[3]);

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
static void ink(const Touch *touch, float rgb[3])
{
    static const float washes[][3] = {
        {0.09f, 0.09f, 0.12f}, {0.45f, 0.46f, 0.50f}, {0.74f, 0.73f, 0.72f}, {0.96f, 0.94f, 0.88f}};
    static const float steps[] = {-1.25f, -0.55f, 0.25f}, black[3] = {0.06f, 0.06f, 0.09f};
    areas(washes, steps, G_N_ELEMENTS(steps), touch->tone, rgb);
    blend(rgb, black, 1 - touch->line);
}

/* Thin bright pigment on white paper, darker where it dried at its edge. */
static void watercolour(const Touch *touch, float rgb[3])
{
    static const float paper[3] = {0.985f, 0.975f, 0.95f};
    float pigment[3] = {100 - 0.68f * (100 - touch->lab[0]), touch->lab[1],
                        touch->lab[2] - 10 * smooth_step(0.2f, -1.4f, touch->tone)};
    colourful(pigment, 2.4f, 58);
    field_rgb_of_lab(pigment, rgb);
    blend(rgb, paper, 0.85f * smooth_step(0.8f, 2.0f, touch->tone));
    for (guint c = 0; c < 3; c++)
        rgb[c] *= 1 - 0.6f * (1 - touch->line);
}

/* A screen print in five inks. */
static void poster(const Touch *touch, float rgb[3])
{
    static const float inks[][3] = {{0.03f, 0.10f, 0.22f},
                                    {0.80f, 0.11f, 0.16f},
                                    {0.16f, 0.56f, 0.62f},
                                    {0.98f, 0.72f, 0.20f},
                                    {0.99f, 0.92f, 0.74f}};
    static const float steps[] = {-1.0f, -0.35f, 0.3f, 0.95f};
    areas(inks, steps, G_N_ELEMENTS(steps), touch->tone, rgb);
    blend(rgb, inks[0], 1 - touch->line);
}

/* White lines on blue paper. */
static void blueprint(const Touch *touch, float rgb[3])
{
    static const float papers[][3] = {
        {0.03f, 0.11f, 0.30f}, {0.05f, 0.19f, 0.45f}, {0.10f, 0.30f, 0.60f}, {0.27f, 0.50f, 0.77f}};
    static const float steps[] = {-0.8f, 0.2f, 1.0f}, chalk[3] = {0.93f, 0.97f, 1.0f};
    areas(papers, steps, G_N_ELEMENTS(steps), touch->tone, rgb);
    blend(rgb, chalk, 1 - touch->line);
}

/* A colour woodblock print: indigo, paper and two earths, as Hokusai's printers had them. */
static void woodblock(const Touch *touch, float rgb[3])
{
    static const float cool[][3] = {
        {0.09f, 0.16f, 0.31f}, {0.20f, 0.36f, 0.53f}, {0.55f, 0.68f, 0.72f}, {0.94f, 0.90f, 0.78f}};
    static const float warm[][3] = {
        {0.20f, 0.15f, 0.22f}, {0.63f, 0.30f, 0.19f}, {0.87f, 0.66f, 0.38f}, {0.96f, 0.89f, 0.72f}};
    static const float steps[] = {-0.95f, -0.2f, 0.6f}, indigo[3] = {0.07f, 0.12f, 0.25f};
    float earth[3];
    areas(cool, steps, G_N_ELEMENTS(steps), touch->tone, rgb);
    areas(warm, steps, G_N_ELEMENTS(steps), touch->tone, earth);
    blend(rgb, earth, smooth_step(4, 16, touch->lab[1] + 0.6f * touch->lab[2]));
    blend(rgb, indigo, 1 - touch->line);
}

/* Flat bright colours with black contours, shadows towards blue. */
static void cel(const Touch *touch, float rgb[3])
{
    static const float black[3] = {0.05f, 0.04f, 0.08f};
    const float step = 14, light = touch->lab[0] / step;
    const float level = floorf(light) + smooth_step(0.35f, 0.65f, light - floorf(light));
    float colour[3] = {13 + step * level, touch->lab[1],
                       touch->lab[2] - 9 * smooth_step(0.2f, -1.4f, touch->tone)};
    colourful(colour, 3, 82);
    field_rgb_of_lab(colour, rgb);
    blend(rgb, black, 1 - touch->line);
}

/* Oil in strokes of strong colours, lit from the side. */
static void oil(const Touch *touch, float rgb[3])
{
    static const float dark[3] = {0.13f, 0.07f, 0.17f};
    const float warm = 5 * tanhf(touch->tone) + 6 * touch->stroke;
    const float light = 0.7f * touch->lab[0] + 0.3f * (55 + 24 * touch->tone);
    float colour[3] = {CLAMP(light + 7 * touch->stroke + 6 * touch->relief, 4.0f, 98.0f),
                       touch->lab[1] + 0.3f * warm, touch->lab[2] + warm};
    colourful(colour, 2.0f, 68);
    field_rgb_of_lab(colour, rgb);
    blend(rgb, dark, 0.4f * (1 - touch->line));
}

/* Colours that go over into each other: colours[i] where @tone is steps[i]. */
static void ramp(const float colours[][3], const float *steps, guint count, float tone, float rgb[3])
{
    memcpy(rgb, colours[0], 3 * sizeof(float));
    for (guint i = 1; i < count; i++)
        blend(rgb, colours[i], CLAMP((tone - steps[i - 1]) / (steps[i] - steps[i - 1]), 0.0f, 1.0f));
}

static void lit(float rgb[3], float amount)
{
    for (guint c = 0; c < 3; c++)
        rgb[c] = CLAMP(rgb[c] + amount, 0.0f, 1.0f);
}

/* Long strokes in the blues and yellows of The Starry Night; what is warm becomes ochre. */
static void starry(const Touch *touch, float rgb[3])
{
    static const float night[][3] = {{0.04f, 0.07f, 0.18f}, {0.09f, 0.19f, 0.45f}, {0.20f, 0.38f, 0.68f},
                                     {0.47f, 0.65f, 0.78f}, {0.87f, 0.86f, 0.62f}, {0.98f, 0.84f, 0.30f}};
    static const float lamp[][3] = {{0.08f, 0.08f, 0.14f}, {0.25f, 0.22f, 0.20f}, {0.53f, 0.42f, 0.16f},
                                    {0.80f, 0.64f, 0.18f}, {0.95f, 0.83f, 0.38f}, {0.99f, 0.93f, 0.60f}};
    static const float steps[] = {-2.0f, -0.9f, -0.1f, 0.7f, 1.4f, 2.1f};
    const float tone = touch->tone + 0.7f * touch->stroke;
    float warm[3];
    ramp(night, steps, G_N_ELEMENTS(steps), tone, rgb);
    ramp(lamp, steps, G_N_ELEMENTS(steps), tone, warm);
    blend(rgb, warm, 0.85f * smooth_step(10, 26, touch->lab[1] + touch->lab[2]));
    lit(rgb, 0.06f * touch->relief);
    blend(rgb, night[0], 0.7f * (1 - touch->line));
}

/* The burning sky and the dark water of The Scream: what is cool or dark becomes water. */
static void scream(const Touch *touch, float rgb[3])
{
    static const float water[][3] = {{0.06f, 0.08f, 0.12f},
                                     {0.13f, 0.21f, 0.29f},
                                     {0.25f, 0.38f, 0.44f},
                                     {0.52f, 0.58f, 0.50f},
                                     {0.82f, 0.72f, 0.46f}};
    static const float sky[][3] = {{0.17f, 0.09f, 0.08f},
                                   {0.45f, 0.18f, 0.10f},
                                   {0.80f, 0.34f, 0.12f},
                                   {0.93f, 0.58f, 0.20f},
                                   {0.97f, 0.83f, 0.47f}};
    static const float steps[] = {-1.8f, -0.8f, 0.0f, 0.8f, 1.7f};
    const float tone = touch->tone + 0.6f * touch->stroke;
    float warm[3];
    ramp(water, steps, G_N_ELEMENTS(steps), tone, rgb);
    ramp(sky, steps, G_N_ELEMENTS(steps), tone, warm);
    blend(rgb, warm,
          smooth_step(-0.5f, 0.9f,
                      touch->tone + 0.06f * (touch->lab[1] + touch->lab[2] - 6) + 0.5f * touch->stroke));
    lit(rgb, 0.05f * touch->relief);
    blend(rgb, water[0], 0.6f * (1 - touch->line));
}

/* Colours that turn with the strokes, after Composition VII: upright ones are warm, lying ones cool, thin ones pale. */
static void composition(const Touch *touch, float rgb[3])
{
    static const float dark[3] = {0.10f, 0.08f, 0.16f};
    const float light = 58 + 22 * touch->tone + 10 * touch->stroke;
    float colour[3] = {CLAMP(light, 6.0f, 96.0f) + 5 * touch->relief,
                       0.7f * touch->lab[1] - 34 * touch->turn[0] + 18 * touch->stroke,
                       0.7f * touch->lab[2] - 30 * touch->turn[0] + 34 * touch->turn[1] + 12};
    colourful(colour, 1.3f, 74);
    field_rgb_of_lab(colour, rgb);
    blend(rgb, dark, 0.75f * (1 - touch->line));
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
    {{"composition", "colours that turn with the strokes, after Kandinsky"},
     composition,
     5,
     1.5f,
     18,
     0.08f,
     6},
    {{"ink", "pen and wash on cream paper"}, ink, 5, 1.1f, 26, 0.30f, 12},
    {{"oil", "strokes of strong colours"}, oil, 7, 1.6f, 12, 0.05f, 6},
    {{"scream", "waves of fire and dark water, after Munch"}, scream, 6, 1.6f, 14, 0.04f, 6},
    {{"poster", "a screen print in five inks"}, poster, 6, 1.4f, 16, 0.05f, 9},
    {{"starry", "long strokes of night blue and yellow, after van Gogh"}, starry, 6, 1.6f, 14, 0.04f, 6},
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

/* Mean and deviation of a photo's light; one with little contrast does not become one with much. */
static void measure(const Field *lab, float *mean, float *spread)
{
    const gsize pixels = (gsize)lab->w * lab->h;
    double sum = 0, squares = 0;
    for (gsize i = 0; i < pixels; i++) {
        sum += lab->v[i];
        squares += (double)lab->v[i] * lab->v[i];
    }
    sum /= (double)pixels;
    *mean = (float)sum;
    *spread = (float)MAX(14.0, sqrt(MAX(0.0, squares / (double)pixels - sum * sum)));
}

static Picture *paint(guint index, const Picture *photo)
{
    g_autoptr(Field) lab = field_lab(photo);
    g_autoptr(Field) flow = flow_of(lab, 3);
    g_autoptr(Field) daubs = flow_daubs(lab, flow, looks[index].radius);
    g_autoptr(Field) lines =
        flow_lines(lab, flow, looks[index].width, looks[index].sharp, looks[index].level, looks[index].slope);
    g_autoptr(Field) strokes = strokes_of(lab, STROKE_WIDTH, STROKE_LENGTH);
    g_autoptr(Field) result = field_new(photo->w, photo->h, 3);
    const gsize pixels = (gsize)photo->w * photo->h;
    float mean, spread;
    measure(lab, &mean, &spread);
    for (gsize i = 0; i < pixels; i++) {
        const float colour[3] = {daubs->v[i], daubs->v[pixels + i], daubs->v[2 * pixels + i]};
        const Touch touch = {.lab = {colour[0], colour[1], colour[2]},
                             .tone = (colour[0] - mean) / spread,
                             .line = lines->v[i],
                             .stroke = strokes->v[i],
                             .relief = strokes->v[pixels + i],
                             .turn = {strokes->v[2 * pixels + i], strokes->v[3 * pixels + i]}};
        float rgb[3];
        looks[index].brush(&touch, rgb);
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
