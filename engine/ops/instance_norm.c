/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Conditional instance normalization. Forward: moments of chunks of rows; a small pass that combines them and
 * the styles into one scale and shift per channel; a pass that applies those. Backward recomputes what the
 * activation got from x, scale and shift, because it cannot be recovered from the result once a residual is added.
 */
#include "ops/internal.h"
#include "ops/moments.h"

#define APPLY_WIDTH 32

typedef struct {
    guint32 act;
    guint groups; /* of channels that share their statistics; 0: each has its own */
    float epsilon;
} NormParams;

enum { X, GAMMA, BETA, MIX, RESIDUAL, KEEP, LAST };

/* Elements from one image's style weights to the next one's; 0 if all images share them. */
static gint32 mix_step(const IdiomTensor *mix)
{
    return mix && mix->shape.n > 1 ? (gint32)mix->shape.c : 0;
}

static guint64 address_or_zero(IdiomRecorder *r, const IdiomTensor *t)
{
    return t ? idiom_recorder_address(r, t) : 0;
}

static void cover_rows(IdiomDispatch *d, IdiomShape shape)
{
    d->local[0] = APPLY_WIDTH;
    d->groups[0] = IDIOM_DIV_UP(shape.w, APPLY_WIDTH);
    d->groups[1] = IDIOM_DIV_UP(shape.h, APPLY_ROWS);
    d->groups[2] = shape.n * idiom_c4(shape.c);
}

/* --- backward ------------------------------------------------------------------------------------- */

/* in: x, dy, statistics. out: sums [n][2][channels], scratch. */
static gboolean sums_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const NormParams *params = op->params;
    IdiomShape shape = op->in[0]->shape;
    IdiomChunks chunks = idiom_chunks(shape);
    struct {
        IdiomDims d;
        guint64 statistics, partial;
        gint32 rows, chunks;
    } push = {idiom_dims(shape), idiom_recorder_address(r, op->in[2]), idiom_recorder_address(r, op->out[1]),
              (gint32)chunks.rows, (gint32)chunks.chunks};
    IdiomDispatch d = {
        .shader = "instance_norm_sums",
        .spec = {params->act},
        .n_spec = 1,
        .local = {REDUCE_LANES},
        .groups = {chunks.chunks, idiom_c4(shape.c), shape.n},
        .planes = {op->in[0], op->in[1]},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    struct {
        IdiomDims d;
        guint64 partial, sums;
        gint32 chunks;
    } final_push = {idiom_dims(shape), push.partial, idiom_recorder_address(r, op->out[0]), push.chunks};
    IdiomDispatch final = {
        .shader = "instance_norm_sums_final",
        .local = {REDUCE_LANES},
        .groups = {IDIOM_DIV_UP(8 * idiom_c4(shape.c), REDUCE_LANES), shape.n},
        .push = &final_push,
        .push_size = sizeof final_push,
    };
    return idiom_record_dispatch(r, &final, error);
}

/* in: x, dy, statistics, sums. out: dx. */
static gboolean input_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const NormParams *params = op->params;
    IdiomShape shape = op->in[0]->shape;
    struct {
        IdiomDims d;
        guint64 statistics, sums;
    } push = {idiom_dims(shape), idiom_recorder_address(r, op->in[2]), idiom_recorder_address(r, op->in[3])};
    IdiomDispatch d = {
        .shader = "instance_norm_backward",
        .spec = {params->act},
        .n_spec = 1,
        .planes = {op->in[0], op->in[1], op->out[0]},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    cover_rows(&d, shape);
    return idiom_record_dispatch(r, &d, error);
}

/* in: sums, mix. out: dgamma, dbeta. */
static gboolean styles_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *sums = op->in[0], *mix = op->in[1];
    guint channels = op->out[0]->shape.c, styles = op->out[0]->shape.n;
    struct {
        IdiomDims d;
        guint64 sums, mix, dgamma, dbeta;
        gint32 mix_step;
    } push = {idiom_dims(IDIOM_SHAPE(sums->shape.n, channels, 1, 1)),
              idiom_recorder_address(r, sums),
              address_or_zero(r, mix),
              idiom_recorder_address(r, op->out[0]),
              idiom_recorder_address(r, op->out[1]),
              mix_step(mix)};
    IdiomDispatch d = {
        .shader = "instance_norm_styles",
        .spec = {mix != NULL},
        .n_spec = 1,
        .local = {REDUCE_LANES},
        .groups = {IDIOM_DIV_UP(channels, REDUCE_LANES), styles},
        .push = &push,
        .push_size = sizeof push,
    };
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass sums_class = {"instance_norm_sums", NULL, sums_record, NULL};
static const IdiomOpClass input_class = {"instance_norm_backward", NULL, input_record, NULL};
static const IdiomOpClass styles_class = {"instance_norm_styles", NULL, styles_record, NULL};

static void norm_backward(IdiomGraph *g, IdiomOp *op)
{
    IdiomTensor *x = op->in[X], *gamma = op->in[GAMMA], *beta = op->in[BETA], *dy = op->out[0]->gradient;
    IdiomShape shape = x->shape;
    idiom_graph_accumulate(g, op->in[RESIDUAL], dy);

    IdiomTensor *in[] = {x, dy, op->out[1], NULL};
    IdiomOp *sums_op = idiom_graph_add_op(g, &sums_class, in, 3, op->params, sizeof(NormParams));
    IdiomTensor *sums =
        idiom_op_add_output(sums_op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(shape.n, 1, 2, 4 * idiom_c4(shape.c)));
    idiom_op_add_output(sums_op, g, IDIOM_LAYOUT_FLAT, idiom_moments_shape(shape));

    if (x->requires_gradient) {
        in[3] = sums;
        IdiomOp *input_op = idiom_graph_add_op(g, &input_class, in, 4, op->params, sizeof(NormParams));
        idiom_graph_accumulate(g, x, idiom_op_add_output(input_op, g, IDIOM_LAYOUT_PLANES, shape));
    }
    if (gamma->requires_gradient || beta->requires_gradient) {
        IdiomTensor *styles_in[] = {sums, op->in[MIX]};
        IdiomOp *styles_op = idiom_graph_add_op(g, &styles_class, styles_in, 2, NULL, 0);
        IdiomTensor *dgamma = idiom_op_add_output(styles_op, g, IDIOM_LAYOUT_FLAT, gamma->shape);
        IdiomTensor *dbeta = idiom_op_add_output(styles_op, g, IDIOM_LAYOUT_FLAT, beta->shape);
        idiom_graph_accumulate(g, gamma, dgamma);
        idiom_graph_accumulate(g, beta, dbeta);
    }
}

/* --- forward -------------------------------------------------------------------------------------- */

/* The statistics' first two rows from the moments in the others. */
static gboolean record_groups(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const NormParams *params = op->params;
    const IdiomShape shape = op->in[X]->shape;
    struct {
        IdiomDims d;
        guint64 statistics, gamma, beta;
        gint32 size;
        float epsilon;
    } push = {idiom_dims(shape),
              idiom_recorder_address(r, op->out[1]),
              idiom_recorder_address(r, op->in[GAMMA]),
              idiom_recorder_address(r, op->in[BETA]),
              (gint32)(shape.c / params->groups),
              params->epsilon};
    IdiomDispatch d = {
        .shader = "group_norm_statistics",
        .local = {REDUCE_LANES},
        .groups = {IDIOM_DIV_UP(4 * idiom_c4(shape.c), REDUCE_LANES), shape.n},
        .push = &push,
        .push_size = sizeof push,
    };
    if (!idiom_record_dispatch(r, &d, error))
        return FALSE;
    idiom_recorder_barrier(r);
    return TRUE;
}

/* out: y, statistics, scratch, and the moments for the next run if something is kept. */
static gboolean norm_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const NormParams *params = op->params;
    const IdiomTensor *x = op->in[X], *residual = op->in[RESIDUAL], *statistics = op->out[1];
    IdiomShape shape = x->shape;
    IdiomChunks chunks = idiom_chunks(shape);
    if (op->tiles ? !idiom_record_tile_moments(r, x, op->out[2], op->tiles, error)
                  : !idiom_record_moments(r, x, op->out[2], error))
        return FALSE;
    idiom_recorder_barrier(r);

    struct {
        IdiomDims d;
        guint64 partial, statistics, gamma, beta, mix, keep, last, next;
        gint32 rows, chunks, styles, mix_step;
        float epsilon;
    } statistics_push = {
        idiom_dims(shape),
        idiom_recorder_address(r, op->out[2]),
        idiom_recorder_address(r, statistics),
        idiom_recorder_address(r, op->in[GAMMA]),
        idiom_recorder_address(r, op->in[BETA]),
        address_or_zero(r, op->in[MIX]),
        address_or_zero(r, op->in[KEEP]),
        address_or_zero(r, op->in[LAST]),
        op->in[KEEP] ? idiom_recorder_address(r, op->out[3]) : 0,
        (gint32)chunks.rows,
        (gint32)op->out[2]->shape.c,
        (gint32)op->in[GAMMA]->shape.n,
        mix_step(op->in[MIX]),
        params->epsilon,
    };
    IdiomDispatch combine = {
        .shader = "instance_norm_statistics",
        .spec = {op->in[MIX] != NULL, op->in[KEEP] != NULL, params->groups != 0, TRUE},
        .n_spec = op->tiles ? 4 : 3,
        .local = {REDUCE_LANES},
        .groups = {IDIOM_DIV_UP(4 * idiom_c4(shape.c), REDUCE_LANES), shape.n},
        .push = &statistics_push,
        .push_size = sizeof statistics_push,
    };
    if (!idiom_record_dispatch(r, &combine, error))
        return FALSE;
    idiom_recorder_barrier(r);
    if (params->groups && !record_groups(r, op, error))
        return FALSE;

    struct {
        IdiomDims d;
        guint64 statistics, tiles;
    } push = {idiom_dims(shape), statistics_push.statistics, address_or_zero(r, op->tiles)};
    /* Without a residual what is bound in its place is not read. */
    IdiomDispatch apply = {
        .shader = "instance_norm",
        .spec = {params->act, residual != NULL, TRUE},
        .n_spec = op->tiles ? 3 : 2,
        .planes = {x, op->out[0], residual ? residual : x},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    cover_rows(&apply, shape);
    if (op->tiles) {
        apply.local[0] = (TILE_ROWS / APPLY_ROWS) << TILE_SHIFT;
        idiom_dispatch_tiles(&apply, op->tiles, idiom_c4(shape.c));
    }
    return idiom_record_dispatch(r, &apply, error);
}

static double norm_flops(const IdiomOp *op)
{
    return (6.0 + (op->in[RESIDUAL] != NULL)) * (double)idiom_shape_elements(op->in[X]->shape);
}

static const IdiomOpClass norm_class = {"instance_norm", norm_backward, norm_record, norm_flops};
static const IdiomOpClass group_norm_class = {
    .name = "group_norm", .record = norm_record, .flops = norm_flops, .inference_only = TRUE};

/* Appends the op; @keep: something of the last run is kept. */
static IdiomTensor *append_norm(IdiomGraph *g, const IdiomOpClass *klass, IdiomTensor *const *in,
                                const NormParams *params)
{
    const IdiomShape s = in[X]->shape, moments = IDIOM_SHAPE(s.n, 1, 2, 4 * idiom_c4(s.c));
    IdiomOp *op = idiom_graph_add_op(g, klass, in, LAST + 1, params, sizeof *params);
    IdiomTensor *y = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, s);
    idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(s.n, 1, STATISTICS_ROWS, 4 * idiom_c4(s.c)));
    IdiomTensor *partial = idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, idiom_moments_shape(s));
    IdiomTensor *next = in[KEEP] ? idiom_op_add_output(op, g, IDIOM_LAYOUT_FLAT, moments) : NULL;
    if (idiom_c4(s.c) <= TILE_ARGUMENTS)
        idiom_op_use_tiles(op, g, s.w, s.h);
    if (op->tiles)
        partial->shape = idiom_tile_moments_shape(s);
    if (next)
        idiom_assign(g, in[LAST], next);
    return y;
}

IdiomTensor *idiom_instance_norm(IdiomGraph *g, IdiomTensor *x, IdiomTensor *gamma, IdiomTensor *beta,
                                 IdiomTensor *mix, IdiomTensor *residual, IdiomActivation act,
                                 IdiomTensor *keep)
{
    IdiomTensor *in[] = {x, gamma, beta, mix, residual, keep, NULL};
    const char *name = norm_class.name;
    if (idiom_graph_failed(g, in, 3) || !idiom_require_layout(g, name, x, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, name, gamma, IDIOM_LAYOUT_FLAT) ||
        !idiom_require_same(g, name, gamma, beta) ||
        (residual && !idiom_require_same(g, name, x, residual)) ||
        (mix && !idiom_require_layout(g, name, mix, IDIOM_LAYOUT_FLAT)) ||
        (keep && !idiom_require_layout(g, name, keep, IDIOM_LAYOUT_FLAT)))
        return NULL;
    guint styles = gamma->shape.n;
    if (!idiom_shape_equal(gamma->shape, IDIOM_SHAPE(styles, x->shape.c, 1, 1)))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "%s: gamma is " IDIOM_SHAPE_FORMAT ", not [styles,%u,1,1]", name,
                                IDIOM_SHAPE_ARGS(gamma->shape), x->shape.c);
    if (mix && !(idiom_shape_equal(mix->shape, IDIOM_SHAPE(mix->shape.n, styles, 1, 1)) &&
                 (mix->shape.n == 1 || mix->shape.n == x->shape.n)))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "%s: mix is " IDIOM_SHAPE_FORMAT ", not [1 or %u,%u,1,1]", name,
                                IDIOM_SHAPE_ARGS(mix->shape), x->shape.n, styles);
    if (!mix && styles != 1)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "%s: %u styles need a mix", name, styles);

    const IdiomShape moments = IDIOM_SHAPE(x->shape.n, 1, 2, 4 * idiom_c4(x->shape.c));
    if (keep && x->shape.n != 1)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "%s: keeps moments of one picture, not of %u", name,
                                x->shape.n);
    if (keep && !(in[LAST] = idiom_graph_state(g, IDIOM_LAYOUT_FLAT, moments)))
        return NULL;

    return append_norm(g, &norm_class, in, &(NormParams){.act = act, .epsilon = 1e-5f});
}

IdiomTensor *idiom_group_norm(IdiomGraph *g, IdiomTensor *x, IdiomTensor *gamma, IdiomTensor *beta,
                              guint groups, double epsilon, IdiomTensor *residual, IdiomActivation act,
                              IdiomTensor *keep)
{
    IdiomTensor *in[] = {x, gamma, beta, NULL, residual, keep, NULL};
    const char *name = group_norm_class.name;
    if (idiom_graph_failed(g, in, 3) || !idiom_require_layout(g, name, x, IDIOM_LAYOUT_PLANES) ||
        !idiom_require_layout(g, name, gamma, IDIOM_LAYOUT_FLAT) ||
        !idiom_require_same(g, name, gamma, beta) ||
        (residual && !idiom_require_same(g, name, x, residual)) ||
        (keep && !idiom_require_layout(g, name, keep, IDIOM_LAYOUT_FLAT)))
        return NULL;
    const IdiomShape s = x->shape;
    if (!idiom_shape_equal(gamma->shape, IDIOM_SHAPE(1, s.c, 1, 1)) || !groups || s.c % groups)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "%s: gamma " IDIOM_SHAPE_FORMAT " for %u channels in %u groups", name,
                                IDIOM_SHAPE_ARGS(gamma->shape), s.c, groups);
    if (keep && s.n != 1)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "%s: keeps moments of one picture, not of %u", name,
                                s.n);
    if (keep &&
        !(in[LAST] = idiom_graph_state(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(s.n, 1, 2, 4 * idiom_c4(s.c)))))
        return NULL;
    return append_norm(
        g, &group_norm_class, in,
        &(NormParams){.act = act, .groups = groups == s.c ? 0 : groups, .epsilon = (float)epsilon});
}
