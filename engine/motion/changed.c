/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tiles of a picture have changed since they were last computed. */
#include "motion/motion.h"
#include "ops/functions.h"
#include "ops/internal.h"

/* Pixels of the picture across and down in a block, of which a tile has 2^TILE_SHIFT x TILE_ROWS. */
#define BLOCK 4

enum { NOW, LAST, TURN, CONTINUES, REST, INPUTS };
enum { LIST, NEXT, CHANGED };

static gboolean changed_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomShape s = op->in[NOW]->shape, tiles = op->out[CHANGED]->shape;
    struct {
        IdiomDims d;
        gint32 size[2];
        guint64 turn, continues, rest, changed, tiles;
    } push = {idiom_dims(s),
              {(gint32)tiles.w, (gint32)tiles.h},
              idiom_recorder_address(r, op->in[TURN]),
              idiom_recorder_address(r, op->in[CONTINUES]),
              idiom_recorder_address(r, op->in[REST]),
              idiom_recorder_address(r, op->out[CHANGED]),
              idiom_recorder_address(r, op->out[LIST])};
    IdiomDispatch d = {
        .shader = "changed_tiles",
        .n_spec = 1,
        .planes = {op->in[NOW], op->in[LAST], op->out[NEXT]},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, tiles);
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    d.spec[0] = 1;
    d.local[0] = d.groups[0] = d.groups[1] = 1;
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    d.spec[0] = 2;
    idiom_dispatch_cover(&d, s);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass changed_class = {"changed_tiles", NULL, changed_record, NULL};

IdiomChanged idiom_changed(IdiomGraph *g, IdiomTensor *const in[5])
{
    IdiomChanged result = {NULL, NULL};
    if (idiom_graph_failed(g, in, INPUTS) || !idiom_require_same(g, "changed_tiles", in[NOW], in[LAST]) ||
        !idiom_require_layout(g, "changed_tiles", in[TURN], IDIOM_LAYOUT_FLAT))
        return result;
    const IdiomShape s = in[NOW]->shape;
    const guint across = IDIOM_DIV_UP(s.w, 1u << TILE_SHIFT), down = IDIOM_DIV_UP(s.h, TILE_ROWS);
    IdiomOp *op = idiom_graph_add_op(g, &changed_class, in, INPUTS, NULL, 0);
    result.list =
        idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, TILE_LIST + across * down));
    result.next = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, down, across));
    return result;
}

IdiomTiles idiom_changed_tiles(IdiomGraph *g, IdiomTensor *picture, const IdiomMotion *motion,
                               IdiomTensor *turn)
{
    if (idiom_graph_failed(g, &picture, 1))
        return (IdiomTiles){NULL};
    const IdiomShape s = picture->shape;
    const guint w = IDIOM_DIV_UP(s.w, BLOCK), h = IDIOM_DIV_UP(s.h, BLOCK);
    IdiomTensor *now = idiom_shrink(g, picture, w, h);
    IdiomTensor *last = idiom_graph_state(g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(1, 3, h, w));
    IdiomTensor *in[INPUTS] = {
        [NOW] = now, [LAST] = last, [TURN] = turn, [CONTINUES] = motion->continues, [REST] = motion->rest};
    const IdiomChanged changed = idiom_changed(g, in);
    idiom_assign(g, last, changed.next);
    return (IdiomTiles){changed.list, w, h};
}
