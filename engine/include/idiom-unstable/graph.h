/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_GRAPH_H
#define IDIOM_GRAPH_H

#include <idiom/device.h>

G_BEGIN_DECLS

/**
 * A graph is a list of operations on tensors of fixed shape, in the order in which they were added. It is built with
 * the functions of ops.h, extended by idiom_graph_differentiate(), and run by an IdiomProgram (program.h).
 *
 * Errors while building are sticky: the first one is kept in the graph, later builder calls return NULL at once and
 * accept NULL tensors, and idiom_program_new() reports it. So a network is written without a check on each line.
 *
 * A graph and its tensors are used by one thread at a time. Tensors belong to their graph.
 */
typedef struct IdiomGraph IdiomGraph;
typedef struct IdiomTensor IdiomTensor;

/** Batch, channels, height, width. All at least 1. A weight is OIHW: n = outputs, c = inputs / groups. */
typedef struct {
    guint n, c, h, w;
} IdiomShape;

#define IDIOM_SHAPE(n_, c_, h_, w_) ((IdiomShape){(n_), (c_), (h_), (w_)})

/** idiom_shape_elements: n * c * h * w. */
static inline gsize idiom_shape_elements(IdiomShape s)
{
    return (gsize)s.n * s.c * s.h * s.w;
}

/**
 * IdiomLayout: where the elements of a tensor lie.
 * @IDIOM_LAYOUT_PLANES: activations, NC4HW4 (four channels at a position are one texel or vec4), in buffers,
 *   fp32 or fp16 as the graph's precision says. Unused channels of the last four are zero.
 * @IDIOM_LAYOUT_FLAT: fp32, NCHW order, contiguous, in a buffer. Parameters, statistics, Gram matrices, scalars,
 *   and everything that the host reads or writes.
 * @IDIOM_LAYOUT_BYTES: as flat, but uint8_t: frames as they come from a video.
 */
typedef enum {
    IDIOM_LAYOUT_PLANES,
    IDIOM_LAYOUT_FLAT,
    IDIOM_LAYOUT_BYTES,
} IdiomLayout;

/** idiom_graph_new: an empty graph for @device. @precision must be offered by the device. */
IdiomGraph *idiom_graph_new(IdiomDevice *device, IdiomPrecision precision);
void idiom_graph_free(IdiomGraph *graph);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomGraph, idiom_graph_free)

/** idiom_graph_error: the first error met while building, or NULL. */
const GError *idiom_graph_error(const IdiomGraph *graph);

/** idiom_graph_input: a flat (or bytes) tensor that the host writes before a run. */
IdiomTensor *idiom_graph_input(IdiomGraph *graph, IdiomLayout layout, IdiomShape shape);

/**
 * idiom_graph_state: a flat or planes tensor that keeps its values from run to run of the program; zero before the
 * first. Changed by idiom_assign() (ops.h) only; a constant to idiom_graph_differentiate().
 */
IdiomTensor *idiom_graph_state(IdiomGraph *graph, IdiomLayout layout, IdiomShape shape);

/**
 * IdiomTiles: a grid of @w x @h pixels is cut into tiles, some of which are in @list: see idiom_changed_tiles()
 * (temporal.h).
 */
typedef struct {
    IdiomTensor *list; /**< NULL: all of them */
    guint w, h;
} IdiomTiles;

/**
 * idiom_graph_set_tiles: from now on operations that can do so, on grids like that of @tiles and 2 or 4 times as large,
 * compute what is in the list only. The rest of their results stays as the runs before have left it. On the lane family;
 * elsewhere everything is computed.
 */
void idiom_graph_set_tiles(IdiomGraph *graph, IdiomTiles tiles);

IdiomShape idiom_tensor_shape(const IdiomTensor *tensor);
IdiomLayout idiom_tensor_layout(const IdiomTensor *tensor);

/**
 * Parameters: named fp32 tensors that outlive graphs and are shared between them (training, preview and inference
 * all see the same weights). They lie one after the other in one buffer, so that an optimizer treats them as one
 * array. Used by one thread at a time.
 */
typedef struct IdiomParams IdiomParams;

/**
 * idiom_params_new: an empty, not yet allocated set.
 */
IdiomParams *idiom_params_new(IdiomDevice *device);
IdiomParams *idiom_params_ref(IdiomParams *params);
void idiom_params_unref(IdiomParams *params);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomParams, idiom_params_unref)

/**
 * idiom_params_add: declares @name with @shape and host values @values (copied; NULL for zeros). Only before the
 * first use by a graph. A name may be declared once.
 */
void idiom_params_add(IdiomParams *params, const char *name, IdiomShape shape, const float *values);

guint idiom_params_count(const IdiomParams *params);
/** idiom_params_elements: of all tensors together; also the length of the arrays below. */
gsize idiom_params_elements(const IdiomParams *params);
const char *idiom_params_name(const IdiomParams *params, guint index);
IdiomShape idiom_params_shape(const IdiomParams *params, guint index);
/** idiom_params_offset: of tensor @index in the common array, in elements. */
gsize idiom_params_offset(const IdiomParams *params, guint index);
/** idiom_params_find: index of @name, or -1. */
int idiom_params_find(const IdiomParams *params, const char *name);

/** idiom_params_read, idiom_params_write: the whole array, device to host and back. @values: elements() floats. */
gboolean idiom_params_read(IdiomParams *params, float *values, GError **error);
gboolean idiom_params_write(IdiomParams *params, const float *values, GError **error);

/**
 * idiom_graph_param: the tensor @name of @params in this graph; the same tensor for the same name.
 * @trainable: idiom_graph_differentiate() makes a gradient for it. Not trainable means constant: what depends only
 *   on constants (packed weights, say) is computed once, see idiom_program_refresh().
 */
IdiomTensor *idiom_graph_param(IdiomGraph *graph, IdiomParams *params, const char *name, gboolean trainable);

/**
 * idiom_graph_params_flat: the whole array of @params as one flat tensor [1, 1, 1, elements], for an optimizer;
 * writing to it changes the parameters.
 */
IdiomTensor *idiom_graph_params_flat(IdiomGraph *graph, IdiomParams *params);

/**
 * idiom_graph_want_gradient: also make a gradient for @tensor (an input, say) when the graph is differentiated.
 */
void idiom_graph_want_gradient(IdiomGraph *graph, IdiomTensor *tensor);

/**
 * idiom_graph_differentiate:
 * @losses: @count scalars (flat, one element each)
 * @weights: factor of each in the total loss
 * @params: NULL, or a set: the gradients of its trainable tensors are written into one array of
 *   idiom_params_elements() (zero where a parameter has no influence)
 *
 * Appends the operations that compute the gradient of sum(weights[i] * losses[i]) (reverse mode: the gradient rule
 * of each op, last op first; contributions to one tensor are added in a fixed order).
 *
 * Returns: the flat tensor [1, 1, 1, elements] of gradients of @params, or NULL if @params is NULL
 */
IdiomTensor *idiom_graph_differentiate(IdiomGraph *graph, IdiomTensor *const *losses, const double *weights,
                                       guint count, IdiomParams *params);

/** idiom_tensor_gradient: gradient of @tensor after idiom_graph_differentiate(), in @tensor's layout; or NULL. */
IdiomTensor *idiom_tensor_gradient(const IdiomTensor *tensor);

/** idiom_graph_flops: operations of a run, a multiply-add counting as two, of those that are counted. */
double idiom_graph_flops(const IdiomGraph *graph);

/** idiom_stop_gradient: @tensor as a constant: nothing flows back through it. No copy is made. */
IdiomTensor *idiom_stop_gradient(IdiomGraph *graph, IdiomTensor *tensor);

G_END_DECLS

#endif
