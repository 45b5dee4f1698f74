/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Convolutions by the device's cooperative matrices. */
#include "ops/conv2d.h"

#include "gpu/gpu.h"

/* Fewer channels leave most of a matrix empty; more taps or a longer stride need a border that is too large. */
#define LEAST_CHANNELS 8
#define MOST_TAPS 4
#define MOST_STRIDE 2

/* Workgroups that a grid should have; and rows of pixels of a subgroup at most, each of them sums in registers. */
#define WORKGROUPS 256
#define MOST_ROWS 4

#define SHARED_BYTES 32768 /* that all devices with matrices have */
#define PITCH 48           /* bytes of a pixel in shared memory, as in conv2d_matrix.comp */

gboolean idiom_conv2d_by_matrix(const IdiomGraph *g, guint inputs, guint outputs, guint taps, guint stride)
{
    return idiom_graph_matrix(g) && inputs >= LEAST_CHANNELS && outputs >= LEAST_CHANNELS &&
           taps <= MOST_TAPS && stride <= MOST_STRIDE;
}

/* Matrices side by side in a workgroup: up to 32 outputs. */
static guint columns_of(const IdiomMatrix *m, guint outputs)
{
    guint all = IDIOM_DIV_UP(outputs, m->n), columns = 32 / m->n;

    while (all % columns)
        columns /= 2;
    return columns;
}

guint idiom_conv2d_matrix_width(const IdiomGraph *g, guint outputs)
{
    return IDIOM_DIV_UP(outputs, idiom_graph_matrix(g)->n) * idiom_graph_matrix(g)->n;
}

static gsize shared_bytes(const IdiomMatrix *m, const IdiomConv2dPass *p, guint rows, guint columns)
{
    gsize tile = (gsize)((m->m - 1) * p->stride + p->taps) *
                 ((rows * IDIOM_MATRIX_SUBGROUPS - 1) * p->stride + p->taps) * PITCH;
    gsize weights = (gsize)2 * p->taps * p->taps * m->n * columns * IDIOM_MATRIX_CHANNELS;
    return tile + weights + (gsize)4 * IDIOM_MATRIX_SUBGROUPS * m->m * m->n * columns + 4;
}

/* Workgroups across and down. */
static void grid_of(const IdiomMatrix *m, const IdiomConv2dPass *p, guint rows, guint grid[3])
{
    grid[0] = IDIOM_DIV_UP(p->size[0], m->m);
    grid[1] = IDIOM_DIV_UP(p->size[1], rows * IDIOM_MATRIX_SUBGROUPS);
}

gboolean idiom_conv2d_record_matrix(IdiomRecorder *r, const IdiomConv2dPass *p, GError **error)
{
    const IdiomMatrix *m = idiom_graph_matrix(p->dst->graph);
    guint rows = MOST_ROWS, columns = columns_of(m, p->dst->shape.c);
    while (columns > 1 && shared_bytes(m, p, 1, columns) > SHARED_BYTES)
        columns /= 2;
    guint groups = IDIOM_DIV_UP(p->dst->shape.c, m->n * columns);
    guint grid[3] = {0, 0, p->images * groups};
    IdiomConv2dPush push = idiom_conv2d_push(r, p);

    grid_of(m, p, rows, grid);
    while (rows > 1 && (shared_bytes(m, p, rows, columns) > SHARED_BYTES ||
                        (gsize)grid[0] * grid[1] * grid[2] < WORKGROUPS)) {
        rows /= 2;
        grid_of(m, p, rows, grid);
    }
    push.groups = (gint32)groups;
    push.blocks2 = p->src2 ? (gint32)idiom_c4(p->src2->shape.c) : 0;
    IdiomDispatch d = {
        .shader = "conv2d_matrix",
        .spec = {m->m, m->n, m->depth, IDIOM_MATRIX_SUBGROUPS, p->act, p->mode, p->taps, p->stride, rows,
                 columns},
        .n_spec = 10,
        .local = {m->lanes * IDIOM_MATRIX_SUBGROUPS},
        .groups = {grid[0], grid[1], grid[2]},
        .planes = {p->dst, p->src, p->src2 ? p->src2 : p->src},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_conv2d_add_epilogue(&d, p, TRUE);
    return idiom_record_dispatch(r, &d, error);
}
