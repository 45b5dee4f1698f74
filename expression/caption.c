/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "caption.h"

#include "lettering.h"
#include "sheet.h"

#include <math.h>

/* WCAG asks for 4.5; what is between measured pixels, and what an encoder does, needs some more. */
#define WANTED_CONTRAST 5.2
#define LEAST_OPACITY 0.84
#define MOST_OPACITY 0.97
/* The box changes by so much a second, and becomes clearer only where so many seconds have allowed it. */
#define PACE 0.5
#define PATIENCE 2.0

void caption_clear(Caption *caption)
{
    idiom_drawing_unref(caption->box);
    idiom_drawing_unref(caption->letters);
    *caption = (Caption){0};
}

gboolean caption_draw(Caption *caption, const Hand *hand, const char *clean, double size, guint width,
                      guint height)
{
    const double em = size * height / 100, pad = ceil(0.45 * em), line = fmax(em * 0.05, 1);
    const double outline = fmax(em * 0.06, 1);
    double x, y, w, h;
    g_autoptr(GObject) owned = NULL;
    PangoLayout *layout = lettering_layout(hand, clean, em, width * 0.9 - 4 * pad, height * 0.45);
    const double opacity = caption->box ? caption->opacity : LEAST_OPACITY;
    owned = G_OBJECT(layout);
    lettering_extents(layout, &x, &y, &w, &h);
    caption_clear(caption);
    caption->width = (guint)ceil(w + 2 * pad * 1.3 + 2 * line) + 2;
    caption->height = (guint)ceil(h + 2 * pad * 0.7 + 2 * line) + 2;

    cairo_t *cr = sheet_new(caption->width, caption->height);
    const double edge = line + 1 + hand->wobble * em * 0.03;
    hand_box(cr, edge, edge, caption->width - 2 * edge, caption->height - 2 * edge, pad * 0.7,
             hand->wobble * em * 0.035, g_str_hash(clean));
    set_colour(cr, hand->paper, 1);
    cairo_fill_preserve(cr);
    set_colour(cr, hand->ink, 1);
    cairo_set_line_width(cr, line);
    cairo_stroke(cr);
    caption->box = sheet_finish(cr);

    cr = sheet_new(caption->width, caption->height);
    lettering_draw(cr, layout, round((caption->width - w) / 2 - x), round((caption->height - h) / 2 - y),
                   hand->ink, hand->paper, outline);
    caption->letters = sheet_finish_middle(cr, (caption->width - w) / 2 - outline - 2,
                                           (caption->height - h) / 2 - outline - 2);
    caption->ink = colour_luminance(hand->ink);
    caption->paper_colour = hand->paper;
    caption->opacity = caption->wanted = opacity;
    caption->enough = LEAST_OPACITY;
    return !lettering_lacks_font(layout);
}

/* From luminance to what frames have, and back. */
static double coded(double luminance)
{
    return luminance <= 0.0031308 ? 12.92 * luminance : 1.055 * pow(luminance, 1 / 2.4) - 0.055;
}

/* Contrast of the letters to what a box of @opacity leaves of @behind. */
static double contrast_over(const Caption *caption, double opacity, double behind)
{
    const double grey = coded(behind);
    const Colour seen = colour_mix((Colour){grey, grey, grey}, caption->paper_colour, opacity);
    return contrast(caption->ink, colour_luminance(seen));
}

void caption_learn(Caption *caption, const IdiomLight *light)
{
    double opacity = LEAST_OPACITY;
    while (opacity < MOST_OPACITY && fmin(contrast_over(caption, opacity, light->least),
                                          contrast_over(caption, opacity, light->most)) < WANTED_CONTRAST)
        opacity += 0.01;
    caption->enough = fmax(caption->enough, fmin(opacity, MOST_OPACITY));
    if (caption->enough >= caption->wanted) {
        caption->wanted = caption->enough;
        caption->waited = 0;
        caption->enough = LEAST_OPACITY;
    }
}

/* Nothing has needed what it has: light that flashes does not make it flicker. */
static void relax(Caption *caption, double step)
{
    caption->waited += step;
    if (caption->waited < PATIENCE)
        return;
    caption->wanted = caption->enough;
    caption->waited = 0;
    caption->enough = LEAST_OPACITY;
}

void caption_place(Caption *caption, const Stage *stage, CaptionPosition position, Scene *scene)
{
    const double w = caption->width, h = caption->height, margin = round(stage->height * 0.035);
    const double x = floor((stage->width - w) / 2) + w / 2;
    const double top = position == CAPTION_TOP      ? margin
                       : position == CAPTION_MIDDLE ? floor((stage->height - h) / 2)
                                                    : stage->height - margin - h;
    relax(caption, stage->step);
    const double far = caption->wanted - caption->opacity, pace = PACE * stage->step;
    caption->opacity += CLAMP(far, -pace, pace);
    const IdiomArea area = {x - w / 2, top, w, h};
    caption->area = -1;
    if (scene->n_areas < IDIOM_MAX_AREAS) {
        caption->area = (gint)scene->n_areas;
        scene->areas[scene->n_areas++] = area;
    }
    scene_take(scene, area);
    scene_add(scene, caption->box, x, top + h / 2)->opacity = caption->opacity;
    scene_add(scene, caption->letters, x, top + h / 2);
}
