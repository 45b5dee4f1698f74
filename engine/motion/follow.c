/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A mask that follows what it is a mask of. */
#include "motion/motion.h"
#include "ops/internal.h"

typedef struct {
    guint cell, width, height;
} Follow;

static gboolean follow_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Follow *f = op->params;
    const IdiomShape s = op->in[0]->shape;
    const float per_picture[2] = {(float)s.w / (float)f->width, (float)s.h / (float)f->height};
    struct {
        IdiomDims d, dm;
        float patches[2], per_picture[2];
    } push = {idiom_dims(s),
              idiom_dims(op->in[1]->shape),
              {1 / (per_picture[0] * (float)f->cell), 1 / (per_picture[1] * (float)f->cell)},
              {per_picture[0], per_picture[1]}};
    IdiomDispatch d = {
        .shader = "mask_follow",
        .planes = {op->in[0], op->in[1], op->out[0]},
        .n_planes = 3,
        .mixed = TRUE,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, s);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass follow_class = {"mask_follow", NULL, follow_record, NULL};

IdiomTensor *idiom_follow_mask(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *mask, guint width,
                               guint height)
{
    IdiomTensor *in[] = {mask, motion->flow};
    const Follow params = {motion->cell, width, height};
    if (idiom_graph_failed(g, in, 2) || !idiom_require_layout(g, "follow", mask, IDIOM_LAYOUT_PLANES))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &follow_class, in, 2, &params, sizeof params);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, mask->shape);
}
