/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions of the table of operators, and what they share. */
#ifndef IDIOM_ONNX_FAMILIES_H
#define IDIOM_ONNX_FAMILIES_H

#include "model/onnx/build.h"

/* conv.c */
enum { CONV_FORWARD, CONV_TRANSPOSED };
gboolean build_conv(Builder *b, const Operands *o, Value *out);
/* vector.c */
gboolean build_gemm(Builder *b, const Operands *o, Value *out);
gboolean build_matmul(Builder *b, const Operands *o, Value *out);
/* norm.c */
gboolean build_batch_norm(Builder *b, const Operands *o, Value *out);
gboolean build_instance_norm(Builder *b, const Operands *o, Value *out);
gboolean build_group_norm(Builder *b, const Operands *o, Value *out);
gboolean build_layer_norm(Builder *b, const Operands *o, Value *out);
/* unary.c; the variants are functions of hosts.c */
gboolean build_unary(Builder *b, const Operands *o, Value *out);
/* binary.c */
gboolean build_binary(Builder *b, const Operands *o, Value *out);
gboolean build_many(Builder *b, const Operands *o, Value *out);
/* shape.c: views */
gboolean build_identity(Builder *b, const Operands *o, Value *out);
gboolean build_reshape(Builder *b, const Operands *o, Value *out);
gboolean build_flatten(Builder *b, const Operands *o, Value *out);
gboolean build_transpose(Builder *b, const Operands *o, Value *out);
gboolean build_squeeze(Builder *b, const Operands *o, Value *out);
gboolean build_unsqueeze(Builder *b, const Operands *o, Value *out);
gboolean build_expand(Builder *b, const Operands *o, Value *out);
gboolean build_slice(Builder *b, const Operands *o, Value *out);
gboolean build_split(Builder *b, const Operands *o, Value *out);
gboolean build_depth_to_space(Builder *b, const Operands *o, Value *out);
gboolean build_space_to_depth(Builder *b, const Operands *o, Value *out);
/* join.c */
gboolean build_concat(Builder *b, const Operands *o, Value *out);
gboolean build_pad(Builder *b, const Operands *o, Value *out);
/* host.c: shapes and other numbers that are known without the picture */
gboolean build_constant(Builder *b, const Operands *o, Value *out);
gboolean build_constant_of_shape(Builder *b, const Operands *o, Value *out);
gboolean build_shape(Builder *b, const Operands *o, Value *out);
gboolean build_size(Builder *b, const Operands *o, Value *out);
gboolean build_gather(Builder *b, const Operands *o, Value *out);
gboolean build_range(Builder *b, const Operands *o, Value *out);
gboolean build_where(Builder *b, const Operands *o, Value *out);
gboolean build_cast(Builder *b, const Operands *o, Value *out);
/* quantize.c */
gboolean build_quantize(Builder *b, const Operands *o, Value *out);
gboolean build_dequantize(Builder *b, const Operands *o, Value *out);
/* resize.c */
gboolean build_resize(Builder *b, const Operands *o, Value *out);
/* pool.c */
enum { POOL_MAX, POOL_MEAN };
gboolean build_pool(Builder *b, const Operands *o, Value *out);
enum { REDUCE_MEAN, REDUCE_SUM, REDUCE_PRODUCT, REDUCE_LEAST, REDUCE_MOST };
gboolean build_reduce(Builder *b, const Operands *o, Value *out);
gboolean build_global_mean(Builder *b, const Operands *o, Value *out);

/* --- what they share -------------------------------------------------------------------------------- */

/* Element functions: variants of build_unary() and build_binary(). */
typedef enum {
    UNARY_RELU,
    UNARY_LEAKY_RELU,
    UNARY_ELU_,
    UNARY_SELU,
    UNARY_TANH,
    UNARY_SIGMOID,
    UNARY_HARD_SIGMOID,
    UNARY_HARD_SWISH,
    UNARY_CLIP,
    UNARY_ERF,
    UNARY_GELU,
    UNARY_SOFTPLUS,
    UNARY_SQRT,
    UNARY_NEG,
    UNARY_ABS,
    UNARY_EXP,
    UNARY_LOG,
    UNARY_FLOOR,
    UNARY_CEIL,
    UNARY_ROUND,
    UNARY_RECIPROCAL,
    UNARY_NOT,
} UnaryOperator;

typedef enum {
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_POW,
    OP_MIN,
    OP_MAX,
    OP_PRELU,
    OP_MOD,
    OP_EQUAL,
    OP_LESS,
    OP_GREATER,
    OP_AND,
    OP_OR,
} BinaryOperator;

/* x OP y with both repeated where they must be; host and device. */
gboolean binary(Builder *b, Value *x, Value *y, BinaryOperator op, Value *out);
/* scale x + shift for each channel of a picture, as part of what makes it where that can be. */
gboolean channel_affine(Builder *b, Value *x, const float *scale, const float *shift, Value *out);
/* @act of all elements, as part of what makes them where that can be. */
gboolean activate(Builder *b, Value *x, IdiomActivation act, Value *out);
/* An element function of x, p, q. */
gboolean apply_function(Builder *b, Value *x, IdiomFunction function, double p, double q, Value *out);
/* Mean over @axes, which stay with size 1. */
gboolean reduce_mean(Builder *b, Value *x, const gint64 *axes, guint count, Value *out);
/* Axes, counted from the end where below zero; FALSE after node_fail(). */
gboolean check_axis(Builder *b, gint64 *axis, guint rank);
/* Whole numbers that are an attribute in old opsets and operand @k in new ones; *count stays if there are none. */
gboolean get_ints(Builder *b, const Operands *o, guint k, const char *name, gint64 *numbers, guint most,
                  guint *count);
/* As floats, and in order; NULL after node_fail(). Lives as long as the builder. */
const float *value_floats(Builder *b, const Value *v);

#endif
