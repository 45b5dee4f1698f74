/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small mask brought along the edges of a picture: the guided filter of He, Sun and Tang ("Guided Image Filtering",
 * ECCV 2010) in colour, its fit made where the mask is small and used where the picture is large.
 */
#include "ops/internal.h"

static gboolean three_channels(IdiomGraph *g, const char *name, const IdiomTensor *guide)
{
    if (guide->shape.c == 3)
        return TRUE;
    idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "%s: guide is " IDIOM_SHAPE_FORMAT ", not of 3 channels", name,
                     IDIOM_SHAPE_ARGS(guide->shape));
    return FALSE;
}

static gboolean check(IdiomGraph *g, const char *name, IdiomTensor **in, guint n)
{
    if (idiom_graph_failed(g, in, n))
        return FALSE;
    for (guint i = 0; i < n; i++)
        if (!idiom_require_layout(g, name, in[i], IDIOM_LAYOUT_PLANES))
            return FALSE;
    return TRUE;
}

/* --- guide ----------------------------------------------------------------------------------------- */

static gboolean guide_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *mask = op->in[0], *picture = op->in[1], *guide = op->out[0];
    const gboolean flat = mask->layout == IDIOM_LAYOUT_FLAT;
    struct {
        IdiomDims picture, d;
        float ratio[2];
        guint64 flat_mask;
    } push = {
        idiom_dims(picture->shape),
        idiom_dims(guide->shape),
        {(float)picture->shape.w / (float)guide->shape.w, (float)picture->shape.h / (float)guide->shape.h},
        flat ? idiom_recorder_address(r, mask) : 0};
    IdiomDispatch d = {
        .shader = "matte_guide",
        .spec = {flat},
        .n_spec = 1,
        .planes = {picture, flat ? picture : mask, guide},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, guide->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass guide_class = {"matte_guide", NULL, guide_record, NULL};

IdiomTensor *idiom_matte_guide(IdiomGraph *g, IdiomTensor *mask, IdiomTensor *picture)
{
    IdiomTensor *in[] = {mask, picture};
    if (idiom_graph_failed(g, in, 2) ||
        (mask->layout != IDIOM_LAYOUT_FLAT &&
         !idiom_require_layout(g, "matte_guide", mask, IDIOM_LAYOUT_PLANES)) ||
        !check(g, "matte_guide", &picture, 1) || !three_channels(g, "matte_guide", picture))
        return NULL;
    const IdiomShape s = picture->shape, m = mask->shape;
    if (m.n != s.n || m.c != 1 || m.h > s.h || m.w > s.w)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "matte_guide: mask is " IDIOM_SHAPE_FORMAT
                                ", needed is [%u,1,h,w] with h, w of at "
                                "most %u, %u",
                                IDIOM_SHAPE_ARGS(m), s.n, s.h, s.w);
    IdiomOp *op = idiom_graph_add_op(g, &guide_class, in, 2, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, IDIOM_SHAPE(s.n, 4, m.h, m.w));
}

/* --- fit ------------------------------------------------------------------------------------------- */

static gboolean fit_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *fit = op->out[0];
    const IdiomDims push = idiom_dims(fit->shape);
    IdiomDispatch d = {
        .shader = "matte_fit",
        .planes = {op->in[0], fit},
        .n_planes = 2,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, fit->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass fit_class = {"matte_fit", NULL, fit_record, NULL};

IdiomTensor *idiom_matte_fit(IdiomGraph *g, IdiomTensor *guide)
{
    if (!check(g, "matte_fit", &guide, 1))
        return NULL;
    if (guide->shape.c != 4)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "matte_fit: " IDIOM_SHAPE_FORMAT " is no picture with a mask",
                                IDIOM_SHAPE_ARGS(guide->shape));
    IdiomOp *op = idiom_graph_add_op(g, &fit_class, &guide, 1, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, guide->shape);
}

/* --- matte ----------------------------------------------------------------------------------------- */

static gboolean matte_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomShape fit = op->in[0]->shape, guide = op->in[1]->shape;
    const IdiomTensor *matte = op->out[0];
    struct {
        IdiomDims fit, guide, d;
        float ratio[2];
    } push = {idiom_dims(fit),
              idiom_dims(guide),
              idiom_dims(matte->shape),
              {(float)fit.w / (float)guide.w, (float)fit.h / (float)guide.h}};
    IdiomDispatch d = {
        .shader = "matte",
        .planes = {op->in[0], op->in[1], matte},
        .n_planes = 3,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, matte->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass matte_class = {"matte", NULL, matte_record, NULL};

IdiomShape idiom_matte_shape(IdiomShape picture)
{
    return IDIOM_SHAPE(picture.n, 4, picture.h, IDIOM_DIV_UP(picture.w, 4));
}

IdiomTensor *idiom_matte(IdiomGraph *g, IdiomTensor *fit, IdiomTensor *guide)
{
    IdiomTensor *in[] = {fit, guide};
    if (!check(g, "matte", in, 2) || !three_channels(g, "matte", guide))
        return NULL;
    if (fit->shape.c != 4 || fit->shape.n != guide->shape.n)
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "matte: " IDIOM_SHAPE_FORMAT " is no fit",
                                IDIOM_SHAPE_ARGS(fit->shape));
    IdiomOp *op = idiom_graph_add_op(g, &matte_class, in, 2, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, idiom_matte_shape(guide->shape));
}

/* --- two pictures ---------------------------------------------------------------------------------- */

static gboolean mix_record(IdiomRecorder *r, const IdiomOp *op, GError **error)
{
    const IdiomTensor *result = op->out[0];
    struct {
        IdiomDims d, matte;
    } push = {idiom_dims(result->shape), idiom_dims(op->in[2]->shape)};
    IdiomDispatch d = {
        .shader = "matte_mix",
        .planes = {op->in[0], op->in[1], op->in[2], result},
        .n_planes = 4,
        .push = &push,
        .push_size = sizeof push,
    };
    idiom_dispatch_cover(&d, result->shape);
    return idiom_record_dispatch(r, &d, error);
}

static const IdiomOpClass mix_class = {"matte_mix", NULL, mix_record, NULL};

IdiomTensor *idiom_matte_mix(IdiomGraph *g, IdiomTensor *outside, IdiomTensor *inside, IdiomTensor *matte)
{
    IdiomTensor *in[] = {outside, inside, matte};
    if (!check(g, "matte_mix", in, 3) || !idiom_require_same(g, "matte_mix", outside, inside))
        return NULL;
    if (!idiom_shape_equal(matte->shape, idiom_matte_shape(outside->shape)))
        return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                "matte_mix: " IDIOM_SHAPE_FORMAT " is no mask of " IDIOM_SHAPE_FORMAT,
                                IDIOM_SHAPE_ARGS(matte->shape), IDIOM_SHAPE_ARGS(outside->shape));
    IdiomOp *op = idiom_graph_add_op(g, &mix_class, in, 3, NULL, 0);
    return idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, outside->shape);
}
