/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The motion of the camera, for what has nothing to see it by. */
#include "motion/motion.h"
#include "ops/internal.h"

#define BLOCK 8 /* as in camera.glsl */

/* --- blocks --------------------------------------------------------------------------------------- */

static gboolean blocks_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomShape s = op->out[0]->shape;
    struct {
        IdiomDims d, dm, df;
    } push = {idiom_dims(s), idiom_dims(op->in[0]->shape), idiom_dims(op->in[1]->shape)};
    IdiomDispatch d = {
        .shader = "camera_blocks",
        .planes = {op->in[0], op->in[1], op->out[0]},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, s);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass blocks_class = {"camera_blocks", NULL, blocks_record, NULL};

IdiomTensor *idiom_camera_blocks(IdiomGraph *g, IdiomTensor *flow, IdiomTensor *found)
{
    IdiomTensor *in[] = {flow, found};
    if (idiom_graph_failed(g, in, 2))
        return NULL;
    const IdiomShape s = flow->shape;
    IdiomOp *op = idiom_graph_add_op(g, &blocks_class, in, 2, NULL, 0);
    return idiom_op_add_full_output(op, g,
                                    IDIOM_SHAPE(1, 4, IDIOM_DIV_UP(s.h, BLOCK), IDIOM_DIV_UP(s.w, BLOCK)));
}

/* --- fit ------------------------------------------------------------------------------------------ */

static gboolean fit_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    struct {
        IdiomDims d;
        guint64 camera;
    } push = {idiom_dims(op->in[0]->shape), idiom_recorder_address(r, op->out[0])};
    const IdiomDispatch d = {
        .shader = "camera_fit",
        .planes = {op->in[0]},
        .n_planes = 1,
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass fit_class = {"camera_fit", NULL, fit_record, NULL};

IdiomTensor *idiom_camera_fit(IdiomGraph *g, IdiomTensor *blocks)
{
    if (idiom_graph_failed(g, &blocks, 1))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &fit_class, &blocks, 1, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 4));
}

/* --- fill ----------------------------------------------------------------------------------------- */

static gboolean fill_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomShape s = op->out[0]->shape;
    struct {
        IdiomDims d, df, db;
        guint64 camera;
    } push = {idiom_dims(s), idiom_dims(op->in[1]->shape),
              idiom_dims(IDIOM_SHAPE(1, 4, IDIOM_DIV_UP(s.h, BLOCK), IDIOM_DIV_UP(s.w, BLOCK))),
              idiom_recorder_address(r, op->in[2])};
    IdiomDispatch d = {
        .shader = "camera_fill",
        .planes = {op->in[0], op->in[1], op->out[0]},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, s);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass fill_class = {"camera_fill", NULL, fill_record, NULL};

IdiomTensor *idiom_camera_fill(IdiomGraph *g, IdiomTensor *flow, IdiomTensor *found, IdiomTensor *camera)
{
    IdiomTensor *in[] = {flow, found, camera};
    if (idiom_graph_failed(g, in, 3))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &fill_class, in, 3, NULL, 0);
    return idiom_op_add_full_output(op, g, flow->shape);
}

IdiomTensor *idiom_camera_flow(IdiomGraph *g, const IdiomMotion *motion)
{
    IdiomTensor *flow = motion->flow, *found = motion->found;
    return idiom_camera_fill(g, flow, found, idiom_camera_fit(g, idiom_camera_blocks(g, flow, found)));
}
