/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a TensorFlow Lite file: what its operators share. */
#ifndef TRAINER_TFLITE_READER_HPP
#define TRAINER_TFLITE_READER_HPP

#include <glib.h>

extern "C" {
#include "model/onnx/network.h"
}

#include "tflite_generated.h"

struct Reader {
    const tflite::Model *model;
    const tflite::SubGraph *graph;
    const tflite::Operator *op; /* of now */
    guint index;                /* its place */
    const char *op_name;
    IdiomNetwork *net;
    int *values; /* of tensors: their number in the network, or -1 */
    GError **error;
};

/* Where the operator of now finds what it needs; all of these check, and report with fail(). */
bool fail(Reader &r, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Operand or result @i of the operator of now; NULL after fail(). */
const tflite::Tensor *operand(Reader &r, guint i);
const tflite::Tensor *result(Reader &r, guint i);
/* Sizes of a tensor in the file's order (n, h, w, c). */
bool shape_of(Reader &r, const tflite::Tensor *t, gint64 shape[4]);
/* The numbers of operand @i in another order of dimensions, as a new value of the network; -1 after fail(). */
int constant(Reader &r, guint i, const int order[4]);
bool is_constant(Reader &r, guint i);
/* The value that is operand @i; -1 after fail(). */
int value_of(Reader &r, guint i);

/* A node that makes the operator's result of @in, with @act after it. */
IdiomNode *add_node(Reader &r, const char *op, std::initializer_list<int> in, tflite::Activation act);
void add_ints(IdiomNode *node, const char *name, std::initializer_list<gint64> numbers);

/* operators.cpp: the operator of now. */
bool read_operator(Reader &r, tflite::BuiltinOperator code, const char *custom);

#endif
