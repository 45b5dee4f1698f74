/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Optical flow between the pictures of two runs, and whether they belong together. */
#include "motion/motion.h"
#include "ops/internal.h"

/* Longer side of the luma that motion is looked for in, and the cells of the picture it is averaged over at least. */
#define LONGEST_SIDE 480u
#define SMALLEST_CELL 2u
/* Levels end where a picture is about as small as the patches. */
#define SMALLEST_LEVEL 24u
#define MAX_LEVELS 8u
/* Pixels of luma per patch: at the finest level, and at those between that and the search. */
#define FINEST_STRIDE 3u
#define STRIDE 2u

/* What @t was in the last run, until idiom_assign(). */
static IdiomTensor *last_of(IdiomGraph *g, IdiomTensor *t)
{
    return idiom_graph_failed(g, &t, 1) ? NULL : idiom_graph_state(g, IDIOM_LAYOUT_PLANES, t->shape);
}

/* There and back; at the finest level, which costs most, there only: the way back from the next is good enough. */
static guint ways_at(guint level)
{
    return level ? 2 : 1;
}

/* Of this picture and, the second of two, of the last; its gradients only for a way back. */
typedef struct {
    IdiomTensor *quads[2], *gradients[2];
} Level;

static Level make_level(IdiomGraph *g, IdiomTensor *luma, guint ways)
{
    IdiomFlowFeatures f = idiom_flow_features(g, luma);
    return (Level){{f.quads, last_of(g, f.quads)}, {f.gradients, ways > 1 ? last_of(g, f.gradients) : NULL}};
}

IdiomMotion idiom_motion(IdiomGraph *g, IdiomTensor *picture, IdiomTensor *continues)
{
    IdiomMotion result = {.cell = 1};
    Level level[MAX_LEVELS];
    guint levels = 0;

    if (idiom_graph_failed(g, &picture, 1) ||
        !idiom_require_layout(g, "motion", picture, IDIOM_LAYOUT_PLANES))
        return result;
    const guint longest = MAX(picture->shape.w, picture->shape.h);
    const guint cell = MAX(IDIOM_DIV_UP(longest, LONGEST_SIDE), SMALLEST_CELL);
    IdiomTensor *lumas[2] = {idiom_flow_luma(g, picture, cell)};
    lumas[1] = last_of(g, lumas[0]);
    for (IdiomTensor *luma = lumas[0]; luma;) {
        level[levels] = make_level(g, luma, ways_at(levels));
        levels++;
        gboolean last = levels == MAX_LEVELS || MIN(luma->shape.w, luma->shape.h) < SMALLEST_LEVEL;
        luma = last ? NULL : idiom_pool2d(g, luma, IDIOM_POOL_AVG, 2, 2, FALSE);
    }
    if (idiom_graph_error(g))
        return result;
    guint coarsest = levels - 1;
    IdiomTensor *rest = idiom_graph_state(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 3));
    IdiomTensor *motion = idiom_flow_smooth(g, idiom_flow_search(g, level[coarsest].quads), TRUE),
                *back = motion;
    for (guint l = coarsest; l-- > 0;) {
        back = motion;
        const IdiomFlowPatches p = {ways_at(l), l ? STRIDE : FINEST_STRIDE, l + 1 == coarsest};
        motion = idiom_flow_patch(g, level[l].quads, level[l].gradients, motion, rest, p);
        motion = idiom_flow_smooth(g, motion, FALSE);
    }
    const guint per_patch = coarsest ? FINEST_STRIDE : 1; /* the search has one for every pixel */
    const guint per_patch_back = coarsest > 1 ? 2 * STRIDE : coarsest ? 2 : 1;
    result.cell = cell * per_patch;
    result.flow = idiom_flow_confidence(g, lumas, motion, back,
                                        (IdiomFlowScales){.scale = (float)cell,
                                                          .cell = (float)per_patch,
                                                          .coarser = coarsest ? 2 : 1,
                                                          .wider = (float)per_patch_back / (float)per_patch});
    result.found = motion;
    IdiomFlowCut cut = idiom_flow_cut(g, result.flow, continues, rest);
    result.continues = cut.continues;
    result.rest = cut.rest;
    idiom_assign(g, rest, cut.rest);
    idiom_assign(g, lumas[1], lumas[0]);
    for (guint l = 0; l < levels; l++) {
        idiom_assign(g, level[l].quads[1], level[l].quads[0]);
        if (level[l].gradients[1])
            idiom_assign(g, level[l].gradients[1], level[l].gradients[0]);
    }
    return result;
}
