/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef READER_LEARN_H
#define READER_LEARN_H

#include <idiom-unstable/reader.h>

/* Pictures as numbers, and which of the styles each is in. */
typedef struct {
    GArray *features; /* float, IDIOM_READER_FEATURES each */
    GArray *styles;   /* guint */
} Examples;

void examples_init(Examples *examples);
void examples_clear(Examples *examples);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Examples, examples_clear)

void examples_add(Examples *examples, const float *features, guint style);

/*
 * Multinomial logistic regression by gradient descent with momentum: what tells the styles apart. @weight and @bias
 * receive what a style file has as reader.weight and reader.bias; what is in all examples nearly the same has no weight,
 * and a style without examples no share.
 * Deterministic. Returns the share of every eighth example, which are left out, that is told right; 0..1.
 */
double examples_learn(const Examples *examples, guint styles, float *weight, float *bias);

#endif
