/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Noise to paint from, carried along with the scene. */
#include "graph/graph.h"
#include "motion/motion.h"
#include "ops/internal.h"

#include <idiom-unstable/noise.h>

/* --- where cells lie ------------------------------------------------------------------------------ */

enum { PLACES, FLOW, CONTINUES, JOINED, INPUTS };

static gboolean move_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const guint *cell = op->params;
    const IdiomShape s = op->in[PLACES]->shape;
    struct {
        IdiomDims d, dm;
        guint64 continues, joined;
        float per_cell;
    } push = {idiom_dims(s), idiom_dims(op->in[FLOW]->shape), idiom_recorder_address(r, op->in[CONTINUES]),
              idiom_recorder_address(r, op->in[JOINED]), (float)IDIOM_NOISE_CELL / (float)*cell};
    IdiomDispatch d = {
        .shader = "places_move",
        .planes = {op->in[FLOW], op->in[PLACES], op->out[0]},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, s);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass move_class = {"places_move", NULL, move_record, NULL};

IdiomTensor *idiom_places_move(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *places,
                               IdiomTensor *joined)
{
    IdiomTensor *in[INPUTS] = {
        [PLACES] = places, [FLOW] = motion->flow, [CONTINUES] = motion->continues, [JOINED] = joined};
    if (idiom_graph_failed(g, in, INPUTS) ||
        !idiom_require_layout(g, "places", places, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, "places", joined, IDIOM_LAYOUT_FLAT))
        return NULL;
    IdiomOp *op = idiom_graph_add_op(g, &move_class, in, INPUTS, &motion->cell, sizeof motion->cell);
    return idiom_op_add_full_output(op, g, places->shape);
}

/* --- what noise they have ------------------------------------------------------------------------- */

/* The field as the shader takes it: two values of a sample in a number, 256 (first + 96) + second + 96, in 32nds. */
static IdiomParams *new_tile(IdiomDevice *device)
{
    const gsize samples = (gsize)IDIOM_NOISE_SIDE * IDIOM_NOISE_SIDE;
    const gint8 *field = idiom_noise_tile();
    g_autofree float *values = g_new(float, samples);
    for (gsize i = 0; i < samples; i++)
        values[i] = (float)(256 * (field[2 * i] + 96) + field[2 * i + 1] + 96);
    IdiomParams *params = idiom_params_new(device);
    idiom_params_add(params, "noise", IDIOM_SHAPE(1, 1, IDIOM_NOISE_SIDE, IDIOM_NOISE_SIDE), values);
    return params;
}

/* Once on a device: it is the same for all. */
static IdiomTensor *tile(IdiomGraph *g)
{
    g_autoptr(IdiomParams) params = idiom_params_share(new_tile(g->device), "noise");
    return idiom_graph_param(g, params, "noise", FALSE);
}

static gboolean noise_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    struct {
        IdiomDims d, dn;
        guint64 tile;
    } push = {idiom_dims(op->in[0]->shape), idiom_dims(op->out[0]->shape),
              idiom_recorder_address(r, op->in[1])};
    IdiomDispatch d = {
        .shader = "places_noise",
        .planes = {op->in[0], op->out[0], op->out[1]},
        .n_planes = 3,
        .mixed = TRUE,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, op->out[0]->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass noise_class = {"places_noise", NULL, noise_record, NULL};

IdiomPlacesNoise idiom_places_noise(IdiomGraph *g, IdiomTensor *places)
{
    IdiomTensor *in[] = {places, tile(g)};
    if (idiom_graph_failed(g, in, 2))
        return (IdiomPlacesNoise){NULL, NULL};
    const IdiomShape s = places->shape;
    IdiomOp *op = idiom_graph_add_op(g, &noise_class, in, 2, NULL, 0);
    IdiomTensor *noise =
        idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, IDIOM_NOISE_CHANNELS, s.h, s.w));
    return (IdiomPlacesNoise){noise, idiom_op_add_full_output(op, g, s)};
}

/* --- both ----------------------------------------------------------------------------------------- */

IdiomCarried idiom_carry_noise(IdiomGraph *g, const IdiomMotion *motion, guint w, guint h,
                               IdiomTensor *joined)
{
    const IdiomShape cells =
        IDIOM_SHAPE(1, 4, IDIOM_DIV_UP(h, IDIOM_NOISE_CELL), IDIOM_DIV_UP(w, IDIOM_NOISE_CELL));
    IdiomTensor *places = idiom_graph_full_state(g, cells);
    const IdiomPlacesNoise next = idiom_places_noise(g, idiom_places_move(g, motion, places, joined));
    idiom_assign(g, places, next.kept);
    return (IdiomCarried){next.noise, places};
}

void idiom_carry_places(IdiomGraph *g, const IdiomMotion *motion, IdiomTensor *places)
{
    idiom_assign(g, places, idiom_places_move(g, motion, places, motion->continues));
}
