/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolutions that networks of other people have: of any kind, and transposed. */
#include "ops/conv2d.h"

#define MAX_PHASE_STRIDE 2 /* a phase is an input of the op */
#define MAX_FAST_TAPS 9
#define MAX_SIDE 65536  /* so that sums stay far from overflow */
#define MAX_TURNS 65000 /* of the direct shader's loop; lavapipe ends every loop after 65535 */

static gboolean any_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomConvAnyParams *p = op->params;
    const IdiomTensor *x = op->in[0], *weight = op->in[1], *bias = op->in[2], *out = op->out[0];
    const guint outputs = out->shape.c / p->groups, inputs = x->shape.c / p->groups;
    struct {
        guint64 weight, bias;
        IdiomDims d, ds;
        gint32 kernel[2], stride[2], dilation[2], pad[2], groups, has_bias;
    } push = {
        .weight = idiom_recorder_address(r, weight),
        .bias = idiom_address_or(r, bias, weight),
        .d = idiom_dims(out->shape),
        .ds = idiom_dims(x->shape),
        .kernel = {(gint32)weight->shape.w, (gint32)weight->shape.h},
        .stride = {(gint32)p->stride[0], (gint32)p->stride[1]},
        .dilation = {(gint32)p->dilation[0], (gint32)p->dilation[1]},
        .pad = {p->pad[0], p->pad[1]},
        .groups = (gint32)p->groups,
        .has_bias = bias != NULL,
    };
    IdiomDispatch d = {
        .shader = "conv2d_any",
        .spec = {p->act, p->transposed, inputs == 1 && outputs == 1, p->groups == 1 || outputs % 4 == 0},
        .n_spec = 4,
        .planes = {out, x},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push};
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static double any_flops(const IdiomOp *op)
{
    const IdiomConvAnyParams *p = op->params;
    const IdiomShape k = op->in[1]->shape, each = p->transposed ? op->in[0]->shape : op->out[0]->shape;
    return 2.0 * (double)idiom_shape_elements(each) * k.c * k.h * k.w;
}

static const IdiomOpClass any_class = {
    .name = "conv2d_any", .record = any_record, .flops = any_flops, .inference_only = TRUE};

/* --- transposed, fast ------------------------------------------------------------------------------- */

/*
 * As the gradient of a convolution's input: pixels are treated by their phase, row and column modulo stride, and each
 * phase is a stride-1 pass with every stride-th tap.
 */
static gboolean phases_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomConvAnyParams *p = op->params;
    const IdiomTensor *out = op->out[0];
    const guint stride = p->stride[0], taps = IDIOM_DIV_UP(op->in[1]->shape.w, stride);

    for (guint phase = 0; phase < stride * stride; phase++) {
        IdiomConv2dPass pass = {.dst = out,
                                .src = op->in[0],
                                .packed = op->in[3 + phase],
                                .taps = taps,
                                .stride = 1,
                                .scale = stride,
                                .act = p->act,
                                .images = out->shape.n};
        const guint part[2] = {phase % stride, phase / stride}, extent[2] = {out->shape.w, out->shape.h};
        for (guint axis = 0; axis < 2; axis++) {
            /* pixel i of the result lies at i + pad of all that the taps reach; the first one of this phase: */
            const guint pad = (guint)p->pad[axis];
            const guint skip = pad > part[axis] ? IDIOM_DIV_UP(pad - part[axis], stride) : 0;
            const guint first = skip * stride + part[axis] - pad;
            pass.offset[axis] = first;
            pass.size[axis] = first < extent[axis] ? IDIOM_DIV_UP(extent[axis] - first, stride) : 0;
            pass.origin[axis] = (gint)skip - (gint)(taps - 1);
        }
        if (!idiom_conv2d_record_pass(r, &pass, error))
            return FALSE;
    }
    return TRUE;
}

static const IdiomOpClass phases_class = {
    .name = "conv2d_transposed", .record = phases_record, .flops = any_flops, .inference_only = TRUE};

static gboolean can_be_phases(const IdiomConvAnyParams *p, IdiomShape kernel)
{
    const guint stride = p->stride[0];
    return p->transposed && p->groups == 1 && kernel.w == kernel.h && stride == p->stride[1] &&
           stride <= MAX_PHASE_STRIDE && p->dilation[0] == 1 && p->dilation[1] == 1 && p->pad[0] >= 0 &&
           p->pad[1] >= 0 && IDIOM_DIV_UP(kernel.w, stride) <= MAX_FAST_TAPS;
}

/* Appends the packed weights of each phase to @in. */
static guint pack_phases(IdiomGraph *g, IdiomTensor *weight, IdiomTensor *bias, gint stride, IdiomTensor **in)
{
    const gint taps = (gint)IDIOM_DIV_UP(weight->shape.w, (guint)stride), last = stride * (taps - 1);
    for (gint phase = 0; phase < stride * stride; phase++)
        in[phase] = idiom_conv2d_pack(g, weight, bias,
                                      &(IdiomConv2dPacking){
                                          .transposed = TRUE,
                                          .count = weight->shape.c,
                                          .taps = (guint)taps,
                                          .start = {phase % stride + last, phase / stride + last},
                                          .step = -stride,
                                      });
    return (guint)(stride * stride);
}

/* --- both ------------------------------------------------------------------------------------------- */

/* Pixels along an axis; 0 or less if there are none. */
static gint64 out_size(const IdiomConvAnyParams *p, guint axis, guint size, guint kernel)
{
    const gint64 reach = (gint64)(kernel - 1) * p->dilation[axis] + 1,
                 pads = (gint64)p->pad[axis] + p->pad[2 + axis];
    if (p->transposed)
        return ((gint64)size - 1) * p->stride[axis] + reach - pads + p->more[axis];
    return (gint64)size + pads < reach ? 0 : ((gint64)size + pads - reach) / p->stride[axis] + 1;
}

static gboolean in_range(const IdiomConvAnyParams *p, IdiomShape kernel)
{
    for (guint axis = 0; axis < 2; axis++)
        if (p->stride[axis] < 1 || p->stride[axis] > MAX_SIDE || p->dilation[axis] < 1 ||
            p->dilation[axis] > MAX_SIDE || ABS(p->pad[axis]) > MAX_SIDE ||
            ABS(p->pad[2 + axis]) > MAX_SIDE || p->more[axis] > MAX_SIDE)
            return FALSE;
    return kernel.w <= MAX_SIDE && kernel.h <= MAX_SIDE && p->groups >= 1;
}

IdiomTensor *idiom_conv2d_any(IdiomGraph *g, IdiomTensor *x, IdiomTensor *weight, IdiomTensor *bias,
                              const IdiomConvAnyParams *params)
{
    IdiomConvAnyParams p = *params;
    IdiomTensor *in[3 + MAX_PHASE_STRIDE * MAX_PHASE_STRIDE] = {x, weight, bias};
    if (idiom_graph_failed(g, in, 2) || !idiom_require_layout(g, "conv2d_any", x, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, "conv2d_any", weight, IDIOM_LAYOUT_FLAT) ||
        (bias && !idiom_require_layout(g, "conv2d_any", bias, IDIOM_LAYOUT_FLAT)))
        return NULL;
    const IdiomShape s = x->shape, k = weight->shape;
    const guint outputs = p.transposed ? k.c * p.groups : k.n;
    const gboolean fits = in_range(&p, k) && s.c % p.groups == 0 && outputs % p.groups == 0 &&
                          (p.transposed ? k.n == s.c : k.c == s.c / p.groups) &&
                          (!bias || idiom_shape_equal(bias->shape, IDIOM_SHAPE(1, outputs, 1, 1)));
    const gint64 w = fits ? out_size(&p, 0, s.w, k.w) : 0, h = fits ? out_size(&p, 1, s.h, k.h) : 0;
    if (w < 1 || h < 1 || w > G_MAXINT32 || h > G_MAXINT32)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "conv2d_any: weight " IDIOM_SHAPE_FORMAT
                                ", %u group(s) on " IDIOM_SHAPE_FORMAT,
                                IDIOM_SHAPE_ARGS(k), p.groups, IDIOM_SHAPE_ARGS(s));
    const gboolean phases = can_be_phases(&p, k);
    if (!phases && (gsize)k.w * k.h * (s.c / p.groups) > MAX_TURNS)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "conv2d_any: weight " IDIOM_SHAPE_FORMAT
                                ": more than %d products for a number",
                                IDIOM_SHAPE_ARGS(k), MAX_TURNS);
    guint n_in = 3;
    if (phases)
        n_in += pack_phases(g, weight, bias, (gint)p.stride[0], in + n_in);
    if (idiom_graph_failed(g, phases ? in + 3 : in, phases ? n_in - 3 : 1))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, phases ? &phases_class : &any_class, in, n_in, &p, sizeof p);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(s.n, outputs, (guint)h, (guint)w));
}
