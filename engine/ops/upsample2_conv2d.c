/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bilinear upsampling followed by a 3x3 convolution. In general these are two operations; where nothing is trained
 * they are one, which saves writing and reading the large tensor.
 */
#include "ops/conv2d.h"

typedef struct {
    IdiomActivation act;
    guint blocks, outputs; /* input blocks, output channels */
    gboolean picture;
} Params;

/* vec4s of packed weights for 4 outputs */
static guint packed_length(const Params *p)
{
    return 1 + p->blocks * 144 + (p->picture ? 27 : 0);
}

/* --- weights -------------------------------------------------------------------------------------- */

static gboolean pack_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *weight = op->in[0], *bias = op->in[1], *packed = op->out[0];
    gsize count = idiom_shape_elements(packed->shape);
    struct {
        guint64 packed, weight, bias;
        gint32 count, per_block, outputs, inputs, blocks, has_bias;
    } push = {idiom_recorder_address(r, packed),
              idiom_recorder_address(r, weight),
              idiom_address_or(r, bias, weight),
              (gint32)count,
              (gint32)packed_length(p) * 4,
              (gint32)weight->shape.n,
              (gint32)weight->shape.c,
              (gint32)p->blocks,
              bias != NULL};
    IdiomDispatch d = {.shader = "upsample2_conv2d_pack", .push = &push, .push_size = sizeof push};
    idiom_dispatch_cover_flat(&d, count);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass pack_class = {"upsample2_conv2d_pack", NULL, pack_record, NULL};

/* --- the operation -------------------------------------------------------------------------------- */

/* Input blocks [first, end) of 4 outputs. */
static gboolean record_chunk(IdiomRecorder *r, const IdiomOp *op, guint dst_block, guint first, guint end,
                             GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *x = op->in[0], *x2 = op->in[1], *packed = op->in[2], *out = op->out[0];
    gboolean last = end == p->blocks;
    struct {
        IdiomDims d, ds;
        guint64 weights;
        gint32 dst_block, src_first, band, unused;
        guint64 tiles;
    } push = {idiom_dims(out->shape), idiom_dims(x->shape),
              idiom_recorder_address(r, packed) + (dst_block * packed_length(p) + first * 144) * 16,
              (gint32)dst_block, (gint32)first};
    IdiomDispatch d = {.shader = "upsample2_conv2d",
                       .spec = {first == 0, last ? p->act : IDIOM_ACT_NONE, end - first, last && p->picture},
                       .n_spec = 4,
                       .planes = {out, x, x2 ? x2 : x},
                       .n_planes = 3,
                       .push = &push,
                       .push_size = sizeof push};

    push.band = (gint32)(op->tiles ? idiom_conv2d_cover_tiles(r, &d, op, 1, &push.tiles)
                                   : idiom_conv2d_cover(&d, x->shape.w, x->shape.h));
    d.groups[2] = x->shape.n;
    return idiom_record_dispatch(r, &d, error);
}

static gboolean fused_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    guint chunks = idiom_conv2d_chunks(p->blocks, 9);

    for (guint chunk = 0; chunk < chunks; chunk++)
        for (guint block = 0; block < idiom_c4(p->outputs); block++) {
            /* blocks do not touch each other's outputs, but every one has all of out bound for reading as well */
            if (chunk + block > 0)
                idiom_recorder_barrier(r);
            if (!record_chunk(r, op, block, p->blocks * chunk / chunks, p->blocks * (chunk + 1) / chunks,
                              error))
                return FALSE;
        }
    return TRUE;
}

static double fused_flops(const IdiomOp *op)
{
    const Params *p = op->params;
    IdiomShape out = op->out[0]->shape;
    return 18.0 * out.n * out.h * out.w * out.c * (4 * p->blocks + (p->picture ? 3 : 0));
}

static const IdiomOpClass fused_class = {"conv2d", NULL, fused_record, fused_flops};

/* Vector: an ordinary pass that makes the large texels as it brings them into shared memory. */
static gboolean vector_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const Params *p = op->params;
    const IdiomTensor *out = op->out[0];
    IdiomConv2dPass pass = {
        .dst = out,
        .src = op->in[0],
        .src2 = op->in[1],
        .packed = op->in[2],
        .upsampled = TRUE,
        .taps = 3,
        .stride = 1,
        .mode = IDIOM_PAD_EDGE,
        .act = p->act,
        .origin = {-1, -1},
        .size = {out->shape.w, out->shape.h},
        .scale = 1,
        .images = out->shape.n,
    };
    return idiom_conv2d_record_pass(r, &pass, error);
}

static const IdiomOpClass vector_class = {"conv2d", NULL, vector_record, fused_flops};

static IdiomTensor *pack_lane(IdiomGraph *g, IdiomTensor *weight, IdiomTensor *bias, const Params *p)
{
    IdiomOp *pack = idiom_graph_add_op(g, &pack_class, (IdiomTensor *[]){weight, bias}, 2, p, sizeof *p);
    return idiom_op_add_output(pack, g, IDIOM_LAYOUT_FLAT,
                               IDIOM_SHAPE(1, 1, idiom_c4(p->outputs), packed_length(p) * 4));
}

IdiomTensor *idiom_upsample2_conv2d(IdiomGraph *g, IdiomTensor *x, IdiomTensor *x2, IdiomTensor *weight,
                                    IdiomTensor *bias, IdiomActivation act)
{
    IdiomTensor *in[] = {x, weight};

    if (idiom_graph_failed(g, in, 2))
        return NULL;
    IdiomShape s = x->shape;
    gboolean fits = weight->shape.h == 3 && weight->shape.w == 3 && s.c % 4 == 0 &&
                    weight->shape.c == s.c + (x2 ? 3 : 0) &&
                    (!x2 || idiom_shape_equal(x2->shape, IDIOM_SHAPE(s.n, 3, 2 * s.h, 2 * s.w)));
    gboolean trained = x->requires_gradient || (x2 && x2->requires_gradient) || !weight->constant ||
                       (bias && !bias->constant);
    gboolean lane = idiom_graph_family(g) == IDIOM_FAMILY_LANE;
    if (!fits || trained)
        return idiom_conv2d(g, idiom_upsample2(g, x, IDIOM_UPSAMPLE_BILINEAR), x2, weight, bias,
                            &(IdiomConvParams){.pad = 1, .mode = IDIOM_PAD_EDGE, .act = act});

    Params p = {act, idiom_c4(s.c), weight->shape.n, x2 != NULL};
    const IdiomConv2dPacking packing = {.count = p.outputs, .taps = 3, .step = 1};
    IdiomTensor *packed =
        lane ? pack_lane(g, weight, bias, &p) : idiom_conv2d_pack(g, weight, bias, &packing);
    IdiomOp *op = idiom_graph_add_op(g, lane ? &fused_class : &vector_class, (IdiomTensor *[]){x, x2, packed},
                                     3, &p, sizeof p);
    IdiomTensor *y =
        idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(s.n, p.outputs, 2 * s.h, 2 * s.w));
    idiom_op_use_tiles(op, g, s.w, s.h);
    return y;
}
