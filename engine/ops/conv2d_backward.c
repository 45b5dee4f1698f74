/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Gradients of a convolution with respect to its inputs, weights and biases. */
#include "ops/conv2d.h"

/* --- inputs --------------------------------------------------------------------------------------- */

/*
 * The gradient of an input is the correlation of the result's gradient with the flipped, transposed weights. With a
 * stride, only every stride-th tap meets a given pixel: pixels are treated by their phase, row and column modulo
 * stride, and each phase is a stride-1 pass of its own with every stride-th tap.
 */
#define MAX_PHASE_STRIDE 2 /* a phase is an input of the op */

typedef struct {
    IdiomConv2d conv; /* pad is that of the forward pass, or 0 if the padding is in the result */
    guint kernel[2];  /* across, down */
} DataParams;

static guint phase_taps(const DataParams *p)
{
    return IDIOM_DIV_UP(p->kernel[0], p->conv.stride);
}

static gboolean record_phases(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const DataParams *p = op->params;
    const IdiomTensor *out = op->out[0];
    guint stride = p->conv.stride, taps = phase_taps(p);

    for (guint phase = 0; phase < stride * stride; phase++) {
        IdiomConv2dPass pass = {.dst = out,
                                .src = op->in[0],
                                .packed = op->in[1 + phase],
                                .matrix = p->conv.matrix,
                                .taps = taps,
                                .stride = 1,
                                .scale = stride,
                                .images = out->shape.n,
                                .gradient = op};
        const guint part[2] = {phase % stride, phase / stride}, extent[2] = {out->shape.w, out->shape.h};
        for (guint axis = 0; axis < 2; axis++) {
            /* pixel i of the result lies at i + pad of the padded input; the first one of this phase: */
            guint skip = p->conv.pad > part[axis] ? IDIOM_DIV_UP(p->conv.pad - part[axis], stride) : 0;
            guint first = skip * stride + part[axis] - p->conv.pad;
            pass.offset[axis] = first;
            pass.size[axis] = first < extent[axis] ? IDIOM_DIV_UP(extent[axis] - first, stride) : 0;
            pass.origin[axis] = (gint)skip - (gint)(taps - 1);
        }
        if (!idiom_conv2d_record_pass(r, &pass, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean record_direct_data(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const DataParams *p = op->params;
    const IdiomTensor *dy = op->in[0], *out = op->out[0];
    struct {
        guint64 weight;
        gint32 kernel[2];
        IdiomDims d, dg;
        gint32 stride, pad, groups;
    } push = {
        .weight = idiom_recorder_address(r, op->in[1]),
        .kernel = {(gint32)p->kernel[0], (gint32)p->kernel[1]},
        .d = idiom_dims(out->shape),
        .dg = idiom_dims(dy->shape),
        .stride = (gint32)p->conv.stride,
        .pad = (gint32)p->conv.pad,
        .groups = (gint32)p->conv.groups,
    };
    IdiomDispatch d = {.shader = "conv2d_direct_data",
                       .planes = {out, dy},
                       .n_planes = 2,
                       .push = &push,
                       .push_size = sizeof push};
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static double data_flops(const IdiomOp *op)
{
    const DataParams *p = op->params;
    return 2.0 * idiom_shape_elements(op->in[0]->shape) * op->out[0]->shape.c / p->conv.groups *
           p->kernel[0] * p->kernel[1];
}

static const IdiomOpClass data_class = {.name = "conv2d_backward_data",
                                        .record = record_phases,
                                        .flops = data_flops,
                                        .adds_other = TRUE,
                                        .applies_slope = TRUE};
static const IdiomOpClass direct_data_class = {"conv2d_backward_data", NULL, record_direct_data, data_flops};

/* Gradient of @x, whose channels are the weight's inputs from @first on. */
static IdiomTensor *input_gradient(IdiomGraph *g, const IdiomConv2d *conv, const IdiomTensor *x, guint first,
                                   IdiomTensor *weight, IdiomTensor *dy)
{
    DataParams p = {.conv = *conv, .kernel = {weight->shape.w, weight->shape.h}};
    IdiomTensor *in[1 + MAX_PHASE_STRIDE * MAX_PHASE_STRIDE] = {dy, weight};
    IdiomShape shape = x->shape;
    guint n_in = 2;

    if (conv->mode) {
        p.conv.pad = 0;
        shape.w += 2 * conv->pad;
        shape.h += 2 * conv->pad;
    }
    p.conv.act = IDIOM_ACT_NONE;
    p.conv.fast = conv->fast && conv->stride <= MAX_PHASE_STRIDE;
    p.conv.matrix = p.conv.fast && idiom_conv2d_by_matrix(g, weight->shape.n, shape.c, phase_taps(&p), 1);
    if (p.conv.fast) {
        gint stride = (gint)conv->stride, last = stride * (gint)(phase_taps(&p) - 1);
        n_in = 1;
        for (gint phase = 0; phase < stride * stride; phase++)
            in[n_in++] = idiom_conv2d_pack(
                g, weight, NULL,
                &(IdiomConv2dPacking){.transposed = TRUE,
                                      .first = first,
                                      .count = shape.c,
                                      .matrix = p.conv.matrix,
                                      .taps = phase_taps(&p),
                                      .start = {phase % stride + last, phase / stride + last},
                                      .step = -stride});
    }
    if (idiom_graph_failed(g, in, n_in))
        return NULL;
    IdiomOp *op =
        idiom_graph_add_op(g, p.conv.fast ? &data_class : &direct_data_class, in, n_in, &p, sizeof p);
    IdiomTensor *dx = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, shape);
    return conv->mode ? idiom_pad2d_backward(g, dx, conv->pad, conv->pad, conv->pad, conv->pad, conv->mode)
                      : dx;
}

/* --- weights -------------------------------------------------------------------------------------- */

static gboolean weights_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomConv2d *p = op->params;
    const IdiomTensor *dy = op->in[0], *out = op->out[0];
    IdiomConv2dProducts products = {
        .grad = dy,
        .parts = op->out[1],
        .weight = out->shape,
        .stride = p->stride,
        .pad = p->pad,
        .mode = p->mode,
        .groups = 1,
    };

    for (guint i = 1; i < op->n_in && op->in[i]; i++) {
        products.src = op->in[i];
        products.first = i == 1 ? 0 : op->in[1]->shape.c;
        if (!idiom_conv2d_record_products(r, &products, error))
            return FALSE;
    }
    idiom_recorder_barrier(r);
    return idiom_conv2d_record_sum(
        r, op->out[1], out, 1,
        idiom_conv2d_parts(dy->shape, out->shape, p->stride, 1, idiom_graph_family(dy->graph)), 1, 0, error);
}

static double weights_flops(const IdiomOp *op)
{
    const IdiomTensor *dy = op->in[0], *out = op->out[0];
    return 2.0 * dy->shape.n * dy->shape.h * dy->shape.w * idiom_shape_elements(out->shape);
}

static const IdiomOpClass weights_class = {"conv2d_backward_weights", NULL, weights_record, weights_flops};

/*
 * Rows of gradients that one invocation of the direct shader sums up. Few enough: lavapipe ends every loop of an
 * invocation after 65535 turns in all.
 */
static guint direct_rows(IdiomShape dy)
{
    return CLAMP(16384 / (dy.w + 1), 1, dy.h);
}

static guint direct_parts(IdiomShape dy)
{
    return dy.n * IDIOM_DIV_UP(dy.h, direct_rows(dy));
}

static gboolean direct_weights_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomConv2d *p = op->params;
    const IdiomTensor *dy = op->in[0], *x = op->in[1], *out = op->out[0];
    guint parts = direct_parts(dy->shape);
    struct {
        guint64 parts;
        gint32 kernel[2];
        IdiomDims dg, ds;
        gint32 inputs, stride, pad, groups, rows;
    } push = {
        .parts = idiom_recorder_address(r, op->out[1]),
        .kernel = {(gint32)out->shape.w, (gint32)out->shape.h},
        .dg = idiom_dims(dy->shape),
        .ds = idiom_dims(x->shape),
        .inputs = (gint32)out->shape.c,
        .stride = (gint32)p->stride,
        .pad = (gint32)p->pad,
        .groups = (gint32)p->groups,
        .rows = (gint32)direct_rows(dy->shape),
    };
    IdiomDispatch d = {.shader = "conv2d_direct_weights",
                       .planes = {dy, x},
                       .n_planes = 2,
                       .local = {32},
                       .groups = {IDIOM_DIV_UP((guint)idiom_shape_elements(out->shape), 32), parts},
                       .push = &push,
                       .push_size = sizeof push};
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    return idiom_conv2d_record_sum(r, op->out[1], out, 1, parts, 1, 0, error);
}

static const IdiomOpClass direct_weights_class = {"conv2d_backward_weights", NULL, direct_weights_record,
                                                  weights_flops};

/* --- the rule ------------------------------------------------------------------------------------- */

static IdiomTensor *weight_gradient(IdiomGraph *g, const IdiomConv2d *p, IdiomTensor *x, IdiomTensor *x2,
                                    IdiomShape shape, IdiomTensor *dy)
{
    IdiomOp *op = idiom_graph_add_op(g, p->groups == 1 ? &weights_class : &direct_weights_class,
                                     (IdiomTensor *[]){dy, x, x2}, 3, p, sizeof *p);
    IdiomTensor *dw = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, shape);
    gsize parts = p->groups == 1 ? idiom_conv2d_parts(dy->shape, shape, p->stride, 1, idiom_graph_family(g))
                                 : direct_parts(dy->shape);
    gsize elements = parts * idiom_shape_elements(shape);

    if (elements > G_MAXINT32)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "conv2d: the gradient of weight " IDIOM_SHAPE_FORMAT " needs too much memory",
                                IDIOM_SHAPE_ARGS(shape));
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, (guint)elements));
    return dw;
}

void idiom_conv2d_backward(IdiomGraph *g, IdiomOp *op)
{
    const IdiomConv2d *p = op->params;
    IdiomTensor *x = op->in[0], *x2 = op->in[1], *weight = op->in[2], *bias = op->in[3], *y = op->out[0];
    IdiomTensor *dy = idiom_activation_backward(g, y->gradient, NULL, y, p->act);

    if (idiom_graph_failed(g, &dy, 1))
        return;
    if (x->requires_gradient)
        idiom_graph_accumulate(g, x, input_gradient(g, p, x, 0, weight, dy));
    if (x2 && x2->requires_gradient)
        idiom_graph_accumulate(g, x2, input_gradient(g, p, x2, x->shape.c, weight, dy));
    if (weight->requires_gradient)
        idiom_graph_accumulate(g, weight, weight_gradient(g, p, x, x2, weight->shape, dy));
    if (bias && bias->requires_gradient)
        idiom_graph_accumulate(g, bias, idiom_to_flat(g, idiom_sum_to_shape(g, dy, bias->shape)));
}
