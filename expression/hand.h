/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The hand in which a style writes and draws: colours, letters, how steady it is. */
#ifndef EXPRESSION_HAND_H
#define EXPRESSION_HAND_H

#include <glib.h>

typedef struct {
    double r, g, b; /* 0..1, as in frames */
} Colour;

/* Colours of a palette. */
#define HAND_PALETTE 8

typedef struct {
    Colour ink, paper, accent;
    Colour palette[HAND_PALETTE]; /* what its pictures are made of, the darkest first */
    guint n_palette;
    char *family;            /* of fonts, as Pango takes it */
    guint weight;            /* 100..900 */
    double wobble;           /* 0: ruled lines, 1: a loose hand */
    char **aliases, **moods; /* what people call the style */
} Hand;

/* What a style without an "expression" field has. */
void hand_init(Hand *hand);
void hand_clear(Hand *hand);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Hand, hand_clear)

/*
 * Reads the field "expression" of a style's metadata (NULL: there is none) over what is in @hand: a JSON object with any
 * of ink, paper, accent ("#rrggbb"), family, weight, wobble, aliases, moods. FALSE with a GLib error that names the field.
 */
gboolean hand_read(Hand *hand, const char *json, GError **error);

/* The other way. */
char *hand_write(const Hand *hand);

/* One member, by its name, from a word: "ink" and "#102030". */
gboolean hand_set(Hand *hand, const char *name, const char *value, GError **error);

/* Relative luminance, and the contrast of two, as WCAG defines them. */
double colour_luminance(Colour c);
double contrast(double luminance, double other);

/* @amount of @b in @a. */
Colour colour_mix(Colour a, Colour b, double amount);

#endif
