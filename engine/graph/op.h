/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an operation is made of. An operation is one file in engine/ops: its builder function (declared in ops.h) with
 * the shape rule, and an IdiomOpClass with its gradient rule and the recording of its shaders. Nothing else in the
 * engine knows which operations exist.
 */
#ifndef IDIOM_OP_H
#define IDIOM_OP_H

#include <idiom-unstable/ops.h>

#define IDIOM_OP_MAX_IN 8
#define IDIOM_OP_MAX_OUT 4

typedef struct IdiomOp IdiomOp;
typedef struct IdiomRecorder IdiomRecorder;

typedef struct {
    const char *name; /* as shown in profiles: "conv2d" */

    /*
     * Adds the gradient ops. op->out[i]->gradient is set for every output that has one (NULL otherwise); for each
     * input with requires_gradient, compute its share and hand it over with idiom_graph_accumulate().
     * NULL: no gradient flows through.
     */
    void (*backward)(IdiomGraph *g, IdiomOp *op);

    /* Records the dispatches. Barriers before and after the op are set by the recorder. */
    gboolean (*record)(IdiomRecorder *r, const IdiomOp *op, GError **error);

    /* Floating point operations, a multiply-add counting as two. NULL: not counted. */
    double (*flops)(const IdiomOp *op);

    /* What its shader can do with its first output besides, so that no pass over it is needed: see IdiomOp. */
    gboolean adds_other, applies_slope;

    /* Networks that are trained must not have it: an input that needs a gradient is an error. */
    gboolean inference_only;
} IdiomOpClass;

struct IdiomOp {
    const IdiomOpClass *klass;
    IdiomTensor *in[IDIOM_OP_MAX_IN];   /* NULL where an optional one is absent */
    IdiomTensor *out[IDIOM_OP_MAX_OUT]; /* outputs, then scratch that lives only during the op */
    guint n_in, n_out;
    gboolean constant; /* all inputs are constant: run once, not in every run */
    gboolean in_place; /* writes memory of its inputs (Adam); never left out */
    /*
     * Gradients: the result, plus other, times the slope of an activation whose result is activated. NULL for none.
     * Both are also inputs, after the op's own.
     */
    IdiomTensor *other, *activated;
    IdiomActivation slope;
    const IdiomTensor *tiles; /* NULL, or the list of those to compute, an input, too: idiom_op_use_tiles() */
    guint tile_scale;
    gpointer params; /* the op's own parameters; freed with the graph */
    gsize params_size;
};

struct IdiomTensor {
    IdiomGraph *graph;
    guint id;
    IdiomLayout layout;
    IdiomShape shape;
    IdiomOp *op;              /* that makes it; NULL for inputs, parameters, constants */
    IdiomPrecision precision; /* of planes: the graph's, or fp32 */
    gboolean constant;        /* depends on constants only: computed once */
    gboolean requires_gradient;
    gboolean wants_gradient; /* somebody will look at it: idiom_graph_want_gradient() */
    IdiomTensor *gradient;
    /* the rest is the graph's and the program's business */
    IdiomTensor *alias;       /* lies in the storage of this one (stop_gradient, parts of a gradient array) */
    gsize offset;             /* where in alias or params, in elements */
    IdiomParams *params;      /* lies in this set */
    float *values;            /* of an idiom_constant() */
    gboolean host;            /* mapped by the host: input or output */
    gboolean carried;         /* the caller moves it between host and device */
    gboolean shared;          /* other programs look at it */
    const IdiomTensor *owner; /* lies in the storage of this one, of another program */
    gboolean state;           /* keeps its values from run to run, zero at first */
    gboolean kept;            /* a run may write only part of it */
    guint last_use;
    gpointer storage;
};

/* --- building ------------------------------------------------------------------------------------- */

/* Kernel family of the graph's device (which shader variants run). */
IdiomFamily idiom_graph_family(const IdiomGraph *g);

/* Whether convolutions multiply in fp16: see idiom_device_products(). */
gboolean idiom_graph_half_products(const IdiomGraph *g);

/* The device's matrices, where convolutions are to use them; otherwise NULL. */
const struct IdiomMatrix *idiom_graph_matrix(const IdiomGraph *g);

/* Storage precision of planes that are not full. */
IdiomPrecision idiom_graph_precision(const IdiomGraph *g);

/* TRUE if the graph has failed already or one of the @n tensors is NULL: the builder returns NULL then. */
gboolean idiom_graph_failed(IdiomGraph *g, IdiomTensor *const *tensors, guint n);

/* Sets the graph's sticky error (if none is set) and returns NULL. */
IdiomTensor *idiom_graph_fail(IdiomGraph *g, IdiomError code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/*
 * Appends an op. @params is copied (@params_size bytes; NULL, 0 for none). NULL inputs are allowed. An op all of
 * whose inputs are constant makes constants: it is run once, not in every run.
 */
IdiomOp *idiom_graph_add_op(IdiomGraph *g, const IdiomOpClass *klass, IdiomTensor *const *in, guint n_in,
                            gconstpointer params, gsize params_size);

/*
 * Adds the next output (or scratch) tensor of @op. Requires a gradient if any input does and the class has a rule.
 * NULL, with the graph's error set, if the device cannot hold the shape.
 */
IdiomTensor *idiom_op_add_output(IdiomOp *op, IdiomGraph *g, IdiomLayout layout, IdiomShape shape);

/*
 * Planes in fp32, also where the graph's are fp16: for what 11 bits cannot hold, such as displacements. Shaders that see
 * both kinds must say so: see IdiomDispatch.mixed. No gradient.
 */
IdiomTensor *idiom_op_add_full_output(IdiomOp *op, IdiomGraph *g, IdiomShape shape);

/* A state of such planes. */
IdiomTensor *idiom_graph_full_state(IdiomGraph *g, IdiomShape shape);

/*
 * An existing op of @klass with the same inputs and parameters, or NULL: so that packed weights, say, are made once.
 */
IdiomOp *idiom_graph_find_op(IdiomGraph *g, const IdiomOpClass *klass, IdiomTensor *const *in, guint n_in,
                             gconstpointer params, gsize params_size);

/*
 * In a backward rule: @gradient, the complete gradient of @activated = act(x), times the slope of @act, by the op that
 * makes it. FALSE where that cannot be.
 */
gboolean idiom_graph_fuse_slope(IdiomGraph *g, IdiomTensor *gradient, IdiomTensor *activated,
                                IdiomActivation act);

/*
 * Lane: @op, all of whose outputs have been added, computes the graph's tiles only, if it has any and the grid of the
 * shader's pixels, @w x @h, is that of the tiles or 2 or 4 times as large: op->tile_scale times.
 */
void idiom_op_use_tiles(IdiomOp *op, IdiomGraph *g, guint w, guint h);

/* In a backward rule: adds @share to the gradient of @tensor. Ignores NULLs and tensors that need no gradient. */
void idiom_graph_accumulate(IdiomGraph *g, IdiomTensor *tensor, IdiomTensor *share);

/* --- recording ------------------------------------------------------------------------------------ */

#define IDIOM_MAX_PLANES 6
#define IDIOM_MAX_SPEC 12
#define IDIOM_MAX_PUSH 128

/*
 * One dispatch. Planes are bound to descriptors 0, 1, ... in order; flat and bytes tensors are passed by address in
 * the push constants (idiom_recorder_address), which the shader declares with layout(push_constant, scalar).
 * Specialization constants 0, 1, 2 are the workgroup size (local_size_x_id = 0, ...); the op's own start at 3.
 */
typedef struct {
    const char *shader;           /* file name without ".comp" and family */
    guint32 spec[IDIOM_MAX_SPEC]; /* constant_id 3, 4, ... */
    guint n_spec;
    guint local[3];            /* 0 means 1 */
    guint groups[3];           /* workgroups; 0 means 1 */
    const IdiomTensor *counts; /* flat: three of its words are the workgroups when the op runs, or NULL */
    guint counts_at;           /* words in front of those */
    const IdiomTensor *planes[IDIOM_MAX_PLANES];
    guint n_planes;
    gboolean mixed; /* declares the full ones among its planes with FULL_PLANES_IN, FULL_PLANES_OUT */
    const void *push;
    gsize push_size;
} IdiomDispatch;

/* A workgroup, or @times as many down, for each of the tiles in @list, which is what idiom_op_use_tiles() uses. */
void idiom_dispatch_tiles(IdiomDispatch *d, const IdiomTensor *list, guint times);

/*
 * The shader to use is picked by family and precision: "<shader>.<lane|vec><32|16>"; where all planes are full, it is
 * the one for fp32.
 */
gboolean idiom_record_dispatch(IdiomRecorder *r, const IdiomDispatch *d, GError **error);

/* Device address of a flat or bytes tensor, its offset included. */
guint64 idiom_recorder_address(IdiomRecorder *r, const IdiomTensor *tensor);

/* Copies all of @from to @to, of the same layout and shape. */
void idiom_record_copy(IdiomRecorder *r, const IdiomTensor *from, const IdiomTensor *to);

/* Makes the writes of this op's earlier dispatches visible to its later ones. */
void idiom_recorder_barrier(IdiomRecorder *r);

/* --- helpers -------------------------------------------------------------------------------------- */

#define IDIOM_DIV_UP(a, b) (((a) + (b)-1) / (b))

/* Number of four-channel blocks. */
static inline guint idiom_c4(guint channels)
{
    return IDIOM_DIV_UP(channels, 4);
}

/* Shape as shaders take it in push constants: ivec4 (w, h, c, n). */
typedef struct {
    gint32 w, h, c, n;
} IdiomDims;

static inline IdiomDims idiom_dims(IdiomShape s)
{
    return (IdiomDims){(gint32)s.w, (gint32)s.h, (gint32)s.c, (gint32)s.n};
}

static inline gboolean idiom_shape_equal(IdiomShape a, IdiomShape b)
{
    return a.n == b.n && a.c == b.c && a.h == b.h && a.w == b.w;
}

/*
 * Fills in local size and workgroups for one invocation per pixel and block of four channels of @shape: x is the
 * column, y the row, z = n * c4 + channel block. The shader returns early where x >= w.
 */
void idiom_dispatch_cover(IdiomDispatch *d, IdiomShape shape);

#endif
