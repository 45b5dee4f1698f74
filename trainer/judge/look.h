/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LOOK_H
#define LOOK_H

#include "judge/colours.h"

/*
 * Whether a stylized picture looks painted, in figures: what is drawn where the photo has nothing (a tint leaves it
 * empty), how strong its colour is, and whether its texture only rings around the photo's edges. Luma is Rec. 601 in
 * 0..255, pixels are those of the picture.
 */
typedef struct {
    /* In the square of the photo (96 pixels, less in small pictures) whose luma varies least: standard deviation of luma,
     * and variance of what is left of it by a band of wavelengths of 16 to 40 pixels: forms, as strokes and suns. */
    double flat_photo, flat_output;
    double forms_photo, forms_output;
    /* There, too: the mean wavelength of what is finer than 40 pixels, 2 pi times the ratio of its deviation and that of its
     * slope: how large the strokes are. NaN where nothing is drawn. */
    double wave_output;
    /* The 99th percentile of CIE b*: the brightest yellow. */
    double yellow_photo, yellow_output;
    /* The same of the style's pictures, and how far from their colours photo and output are: see colours.h. NaN without. */
    double yellow_style, palette_photo, palette_output, hue_photo, hue_output;
    /*
     * Chroma within regions: root mean square of the difference in a*, b* between adjoining cells of 8 x 8 pixels, where
     * the photo's differ by less than 4 units of L*a*b*. Much more than the photo's: colour is not tied to things.
     * NaN where there are no such cells.
     */
    double chroma_photo, chroma_output;
    /*
     * Root mean square of luma in a band of 4 to 10 pixels, 4 to 12 pixels away from the photo's strong edges, over that
     * more than 24 away, both only where the photo has nothing in that band. 1: strokes do not know of edges; more: they
     * ring around them. NaN where one of the two has no pixel.
     */
    double rings;
} Look;

/* @photo, @output: of equal size, at least 16 pixels a side; @style: the colours of the style's pictures, or NULL */
void look_measure(const Picture *photo, const Picture *output, const Colours *style, Look *look);

#endif
