/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The result of the last run, moved as the scene has moved, steadies that of this one. */
#include "motion/motion.h"
#include "ops/internal.h"

IdiomTensor *idiom_colours(IdiomGraph *g, IdiomTensor *history)
{
    IdiomTensor *colours = idiom_stop_gradient(g, history);
    if (colours)
        colours->shape.c = 3;
    return colours;
}

IdiomSteady idiom_steady(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *picture,
                         IdiomTensor *stylized, IdiomTensor *amount)
{
    IdiomTensor *given[] = {picture, stylized, motion->flow, motion->rest, amount};
    if (idiom_graph_failed(g, given, G_N_ELEMENTS(given)) ||
        !idiom_require_same(g, "steady", picture, stylized) ||
        !idiom_require_layout(g, "steady", amount, IDIOM_LAYOUT_FLAT))
        return (IdiomSteady){NULL, NULL};
    IdiomShape s = picture->shape, with_luma = IDIOM_SHAPE(1, 4, s.h, s.w);
    IdiomTensor *history = idiom_graph_state(g, IDIOM_LAYOUT_PLANES, with_luma);
    IdiomShape patches = motion->flow->shape;
    IdiomTensor *gain = idiom_graph_state(g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 4, patches.h, patches.w));
    IdiomTensor *reach = idiom_graph_state(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 2));
    IdiomTensor *in[IDIOM_BLEND_INPUTS] = {
        [IDIOM_BLEND_FRESH] = stylized,    [IDIOM_BLEND_PICTURE] = picture, [IDIOM_BLEND_HISTORY] = history,
        [IDIOM_BLEND_FLOW] = motion->flow, [IDIOM_BLEND_AMOUNT] = amount,   [IDIOM_BLEND_REACH] = reach,
        [IDIOM_BLEND_REST] = motion->rest, [IDIOM_BLEND_GAIN] = gain};
    IdiomTensor *result = idiom_temporal_blend(g, in, motion->cell);
    if (!result)
        return (IdiomSteady){NULL, NULL};
    IdiomTensor *next = idiom_temporal_gain(g, stylized, result, gain, motion);
    IdiomTensor *means = next ? idiom_mean_hw(g, next) : NULL;
    idiom_assign(g, reach, idiom_temporal_reach(g, means, reach, motion->rest));
    idiom_assign(g, gain, next);
    idiom_assign(g, history, result);
    return (IdiomSteady){idiom_colours(g, result), history};
}
