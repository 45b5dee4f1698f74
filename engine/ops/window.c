/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Windows of pictures, which may reach beyond the edges: crop, pad. */
#include "ops/internal.h"

typedef struct {
    IdiomPadMode edge; /* what lies beyond the edge */
    int left, top;     /* origin of the window */
} Params;

/* so that sums of sizes and paddings stay far from overflow; no tensor may be so large */
#define MAX_PAD 65536u

static gboolean window_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *x = op->in[0], *out = op->out[0];
    struct {
        IdiomDims ds, d;
        gint32 left, top;
    } push = {idiom_dims(x->shape), idiom_dims(out->shape), p->left, p->top};
    IdiomDispatch d = {
        .shader = "window",
        .spec = {p->edge},
        .n_spec = 1,
        .planes = {x, out},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

/* --- zero beyond the edge: the gradient is the window back ---------------------------------------- */

static void zero_window_backward(IdiomGraph *g, IdiomOp *op);

static const IdiomOpClass crop_class = {"crop", zero_window_backward, window_record, NULL};
static const IdiomOpClass pad_zero_class = {"pad2d", zero_window_backward, window_record, NULL};

static IdiomTensor *zero_window(IdiomGraph *g, IdiomTensor *x, int left, int top, guint w, guint h)
{
    const IdiomOpClass *klass =
        left < 0 || top < 0 || w > x->shape.w || h > x->shape.h ? &pad_zero_class : &crop_class;
    IdiomOp *op = idiom_graph_add_op(g, klass, &x, 1, &(Params){IDIOM_PAD_ZERO, left, top}, sizeof(Params));
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(x->shape.n, x->shape.c, h, w));
}

static void zero_window_backward(IdiomGraph *g, IdiomOp *op)
{
    const Params *p = op->params;
    IdiomShape s = op->in[0]->shape;
    idiom_graph_accumulate(g, op->in[0], zero_window(g, op->out[0]->gradient, -p->left, -p->top, s.w, s.h));
}

IdiomTensor *idiom_crop(IdiomGraph *g, IdiomTensor *x, guint left, guint top, guint w, guint h)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "crop", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    if (w == 0 || h == 0 || w > x->shape.w || h > x->shape.h || left > x->shape.w - w || top > x->shape.h - h)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "crop: %ux%u at %u,%u of " IDIOM_SHAPE_FORMAT, w, h,
                                left, top, IDIOM_SHAPE_ARGS(x->shape));
    return zero_window(g, x, (int)left, (int)top, w, h);
}

/* --- padding -------------------------------------------------------------------------------------- */

/* Whether no pixel has two images along an axis of @size pixels with @before and @after around them. */
static gboolean few_images(const Params *p, guint size, guint before, guint after)
{
    return p->edge == IDIOM_PAD_REFLECT ? before + after + 2 <= size : MAX(before, after) <= 1 && size >= 2;
}

static gboolean pad_backward_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *dy = op->in[0], *out = op->out[0];
    struct {
        IdiomDims dg, d;
        gint32 left, top;
    } push = {idiom_dims(dy->shape), idiom_dims(out->shape), -p->left, -p->top};
    guint left = (guint)-p->left, top = (guint)-p->top;
    gboolean few = few_images(p, out->shape.w, left, dy->shape.w - out->shape.w - left) &&
                   few_images(p, out->shape.h, top, dy->shape.h - out->shape.h - top);
    IdiomDispatch d = {.shader = "pad_backward",
                       .spec = {p->edge == IDIOM_PAD_REFLECT, few},
                       .n_spec = 2,
                       .planes = {dy, out},
                       .n_planes = 2,
                       .push = &push,
                       .push_size = sizeof push};
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass pad_backward_class = {"pad2d_backward", NULL, pad_backward_record, NULL};

IdiomTensor *idiom_pad2d_backward(IdiomGraph *g, IdiomTensor *dy, guint left, guint right, guint top,
                                  guint bottom, IdiomPadMode mode)
{
    if (idiom_graph_failed(g, &dy, 1))
        return NULL;
    IdiomShape s = dy->shape;
    s.w -= left + right;
    s.h -= top + bottom;
    if (mode == IDIOM_PAD_ZERO)
        return zero_window(g, dy, (int)left, (int)top, s.w, s.h);
    IdiomOp *op = idiom_graph_add_op(g, &pad_backward_class, &dy, 1, &(Params){mode, -(int)left, -(int)top},
                                     sizeof(Params));
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
}

static void pad_image_backward(IdiomGraph *g, IdiomOp *op)
{
    const Params *p = op->params;
    IdiomShape s = op->in[0]->shape, padded = op->out[0]->shape;
    guint left = (guint)-p->left, top = (guint)-p->top;
    idiom_graph_accumulate(g, op->in[0],
                           idiom_pad2d_backward(g, op->out[0]->gradient, left, padded.w - s.w - left, top,
                                                padded.h - s.h - top, p->edge));
}

static const IdiomOpClass pad_image_class = {"pad2d", pad_image_backward, window_record, NULL};

IdiomTensor *idiom_pad2d(IdiomGraph *g, IdiomTensor *x, guint left, guint right, guint top, guint bottom,
                         IdiomPadMode mode)
{
    if (idiom_graph_failed(g, &x, 1) || !idiom_require_layout(g, "pad2d", x, IDIOM_LAYOUT_PLANES))
        return NULL;
    if (MAX(MAX(left, right), MAX(top, bottom)) > MAX_PAD)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "pad2d: %u, %u, %u, %u pixels, at most %u are possible",
                                left, right, top, bottom, MAX_PAD);
    IdiomShape s = x->shape;
    s.w += left + right;
    s.h += top + bottom;
    if (mode == IDIOM_PAD_ZERO)
        return zero_window(g, x, -(int)left, -(int)top, s.w, s.h);
    IdiomOp *op = idiom_graph_add_op(g, &pad_image_class, &x, 1, &(Params){mode, -(int)left, -(int)top},
                                     sizeof(Params));
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
}
