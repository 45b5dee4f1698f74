/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of engine/ops offer each other and the graph; not part of the public interface. */
#ifndef IDIOM_OPS_INTERNAL_H
#define IDIOM_OPS_INTERNAL_H

#include "graph/op.h"

/* --- operations of gradient rules ----------------------------------------------------------------- */

/* A planes or flat tensor all of whose elements are @value. */
IdiomTensor *idiom_fill(IdiomGraph *g, IdiomLayout layout, IdiomShape shape, double value);

/* Gradient of idiom_pad2d(): every pixel of the result adds to the pixel of the input that it came from. */
IdiomTensor *idiom_pad2d_backward(IdiomGraph *g, IdiomTensor *dy, guint left, guint right, guint top,
                                  guint bottom, IdiomPadMode mode);

/*
 * dy * act'(x) where y = act(x); @dy itself for NONE. @x is looked at only if the slope does not follow from @y: see
 * idiom_activation_apart().
 */
IdiomTensor *idiom_activation_backward(IdiomGraph *g, IdiomTensor *dy, IdiomTensor *x, IdiomTensor *y,
                                       IdiomActivation act);

/*
 * For operations with an activation built in, which keep its result but not its argument: TRUE if it must be an
 * operation of its own, because a gradient flows through one of the @n tensors (NULL where absent) that needs the argument.
 */
gboolean idiom_activation_apart(IdiomActivation act, IdiomTensor *const *tensors, guint n);

/* Sum over what @shape has only once (n and/or h and w): the gradient of repeating. @x itself if the shapes agree. */
IdiomTensor *idiom_sum_to_shape(IdiomGraph *g, IdiomTensor *x, IdiomShape shape);

/* idiom_to_planes(), in fp32 whatever the graph's precision is. */
IdiomTensor *idiom_to_full_planes(IdiomGraph *g, IdiomTensor *flat);

/* --- checks and dispatch sizes (common.c) --------------------------------------------------------- */

/* FALSE, with the graph's error set in the name of @op, if @t has another layout. */
gboolean idiom_require_layout(IdiomGraph *g, const char *op, const IdiomTensor *t, IdiomLayout layout);

/* FALSE, with the graph's error set in the name of @op, if the shapes or layouts of @a and @b differ. */
gboolean idiom_require_same(IdiomGraph *g, const char *op, const IdiomTensor *a, const IdiomTensor *b);

/*
 * Address of @t, or where there is none of @instead: a shader that leaves an operand out by a branch rather than by a
 * specialization constant may be compiled to load first and to choose afterwards (Mesa 26).
 */
guint64 idiom_address_or(IdiomRecorder *r, const IdiomTensor *t, const IdiomTensor *instead);

/* printf format and arguments of a shape. */
#define IDIOM_SHAPE_FORMAT "[%u,%u,%u,%u]"
#define IDIOM_SHAPE_ARGS(s) (s).n, (s).c, (s).h, (s).w

/* One invocation per element of a flat tensor; flat_index() in tensor.glsl tells which. */
void idiom_dispatch_cover_flat(IdiomDispatch *d, gsize elements);

#endif
