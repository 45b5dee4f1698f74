/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ONNX files by code. */
#ifndef TEST_ONNX_MODEL_H
#define TEST_ONNX_MODEL_H

#include <glib.h>

/*
 * The bytes of a model with input "x", [1,3,h,w] (0: any size), and output "y". @text: statements with ";" between:
 *
 *   NAME float D D ..   initializer: sin(0.7 k + first letter of NAME), k counts its elements
 *   NAME half D ..      the same as 16 bits
 *   NAME int8 D ..      whole numbers of -100 .. 100
 *   NAME positive D ..  0.6 + 0.5 sin(..)
 *   NAME int V V ..     64 bits, one dimension
 *   NAME number V ..    floats, one dimension; "scalar" and "zero8", "zerou8": one float, one number of 8 bits, without
 *   NAME external D ..  as float, from the file weights.bin beside the model, from byte 64 on
 *   @channels-last      the input is [1,h,w,3]
 *   OP IN .. > OUT .. KEY=VALUE ..   node; "-" is absent; VALUE: 'text, a float if it has a point, "1,2," is a list
 */
GByteArray *model_bytes(guint opset, guint h, guint w, const char *text);

/* Element @k of the initializer of a kind, as above. */
double model_value(const char *name, const char *kind, gsize k);

#endif
