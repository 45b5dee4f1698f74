/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A TensorFlow Lite file run in plain double precision, operator by operator in the file's own order of dimensions. */
#ifndef IDIOM_TEST_TFLITE_REFERENCE_H
#define IDIOM_TEST_TFLITE_REFERENCE_H

#include <glib.h>

G_BEGIN_DECLS

/* @content: of a file that has been checked; @picture: h w c. The result in the file's order; free with g_free(). */
double *tflite_reference(const char *content, const float *picture);

G_END_DECLS

#endif
