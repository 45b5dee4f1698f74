/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A style that reads others off pictures, of random weights. */
#ifndef IDIOM_READING_STYLE_H
#define IDIOM_READING_STYLE_H

#include <idiom-unstable/reader.h>

/*
 * Adds the style "any" to a folder of test_styles_create(): that of "moods", which finds in every picture the shares
 * 0.2, 0.3 and 0.5 of its styles, and is told that each of them paints in @colours (IDIOM_READER_COLOUR_VALUES numbers).
 */
void test_styles_add_any(const char *folder, const float *colours);

#endif
