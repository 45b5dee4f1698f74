/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operators of ONNX that are known, each with its function, a variant of it, and the least and most operands. */
#include "model/onnx/families.h"

static const NodeRule rules[] = {
    /* convolutions and products: conv.c, vector.c */
    {"Conv", build_conv, CONV_FORWARD, 2, 3},
    {"ConvTranspose", build_conv, CONV_TRANSPOSED, 2, 3},
    {"Gemm", build_gemm, 0, 2, 3},
    {"MatMul", build_matmul, 0, 2, 2},
    /* normalization: norm.c */
    {"BatchNormalization", build_batch_norm, 0, 5, 5},
    {"InstanceNormalization", build_instance_norm, 0, 3, 3},
    {"GroupNormalization", build_group_norm, 0, 3, 3},
    {"LayerNormalization", build_layer_norm, 0, 2, 3},
    /* functions of one: unary.c */
    {"Relu", build_unary, UNARY_RELU, 1, 1},
    {"LeakyRelu", build_unary, UNARY_LEAKY_RELU, 1, 1},
    {"Elu", build_unary, UNARY_ELU_, 1, 1},
    {"Selu", build_unary, UNARY_SELU, 1, 1},
    {"Tanh", build_unary, UNARY_TANH, 1, 1},
    {"Sigmoid", build_unary, UNARY_SIGMOID, 1, 1},
    {"HardSigmoid", build_unary, UNARY_HARD_SIGMOID, 1, 1},
    {"HardSwish", build_unary, UNARY_HARD_SWISH, 1, 1},
    {"Clip", build_unary, UNARY_CLIP, 1, 3},
    {"Erf", build_unary, UNARY_ERF, 1, 1},
    {"Gelu", build_unary, UNARY_GELU, 1, 1},
    {"Softplus", build_unary, UNARY_SOFTPLUS, 1, 1},
    {"Sqrt", build_unary, UNARY_SQRT, 1, 1},
    {"Neg", build_unary, UNARY_NEG, 1, 1},
    {"Abs", build_unary, UNARY_ABS, 1, 1},
    {"Exp", build_unary, UNARY_EXP, 1, 1},
    {"Log", build_unary, UNARY_LOG, 1, 1},
    {"Floor", build_unary, UNARY_FLOOR, 1, 1},
    {"Ceil", build_unary, UNARY_CEIL, 1, 1},
    {"Round", build_unary, UNARY_ROUND, 1, 1},
    {"Reciprocal", build_unary, UNARY_RECIPROCAL, 1, 1},
    {"Not", build_unary, UNARY_NOT, 1, 1},
    /* functions of two and more: binary.c */
    {"Add", build_binary, OP_ADD, 2, 2},
    {"Sub", build_binary, OP_SUB, 2, 2},
    {"Mul", build_binary, OP_MUL, 2, 2},
    {"Div", build_binary, OP_DIV, 2, 2},
    {"Pow", build_binary, OP_POW, 2, 2},
    {"PRelu", build_binary, OP_PRELU, 2, 2},
    {"Mod", build_binary, OP_MOD, 2, 2},
    {"Equal", build_binary, OP_EQUAL, 2, 2},
    {"Less", build_binary, OP_LESS, 2, 2},
    {"Greater", build_binary, OP_GREATER, 2, 2},
    {"And", build_binary, OP_AND, 2, 2},
    {"Or", build_binary, OP_OR, 2, 2},
    {"Min", build_many, OP_MIN, 1, ANY_NUMBER},
    {"Max", build_many, OP_MAX, 1, ANY_NUMBER},
    {"Sum", build_many, OP_ADD, 1, ANY_NUMBER},
    /* other shapes of the same elements: shape.c */
    {"Identity", build_identity, 0, 1, 1},
    {"Dropout", build_identity, 0, 1, 3},
    {"Reshape", build_reshape, 0, 2, 2},
    {"Flatten", build_flatten, 0, 1, 1},
    {"Transpose", build_transpose, 0, 1, 1},
    {"Squeeze", build_squeeze, 0, 1, 2},
    {"Unsqueeze", build_unsqueeze, 0, 1, 2},
    {"Expand", build_expand, 0, 2, 2},
    {"Slice", build_slice, 0, 1, 5},
    {"Split", build_split, 0, 1, 2},
    {"DepthToSpace", build_depth_to_space, 0, 1, 1},
    {"SpaceToDepth", build_space_to_depth, 0, 1, 1},
    /* larger ones: join.c, resize.c */
    {"Concat", build_concat, 0, 1, ANY_NUMBER},
    {"Pad", build_pad, 0, 1, 4},
    {"Resize", build_resize, 0, 1, 4},
    {"Upsample", build_resize, 0, 1, 2},
    /* smaller ones: pool.c */
    {"MaxPool", build_pool, POOL_MAX, 1, 1},
    {"AveragePool", build_pool, POOL_MEAN, 1, 1},
    {"GlobalAveragePool", build_global_mean, 0, 1, 1},
    {"ReduceMean", build_reduce, REDUCE_MEAN, 1, 2},
    {"ReduceSum", build_reduce, REDUCE_SUM, 1, 2},
    {"ReduceProd", build_reduce, REDUCE_PRODUCT, 1, 2},
    {"ReduceMin", build_reduce, REDUCE_LEAST, 1, 2},
    {"ReduceMax", build_reduce, REDUCE_MOST, 1, 2},
    /* numbers: host.c, quantize.c */
    {"Constant", build_constant, 0, 0, 0},
    {"ConstantOfShape", build_constant_of_shape, 0, 1, 1},
    {"Shape", build_shape, 0, 1, 1},
    {"Size", build_size, 0, 1, 1},
    {"Gather", build_gather, 0, 2, 2},
    {"Range", build_range, 0, 3, 3},
    {"Where", build_where, 0, 3, 3},
    {"Cast", build_cast, 0, 1, 1},
    {"QuantizeLinear", build_quantize, 0, 2, 3},
    {"DequantizeLinear", build_dequantize, 0, 2, 3},
};

const NodeRule *idiom_node_rule(const char *op)
{
    for (guint i = 0; i < G_N_ELEMENTS(rules); i++)
        if (g_str_equal(rules[i].op, op))
            return &rules[i];
    return NULL;
}
