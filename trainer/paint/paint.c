/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "paint/paint.h"

#include "paint/looks.h"

#include <idiom/error.h>

static const struct {
    PaintLook look;
    Field *(*paint)(const Motif *motif);
} looks[] = {
    {{"blueprint", "white lines on blue paper, and lines of equal height"}, look_blueprint},
    {{"cel", "flat bright colours and shadows, black contours"}, look_cel},
    {{"composition", "patches and dark strokes, after Kandinsky"}, look_composition},
    {{"ink", "strokes of black ink on cream paper, red washes"}, look_ink},
    {{"mosaic", "pieces of coloured glass within dark joints"}, look_mosaic},
    {{"poster", "a screen print of cut paper in five inks"}, look_poster},
    {{"scream", "bands of fire and dark water, after Munch"}, look_scream},
    {{"starry", "swirls of night blue and yellow suns, after van Gogh"}, look_starry},
    {{"watercolour", "washes of bright pigment on white paper"}, look_watercolour},
    {{"wave", "swells of Prussian blue with foam, after Hokusai"}, look_wave},
    {{"woodblock", "bands of mist in indigo and earth, after Hiroshige"}, look_woodblock},
};

const PaintLook *paint_looks(void)
{
    static PaintLook list[G_N_ELEMENTS(looks) + 1];
    for (guint i = 0; i < G_N_ELEMENTS(looks); i++)
        list[i] = looks[i].look;
    return list;
}

static Picture *paint(guint index, const Picture *photo, int x, int y)
{
    g_autoptr(Field) lab = field_lab(photo);
    g_autoptr(Motif) motif = motif_new(lab, x, y);
    g_autoptr(Field) result = looks[index].paint(motif);
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
