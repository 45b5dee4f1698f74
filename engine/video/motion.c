/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Optical flow between the pictures of two runs, and whether they belong together. */
#include <idiom-unstable/temporal.h>

#include "ops/internal.h"

/* Longer side of the luma that motion is looked for in, and the cells of the picture it is averaged over at least. */
#define LONGEST_SIDE 480u
#define SMALLEST_CELL 2u
/* Levels end where a picture is about as small as the patches. */
#define SMALLEST_LEVEL 24u
#define MAX_LEVELS 8u
#define MAX_RANGE 8u
/* Pixels of luma per patch: at the finest level, and at those between that and the search. */
#define FINEST_STRIDE 3u
#define STRIDE 2u

/* --- luma ------------------------------------------------------------------------------------------ */

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
        .planes = {op->in[0], op->out[0]},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass luma_class = {"flow_luma", NULL, luma_record, NULL};

static IdiomTensor *small_luma(IdiomGraph *g, IdiomTensor *picture, guint cell)
{
    IdiomOp *op = idiom_graph_add_op(g, &luma_class, &picture, 1, &cell, sizeof cell);
    return idiom_op_add_output(
        op, g, IDIOM_LAYOUT_PLANES,
        IDIOM_SHAPE(1, 1, IDIOM_DIV_UP(picture->shape.h, cell), IDIOM_DIV_UP(picture->shape.w, cell)));
}

/* What @t was in the last run, until idiom_assign(). */
static IdiomTensor *last_of(IdiomGraph *g, IdiomTensor *t)
{
    return idiom_graph_failed(g, &t, 1) ? NULL : idiom_graph_state(g, IDIOM_LAYOUT_PLANES, t->shape);
}

/* --- features ------------------------------------------------------------------------------------- */

/* There and back; at the finest level, which costs most, there only: the way back from the next is good enough. */
static guint ways_at(guint level)
{
    return level ? 2 : 1;
}

/* Of this picture and, the second of two, of the last; its gradients only for a way back. */
typedef struct {
    IdiomTensor *quads[2], *gradients[2];
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

static Features features(IdiomGraph *g, IdiomTensor *luma, guint ways)
{
    Features f = {{NULL}, {NULL}};
    if (idiom_graph_failed(g, &luma, 1))
        return f;
    IdiomShape s = luma->shape;
    IdiomOp *op = idiom_graph_add_op(g, &features_class, &luma, 1, NULL, 0);
    f.quads[0] = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 4, s.h, s.w));
    f.gradients[0] = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 3, s.h, s.w));
    idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
    f.quads[1] = last_of(g, f.quads[0]);
    f.gradients[1] = ways > 1 ? last_of(g, f.gradients[0]) : NULL;
    return f;
}

/* --- search and refinement: [2,4,h,w], there and back: x, y, texture, misfit ------------------------- */

/*
 * Records @d for each way of which @d's result has a picture: @own and @other are planes of this picture and of the last,
 * or the other way round.
 */
static gboolean record_ways(IdiomRecorder *r, IdiomDispatch *d, const IdiomTensor *result,
                            IdiomTensor *const own[2], IdiomTensor *const other[2], gint32 *way,
                            GError **error)
{
    for (*way = 0; *way < (gint32)result->shape.n; ++*way) {
        d->planes[0] = own[*way];
        d->planes[1] = other[1 - *way];
        if (!idiom_record_dispatch(r, d, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean search_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *range = op->params;
    struct {
        IdiomDims dq, d;
        gint32 way;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->out[0]->shape), 0};
    IdiomDispatch d = {
        .shader = "flow_search",
        .spec = {*range},
        .n_spec = 1,
        .planes = {[2] = op->out[0]},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->in[0]->shape);
    return record_ways(r, &d, op->out[0], op->in, op->in, &push.way, error);
}

static const IdiomOpClass search_class = {"flow_search", NULL, search_record, NULL};

static IdiomTensor *search(IdiomGraph *g, const Features *f)
{
    if (idiom_graph_failed(g, f->quads, 2))
        return NULL;
    IdiomShape s = f->quads[0]->shape;
    guint range = MIN(IDIOM_DIV_UP(MAX(s.w, s.h), 8), MAX_RANGE);
    IdiomOp *op = idiom_graph_add_op(g, &search_class, f->quads, 2, &range, sizeof range);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(2, 4, s.h, s.w));
}

typedef struct {
    guint ways;        /* 2, or 1 for the way there only */
    guint stride;      /* pixels per patch */
    gboolean searched; /* the coarser motion comes from search() */
} RefineParams;

static gboolean patch_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const RefineParams *p = op->params;
    IdiomTensor *const *quads = op->in, *coarse = op->in[2], *const *gradients = op->in + 4,
                       *out = op->out[0];
    struct {
        IdiomDims dq, dg, dc, d;
        guint64 rest;
        gint32 way;
    } push = {idiom_dims(quads[0]->shape), idiom_dims(gradients[0]->shape),      idiom_dims(coarse->shape),
              idiom_dims(out->shape),      idiom_recorder_address(r, op->in[3]), 0};
    IdiomDispatch d = {
        .shader = "flow_patch",
        .spec = {p->searched, p->stride},
        .n_spec = 2,
        .planes = {[2] = coarse, out},
        .n_planes = 4,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, IDIOM_SHAPE(1, 4, out->shape.h, out->shape.w));
    return record_ways(r, &d, out, gradients, quads, &push.way, error);
}

static const IdiomOpClass patch_class = {"flow_patch", NULL, patch_record, NULL};

static IdiomTensor *refine(IdiomGraph *g, const Features *f, IdiomTensor *coarse, IdiomTensor *rest,
                           RefineParams p)
{
    IdiomTensor *in[] = {f->quads[0], f->quads[1], coarse, rest, f->gradients[0], f->gradients[1]};
    if (idiom_graph_failed(g, in, 4 + p.ways))
        return NULL;
    IdiomShape s = f->quads[0]->shape;
    IdiomOp *op = idiom_graph_add_op(g, &patch_class, in, G_N_ELEMENTS(in), &p, sizeof p);
    return idiom_op_add_output(
        op, g, IDIOM_LAYOUT_PLANES,
        IDIOM_SHAPE(p.ways, 4, IDIOM_DIV_UP(s.h, p.stride), IDIOM_DIV_UP(s.w, p.stride)));
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
    float scale;          /* pixels of the picture per pixel of luma */
    float cell;           /* pixels of luma per patch */
    float coarser, wider; /* pixels of luma per pixel of the way back, and patches per patch of it */
} ConfidenceParams;

static gboolean confidence_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const ConfidenceParams *p = op->params;
    struct {
        IdiomDims dl, dm, db, d;
        ConfidenceParams p;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->in[2]->shape), idiom_dims(op->in[3]->shape),
              idiom_dims(op->out[0]->shape), *p};
    IdiomDispatch d = {
        .shader = "flow_confidence",
        .planes = {op->in[0], op->in[1], op->in[2], op->in[3], op->out[0]},
        .n_planes = 5,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass confidence_class = {"flow_confidence", NULL, confidence_record, NULL};

/* @luma: of this picture and of the last */
static IdiomTensor *confidence(IdiomGraph *g, IdiomTensor *const luma[2], IdiomTensor *motion,
                               IdiomTensor *back, ConfidenceParams p)
{
    IdiomTensor *in[] = {luma[0], luma[1], motion, back};
    if (idiom_graph_failed(g, in, 4))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &confidence_class, in, 4, &p, sizeof p);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES,
                               IDIOM_SHAPE(1, 4, motion->shape.h, motion->shape.w));
}

static gboolean cut_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *flow = op->in[0], *columns = op->out[2];
    struct {
        IdiomDims d;
        guint64 columns, may_continue, continues, rest, last;
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

/* @rest: state, see IdiomMotion */
static void find_cut(IdiomGraph *g, IdiomMotion *motion, IdiomTensor *continues, IdiomTensor *rest)
{
    IdiomTensor *in[] = {motion->flow, continues, rest};
    if (idiom_graph_failed(g, in, 3) || !idiom_require_layout(g, "motion", continues, IDIOM_LAYOUT_FLAT))
        return;
    IdiomOp *op = idiom_graph_add_op(g, &cut_class, in, 3, NULL, 0);
    motion->continues = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *present = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, rest->shape);
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 3, motion->flow->shape.w)); /* columns */
    motion->rest = present;
    idiom_assign(g, rest, present);
}

IdiomMotion idiom_motion(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *continues)
{
    IdiomMotion result = {.cell = 1};
    Features level[MAX_LEVELS];
    guint levels = 0;

    if (idiom_graph_failed(g, &picture, 1) ||
        !idiom_require_layout(g, "motion", picture, IDIOM_LAYOUT_PLANES))
        return result;
    const guint longest = MAX(picture->shape.w, picture->shape.h);
    const guint cell = MAX(IDIOM_DIV_UP(longest, LONGEST_SIDE), SMALLEST_CELL);
    IdiomTensor *lumas[2] = {small_luma(g, picture, cell)};
    lumas[1] = last_of(g, lumas[0]);
    for (IdiomTensor *luma = lumas[0]; luma;) {
        level[levels] = features(g, luma, ways_at(levels));
        levels++;
        gboolean last = levels == MAX_LEVELS || MIN(luma->shape.w, luma->shape.h) < SMALLEST_LEVEL;
        luma = last ? NULL : idiom_pool2d(g, luma, IDIOM_POOL_AVG, 2, 2, FALSE);
    }
    if (idiom_graph_error(g))
        return result;
    guint coarsest = levels - 1;
    IdiomTensor *rest = idiom_graph_state(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 3));
    IdiomTensor *motion = smooth(g, search(g, &level[coarsest]), TRUE), *back = motion;
    for (guint l = coarsest; l-- > 0;) {
        back = motion;
        const RefineParams p = {ways_at(l), l ? STRIDE : FINEST_STRIDE, l + 1 == coarsest};
        motion = smooth(g, refine(g, &level[l], motion, rest, p), FALSE);
    }
    const guint per_patch = coarsest ? FINEST_STRIDE : 1; /* the search has one for every pixel */
    const guint per_patch_back = coarsest > 1 ? 2 * STRIDE : coarsest ? 2 : 1;
    result.cell = cell * per_patch;
    result.flow = confidence(g, lumas, motion, back,
                             (ConfidenceParams){.scale = (float)cell,
                                                .cell = (float)per_patch,
                                                .coarser = coarsest ? 2 : 1,
                                                .wider = (float)per_patch_back / (float)per_patch});
    find_cut(g, &result, continues, rest);
    idiom_assign(g, lumas[1], lumas[0]);
    for (guint l = 0; l < levels; l++) {
        idiom_assign(g, level[l].quads[1], level[l].quads[0]);
        if (level[l].gradients[1])
            idiom_assign(g, level[l].gradients[1], level[l].gradients[0]);
    }
    return result;
}
