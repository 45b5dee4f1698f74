/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text as a style's hand writes it: any script, broken into lines, emoji in colour. */
#ifndef EXPRESSION_LETTERING_H
#define EXPRESSION_LETTERING_H

#include "hand.h"

#include <pango/pangocairo.h>

/* Longer texts are cut. */
#define LETTERING_MAX_BYTES 2000

/*
 * @text as Pango's markup, of which what would not be readable is left out: control characters, and all that is too long.
 * @markup: it is markup already; otherwise it is shown as it is
 * @note: (out): receives what was changed, for people, or NULL
 * NULL with an error if it is not UTF-8 or no markup.
 */
char *lettering_clean(const char *text, gboolean markup, char **note, GError **error);

/*
 * @clean: as lettering_clean() returns it
 * @size: of letters, in pixels; less if it would be higher than @max_height otherwise
 */
PangoLayout *lettering_layout(const Hand *hand, const char *clean, double size, double max_width,
                              double max_height);

/* Whether a character of @layout has no glyph in any font. */
gboolean lettering_lacks_font(PangoLayout *layout);

/* Width and height of what is seen, and where that begins. */
void lettering_extents(PangoLayout *layout, double *x, double *y, double *width, double *height);

/* Draws it with its top left at (x, y), in @ink, with an outline of @paper around each letter. */
void lettering_draw(cairo_t *cr, PangoLayout *layout, double x, double y, Colour ink, Colour paper,
                    double outline);

#endif
