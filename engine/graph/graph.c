/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Graphs: tensors, operations, sticky errors. */
#include "graph.h"
#include "gpu/gpu.h"
#include "ops/functions.h"

#include <stdarg.h>
#include <string.h>

static void free_tensor(gpointer data)
{
    IdiomTensor *t = data;
    g_free(t->values);
    g_free(t);
}

static void free_op(gpointer data)
{
    IdiomOp *op = data;
    g_free(op->params);
    g_free(op);
}

IdiomGraph *idiom_graph_new(IdiomDevice *device, IdiomPrecision precision)
{
    IdiomGraph *g = g_new0(IdiomGraph, 1);

    g->device = idiom_device_ref(device);
    g->precision = precision;
    g->slots = 1;
    g->tensors = g_ptr_array_new_with_free_func(free_tensor);
    g->ops = g_ptr_array_new_with_free_func(free_op);
    g->params = g_ptr_array_new_with_free_func((GDestroyNotify)idiom_params_unref);
    if (precision == IDIOM_FP16 && !idiom_device_info(device)->fp16)
        idiom_graph_fail(g, IDIOM_ERROR_FEATURE, "%s has no 16 bit storage", idiom_device_info(device)->name);
    return g;
}

void idiom_graph_free(IdiomGraph *g)
{
    if (!g)
        return;
    g_clear_error(&g->error);
    g_ptr_array_unref(g->ops);
    g_ptr_array_unref(g->tensors);
    g_ptr_array_unref(g->params);
    idiom_device_unref(g->device);
    g_free(g);
}

const GError *idiom_graph_error(const IdiomGraph *g)
{
    return g->error;
}

IdiomFamily idiom_graph_family(const IdiomGraph *g)
{
    return idiom_device_info(g->device)->family;
}

gboolean idiom_graph_half_products(const IdiomGraph *g)
{
    return g->precision == IDIOM_FP16 && idiom_graph_family(g) == IDIOM_FAMILY_VECTOR &&
           idiom_device_products(g->device) >= IDIOM_PRODUCTS_FP16;
}

const struct IdiomMatrix *idiom_graph_matrix(const IdiomGraph *g)
{
    IdiomProducts products = idiom_device_products(g->device);
    gboolean all = products == IDIOM_PRODUCTS_MATRIX_ALL && idiom_graph_family(g) == IDIOM_FAMILY_VECTOR;
    return all || (products == IDIOM_PRODUCTS_MATRIX && g->precision == IDIOM_FP16)
               ? idiom_device_matrix(g->device)
               : NULL;
}

IdiomPrecision idiom_graph_precision(const IdiomGraph *g)
{
    return g->precision;
}

IdiomTensor *idiom_graph_fail(IdiomGraph *g, IdiomError code, const char *format, ...)
{
    va_list args;

    if (!g->error) {
        va_start(args, format);
        g->error = g_error_new_valist(IDIOM_ERROR, code, format, args);
        va_end(args);
    }
    return NULL;
}

gboolean idiom_graph_failed(IdiomGraph *g, IdiomTensor *const *tensors, guint n)
{
    if (g->error)
        return TRUE;
    for (guint i = 0; i < n; i++)
        if (!tensors[i]) {
            idiom_graph_fail(g, IDIOM_ERROR_ARGUMENT, "an operation was given no tensor");
            return TRUE;
        }
    return FALSE;
}

IdiomTensor *idiom_graph_new_tensor(IdiomGraph *g, IdiomLayout layout, IdiomShape shape)
{
    IdiomTensor *t = g_new0(IdiomTensor, 1);

    t->graph = g;
    t->id = g->tensors->len;
    t->layout = layout;
    t->shape = shape;
    t->precision = g->precision;
    g_ptr_array_add(g->tensors, t);
    return t;
}

/* What the device's bindings and 32 bit indices allow. */
static gboolean check_size(IdiomGraph *g, IdiomLayout layout, IdiomShape s)
{
    guint limit = idiom_device_info(g->device)->max_plane_dim;

    if (s.n == 0 || s.c == 0 || s.h == 0 || s.w == 0) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "a tensor of shape [%u,%u,%u,%u] is empty", s.n, s.c, s.h,
                         s.w);
        return FALSE;
    }
    const double elements = (double)s.n * (s.c + 3) * s.h * s.w;
    if (elements >= 2147483648.0) {
        g->excess = elements / 2147483648.0;
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE, "a tensor of shape [%u,%u,%u,%u] has 2^31 elements or more",
                         s.n, s.c, s.h, s.w);
        return FALSE;
    }
    if (layout != IDIOM_LAYOUT_PLANES)
        return TRUE;
    if (s.w > limit || s.h > limit) {
        idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                         "a picture of %ux%u exceeds the device's limit of %u pixels a side", s.w, s.h,
                         limit);
        return FALSE;
    }
    guint64 texel = g->precision == IDIOM_FP16 ? 8 : 16,
            largest = idiom_device_info(g->device)->max_tensor_bytes;
    guint64 bytes = texel * s.n * idiom_c4(s.c) * s.h * s.w;
    if (bytes > largest) {
        g->excess = (double)bytes / (double)largest;
        idiom_graph_fail(
            g, IDIOM_ERROR_SHAPE,
            "%u picture(s) of %ux%u with %u channels take %.0f MiB; the device's limit for one tensor is "
            "%.0f MiB",
            s.n, s.w, s.h, s.c, bytes / 1048576.0, largest / 1048576.0);
        return FALSE;
    }
    return TRUE;
}

IdiomTensor *idiom_graph_input(IdiomGraph *g, IdiomLayout layout, IdiomShape shape)
{
    if (idiom_graph_failed(g, NULL, 0) || !check_size(g, layout, shape))
        return NULL;
    if (layout == IDIOM_LAYOUT_PLANES)
        return idiom_graph_fail(g, IDIOM_ERROR_ARGUMENT, "inputs are flat or bytes");
    IdiomTensor *t = idiom_graph_new_tensor(g, layout, shape);
    t->host = TRUE;
    return t;
}

void idiom_graph_carry(IdiomTensor *t)
{
    if (t) /* NULL: the graph has failed */
        t->carried = TRUE;
}

IdiomTensor *idiom_graph_state(IdiomGraph *g, IdiomLayout layout, IdiomShape shape)
{
    if (idiom_graph_failed(g, NULL, 0) || !check_size(g, layout, shape))
        return NULL;
    if (layout == IDIOM_LAYOUT_BYTES)
        return idiom_graph_fail(g, IDIOM_ERROR_ARGUMENT, "states are flat or planes");
    IdiomTensor *t = idiom_graph_new_tensor(g, layout, shape);
    t->state = TRUE;
    return t;
}

IdiomTensor *idiom_graph_full_state(IdiomGraph *g, IdiomShape shape)
{
    IdiomTensor *t = idiom_graph_state(g, IDIOM_LAYOUT_PLANES, shape);
    if (t)
        t->precision = IDIOM_FP32;
    return t;
}

void idiom_graph_set_slots(IdiomGraph *g, guint slots)
{
    g_return_if_fail(slots >= 1 && slots <= IDIOM_PROGRAM_MAX_SLOTS);
    g->slots = slots;
}

void idiom_graph_use_scratch(IdiomGraph *g)
{
    g->scratch = TRUE;
}

void idiom_graph_share(IdiomGraph *g, IdiomTensor *t)
{
    if (idiom_graph_failed(g, &t, 1))
        return;
    while (t->alias)
        t = t->alias;
    t->shared = TRUE;
}

IdiomTensor *idiom_graph_borrow(IdiomGraph *g, const IdiomTensor *t)
{
    if (idiom_graph_failed(g, NULL, 0))
        return NULL;
    IdiomTensor *borrowed = idiom_graph_new_tensor(g, t->layout, t->shape);
    borrowed->precision = t->precision;
    borrowed->owner = t;
    borrowed->state = t->state;
    return borrowed;
}

IdiomShape idiom_tensor_shape(const IdiomTensor *t)
{
    return t->shape;
}

IdiomLayout idiom_tensor_layout(const IdiomTensor *t)
{
    return t->layout;
}

IdiomTensor *idiom_tensor_gradient(const IdiomTensor *t)
{
    return t->gradient;
}

IdiomTensor *idiom_constant(IdiomGraph *g, IdiomShape shape, const float *values)
{
    if (idiom_graph_failed(g, NULL, 0) || !check_size(g, IDIOM_LAYOUT_FLAT, shape))
        return NULL;
    IdiomTensor *t = idiom_graph_new_tensor(g, IDIOM_LAYOUT_FLAT, shape);
    t->constant = TRUE;
    t->values = g_memdup2(values, idiom_shape_elements(shape) * sizeof *values);
    return t;
}

static void refer(IdiomGraph *g, IdiomParams *params)
{
    if (!g_ptr_array_find(g->params, params, NULL))
        g_ptr_array_add(g->params, idiom_params_ref(params));
}

static IdiomTensor *params_tensor(IdiomGraph *g, IdiomParams *params, gsize offset, IdiomShape shape)
{
    for (guint i = 0; i < g->tensors->len; i++) {
        IdiomTensor *t = g_ptr_array_index(g->tensors, i);
        if (t->params == params && t->offset == offset && idiom_shape_equal(t->shape, shape))
            return t;
    }
    IdiomTensor *t = idiom_graph_new_tensor(g, IDIOM_LAYOUT_FLAT, shape);
    refer(g, params);
    t->params = params;
    t->offset = offset;
    return t;
}

IdiomTensor *idiom_graph_param(IdiomGraph *g, IdiomParams *params, const char *name, gboolean trainable)
{
    int index = idiom_params_find(params, name);

    if (idiom_graph_failed(g, NULL, 0))
        return NULL;
    if (index < 0)
        return idiom_graph_fail(g, IDIOM_ERROR_ARGUMENT, "there is no parameter %s", name);
    IdiomTensor *t = params_tensor(g, params, idiom_params_offset(params, (guint)index),
                                   idiom_params_shape(params, (guint)index));
    t->constant = !trainable;
    t->requires_gradient = trainable;
    return t;
}

IdiomTensor *idiom_graph_params_flat(IdiomGraph *g, IdiomParams *params)
{
    if (idiom_graph_failed(g, NULL, 0))
        return NULL;
    return params_tensor(g, params, 0, IDIOM_SHAPE(1, 1, 1, (guint)idiom_params_elements(params)));
}

void idiom_graph_want_gradient(IdiomGraph *g, IdiomTensor *t)
{
    if (!idiom_graph_failed(g, &t, 1))
        t->requires_gradient = t->wants_gradient = TRUE;
}

double idiom_graph_flops(const IdiomGraph *g)
{
    double flops = 0;
    for (guint i = 0; i < g->ops->len; i++) {
        const IdiomOp *op = g_ptr_array_index(g->ops, i);
        flops += op->klass->flops && !op->constant && op->n_out ? op->klass->flops(op) : 0;
    }
    return flops;
}

IdiomTensor *idiom_stop_gradient(IdiomGraph *g, IdiomTensor *tensor)
{
    if (idiom_graph_failed(g, &tensor, 1))
        return NULL;
    IdiomTensor *t = idiom_graph_new_tensor(g, tensor->layout, tensor->shape);
    t->alias = tensor;
    t->constant = tensor->constant;
    t->precision = tensor->precision;
    return t;
}

IdiomOp *idiom_graph_add_op(IdiomGraph *g, const IdiomOpClass *klass, IdiomTensor *const *in, guint n_in,
                            gconstpointer params, gsize params_size)
{
    IdiomOp *op = g_new0(IdiomOp, 1);

    g_assert(n_in <= IDIOM_OP_MAX_IN);
    op->klass = klass;
    op->n_in = n_in;
    op->constant = TRUE;
    for (guint i = 0; i < n_in; i++) {
        op->in[i] = in[i];
        op->constant &= !in[i] || in[i]->constant;
    }
    op->params = params_size ? g_memdup2(params, params_size) : NULL;
    op->params_size = params_size;
    g_ptr_array_add(g->ops, op);
    return op;
}

IdiomTensor *idiom_op_add_output(IdiomOp *op, IdiomGraph *g, IdiomLayout layout, IdiomShape shape)
{
    IdiomTensor *t = idiom_graph_new_tensor(g, layout, shape);

    g_assert(op->n_out < IDIOM_OP_MAX_OUT);
    t->op = op;
    t->constant = op->constant;
    for (guint i = 0; i < op->n_in && op->klass->backward && !g->backward; i++)
        t->requires_gradient |= op->in[i] && op->in[i]->requires_gradient;
    for (guint i = 0; i < op->n_in && op->klass->inference_only; i++)
        if (op->in[i] && op->in[i]->requires_gradient)
            return idiom_graph_fail(g, IDIOM_ERROR_SHAPE,
                                    "%s has no gradient: it is for networks that are not trained",
                                    op->klass->name);
    op->out[op->n_out++] = t;
    return check_size(g, layout, shape) ? t : NULL;
}

IdiomTensor *idiom_op_add_full_output(IdiomOp *op, IdiomGraph *g, IdiomShape shape)
{
    IdiomTensor *t = idiom_op_add_output(op, g, IDIOM_LAYOUT_PLANES, shape);
    if (t)
        t->precision = IDIOM_FP32;
    return t;
}

IdiomOp *idiom_graph_find_op(IdiomGraph *g, const IdiomOpClass *klass, IdiomTensor *const *in, guint n_in,
                             gconstpointer params, gsize params_size)
{
    for (guint i = 0; i < g->ops->len; i++) {
        IdiomOp *op = g_ptr_array_index(g->ops, i);
        if (op->klass == klass && op->n_in == n_in && op->params_size == params_size &&
            !memcmp(op->in, in, n_in * sizeof *in) &&
            (!params_size || !memcmp(op->params, params, params_size)))
            return op;
    }
    return NULL;
}

void idiom_dispatch_tiles(IdiomDispatch *d, const IdiomTensor *list, guint times)
{
    g_assert(times >= 1 && times <= TILE_ARGUMENTS);
    d->counts = list;
    d->counts_at = 3 * (times - 1);
}

void idiom_graph_set_tiles(IdiomGraph *g, IdiomTiles tiles)
{
    g->tiles = tiles;
}

void idiom_op_use_tiles(IdiomOp *op, IdiomGraph *g, guint w, guint h)
{
    const IdiomTiles *tiles = &g->tiles;
    const guint scale = tiles->list ? w / tiles->w : 0;

    if ((scale != 1 && scale != 2 && scale != 4) || w != scale * tiles->w || h != scale * tiles->h ||
        op->out[0]->shape.n != 1 || op->constant || op->n_in == IDIOM_OP_MAX_IN ||
        idiom_graph_family(g) != IDIOM_FAMILY_LANE)
        return;
    op->tiles = op->in[op->n_in++] = tiles->list;
    op->tile_scale = scale;
    for (guint i = 0; i < op->n_out; i++)
        op->out[i]->kept = TRUE;
}

void idiom_dispatch_cover(IdiomDispatch *d, IdiomShape s)
{
    /* a multiple of every subgroup size; wide enough that the cost of starting a workgroup does not show */
    guint width = s.w >= 128 ? 64 : 32;

    d->local[0] = width;
    d->local[1] = d->local[2] = 1;
    d->groups[0] = IDIOM_DIV_UP(s.w, width);
    d->groups[1] = s.h;
    d->groups[2] = s.n * idiom_c4(s.c);
}
