/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_ONNX_TENSOR_H
#define IDIOM_ONNX_TENSOR_H

#include "model/onnx/array.h"
#include "onnx.pb-c.h"

/* Where the tensors of a file are, and how much more of them is allowed. */
typedef struct {
    const char *file;
    gsize room; /* bytes */
} TensorReader;

/* The numbers of @tensor, also those that lie in a file of their own. @error: one line with file and tensor. */
IdiomArray *idiom_onnx_tensor(TensorReader *reader, const Onnx__TensorProto *tensor, GError **error);

#endif
