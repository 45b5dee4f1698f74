/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Dispatches of one pass of a convolution with packed weights. */
#include "ops/conv2d.h"
#include "ops/functions.h"

/*
 * Lane: multiplications of a quad of outputs by an input texel in one shader. All of them are straight-line code,
 * about 1 KB for four; beyond this many the compiler takes seconds and the instructions are slow to come.
 */
#define LANE_BUDGET 224
#define LANE_MAX_BLOCKS 16

/*
 * Vector: a workgroup of TILE x TILE invocations, each with some pixels side by side. It holds its share of the tile in
 * registers while it is on its way: few texels. Small grids are cut into more workgroups, so that all of a GPU has work.
 */
#define TILE 8
#define TILE_TEXELS (7 * TILE * TILE)
#define VECTOR_WORKGROUPS 512

/* Lane: invocations of a workgroup, and of one row of them at most, see band_position() in conv2d.glsl. */
#define LANE_LOCAL 64
#define LANE_BAND (1u << 21)

guint idiom_conv2d_cover(IdiomDispatch *d, guint w, guint h)
{
    guint rows = IDIOM_DIV_UP(h, IDIOM_DIV_UP((gsize)w * h, LANE_BAND));

    d->local[0] = LANE_LOCAL;
    d->groups[0] = IDIOM_DIV_UP(w * rows, LANE_LOCAL);
    d->groups[1] = IDIOM_DIV_UP(h, rows);
    return rows;
}

guint idiom_conv2d_cover_tiles(IdiomRecorder *r, IdiomDispatch *d, const IdiomOp *op, guint rows,
                               guint64 *tiles)
{
    const guint shift = TILE_SHIFT + op->tile_scale / 2, down = TILE_ROWS * op->tile_scale / rows;

    d->spec[d->n_spec++] = shift;
    d->local[0] = down << shift;
    idiom_dispatch_tiles(d, op->tiles, 1);
    *tiles = idiom_recorder_address(r, op->tiles);
    return down;
}

IdiomConv2dPush idiom_conv2d_push(IdiomRecorder *r, const IdiomConv2dPass *p)
{
    return (IdiomConv2dPush){
        .weights = idiom_recorder_address(r, p->packed) + 4 * p->packed_offset,
        .image = (gint32)p->image,
        .scale = (gint32)p->scale,
        .d = idiom_dims(p->dst->shape),
        .ds = idiom_dims(p->src->shape),
        .size = {(gint32)p->size[0], (gint32)p->size[1]},
        .origin = {p->origin[0], p->origin[1]},
        .offset = {(gint32)p->offset[0], (gint32)p->offset[1]},
    };
}

void idiom_conv2d_add_epilogue(IdiomDispatch *d, const IdiomConv2dPass *p, gboolean last)
{
    const IdiomOp *op = p->gradient;
    if (!op || !last || (!op->other && !op->activated))
        return;
    d->shader = g_str_has_suffix(d->shader, "_matrix") ? "conv2d_gradient_matrix" : "conv2d_gradient";
    d->spec[d->n_spec++] = op->other != NULL;
    d->spec[d->n_spec++] = op->slope;
    d->planes[d->n_planes++] = op->other ? op->other : p->src;
    d->planes[d->n_planes++] = op->activated ? op->activated : p->src;
}

static guint source_blocks(const IdiomConv2dPass *p)
{
    return idiom_c4(p->src->shape.c) + (p->src2 ? idiom_c4(p->src2->shape.c) : 0);
}

/* Floats of packed weights per quad of outputs, and of that per block of inputs. */
static gsize floats_per_quad(const IdiomConv2dPass *p)
{
    return 4 * (1 + (gsize)4 * source_blocks(p) * p->taps * p->taps);
}

/* Inputs [first, first + count) in blocks of four channels; those of src2 follow those of src. */
static gboolean record_lane_chunk(IdiomRecorder *r, const IdiomConv2dPass *p, guint first, guint count,
                                  GError **error)
{
    guint quads = idiom_c4(p->dst->shape.c), c4 = idiom_c4(p->src->shape.c), all = source_blocks(p);
    guint end = first + count;
    guint from_src = first < c4 ? MIN(end, c4) - first : 0;

    for (guint q = 0, group; q < quads; q += group) {
        group = idiom_conv2d_group(q, quads, p->taps);
        /* few outputs: more rows, so that there is enough to do for every texel loaded */
        guint rows = group == 1 ? 4 : group == 2 ? 2 : 1;
        IdiomConv2dPush push = idiom_conv2d_push(r, p);
        push.weights += 4 * (q * floats_per_quad(p) + (gsize)16 * group * first * p->taps * p->taps);
        push.dst_first = (gint32)q;
        push.src_first = (gint32)first;
        push.src2_first = first > c4 ? (gint32)(first - c4) : 0;
        IdiomDispatch d = {
            .shader = "conv2d",
            .spec = {first == 0, end == all ? p->act : IDIOM_ACT_NONE, p->mode, p->taps, p->stride, group,
                     rows, from_src, count - from_src},
            .n_spec = 9,
            .planes = {p->dst, p->src, p->src2 ? p->src2 : p->src},
            .n_planes = 3,
            .push = &push,
            .push_size = sizeof push,
        };
        idiom_conv2d_add_epilogue(&d, p, end == all);
        /* passes do not touch each other's outputs, but every one has all of dst bound for reading as well */
        idiom_recorder_barrier(r);
        push.band = (gint32)(p->tiled ? idiom_conv2d_cover_tiles(r, &d, p->tiled, rows, &push.tiles)
                                      : idiom_conv2d_cover(&d, p->size[0], IDIOM_DIV_UP(p->size[1], rows)));
        d.groups[2] = p->images;
        if (!idiom_record_dispatch(r, &d, error))
            return FALSE;
    }
    return TRUE;
}

guint idiom_conv2d_chunks(guint blocks, guint taps)
{
    /* an invocation has four quads of outputs, of one pixel or of several */
    return IDIOM_DIV_UP(blocks, CLAMP(LANE_BUDGET / (4 * taps), 1, LANE_MAX_BLOCKS));
}

static gboolean record_lane(IdiomRecorder *r, const IdiomConv2dPass *p, GError **error)
{
    guint all = source_blocks(p), chunks = idiom_conv2d_chunks(all, p->taps * p->taps);
    for (guint i = 0; i < chunks; i++) {
        guint first = all * i / chunks, end = all * (i + 1) / chunks;
        if (!record_lane_chunk(r, p, first, end - first, error))
            return FALSE;
    }
    return TRUE;
}

static gsize tile_texels(guint taps, guint stride, guint pixels)
{
    return (gsize)((TILE * pixels - 1) * stride + taps) * ((TILE - 1) * stride + taps);
}

gsize idiom_conv2d_tile_bytes(guint taps, guint stride)
{
    return 16 * tile_texels(taps, stride, 1);
}

/* Workgroups across, down, and of all @groups of outputs and pictures, where an invocation has @pixels. */
static void vector_grid(const IdiomConv2dPass *p, guint pixels, guint groups, guint grid[3])
{
    grid[0] = IDIOM_DIV_UP(p->size[0], TILE * pixels);
    grid[1] = IDIOM_DIV_UP(p->size[1], TILE);
    grid[2] = p->images * groups;
}

/* How many pixels side by side, for @quads of outputs each. Sets the grid. */
static guint vector_pixels(const IdiomConv2dPass *p, guint quads, guint groups, guint grid[3])
{
    /* sums in few enough registers that a GPU has work for the time that a load takes: eight waves and more on AMD's */
    guint pixels = quads >= 4 || idiom_graph_half_products(p->dst->graph) ? 2 : 4;

    vector_grid(p, pixels, groups, grid);
    while (pixels > 1 && (tile_texels(p->taps, p->stride, pixels) > TILE_TEXELS ||
                          (gsize)grid[0] * grid[1] * grid[2] < VECTOR_WORKGROUPS)) {
        pixels /= 2;
        vector_grid(p, pixels, groups, grid);
    }
    return pixels;
}

static gboolean record_vector(IdiomRecorder *r, const IdiomConv2dPass *p, GError **error)
{
    gboolean half = idiom_graph_half_products(p->dst->graph);
    guint quads = idiom_c4(p->dst->shape.c), bytes = half ? 2 : 4;
    const char *shader = p->upsampled ? (half ? "upsample2_conv2d_half" : "upsample2_conv2d")
                         : half       ? "conv2d_half"
                                      : "conv2d";

    /* all groups of equal size in one dispatch */
    for (guint q = 0, group, groups; q < quads; q += group * groups) {
        group = idiom_conv2d_group(q, quads, p->taps);
        for (groups = 1;
             q + groups * group < quads && idiom_conv2d_group(q + groups * group, quads, p->taps) == group;)
            groups++;
        IdiomConv2dPush push = idiom_conv2d_push(r, p);
        push.weights += bytes * q * floats_per_quad(p);
        push.dst_first = (gint32)q;
        push.groups = (gint32)groups;
        push.blocks2 = p->src2 ? (gint32)idiom_c4(p->src2->shape.c) : 0;
        IdiomDispatch d = {
            .shader = shader,
            .spec = {0, p->act, p->mode, p->taps, p->stride, group},
            .n_spec = 6,
            .local = {TILE, TILE},
            .planes = {p->dst, p->src, p->src2 ? p->src2 : p->src},
            .n_planes = 3,
            .push = &push,
            .push_size = sizeof push,
        };
        d.spec[0] = vector_pixels(p, group, groups, d.groups);
        idiom_conv2d_add_epilogue(&d, p, TRUE);
        if (!idiom_record_dispatch(r, &d, error))
            return FALSE;
    }
    return TRUE;
}

gboolean idiom_conv2d_record_pass(IdiomRecorder *r, const IdiomConv2dPass *p, GError **error)
{
    if (p->size[0] == 0 || p->size[1] == 0)
        return TRUE;
    if (idiom_graph_family(p->dst->graph) == IDIOM_FAMILY_LANE)
        return record_lane(r, p, error);
    return p->matrix ? idiom_conv2d_record_matrix(r, p, error) : record_vector(r, p, error);
}
