/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network itself in a graph, and the sizes that go together with it. */
#include "model/onnx/run.h"

#include "graph/graph.h"
#include "model/onnx/build.h"

#include <math.h>

#define MAX_SMALLER 6 /* attempts: every operation may be the one that is too large */

/* @v as [n,c,h,w] where it is [n,h,w,c], or the other way round. */
static void turn(Value *v, gboolean to_nhwc)
{
    static const guint orders[2][4] = {{0, 3, 1, 2}, {0, 2, 3, 1}};
    const Value from = *v;
    for (guint d = 0; d < 4; d++) {
        v->dims[d] = from.dims[orders[to_nhwc][d]];
        v->strides[d] = from.strides[orders[to_nhwc][d]];
    }
}

/* What the nodes make of @x; NULL with @error. */
static IdiomTensor *run_nodes(const IdiomNetwork *net, IdiomGraph *graph, IdiomTensor *x, IdiomTensor *keep,
                              GError **error)
{
    Builder b;
    idiom_builder_init(&b, net, graph, error);
    b.keep = keep;
    Value *input = &b.values[net->input], *output = &b.values[net->output];
    const guint uses = input->uses;
    *input = value_of_source(source_of(&b, x));
    if (net->nhwc)
        turn(input, TRUE);
    input->uses = uses;
    IdiomTensor *made = NULL;
    if (idiom_builder_run(&b)) {
        if (net->nhwc && output->rank == 4)
            turn(output, FALSE);
        if (output->source && output->rank == 4)
            made = value_planes(&b, output);
        else
            node_fail(&b, "the network's result is no picture");
    }
    const GError *failed = idiom_graph_error(graph);
    if (failed && !b.failed)
        node_fail(&b, "%s", failed->message);
    idiom_builder_clear(&b);
    return made;
}

IdiomTensor *idiom_network_run(const IdiomNetwork *net, IdiomGraph *graph, IdiomTensor *x, IdiomTensor *keep)
{
    g_autoptr(GError) error = NULL;
    if (idiom_graph_failed(graph, &x, 1))
        return NULL;
    IdiomTensor *made = run_nodes(net, graph, x, keep, &error);
    if (made)
        return made;
    g_clear_error(&graph->error); /* which does not say the node */
    return idiom_graph_fail(graph, IDIOM_ERROR_FORMAT, "%s",
                            error ? error->message : "the network cannot be built");
}

/* Whether a picture of @w x @h becomes one of that size. *excess: how many times too large a tensor would be, or 0. */
static gboolean try_size(const IdiomNetwork *net, const IdiomGraph *like, guint w, guint h, IdiomShape *made,
                         double *excess, GError **error)
{
    g_autoptr(IdiomGraph) graph = idiom_graph_new(like->device, like->precision);
    const IdiomShape shape = IDIOM_SHAPE(1, 3, h, w);
    IdiomTensor *x = idiom_to_planes(graph, idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, shape));
    *made = (IdiomShape){0};
    IdiomTensor *y = idiom_network_run(net, graph, x, NULL);
    *excess = graph->excess;
    if (!y) {
        *error = g_error_copy(idiom_graph_error(graph));
        return FALSE;
    }
    *made = y->shape;
    return idiom_shape_equal(y->shape, shape);
}

/* Sizes of at least *w x *h. */
static gboolean fit_multiple(const IdiomNetwork *net, const IdiomGraph *like, guint *w, guint *h,
                             double *excess, GError **error)
{
    const guint wanted_w = *w, wanted_h = *h;
    g_autoptr(GError) first = NULL;
    IdiomShape made, first_made = {0};
    for (guint multiple = 1; multiple <= IDIOM_NETWORK_MAX_MULTIPLE; multiple *= 2) {
        const guint to_w = net->w ? net->w : (wanted_w + multiple - 1) / multiple * multiple;
        const guint to_h = net->h ? net->h : (wanted_h + multiple - 1) / multiple * multiple;
        g_autoptr(GError) failed = NULL;
        if (multiple > 1 && to_w == *w && to_h == *h)
            continue;
        *w = to_w;
        *h = to_h;
        if (try_size(net, like, to_w, to_h, &made, excess, &failed))
            return TRUE;
        if (!first && !first_made.n) {
            first = g_steal_pointer(&failed);
            first_made = made;
        }
        if (made.n && made.h % to_h == 0 && made.w % to_w == 0)
            break; /* larger by a factor, whatever the size */
        if (*excess > 0)
            break; /* so are larger ones */
    }
    if (first)
        g_propagate_error(error, g_steal_pointer(&first));
    else
        g_set_error(
            error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
            "%s: makes [%u,%u,%u,%u] of a picture of %ux%u, only results of the same size are supported",
            net->file, first_made.n, first_made.c, first_made.h, first_made.w, wanted_w, wanted_h);
    return FALSE;
}

gboolean idiom_network_fit(const IdiomNetwork *net, const IdiomGraph *like, guint *w, guint *h,
                           GError **error)
{
    const guint wanted_w = *w, wanted_h = *h;
    double excess, scale = 1;
    g_autoptr(GError) first = NULL;
    for (guint round = 0; round < MAX_SMALLER; round++) {
        g_autoptr(GError) failed = NULL;
        *w = MAX((guint)(wanted_w * scale), 1);
        *h = MAX((guint)(wanted_h * scale), 1);
        if (fit_multiple(net, like, w, h, &excess, &failed))
            return TRUE;
        if (!first)
            first = g_steal_pointer(&failed);
        if (!(excess > 0) || net->w || net->h)
            break;
        scale *= 0.99 / sqrt(excess);
    }
    g_propagate_error(error, g_steal_pointer(&first));
    return FALSE;
}
