/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TensorFlow Lite files: networks of other people that find masks. */
#ifndef TRAINER_TFLITE_H
#define TRAINER_TFLITE_H

#include <idiom-unstable/network.h>

G_BEGIN_DECLS

/*
 * The network of a file, of one picture [1,h,w,3] to one result, as one of ONNX operators in NCHW order, ready to be built
 * or saved. @error: IDIOM_ERROR_FILE; IDIOM_ERROR_FORMAT: the file is not one, or the operator that is not supported.
 */
IdiomNetwork *tflite_load(const char *path, GError **error);

G_END_DECLS

#endif
