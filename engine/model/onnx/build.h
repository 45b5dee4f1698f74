/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From a network to a graph. Every operator of the table (table.c) is a function here that gets its operands and gives
 * its results; what is known without the picture is computed at once, on the CPU.
 */
#ifndef IDIOM_ONNX_BUILD_H
#define IDIOM_ONNX_BUILD_H

#include "graph/op.h"
#include "model/onnx/network.h"

/*
 * What is not made yet, because the next node may be part of the same operation: padding before a convolution, scales,
 * activation and residual after one or after a norm.
 */
typedef enum {
    SOURCE_TENSOR, /* made */
    SOURCE_PAD,
    SOURCE_UPSAMPLE, /* twice the size, nearest neighbour */
    SOURCE_CONV,
    SOURCE_NORM,
} SourceKind;

typedef struct {
    guint kernel[2], stride[2], dilation[2]; /* across, down */
    gint pad[4];                             /* left, top, right, bottom: zeros */
    guint groups;
    gboolean transposed;
    guint more[2]; /* rows and columns at the end of a transposed one's result */
} ConvShape;

typedef struct {
    SourceKind kind;
    IdiomTensor *tensor;
    IdiomShape shape; /* of the tensor */
    IdiomTensor *x;   /* what it is made of */

    gint pad[4]; /* SOURCE_PAD: left, top, right, bottom */
    IdiomPadMode mode;
    float value;        /* of the zeros */
    gboolean upsampled; /* x is half the size */

    ConvShape conv;       /* SOURCE_CONV */
    guint edge;           /* pixels on every side by mode, beyond those of conv */
    IdiomShape kernel;    /* of weight */
    float *weight;        /* as ONNX has it; freed with the source */
    float *scale, *shift; /* by channel of the result; a convolution's bias is its shift */
    gboolean shifted;

    guint groups; /* SOURCE_NORM */
    double epsilon;
    IdiomActivation act;
    IdiomTensor *residual;
} Source;

/*
 * An operand: numbers on the host, or a source on the device, seen through dimensions with strides. Element (i, j, ..) is
 * the element offset + i strides[0] + j strides[1] .. of the array, or of the source in NCHW order.
 */
typedef struct {
    gboolean known; /* FALSE: optional and absent, or not known yet */
    IdiomArray *array;
    Source *source;
    guint rank;
    gint64 dims[IDIOM_ARRAY_MAX_RANK], strides[IDIOM_ARRAY_MAX_RANK], offset;
    guint uses; /* by nodes, and by the network as its output */
} Value;

typedef struct {
    const IdiomNetwork *net;
    IdiomGraph *graph; /* NULL: only what is known without the picture is computed */
    IdiomTensor *keep;
    const IdiomNode *node; /* of now */
    int variant;           /* of its operator, see table.c */
    Value *values;
    GPtrArray *sources; /* all Source */
    GPtrArray *made;    /* all IdiomArray made here */
    gsize room;         /* elements that may still be made */
    gboolean failed;
    GError **error;
} Builder;

/* Operands of a node; absent ones are not known. */
typedef struct {
    Value *in[8];
    guint n_in, n_out;
} Operands;

#define ANY_NUMBER G_MAXUINT

typedef gboolean (*NodeBuild)(Builder *b, const Operands *o, Value *out);

typedef struct {
    const char *op;
    NodeBuild build;
    int variant;
    guint least, most; /* operands; ANY_NUMBER: the function looks at the node */

} NodeRule;

/* The operators; NULL for an unknown one. table.c */
const NodeRule *idiom_node_rule(const char *op);

/* --- build.c ---------------------------------------------------------------------------------------- */

/* Reports what is wrong with the node of now; always FALSE. */
gboolean node_fail(Builder *b, const char *format, ...) G_GNUC_PRINTF(2, 3);

void idiom_builder_init(Builder *b, const IdiomNetwork *net, IdiomGraph *graph, GError **error);
void idiom_builder_clear(Builder *b);
/* All nodes, in order; where there is no graph those that need none. */
gboolean idiom_builder_run(Builder *b);

/* --- value.c: operands ------------------------------------------------------------------------------ */

Value value_of_array(IdiomArray *array);
/* All of @source, a picture [n,c,h,w]. */
Value value_of_source(Source *source);
gboolean value_contiguous(const Value *v);
gsize value_count(const Value *v);
/* The same elements in other dimensions; a copy where it must be. */
gboolean value_reshape(Builder *b, const Value *v, guint rank, const gint64 *dims, Value *out);
/* Repeats what has size 1. */
gboolean value_expand(Builder *b, const Value *v, guint rank, const gint64 *dims, Value *out);
/* A view of @v: what is not made yet is, where others look at it too. */
Value value_view(Builder *b, Value *v);

/* A new array, which lives as long as the builder; NULL after node_fail(). */
IdiomArray *array_make(Builder *b, IdiomType type, guint rank, const gint64 *dims);
/* The elements of a host value in order. */
const IdiomArray *value_array(Builder *b, const Value *v);
/* Element @k of a host value in order. */
double value_get(const Value *v, gsize k);
/* At most @most whole numbers; FALSE after node_fail(), which calls them @name. */
gboolean value_ints(Builder *b, const Value *v, const char *name, gint64 *numbers, guint most, guint *count);

/* --- source.c: pictures ----------------------------------------------------------------------------- */

Source *source_new(Builder *b, SourceKind kind, IdiomShape shape);
Source *source_of(Builder *b, IdiomTensor *tensor);
/* The tensor, which is made if it is not yet. NULL where the graph has failed. */
IdiomTensor *source_tensor(Builder *b, Source *source);
/* [n,c,h,w] in which dimensions are held: see there */
IdiomShape shape_of_dims(guint rank, const gint64 *dims);
/* The elements of @v, host or device, in order, as planes of shape_of_dims(). */
IdiomTensor *value_planes(Builder *b, const Value *v);
/* Whether @v is all of a picture [n,c,h,w] as it lies. */
gboolean value_is_picture(const Value *v);
/* Its source, if that is of @kind and nobody else looks at it. */
Source *value_pending(const Value *v, SourceKind kind);

#endif
