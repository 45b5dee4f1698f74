/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops/internal.h"

static const char *layout_name(IdiomLayout layout)
{
    switch (layout) {
    case IDIOM_LAYOUT_PLANES:
        return "planes";
    case IDIOM_LAYOUT_FLAT:
        return "flat";
    case IDIOM_LAYOUT_BYTES:
        return "bytes";
    }
    return "unknown";
}

gboolean idiom_require_layout(IdiomGraph *g, const char *op, const IdiomTensor *t, IdiomLayout layout)
{
    if (t->layout == layout)
        return TRUE;
    idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "%s: operand " IDIOM_SHAPE_FORMAT " is %s, needed is %s", op,
                     IDIOM_SHAPE_ARGS(t->shape), layout_name(t->layout), layout_name(layout));
    return FALSE;
}

gboolean idiom_require_same(IdiomGraph *g, const char *op, const IdiomTensor *a, const IdiomTensor *b)
{
    if (a->layout == b->layout && idiom_shape_equal(a->shape, b->shape))
        return TRUE;
    idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                     "%s: operands differ: %s " IDIOM_SHAPE_FORMAT " and %s " IDIOM_SHAPE_FORMAT, op,
                     layout_name(a->layout), IDIOM_SHAPE_ARGS(a->shape), layout_name(b->layout),
                     IDIOM_SHAPE_ARGS(b->shape));
    return FALSE;
}

guint64 idiom_address_or(IdiomRecorder *r, const IdiomTensor *t, const IdiomTensor *instead)
{
    return idiom_recorder_address(r, t ? t : instead);
}

void idiom_dispatch_cover_flat(IdiomDispatch *d, gsize elements)
{
    const guint local = 128, max_groups = 32768; /* the least maximum that Vulkan guarantees is 65535 */
    gsize groups = IDIOM_DIV_UP(elements, local);
    d->local[0] = local;
    d->groups[0] = (guint)MIN(groups, max_groups);
    d->groups[1] = (guint)IDIOM_DIV_UP(groups, max_groups);
}
