/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolution, forward. */
#include "ops/conv2d.h"

/* so that sums of sizes and paddings stay far from overflow; no tensor may be so large */
#define MAX_PAD 65536u
/* larger kernels are too much code for one lane shader, even for a single block of inputs */
#define MAX_FAST_TAPS 9

static gboolean record_fast(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomConv2d *p = op->params;
    const IdiomTensor *out = op->out[0];
    IdiomConv2dPass pass = {
        .dst = out,
        .src = op->in[0],
        .src2 = op->in[1],
        .packed = op->in[4],
        .matrix = p->matrix,
        .taps = op->in[2]->shape.w,
        .stride = p->stride,
        .mode = p->mode,
        .act = p->act,
        .origin = {-(gint)p->pad, -(gint)p->pad},
        .size = {out->shape.w, out->shape.h},
        .scale = 1,
        .images = out->shape.n,
        .tiled = op->tiles ? op : NULL,
    };
    return idiom_conv2d_record_pass(r, &pass, error);
}

static gboolean record_direct(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomConv2d *p = op->params;
    const IdiomTensor *x = op->in[0], *weight = op->in[2], *bias = op->in[3], *out = op->out[0];
    struct {
        guint64 weight, bias;
        IdiomDims d, ds;
        gint32 kernel[2], stride, pad, groups, has_bias;
    } push = {
        .weight = idiom_recorder_address(r, weight),
        .bias = idiom_address_or(r, bias, weight),
        .d = idiom_dims(out->shape),
        .ds = idiom_dims(x->shape),
        .kernel = {(gint32)weight->shape.w, (gint32)weight->shape.h},
        .stride = (gint32)p->stride,
        .pad = (gint32)p->pad,
        .groups = (gint32)p->groups,
        .has_bias = bias != NULL,
    };
    IdiomDispatch d = {.shader = "conv2d_direct",
                       .spec = {p->act},
                       .n_spec = 1,
                       .planes = {out, x},
                       .n_planes = 2,
                       .push = &push,
                       .push_size = sizeof push};
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static gboolean conv2d_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomConv2d *p = op->params;
    if (p->winograd)
        return idiom_conv2d_record_winograd(r, op, error);
    return p->fast ? record_fast(r, op, error) : record_direct(r, op, error);
}

static double conv2d_flops(const IdiomOp *op)
{
    const IdiomTensor *weight = op->in[2];
    return 2.0 * idiom_shape_elements(op->out[0]->shape) * weight->shape.c * weight->shape.h *
           weight->shape.w;
}

static const IdiomOpClass conv2d_class = {"conv2d", idiom_conv2d_backward, conv2d_record, conv2d_flops};

/* FALSE, with the graph's error set, if the operands do not fit together. */
static gboolean check(IdiomGraph *g, const IdiomTensor *x, const IdiomTensor *x2, const IdiomTensor *weight,
                      const IdiomTensor *bias, const IdiomConv2d *p)
{
    IdiomShape s = x->shape, k = weight->shape;
    guint channels = s.c + (x2 ? x2->shape.c : 0);

    if (!idiom_require_layout(g, "conv2d", x, IDIOM_LAYOUT_PLANES) ||
        (x2 && !idiom_require_layout(g, "conv2d", x2, IDIOM_LAYOUT_PLANES)) ||
        !idiom_require_layout(g, "conv2d", weight, IDIOM_LAYOUT_FLAT) ||
        (bias && !idiom_require_layout(g, "conv2d", bias, IDIOM_LAYOUT_FLAT)))
        return FALSE;
    if (x2 && (x2->shape.n != s.n || x2->shape.h != s.h || x2->shape.w != s.w || p->groups != 1)) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                         "conv2d: second input " IDIOM_SHAPE_FORMAT " beside " IDIOM_SHAPE_FORMAT
                         ", %u group(s)",
                         IDIOM_SHAPE_ARGS(x2->shape), IDIOM_SHAPE_ARGS(s), p->groups);
        return FALSE;
    }
    if (channels % p->groups || k.n % p->groups || k.c != channels / p->groups) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                         "conv2d: weight " IDIOM_SHAPE_FORMAT " does not fit %u channels in %u group(s)",
                         IDIOM_SHAPE_ARGS(k), channels, p->groups);
        return FALSE;
    }
    if (bias && !idiom_shape_equal(bias->shape, IDIOM_SHAPE(1, k.n, 1, 1))) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "conv2d: bias " IDIOM_SHAPE_FORMAT " for %u outputs",
                         IDIOM_SHAPE_ARGS(bias->shape), k.n);
        return FALSE;
    }
    if (p->pad > MAX_PAD || p->stride > MAX_PAD || s.w + 2 * p->pad < k.w || s.h + 2 * p->pad < k.h) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                         "conv2d: weight " IDIOM_SHAPE_FORMAT
                         ", padding %u, stride %u on " IDIOM_SHAPE_FORMAT,
                         IDIOM_SHAPE_ARGS(k), p->pad, p->stride, IDIOM_SHAPE_ARGS(s));
        return FALSE;
    }
    return TRUE;
}

IdiomTensor *idiom_conv2d(IdiomGraph *g, IdiomTensor *x, IdiomTensor *x2, IdiomTensor *weight,
                          IdiomTensor *bias, const IdiomConvParams *params)
{
    IdiomConv2d p = {
        .stride = MAX(params->stride, 1),
        .pad = params->pad,
        .groups = MAX(params->groups, 1),
        .mode = params->pad > 0 ? params->mode : IDIOM_PAD_ZERO,
        .act = params->act,
    };
    if (idiom_graph_failed(g, (IdiomTensor *[]){x, weight}, 2) || !check(g, x, x2, weight, bias, &p))
        return NULL;
    if (idiom_activation_apart(p.act, (IdiomTensor *[]){x, x2, weight, bias}, 4)) {
        IdiomConvParams plain = *params;
        plain.act = IDIOM_ACT_NONE;
        return idiom_activation(g, idiom_conv2d(g, x, x2, weight, bias, &plain), p.act);
    }
    IdiomShape s = x->shape, k = weight->shape;
    IdiomShape out =
        IDIOM_SHAPE(s.n, k.n, (s.h + 2 * p.pad - k.h) / p.stride + 1, (s.w + 2 * p.pad - k.w) / p.stride + 1);

    p.fast = p.groups == 1 && k.h == k.w && k.w <= MAX_FAST_TAPS &&
             idiom_conv2d_tile_bytes(k.w, p.stride) <= IDIOM_CONV2D_SHARED_BYTES;
    if (x2 && (!p.fast || s.c % 4)) {
        x = idiom_concat(g, x, x2);
        x2 = NULL;
    }
    /* the kernels know one mirror image, the direct ones zeros only */
    gboolean many_images = p.mode == IDIOM_PAD_REFLECT && p.pad >= MIN(s.w, s.h);
    if (p.mode != IDIOM_PAD_ZERO && (!p.fast || many_images)) {
        x = idiom_pad2d(g, x, p.pad, p.pad, p.pad, p.pad, p.mode);
        x2 = x2 ? idiom_pad2d(g, x2, p.pad, p.pad, p.pad, p.pad, p.mode) : NULL;
        p.pad = 0;
        p.mode = IDIOM_PAD_ZERO;
    }
    IdiomTensor *packed = NULL;
    p.matrix = p.fast && idiom_conv2d_by_matrix(g, k.c, k.n, k.w, p.stride);
    p.winograd = p.fast && idiom_conv2d_by_winograd(g, k, p.stride, out);
    if (p.winograd)
        packed = idiom_conv2d_pack_winograd(g, weight, bias);
    else if (p.fast)
        packed = idiom_conv2d_pack(
            g, weight, bias, &(IdiomConv2dPacking){.count = k.n, .taps = k.w, .matrix = p.matrix, .step = 1});
    IdiomTensor *in[] = {x, x2, weight, bias, packed};
    if (idiom_graph_failed(g, in, 1))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &conv2d_class, in, 5, &p, sizeof p);
    IdiomTensor *y = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, out);
    if (p.winograd)
        idiom_conv2d_add_winograd_scratch(op, g, k.c);
    else if (p.fast && p.stride == 1)
        idiom_op_use_tiles(op, g, out.w, out.h);
    return y;
}
