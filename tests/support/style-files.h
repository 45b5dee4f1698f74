/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small styles with random weights, for tests that need a style but not its looks. */
#ifndef IDIOM_STYLE_FILES_H
#define IDIOM_STYLE_FILES_H

#include <glib.h>

/*
 * Makes a temporary folder with the styles "tiny", "tiny2" (other weights), "moods" (its styles are "calm", "wild" and
 * "sad"), "small" (the preset) and "broken" (cut short), sets IDIOM_STYLE_PATH to it and returns its name. Aborts the test on failure.
 */
char *test_styles_create(void);

/* Removes the folder and what is in it; frees @folder. */
void test_styles_remove(char *folder);

#endif
