/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network as it was read becomes one that can be built: order, what is known beforehand, and nothing else. */
#include "model/onnx/build.h"

#include <idiom/error.h>
#include <string.h>

/* Which node makes each value, or -1. */
static int *find_makers(const IdiomNetwork *net, GError **error)
{
    g_autofree int *makers = g_new(int, net->arrays->len + 1);
    memset(makers, -1, net->arrays->len * sizeof *makers);
    for (guint i = 0; i < net->nodes->len; i++) {
        const IdiomNode *node = net->nodes->pdata[i];
        for (guint k = 0; k < node->n_out; k++) {
            const int v = node->out[k];
            if (v < 0)
                continue;
            if (makers[v] >= 0 || v == net->input || net->arrays->pdata[v]) {
                idiom_node_fail(net, node, error, "makes a value that something else makes as well");
                return NULL;
            }
            makers[v] = (int)i;
        }
    }
    return g_steal_pointer(&makers);
}

typedef struct {
    guint node, operand;
} Step;

/* What a node needs before it: the maker of operand @k, or -1. FALSE where nobody makes it. */
static gboolean find_need(const IdiomNetwork *net, const int *makers, const IdiomNode *node, guint k,
                          int *maker, GError **error)
{
    const int v = node->in[k];
    *maker = v < 0 ? -1 : makers[v];
    if (v < 0 || makers[v] >= 0 || v == net->input || net->arrays->pdata[v])
        return TRUE;
    return idiom_node_fail(net, node, error, "operand %u is neither made by a node nor an initializer",
                           k + 1);
}

/* Appends the node @first and all that it needs to @order, each after what it needs itself. */
static gboolean visit(const IdiomNetwork *net, const int *makers, guint first, char *state, GArray *order,
                      GError **error)
{
    enum { NEW, OPEN, DONE };
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(Step));
    g_array_append_val(stack, ((Step){first, 0}));
    state[first] = OPEN;
    while (stack->len) {
        Step *step = &g_array_index(stack, Step, stack->len - 1);
        const IdiomNode *node = net->nodes->pdata[step->node];
        if (step->operand == node->n_in) {
            state[step->node] = DONE;
            g_array_append_val(order, step->node);
            g_array_set_size(stack, stack->len - 1);
            continue;
        }
        int maker;
        if (!find_need(net, makers, node, step->operand++, &maker, error))
            return FALSE;
        if (maker < 0 || state[maker] == DONE)
            continue;
        if (state[maker] == OPEN)
            return idiom_node_fail(net, node, error, "needs its own result: the nodes form a cycle");
        state[maker] = OPEN;
        g_array_append_val(stack, ((Step){(guint)maker, 0}));
    }
    return TRUE;
}

static void keep_nodes(IdiomNetwork *net, const GArray *order)
{
    g_autofree gpointer *nodes = g_new(gpointer, order->len + 1);
    for (guint i = 0; i < order->len; i++)
        nodes[i] = g_steal_pointer(&net->nodes->pdata[g_array_index(order, guint, i)]);
    /* what is left is freed; the array frees NULLs too */
    g_ptr_array_set_size(net->nodes, 0);
    for (guint i = 0; i < order->len; i++)
        g_ptr_array_add(net->nodes, nodes[i]);
}

/* Only what the output needs, in order. */
static gboolean sort_nodes(IdiomNetwork *net, GError **error)
{
    g_autofree int *makers = find_makers(net, error);
    g_autofree char *state = g_malloc0(net->nodes->len + 1);
    g_autoptr(GArray) order = g_array_new(FALSE, FALSE, sizeof(guint));
    if (!makers)
        return FALSE;
    if (net->output < 0 || makers[net->output] < 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: no node makes the network's output",
                    net->file);
        return FALSE;
    }
    if (!visit(net, makers, (guint)makers[net->output], state, order, error))
        return FALSE;
    keep_nodes(net, order);
    return TRUE;
}

static gboolean check_operators(const IdiomNetwork *net, GError **error)
{
    for (guint i = 0; i < net->nodes->len; i++) {
        const IdiomNode *node = net->nodes->pdata[i];
        if (!idiom_node_rule(node->op))
            return idiom_node_fail(net, node, error, "this operator is not supported");
    }
    return TRUE;
}

/* --- what is known without the picture -------------------------------------------------------------- */

#define MAX_COPY ((gsize)1 << 20) /* a view of fewer elements than it has is not worth more */

static IdiomArray *known_array(Builder *b, const Value *v)
{
    if (!v->known || !v->array || (value_count(v) > v->array->count && value_count(v) > MAX_COPY))
        return NULL;
    const IdiomArray *array = value_array(b, v);
    return array ? idiom_array_ref((IdiomArray *)array) : NULL;
}

/* Values that could be computed become arrays, and the nodes that made them are no longer needed. */
static void take_known(IdiomNetwork *net, Builder *b)
{
    g_autoptr(GArray) left = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < net->nodes->len; i++) {
        const IdiomNode *node = net->nodes->pdata[i];
        gboolean all = TRUE;
        for (guint k = 0; k < node->n_out; k++) {
            const int v = node->out[k];
            if (v >= 0 && !net->arrays->pdata[v])
                net->arrays->pdata[v] = known_array(b, &b->values[v]);
            all &= v < 0 || net->arrays->pdata[v] || !b->values[v].uses;
        }
        if (!all)
            g_array_append_val(left, i);
    }
    keep_nodes(net, left);
}

static void drop_arrays(IdiomNetwork *net)
{
    g_autofree char *needed = g_malloc0(net->arrays->len + 1);
    for (guint i = 0; i < net->nodes->len; i++) {
        const IdiomNode *node = net->nodes->pdata[i];
        for (guint k = 0; k < node->n_in; k++)
            if (node->in[k] >= 0)
                needed[node->in[k]] = 1;
    }
    for (guint v = 0; v < net->arrays->len; v++)
        if (!needed[v])
            g_clear_pointer((IdiomArray **)&net->arrays->pdata[v], idiom_array_unref);
}

gboolean idiom_network_prepare(IdiomNetwork *net, GError **error)
{
    if (!sort_nodes(net, error) || !check_operators(net, error))
        return FALSE;
    Builder b;
    idiom_builder_init(&b, net, NULL, error);
    const gboolean fine = idiom_builder_run(&b);
    if (fine)
        take_known(net, &b);
    idiom_builder_clear(&b);
    if (fine)
        drop_arrays(net);
    return fine;
}
