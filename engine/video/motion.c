/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Optical flow between the pictures of two runs, and whether they belong together. */
#include <idiom/temporal.h>

#include "ops/internal.h"

/* Longer side of the luma that motion is looked for in. */
#define LONGEST_SIDE 240u
/* Levels end where a picture is about as small as the patches. */
#define SMALLEST_LEVEL 24u
#define MAX_LEVELS 8u
#define MAX_RANGE 8u

/* --- luma of this picture and the last ------------------------------------------------------------ */

static gboolean luma_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *cell = op->params;
    struct {
        IdiomDims ds, d;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->out[0]->shape)};
    IdiomDispatch d = {
        .shader = "flow_luma",
        .spec = {*cell},
        .n_spec = 1,
        .planes = {op->in[0], op->in[1], op->out[0]},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass luma_class = {"flow_luma", NULL, luma_record, NULL};

/* [2,1,h,w]: of @picture, and of @picture in the last run. */
static IdiomTensor *luma_pair(IdiomGraph *g, IdiomTensor *picture, guint cell)
{
    IdiomShape s =
        IDIOM_SHAPE(2, 1, IDIOM_DIV_UP(picture->shape.h, cell), IDIOM_DIV_UP(picture->shape.w, cell));
    IdiomTensor *in[] = {picture, idiom_graph_state(g, IDIOM_LAYOUT_PLANES, s)};
    if (idiom_graph_failed(g, in, 2))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &luma_class, in, 2, &cell, sizeof cell);
    IdiomTensor *pair = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
    idiom_assign(g, in[1], pair);
    return pair;
}

/* --- features ------------------------------------------------------------------------------------- */

typedef struct {
    IdiomTensor *quads, *gradients;
} Features;

static gboolean features_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *quads = op->out[0], *gradients = op->out[1], *features = op->out[2];
    struct {
        IdiomDims d, dq, dg;
    } push = {idiom_dims(features->shape), idiom_dims(quads->shape), idiom_dims(gradients->shape)};
    IdiomDispatch d = {
        .shader = "flow_features",
        .planes = {op->in[0], features},
        .n_planes = 2,
        .push = &push.d,
        .push_size = sizeof push.d,
    };
    idiom_dispatch_cover(&d, features->shape);
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    d.shader = "flow_quads";
    d.planes[0] = features;
    d.planes[1] = quads;
    d.planes[2] = gradients;
    d.n_planes = 3;
    d.push = &push;
    d.push_size = sizeof push;
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass features_class = {"flow_features", NULL, features_record, NULL};

static Features features(IdiomGraph *g, IdiomTensor *luma)
{
    if (idiom_graph_failed(g, &luma, 1))
        return (Features){NULL, NULL};
    IdiomShape s = luma->shape;
    IdiomOp *op = idiom_graph_add_op(g, &features_class, &luma, 1, NULL, 0);
    Features f;
    f.quads = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(2, 4, s.h, s.w));
    f.gradients = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(2, 3, s.h, s.w));
    idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
    return f;
}

/* --- search and refinement: [2,4,h,w]: x, y, texture, misfit ---------------------------------------- */

static gboolean search_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *range = op->params;
    struct {
        IdiomDims dq, d;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->out[0]->shape)};
    IdiomDispatch d = {
        .shader = "flow_search",
        .spec = {*range},
        .n_spec = 1,
        .planes = {op->in[0], op->out[0]},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass search_class = {"flow_search", NULL, search_record, NULL};

static IdiomTensor *search(IdiomGraph *g, const Features *f)
{
    if (idiom_graph_failed(g, &f->quads, 1))
        return NULL;
    IdiomShape s = f->quads->shape;
    guint range = MIN(IDIOM_DIV_UP(MAX(s.w, s.h), 8), MAX_RANGE);
    IdiomOp *op = idiom_graph_add_op(g, &search_class, &f->quads, 1, &range, sizeof range);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
}

static gboolean patch_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const gboolean *searched = op->params;
    const IdiomTensor *quads = op->in[0], *gradients = op->in[1], *coarse = op->in[2], *out = op->out[0];
    struct {
        IdiomDims dq, dg, dc, d;
        guint64 resting;
    } push = {idiom_dims(quads->shape), idiom_dims(gradients->shape), idiom_dims(coarse->shape),
              idiom_dims(out->shape), idiom_recorder_address(r, op->in[3])};
    IdiomDispatch d = {
        .shader = "flow_patch",
        .spec = {*searched},
        .n_spec = 1,
        .planes = {quads, gradients, coarse, out},
        .n_planes = 4,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, out->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass patch_class = {"flow_patch", NULL, patch_record, NULL};

/* @searched: @coarse comes from search(), on the grid of the result. */
static IdiomTensor *refine(IdiomGraph *g, const Features *f, IdiomTensor *coarse, IdiomTensor *past,
                           gboolean searched)
{
    IdiomTensor *in[] = {f->quads, f->gradients, coarse, past};
    if (idiom_graph_failed(g, in, 4))
        return NULL;
    IdiomShape s = f->quads->shape;
    IdiomOp *op = idiom_graph_add_op(g, &patch_class, in, 4, &searched, sizeof searched);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(2, 4, s.h / 2, s.w / 2));
}

static gboolean smooth_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const gboolean *fill = op->params;
    IdiomDims push = idiom_dims(op->out[0]->shape);
    IdiomDispatch d = {
        .shader = "flow_smooth",
        .spec = {*fill},
        .n_spec = 1,
        .planes = {op->in[0], op->out[0]},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass smooth_class = {"flow_smooth", NULL, smooth_record, NULL};

static IdiomTensor *smooth(IdiomGraph *g, IdiomTensor *motion, gboolean fill)
{
    if (idiom_graph_failed(g, &motion, 1))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &smooth_class, &motion, 1, &fill, sizeof fill);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, motion->shape);
}

/* --- confidence and cuts -------------------------------------------------------------------------- */

typedef struct {
    float scale; /* pixels of the picture per pixel of luma */
    float cell;  /* pixels of luma per patch */
} ConfidenceParams;

static gboolean confidence_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const ConfidenceParams *p = op->params;
    struct {
        IdiomDims dl, dm, d;
        ConfidenceParams p;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->in[1]->shape), idiom_dims(op->out[0]->shape), *p};
    IdiomDispatch d = {
        .shader = "flow_confidence",
        .planes = {op->in[0], op->in[1], op->out[0]},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass confidence_class = {"flow_confidence", NULL, confidence_record, NULL};

static IdiomTensor *confidence(IdiomGraph *g, IdiomTensor *luma, IdiomTensor *motion, ConfidenceParams p)
{
    IdiomTensor *in[] = {luma, motion};
    if (idiom_graph_failed(g, in, 2))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &confidence_class, in, 2, &p, sizeof p);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES,
                               IDIOM_SHAPE(1, 4, motion->shape.h, motion->shape.w));
}

static gboolean cut_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *flow = op->in[0], *columns = op->out[2];
    struct {
        IdiomDims d;
        guint64 columns, linked, follows, past, last;
    } push = {idiom_dims(flow->shape),
              idiom_recorder_address(r, columns),
              idiom_recorder_address(r, op->in[1]),
              idiom_recorder_address(r, op->out[0]),
              idiom_recorder_address(r, op->out[1]),
              idiom_recorder_address(r, op->in[2])};
    IdiomDispatch d = {
        .shader = "flow_cut",
        .spec = {FALSE},
        .n_spec = 1,
        .local = {32},
        .groups = {IDIOM_DIV_UP(flow->shape.w, 32)},
        .planes = {flow},
        .n_planes = 1,
        .push = &push,
        .push_size = sizeof push,
    };
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    d.spec[0] = TRUE;
    d.local[0] = d.groups[0] = 1;
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass cut_class = {"flow_cut", NULL, cut_record, NULL};

/* @past: state, see IdiomMotion */
static void find_cut(IdiomGraph *g, IdiomMotion *motion, IdiomTensor *linked, IdiomTensor *past)
{
    IdiomTensor *in[] = {motion->flow, linked, past};
    if (idiom_graph_failed(g, in, 3) || !idiom_require_layout(g, "motion", linked, IDIOM_LAYOUT_FLAT))
        return;
    IdiomOp *op = idiom_graph_add_op(g, &cut_class, in, 3, NULL, 0);
    motion->follows = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *present = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, past->shape);
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 3, motion->flow->shape.w)); /* columns */
    motion->past = present;
    idiom_assign(g, past, present);
}

IdiomMotion idiom_motion(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *linked)
{
    IdiomMotion result = {.cell = 1};
    Features level[MAX_LEVELS];
    guint levels = 0;

    if (idiom_graph_failed(g, &picture, 1) ||
        !idiom_require_layout(g, "motion", picture, IDIOM_LAYOUT_PLANES))
        return result;
    guint cell = IDIOM_DIV_UP(MAX(picture->shape.w, picture->shape.h), LONGEST_SIDE);
    IdiomTensor *pair = luma_pair(g, picture, cell);
    for (IdiomTensor *luma = pair; luma;) {
        level[levels++] = features(g, luma);
        gboolean last = levels == MAX_LEVELS || MIN(luma->shape.w, luma->shape.h) < SMALLEST_LEVEL;
        luma = last ? NULL : idiom_pool2d(g, luma, IDIOM_POOL_AVG, 2, 2, FALSE);
    }
    if (idiom_graph_error(g))
        return result;
    guint coarsest = levels - 1;
    IdiomTensor *past = idiom_graph_state(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 3));
    IdiomTensor *motion = smooth(g, search(g, &level[coarsest]), TRUE);
    for (guint l = coarsest; l-- > 0;)
        motion = smooth(g, refine(g, &level[l], motion, past, l + 1 == coarsest), FALSE);
    guint per_patch = coarsest ? 2 : 1; /* the search has one for every pixel */
    result.cell = cell * per_patch;
    result.flow = confidence(g, pair, motion, (ConfidenceParams){(float)cell, (float)per_patch});
    find_cut(g, &result, linked, past);
    return result;
}
