/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the convolutions share. Every fast one, forward or backward, is one or more passes: stride-1 or strided
 * cross-correlations with packed weights whose outputs go to every scale-th pixel of the result.
 *
 * Packed weights: outputs in groups (idiom_conv2d_group()); of each group first the biases, then
 * [input / 4][ky][kx][input % 4][output of the group], padded with zeros to whole groups of four on either side. They
 * are fp16 where products are (idiom_graph_half_products()). For matrices all outputs are one group, of whole matrices,
 * a block has IDIOM_MATRIX_CHANNELS inputs rather than four, and the order is
 * [input / block][ky][kx][output][input % block].
 */
#ifndef IDIOM_OPS_CONV2D_H
#define IDIOM_OPS_CONV2D_H

#include "ops/internal.h"

/* Which taps of which channels of a weight are packed, as what. */
typedef struct {
    gboolean transposed; /* the weight's outputs become inputs: backward-data */
    guint first, count;  /* range of the outputs of the packed weights */
    guint taps;          /* across and down; those that the weight lacks are zero */
    gboolean matrix;     /* see idiom_conv2d_by_matrix() */
    gint start[2], step; /* the weight's column and row of tap 0, and their distance from tap to tap */
} IdiomConv2dPacking;

/* Quads (four outputs) in the group that starts with quad @first of @quads, for @taps across. */
guint idiom_conv2d_group(guint first, guint quads, guint taps);

/* Floats that packed weights take. */
gsize idiom_conv2d_packed_elements(guint outputs, guint inputs, guint taps);

/* Constant weights are packed once. @bias may be NULL. */
IdiomTensor *idiom_conv2d_pack(IdiomGraph *g, IdiomTensor *weight, IdiomTensor *bias,
                               const IdiomConv2dPacking *packing);

/* One pass. */
typedef struct {
    const IdiomTensor *dst, *src,
        *src2; /* src2 may be NULL; src then has a multiple of four channels otherwise */
    const IdiomTensor *packed;
    gsize packed_offset; /* floats */
    gboolean matrix;     /* by matrices; packed is for them */
    gboolean upsampled;  /* vector: src is seen at twice its size; 3 taps, stride 1, IDIOM_PAD_EDGE */
    guint taps, stride;
    IdiomPadMode mode; /* beyond the edges of src */
    IdiomActivation act;
    gint origin[2];          /* column and row of src under the first tap of output 0 */
    guint size[2];           /* outputs across and down */
    guint scale;             /* their distance in dst */
    guint offset[2];         /* of output 0 in dst */
    guint image, images;     /* pictures of the batch */
    const IdiomOp *gradient; /* NULL, or an op whose other and activated are to be seen to */
    const IdiomOp *tiled;    /* NULL, or an op whose tiles only are to be computed */
} IdiomConv2dPass;

/* Shared memory that a pass needs on the vector family, at least, and what every device has. */
gsize idiom_conv2d_tile_bytes(guint taps, guint stride);
#define IDIOM_CONV2D_SHARED_BYTES 16384

/* Cooperative matrices: inputs that are in shared memory at a time; subgroups of a workgroup. */
#define IDIOM_MATRIX_CHANNELS 16
#define IDIOM_MATRIX_SUBGROUPS 4

/* Whether a pass, its weights packed for it, is made of products of matrices. */
gboolean idiom_conv2d_by_matrix(const IdiomGraph *g, guint inputs, guint outputs, guint taps, guint stride);
/* Outputs of packed weights, those included that fill up a matrix. */
guint idiom_conv2d_matrix_width(const IdiomGraph *g, guint outputs);

/* Lane: shaders that follow each other, each with a share of @blocks of four inputs seen through @taps in all. */
guint idiom_conv2d_chunks(guint blocks, guint taps);

gboolean idiom_conv2d_record_pass(IdiomRecorder *r, const IdiomConv2dPass *pass, GError **error);
gboolean idiom_conv2d_record_matrix(IdiomRecorder *r, const IdiomConv2dPass *pass, GError **error);

/* As in conv2d_lane.comp, conv2d_vector.comp, and conv2d_matrix.comp. */
typedef struct {
    guint64 weights;
    gint32 image, scale;
    IdiomDims d, ds;
    gint32 size[2], origin[2], offset[2];
    gint32 dst_first, src_first, src2_first;
    gint32 groups, blocks2; /* vector only: groups of outputs; blocks of src2 */
    gint32 band;            /* lane only, and what follows */
    guint64 tiles;
} IdiomConv2dPush;

IdiomConv2dPush idiom_conv2d_push(IdiomRecorder *r, const IdiomConv2dPass *p);
/* The dispatch does what the op asks for besides; @last: it makes the final result. */
void idiom_conv2d_add_epilogue(IdiomDispatch *d, const IdiomConv2dPass *p, gboolean last);

/*
 * The sum over pixels of products of two tensors' channels: gradient of a convolution's weights, Gram matrix. Many
 * workgroups add up their share of the pixels; idiom_conv2d_record_sum() adds the shares.
 */
typedef struct {
    const IdiomTensor *grad, *src; /* [n,o,..] and [n,i,..] */
    const IdiomTensor *parts;      /* scratch of idiom_conv2d_parts() times the weight's elements */
    const IdiomTensor *center;     /* flat [1,c,1,1], subtracted from both; or NULL */
    IdiomShape weight;             /* OIHW */
    guint stride, pad;
    IdiomPadMode mode;
    guint first;        /* input of the weight that src's first channel is */
    guint groups;       /* parts of the batch that are summed apart */
    gboolean symmetric; /* grad and src are the same: half of the products will do */
} IdiomConv2dProducts;

/* Shares in all for products of @grad with inputs of @weight; each takes as many floats as the weight. */
gsize idiom_conv2d_parts(IdiomShape grad, IdiomShape weight, guint stride, guint groups, IdiomFamily family);

/* May be called for several sources with the same parts, then idiom_conv2d_record_sum() once. */
gboolean idiom_conv2d_record_products(IdiomRecorder *r, const IdiomConv2dProducts *p, GError **error);
/*
 * @out: of @groups equal pieces, each @factor times the sum of its share of the @n_parts in @parts.
 * @tile: 0, or idiom_conv2d_products_tile() of symmetric products
 */
gboolean idiom_conv2d_record_sum(IdiomRecorder *r, const IdiomTensor *parts, const IdiomTensor *out,
                                 guint groups, gsize n_parts, float factor, guint tile, GError **error);
/* Side of the tiles in which symmetric products come: those below the diagonal are left out; 0 if they are not. */
guint idiom_conv2d_products_tile(const IdiomConv2dProducts *p);

/* What idiom_conv2d() was asked for. */
typedef struct {
    guint stride, pad, groups;
    IdiomPadMode mode;
    IdiomActivation act;
    gboolean fast;   /* passes; otherwise the direct shaders */
    gboolean matrix; /* of passes: by matrices */
    gboolean winograd;
} IdiomConv2d;

/* Whether a convolution is to be made by Winograd's way: conv2d_winograd.c. */
gboolean idiom_conv2d_by_winograd(const IdiomGraph *g, IdiomShape weight, guint stride, IdiomShape out);
/* Its weights; @bias may be NULL. */
IdiomTensor *idiom_conv2d_pack_winograd(IdiomGraph *g, IdiomTensor *weight, IdiomTensor *bias);
/* What it needs besides the op's output, which has been added. */
void idiom_conv2d_add_winograd_scratch(IdiomOp *op, IdiomGraph *g, guint inputs);
gboolean idiom_conv2d_record_winograd(IdiomRecorder *r, const IdiomOp *op, GError **error);

/* The gradient rule. */
void idiom_conv2d_backward(IdiomGraph *g, IdiomOp *op);

/* Lane: fills in local size and workgroups for @w x @h invocations. Returns the rows of a band, for the shader. */
guint idiom_conv2d_cover(IdiomDispatch *d, guint w, guint h);

/*
 * Lane: the same for the tiles of @op, whose invocations have @rows pixels below each other; adds the specialization constant.
 * Sets the address of the list.
 */
guint idiom_conv2d_cover_tiles(IdiomRecorder *r, IdiomDispatch *d, const IdiomOp *op, guint rows,
                               guint64 *tiles);

#endif
