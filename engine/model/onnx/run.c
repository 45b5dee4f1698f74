/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network itself in a graph, and the sizes that go together with it. */
#include "model/onnx/run.h"

#include "graph/graph.h"
#include "model/onnx/build.h"

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
    input->uses = uses;
    IdiomTensor *made = NULL;
    if (idiom_builder_run(&b)) {
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

/* Whether a picture of @w x @h becomes one of that size. */
static gboolean try_size(const IdiomNetwork *net, const IdiomGraph *like, guint w, guint h, IdiomShape *made,
                         GError **error)
{
    g_autoptr(IdiomGraph) graph = idiom_graph_new(like->device, like->precision);
    const IdiomShape shape = IDIOM_SHAPE(1, 3, h, w);
    IdiomTensor *x = idiom_to_planes(graph, idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, shape));
    *made = (IdiomShape){0};
    IdiomTensor *y = idiom_network_run(net, graph, x, NULL);
    if (!y) {
        *error = g_error_copy(idiom_graph_error(graph));
        return FALSE;
    }
    *made = y->shape;
    return idiom_shape_equal(y->shape, shape);
}

gboolean idiom_network_fit(const IdiomNetwork *net, const IdiomGraph *like, guint *w, guint *h,
                           GError **error)
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
        if (try_size(net, like, to_w, to_h, &made, &failed))
            return TRUE;
        if (!first && !first_made.n) {
            first = g_steal_pointer(&failed);
            first_made = made;
        }
        if (made.n && made.h % to_h == 0 && made.w % to_w == 0)
            break; /* larger by a factor, whatever the size */
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
