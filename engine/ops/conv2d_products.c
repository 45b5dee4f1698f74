/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sums over pixels of products of channels: gradients of weights, Gram matrices. */
#include "ops/conv2d.h"

#include <string.h>

#include "gpu/gpu.h"
#include "graph/graph.h"

/* lavapipe ends every loop of an invocation after 65535 turns in all */
#define MAX_TURNS 30000

/* Lane: a workgroup is one subgroup, of at most so many. */
#define LANES 8
#define LANE_WORKGROUPS 64 /* enough for the threads of any CPU */

/* Vector: as in conv2d_weights_vector.comp. */
#define TILE_QUADS 8
#define TILE_PIXELS 32
#define VECTOR_WORKGROUPS 512
#define VECTOR_TURNS (TILE_PIXELS + 16) /* for TILE_PIXELS pixels */

/* What one workgroup of the lane shader computes. */
typedef struct {
    guint window; /* taps across and down */
    guint out_quads, in_quads;
    guint rows;   /* at a time */
    guint strips; /* of that many rows in a picture */
} LaneShape;

static LaneShape lane_shape(IdiomShape grad, IdiomShape weight, guint stride)
{
    LaneShape s;
    guint rows;

    /* about 300 accumulators: they are in memory anyway, and what is loaded is used often */
    if (weight.w == 1 && weight.h == 1) {
        s = (LaneShape){.window = 1, .out_quads = 4, .in_quads = 4};
        rows = 4;
    } else if (stride == 1) {
        s = (LaneShape){.window = 3, .out_quads = 2, .in_quads = 1};
        rows = 6;
    } else {
        s = (LaneShape){.window = 4, .out_quads = 1, .in_quads = 1};
        rows = 6;
    }
    s.out_quads = MIN(s.out_quads, idiom_c4(weight.n));
    s.in_quads = MIN(s.in_quads, idiom_c4(weight.c));
    s.strips = IDIOM_DIV_UP(grad.h, rows);
    s.rows = IDIOM_DIV_UP(grad.h, s.strips);
    return s;
}

static guint lane_slices(IdiomShape grad, IdiomShape weight, guint groups, guint stride)
{
    LaneShape s = lane_shape(grad, weight, stride);
    guint workgroups =
        IDIOM_DIV_UP(idiom_c4(weight.n), s.out_quads) * IDIOM_DIV_UP(idiom_c4(weight.c), s.in_quads);
    guint strips = grad.n / groups * s.strips;
    guint turns = IDIOM_DIV_UP(grad.w, LANES) + 1;
    guint least = IDIOM_DIV_UP(strips, MAX(MAX_TURNS / turns, 1));
    return CLAMP(IDIOM_DIV_UP(LANE_WORKGROUPS, workgroups * groups), least, MAX(strips, least));
}

static guint vector_tiles(IdiomShape weight)
{
    return IDIOM_DIV_UP(idiom_c4(weight.n), TILE_QUADS) *
           IDIOM_DIV_UP(idiom_c4(weight.c) * weight.w * weight.h, TILE_QUADS);
}

static guint vector_slices(IdiomShape grad, IdiomShape weight, guint groups)
{
    gsize chunks = IDIOM_DIV_UP((gsize)grad.n / groups * grad.h * grad.w, TILE_PIXELS);
    gsize least = IDIOM_DIV_UP(chunks, MAX_TURNS / VECTOR_TURNS);
    gsize wanted = IDIOM_DIV_UP(VECTOR_WORKGROUPS, vector_tiles(weight) * groups);
    return (guint)CLAMP(wanted, least, MAX(chunks, least));
}

gsize idiom_conv2d_parts(IdiomShape grad, IdiomShape weight, guint stride, guint groups, IdiomFamily family)
{
    return (gsize)groups * (family == IDIOM_FAMILY_LANE ? lane_slices(grad, weight, groups, stride)
                                                        : vector_slices(grad, weight, groups));
}

/* As in conv2d_weights_lane.comp and conv2d_weights_vector.comp. */
typedef struct {
    guint64 parts, center;
    IdiomDims dg, ds;
    gint32 taps[4]; /* kw, kh of the weight; column and row of the first tap */
    gint32 origin[2];
    gint32 inputs, first, images, slices;
} Push;

static Push make_push(IdiomRecorder *r, const IdiomConv2dProducts *p, guint column, guint row, guint slices)
{
    return (Push){
        .parts = idiom_recorder_address(r, p->parts),
        .center = p->center ? idiom_recorder_address(r, p->center) : 0,
        .dg = idiom_dims(p->grad->shape),
        .ds = idiom_dims(p->src->shape),
        .taps = {(gint32)p->weight.w, (gint32)p->weight.h, (gint32)column, (gint32)row},
        .origin = {(gint32)column - (gint32)p->pad, (gint32)row - (gint32)p->pad},
        .inputs = (gint32)p->weight.c,
        .first = (gint32)p->first,
        .images = (gint32)(p->grad->shape.n / p->groups),
        .slices = (gint32)slices,
    };
}

static gboolean record_lane(IdiomRecorder *r, const IdiomConv2dProducts *p, GError **error)
{
    LaneShape s = lane_shape(p->grad->shape, p->weight, p->stride);
    guint slices = lane_slices(p->grad->shape, p->weight, p->groups, p->stride);
    guint lanes = MIN(LANES, idiom_device_info(p->grad->graph->device)->subgroup_size);
    guint columns = IDIOM_DIV_UP(idiom_c4(p->src->shape.c), s.in_quads);
    guint lines = IDIOM_DIV_UP(idiom_c4(p->weight.n), s.out_quads);

    for (guint row = 0; row < p->weight.h; row += s.window)
        for (guint column = 0; column < p->weight.w; column += s.window) {
            Push push = make_push(r, p, column, row, slices);
            IdiomDispatch d = {
                .shader = "conv2d_weights",
                .spec = {p->mode, p->center != NULL, s.window, p->stride, s.out_quads, s.in_quads, s.rows,
                         p->symmetric},
                .n_spec = 8,
                .local = {lanes},
                .groups = {columns, lines, p->groups * slices},
                .planes = {p->grad, p->src},
                .n_planes = 2,
                .push = &push,
                .push_size = sizeof push,
            };
            if (p->symmetric) {
                d.groups[0] = columns * (columns + 1) / 2;
                d.groups[1] = 1;
            }
            if (!idiom_record_dispatch(r, &d, error))
                return FALSE;
        }
    return TRUE;
}

guint idiom_conv2d_products_tile(const IdiomConv2dProducts *p)
{
    if (!p->symmetric || idiom_graph_family(p->grad->graph) != IDIOM_FAMILY_LANE)
        return 0;
    return 4 * lane_shape(p->grad->shape, p->weight, p->stride).in_quads;
}

static gboolean record_vector(IdiomRecorder *r, const IdiomConv2dProducts *p, GError **error)
{
    guint slices = vector_slices(p->grad->shape, p->weight, p->groups);
    guint columns = idiom_c4(p->src->shape.c) * p->weight.w * p->weight.h;
    Push push = make_push(r, p, 0, 0, slices);
    const IdiomMatrix *m = idiom_graph_matrix(p->grad->graph);
    IdiomDispatch d = {
        .shader = "conv2d_weights",
        .spec = {p->mode, p->center != NULL, p->stride},
        .n_spec = 3,
        .local = {TILE_QUADS, TILE_QUADS},
        .groups = {IDIOM_DIV_UP(columns, TILE_QUADS), IDIOM_DIV_UP(idiom_c4(p->weight.n), TILE_QUADS),
                   p->groups * slices},
        .planes = {p->grad, p->src},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    if (m && p->grad->precision == IDIOM_FP32) {
        const guint32 spec[] = {m->m,     m->n, m->depth, IDIOM_MATRIX_SUBGROUPS, p->mode, p->center != NULL,
                                p->stride};
        d.shader = "conv2d_weights_matrix";
        d.n_spec = G_N_ELEMENTS(spec);
        memcpy(d.spec, spec, sizeof spec);
        d.local[0] = m->lanes * IDIOM_MATRIX_SUBGROUPS;
        d.local[1] = 1;
    }
    return idiom_record_dispatch(r, &d, error);
}

gboolean idiom_conv2d_record_products(IdiomRecorder *r, const IdiomConv2dProducts *p, GError **error)
{
    return idiom_graph_family(p->grad->graph) == IDIOM_FAMILY_LANE ? record_lane(r, p, error)
                                                                   : record_vector(r, p, error);
}

gboolean idiom_conv2d_record_sum(IdiomRecorder *r, const IdiomTensor *parts, const IdiomTensor *out,
                                 guint groups, gsize n_parts, float factor, guint tile, GError **error)
{
    gsize elements = idiom_shape_elements(out->shape);
    struct {
        guint64 out, parts;
        gint32 elements, groups, n_parts;
        float factor;
        gint32 channels, tile;
    } push = {idiom_recorder_address(r, out),  idiom_recorder_address(r, parts),
              (gint32)(elements / groups),     (gint32)groups,
              (gint32)(n_parts / groups),      factor,
              tile ? (gint32)out->shape.w : 0, (gint32)tile};
    IdiomDispatch d = {.shader = "conv2d_weights_sum", .push = &push, .push_size = sizeof push};
    idiom_dispatch_cover_flat(&d, elements);
    return idiom_record_dispatch(r, &d, error);
}
