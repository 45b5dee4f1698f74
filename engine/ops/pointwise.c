/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Functions of corresponding elements of one or two tensors. */
#include "activations.h"
#include "ops/functions.h"
#include "ops/internal.h"

typedef struct {
    guint function;
    IdiomActivation act;
    float scale, offset, exponent;
} Params;

static guint64 address_or_zero(IdiomRecorder *r, const IdiomTensor *t)
{
    return t ? idiom_recorder_address(r, t) : 0;
}

static gboolean record_flat(IdiomRecorder *r, const IdiomOp *op, guint32 function, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *out = op->out[0];
    gsize count = idiom_shape_elements(out->shape);
    struct {
        guint64 a, b, dst;
        gint32 count;
        float scale, offset;
    } push = {address_or_zero(r, op->in[0]),
              address_or_zero(r, op->in[1]),
              idiom_recorder_address(r, out),
              (gint32)count,
              p->scale,
              p->offset};
    IdiomDispatch d = {
        .shader = "flat", .spec = {function}, .n_spec = 1, .push = &push, .push_size = sizeof push};
    idiom_dispatch_cover_flat(&d, count);
    return idiom_record_dispatch(r, &d, error);
}

static gboolean binary_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *a = op->in[0], *b = op->in[1];
    if (a->layout == IDIOM_LAYOUT_FLAT)
        return record_flat(r, op, p->function, error);
    struct {
        IdiomDims d, db;
        guint64 t;
        float exponent;
    } push = {idiom_dims(a->shape), idiom_dims(b->shape),
              p->function == BINARY_MIX ? idiom_recorder_address(r, op->in[2]) : 0, p->exponent};
    IdiomDispatch d = {
        .shader = "binary",
        .spec = {p->function, p->act, b->shape.n == 1, b->shape.h == 1 && b->shape.w == 1, op->slope},
        .n_spec = 5,
        .planes = {a, b, op->out[0], op->activated ? op->activated : a},
        .n_planes = 4,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, a->shape);
    return idiom_record_dispatch(r, &d, error);
}

static gboolean unary_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *a = op->in[0];
    if (a->layout == IDIOM_LAYOUT_FLAT)
        return record_flat(r, op, FLAT_AFFINE, error);
    struct {
        IdiomDims d;
        guint64 channel_scale, channel_offset;
        float scale, offset, exponent;
    } push = {idiom_dims(a->shape),
              address_or_zero(r, op->in[1]),
              address_or_zero(r, op->in[2]),
              p->scale,
              p->offset,
              p->exponent};
    IdiomDispatch d = {
        .shader = "unary",
        .spec = {p->function, p->act, op->in[2] != NULL},
        .n_spec = 3,
        .planes = {a, op->out[0]},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, a->shape);
    return idiom_record_dispatch(r, &d, error);
}

/* Appends an op whose result looks like its first input. */
static IdiomTensor *append(IdiomGraph *g, const IdiomOpClass *klass, IdiomTensor *const *in, guint n_in,
                           const Params *params)
{
    IdiomOp *op = idiom_graph_add_op(g, klass, in, n_in, params, sizeof *params);
    return idiom_op_add_output(op, g, in[0]->layout, in[0]->shape);
}

/* --- sums, differences, products ------------------------------------------------------------------ */

static void add_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *dy = op->out[0]->gradient;
    idiom_graph_accumulate(g, op->in[0], dy);
    if (op->in[1]->requires_gradient)
        idiom_graph_accumulate(g, op->in[1], idiom_sum_to_shape(g, dy, op->in[1]->shape));
}

static void sub_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *dy = op->out[0]->gradient;
    idiom_graph_accumulate(g, op->in[0], dy);
    if (op->in[1]->requires_gradient)
        idiom_graph_accumulate(g, op->in[1],
                               idiom_affine(g, idiom_sum_to_shape(g, dy, op->in[1]->shape), -1, 0));
}

static void mul_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *dy = op->out[0]->gradient, *a = op->in[0], *b = op->in[1];
    if (a->requires_gradient)
        idiom_graph_accumulate(g, a, idiom_mul(g, dy, b));
    if (b->requires_gradient)
        idiom_graph_accumulate(g, b, idiom_sum_to_shape(g, idiom_mul(g, dy, a), b->shape));
}

static const IdiomOpClass add_class = {
    .name = "add", .backward = add_backward, .record = binary_record, .applies_slope = TRUE};
static const IdiomOpClass sub_class = {"sub", sub_backward, binary_record, NULL};
static const IdiomOpClass mul_class = {"mul", mul_backward, binary_record, NULL};

static IdiomTensor *binary(IdiomGraph *g, const IdiomOpClass *klass, BinaryFunction function, IdiomTensor *a,
                           IdiomTensor *b)
{
    IdiomTensor *in[] = {a, b};
    if (idiom_graph_failed(g, in, 2))
        return NULL;
    IdiomShape s = a->shape, t = b->shape;
    gboolean repeats = a->layout == IDIOM_LAYOUT_PLANES && b->layout == IDIOM_LAYOUT_PLANES && s.c == t.c &&
                       (t.n == s.n || t.n == 1) && ((t.h == s.h && t.w == s.w) || (t.h == 1 && t.w == 1));
    if (!repeats) {
        if (a->layout == IDIOM_LAYOUT_BYTES && !idiom_require_layout(g, klass->name, a, IDIOM_LAYOUT_PLANES))
            return NULL;
        if (!idiom_require_same(g, klass->name, a, b))
            return NULL;
    }
    return append(g, klass, in, 2, &(Params){.function = function});
}

IdiomTensor *idiom_add(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b)
{
    return binary(g, &add_class, BINARY_ADD, a, b);
}

IdiomTensor *idiom_sub(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b)
{
    return binary(g, &sub_class, BINARY_SUB, a, b);
}

IdiomTensor *idiom_mul(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b)
{
    return binary(g, &mul_class, BINARY_MUL, a, b);
}

static void mix_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *dy = op->out[0]->gradient, *t = op->in[2];
    IdiomTensor *zero = idiom_fill(g, dy->layout, dy->shape, 0);
    if (op->in[0]->requires_gradient)
        idiom_graph_accumulate(g, op->in[0], idiom_mix(g, dy, zero, t));
    if (op->in[1]->requires_gradient)
        idiom_graph_accumulate(g, op->in[1], idiom_mix(g, zero, dy, t));
}

static const IdiomOpClass mix_class = {"mix", mix_backward, binary_record, NULL};

IdiomTensor *idiom_mix(IdiomGraph *g, IdiomTensor *a, IdiomTensor *b, IdiomTensor *t)
{
    IdiomTensor *in[] = {a, b, t};
    if (idiom_graph_failed(g, in, 3) || !idiom_require_layout(g, "mix", a, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_same(g, "mix", a, b) || !idiom_require_layout(g, "mix", t, IDIOM_LAYOUT_FLAT))
        return NULL;
    if (idiom_shape_elements(t->shape) != 1)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "mix: t is " IDIOM_SHAPE_FORMAT ", needed is one element",
                                IDIOM_SHAPE_ARGS(t->shape));
    return append(g, &mix_class, in, 3, &(Params){.function = BINARY_MIX});
}

/* --- scaling -------------------------------------------------------------------------------------- */

static void affine_backward(IdiomGraph *g, IdiomOp *op)
{
    const Params *p = op->params;
    idiom_graph_accumulate(g, op->in[0], idiom_affine(g, op->out[0]->gradient, p->scale, 0));
}

static const IdiomOpClass affine_class = {"affine", affine_backward, unary_record, NULL};

IdiomTensor *idiom_affine(IdiomGraph *g, IdiomTensor *a, double scale, double offset)
{
    if (idiom_graph_failed(g, &a, 1))
        return NULL;
    if (a->layout != IDIOM_LAYOUT_FLAT && !idiom_require_layout(g, "affine", a, IDIOM_LAYOUT_PLANES))
        return NULL;
    return append(g, &affine_class, &a, 1,
                  &(Params){.function = UNARY_AFFINE, .scale = (float)scale, .offset = (float)offset});
}

static void channel_affine_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *in[] = {op->out[0]->gradient, op->in[1], NULL};
    idiom_graph_accumulate(g, op->in[0], append(g, op->klass, in, 3, op->params));
}

static const IdiomOpClass channel_affine_class = {"channel_affine", channel_affine_backward, unary_record,
                                                  NULL};

IdiomTensor *idiom_channel_affine(IdiomGraph *g, IdiomTensor *a, IdiomTensor *scale, IdiomTensor *offset)
{
    IdiomTensor *in[] = {a, scale, offset};
    if (idiom_graph_failed(g, in, 3) || !idiom_require_layout(g, "channel_affine", a, IDIOM_LAYOUT_PLANES))
        return NULL;
    for (guint i = 1; i < 3; i++) {
        if (!idiom_require_layout(g, "channel_affine", in[i], IDIOM_LAYOUT_FLAT))
            return NULL;
        if (!idiom_shape_equal(in[i]->shape, IDIOM_SHAPE(1, a->shape.c, 1, 1)))
            return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                    "channel_affine: scale or offset is " IDIOM_SHAPE_FORMAT
                                    ", needed is [1,%u,1,1]",
                                    IDIOM_SHAPE_ARGS(in[i]->shape), a->shape.c);
    }
    return append(g, &channel_affine_class, in, 3, &(Params){.function = UNARY_CHANNEL_AFFINE});
}

/* --- activations ---------------------------------------------------------------------------------- */

static const IdiomOpClass activation_backward_class = {"activation_backward", NULL, binary_record, NULL};

IdiomTensor *idiom_activation_backward(IdiomGraph *g, IdiomTensor *dy, IdiomTensor *x, IdiomTensor *y,
                                       IdiomActivation act)
{
    IdiomTensor *in[] = {dy, idiom_activation_by_argument(act) ? x : y};
    if (act == IDIOM_ACT_NONE || idiom_graph_failed(g, in, 2) || idiom_graph_fuse_slope(g, dy, in[1], act))
        return dy;
    return append(g, &activation_backward_class, in, 2,
                  &(Params){.function = BINARY_ACTIVATION_BACKWARD, .act = act});
}

gboolean idiom_activation_apart(IdiomActivation act, IdiomTensor *const *tensors, guint n)
{
    gboolean gradient = FALSE;
    for (guint i = 0; i < n; i++)
        gradient |= tensors[i] && tensors[i]->requires_gradient;
    return gradient && idiom_activation_by_argument(act);
}

static void activation_backward(IdiomGraph *g, IdiomOp *op)
{
    const Params *p = op->params;
    IdiomTensor *y = op->out[0];
    idiom_graph_accumulate(g, op->in[0], idiom_activation_backward(g, y->gradient, op->in[0], y, p->act));
}

static const IdiomOpClass activation_class = {"activation", activation_backward, unary_record, NULL};

IdiomTensor *idiom_activation(IdiomGraph *g, IdiomTensor *a, IdiomActivation act)
{
    if (idiom_graph_failed(g, &a, 1) || !idiom_require_layout(g, "activation", a, IDIOM_LAYOUT_PLANES))
        return NULL;
    return append(g, &activation_class, &a, 1, &(Params){.function = UNARY_ACTIVATION, .act = act});
}

/* --- powers --------------------------------------------------------------------------------------- */

static const IdiomOpClass power_backward_class = {"power_backward", NULL, binary_record, NULL};

static void power_backward(IdiomGraph *g, IdiomOp *op)
{
    const Params *p = op->params;
    IdiomTensor *in[] = {op->out[0]->gradient, op->in[0]};
    idiom_graph_accumulate(g, op->in[0],
                           append(g, &power_backward_class, in, 2,
                                  &(Params){.function = BINARY_POWER_BACKWARD, .exponent = p->exponent}));
}

static const IdiomOpClass power_class = {"power", power_backward, unary_record, NULL};

IdiomTensor *idiom_power(IdiomGraph *g, IdiomTensor *a, double exponent)
{
    if (idiom_graph_failed(g, &a, 1) || !idiom_require_layout(g, "power", a, IDIOM_LAYOUT_PLANES))
        return NULL;
    return append(g, &power_class, &a, 1, &(Params){.function = UNARY_POWER, .exponent = (float)exponent});
}

/* --- fill ----------------------------------------------------------------------------------------- */

static gboolean fill_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *out = op->out[0];
    if (out->layout == IDIOM_LAYOUT_FLAT)
        return record_flat(r, op, FLAT_FILL, error);
    struct {
        IdiomDims d;
        float value;
    } push = {idiom_dims(out->shape), p->offset};
    IdiomDispatch d = {
        .shader = "fill", .planes = {out}, .n_planes = 1, .push = &push, .push_size = sizeof push};
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass fill_class = {"fill", NULL, fill_record, NULL};

IdiomTensor *idiom_fill(IdiomGraph *g, IdiomLayout layout, IdiomShape shape, double value)
{
    if (idiom_graph_failed(g, NULL, 0))
        return NULL;
    if (layout == IDIOM_LAYOUT_BYTES)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "fill: the result cannot be bytes");
    IdiomOp *op =
        idiom_graph_add_op(g, &fill_class, NULL, 0, &(Params){.offset = (float)value}, sizeof(Params));
    return idiom_op_add_output(op, g, layout, shape);
}
