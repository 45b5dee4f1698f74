/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paint/paint.h"

#include "paint/flow.h"
#include "paint/looks.h"
#include "paint/palette.h"

#include <idiom/error.h>
#include <math.h>

/* What a look in flat colours and lines knows of a pixel. */
typedef struct {
    float lab[3]; /* colour of its daub */
    float tone;   /* its light, where the photo's mean is 0 and its deviation 1 */
    float line;   /* 1: paper, 0: ink, see flow_lines() */
} Touch;

/* The look's colour (RGB 0..1) at a pixel. */
typedef void (*Brush)(const Touch *touch, float rgb[3]);

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

/* --- all of them ---------------------------------------------------------------------------------- */

static const struct {
    PaintLook look;
    Field *(*paint)(const Motif *motif); /* from photo and noise; or these: */
    Brush brush;
    float radius;                     /* of the daubs */
    float width, sharp, level, slope; /* of the lines, see flow_lines() */
} looks[] = {
    {{"blueprint", "white lines on blue paper"}, NULL, blueprint, 4, 1.0f, 26, 0.03f, 9},
    {{"cel", "flat bright colours, black contours"}, NULL, cel, 5, 1.1f, 18, 0.10f, 9},
    {{"composition", "patches and dark strokes, after Kandinsky"}, .paint = look_composition},
    {{"ink", "pen and wash on cream paper"}, NULL, ink, 5, 1.1f, 26, 0.30f, 12},
    {{"poster", "a screen print in five inks"}, NULL, poster, 6, 1.4f, 16, 0.05f, 9},
    {{"scream", "waves of fire and dark water, after Munch"}, .paint = look_scream},
    {{"starry", "swirls of night blue and yellow suns, after van Gogh"}, .paint = look_starry},
    {{"watercolour", "bright pigment on white paper"}, NULL, watercolour, 6, 1.2f, 14, 0.08f, 6},
    {{"wave", "swells of Prussian blue with foam, after Hokusai"}, .paint = look_wave},
    {{"woodblock", "indigo, paper and two earths"}, NULL, woodblock, 6, 1.3f, 20, 0.22f, 10},
};

const PaintLook *paint_looks(void)
{
    static PaintLook list[G_N_ELEMENTS(looks) + 1];
    for (guint i = 0; i < G_N_ELEMENTS(looks); i++)
        list[i] = looks[i].look;
    return list;
}

static Field *print(guint index, const Field *lab)
{
    g_autoptr(Field) flow = flow_of(lab, 3);
    g_autoptr(Field) daubs = flow_daubs(lab, flow, looks[index].radius);
    g_autoptr(Field) tone = field_tone(lab, daubs);
    g_autoptr(Field) lines =
        flow_lines(lab, flow, looks[index].width, looks[index].sharp, looks[index].level, looks[index].slope);
    Field *result = field_new(lab->w, lab->h, 3);
    const gsize pixels = (gsize)lab->w * lab->h;
    for (gsize i = 0; i < pixels; i++) {
        const Touch touch = {.lab = {daubs->v[i], daubs->v[pixels + i], daubs->v[2 * pixels + i]},
                             .tone = tone->v[i],
                             .line = lines->v[i]};
        float rgb[3];
        looks[index].brush(&touch, rgb);
        for (guint c = 0; c < 3; c++)
            result->v[c * pixels + i] = rgb[c];
    }
    return result;
}

static Picture *paint(guint index, const Picture *photo, int x, int y)
{
    g_autoptr(Field) lab = field_lab(photo);
    g_autoptr(Motif) motif = looks[index].paint ? motif_new(lab, x, y) : NULL;
    g_autoptr(Field) result = motif ? looks[index].paint(motif) : print(index, lab);
    return field_picture(result);
}

Picture *paint_picture(const char *look, const Picture *photo, int x, int y, GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(looks); i++) {
        if (g_strcmp0(look, looks[i].look.name) == 0)
            return paint(i, photo, x, y);
        g_string_append_printf(known, "%s%s", i ? ", " : "", looks[i].look.name);
    }
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "unknown look '%s'; known are %s", look,
                known->str);
    return NULL;
}
