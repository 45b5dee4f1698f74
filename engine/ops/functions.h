/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Numbers that mean the same to the host and to shaders: the build makes shaders/enums.glsl, which tensor.glsl includes,
 * from the enumerations of this file and of ops.h.
 */
#ifndef IDIOM_OPS_FUNCTIONS_H
#define IDIOM_OPS_FUNCTIONS_H

/* FUNCTION of binary.comp and flat.comp, which both know the first three */
typedef enum {
    BINARY_ADD,
    BINARY_SUB,
    BINARY_MUL,
    FLAT_AFFINE,
    FLAT_FILL,
    BINARY_MIX,
    BINARY_ACTIVATION_BACKWARD,
    BINARY_POWER_BACKWARD,
} BinaryFunction;

/* FUNCTION of unary.comp */
typedef enum {
    UNARY_AFFINE,
    UNARY_CHANNEL_AFFINE,
    UNARY_ACTIVATION,
    UNARY_POWER,
} UnaryFunction;

/* What the losses average. */
typedef enum {
    REDUCE_VALUE,
    REDUCE_SQUARE,
    REDUCE_ABSOLUTE,
} ReduceFunction;

/* Rows of the flat statistics [n][row][channels] of instance norm. */
typedef enum {
    STATISTICS_SCALE, /* gamma / deviation */
    STATISTICS_SHIFT, /* beta - gamma mean / deviation */
    STATISTICS_MEAN,
    STATISTICS_INVERSE, /* 1 / deviation */
    STATISTICS_ROWS,
} StatisticsRow;

typedef enum {
    REDUCE_LANES = 32, /* invocations of a workgroup that reduces */
    APPLY_ROWS = 6,    /* of a picture that one invocation of instance norm's last pass covers */

    TILE_SHIFT = 4, /* log2 of the pixels across in a tile */
    TILE_ROWS = 12, /* and down: a multiple of APPLY_ROWS and of the rows of a convolution's invocations */
    TILE_ARGUMENTS = 64, /* numbers of workgroups at the head of a list of tiles */
    TILE_LIST = 192,     /* integers of those, after which it begins */
} SharedSize;

#endif
