/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Goes through the nodes of a network. */
#include "model/onnx/build.h"

#include "graph/graph.h"

#include <string.h>

#define MAX_COMPUTED ((gsize)1 << 26)

gboolean node_fail(Builder *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *reason = g_strdup_vprintf(format, args);
    va_end(args);
    if (b->failed)
        return FALSE; /* the first reason is the one that counts */
    b->failed = TRUE;
    return idiom_node_fail(b->net, b->node, b->error, "%s", reason);
}

static void free_source(gpointer data)
{
    Source *source = data;
    g_free(source->weight);
    g_free(source->scale);
    g_free(source->shift);
    g_free(source);
}

static void count_uses(Builder *b)
{
    for (guint i = 0; i < b->net->nodes->len; i++) {
        const IdiomNode *node = b->net->nodes->pdata[i];
        for (guint k = 0; k < node->n_in; k++)
            if (node->in[k] >= 0)
                b->values[node->in[k]].uses++;
    }
    b->values[b->net->output].uses++;
}

/*
 * Elements that may be computed without the picture: a few times what the file holds, and some fields as large as a frame.
 * A file of a few bytes must not take long.
 */
static gsize room_of(const IdiomNetwork *net)
{
    gsize given = 0;
    for (guint v = 0; v < net->arrays->len; v++)
        given += net->arrays->pdata[v] ? ((const IdiomArray *)net->arrays->pdata[v])->count : 0;
    return MIN(4 * given + MAX_COMPUTED, IDIOM_ARRAY_MAX_COUNT);
}

void idiom_builder_init(Builder *b, const IdiomNetwork *net, IdiomGraph *graph, GError **error)
{
    *b = (Builder){.net = net, .graph = graph, .room = room_of(net), .error = error};
    b->values = g_new0(Value, net->arrays->len);
    b->sources = g_ptr_array_new_with_free_func(free_source);
    b->made = g_ptr_array_new_with_free_func((GDestroyNotify)idiom_array_unref);
    for (guint v = 0; v < net->arrays->len; v++)
        if (net->arrays->pdata[v])
            b->values[v] = value_of_array(net->arrays->pdata[v]);
    count_uses(b);
}

void idiom_builder_clear(Builder *b)
{
    g_free(b->values);
    g_ptr_array_unref(b->sources);
    g_ptr_array_unref(b->made);
}

/* Whether what the node needs is known. FALSE with an error where it never will be. */
static gboolean get_operands(Builder *b, const NodeRule *rule, Operands *o, Value *absent, gboolean *ready)
{
    const IdiomNode *node = b->node;
    const guint most = MIN(rule->most, G_N_ELEMENTS(o->in));
    *ready = TRUE;
    if (node->n_in > most)
        return node_fail(b, "has %u operands, at most %u are known", node->n_in, most);
    for (guint k = 0; k < most; k++) {
        const int v = k < node->n_in ? node->in[k] : -1;
        if (v < 0 && k < rule->least)
            return node_fail(b, "operand %u is missing", k + 1);
        o->in[k] = v < 0 ? absent : &b->values[v];
        if (v >= 0 && !b->values[v].known)
            *ready = FALSE;
    }
    o->n_in = node->n_in;
    o->n_out = node->n_out;
    return TRUE;
}

/* Many operands, of any number: Concat, Min and the like look at the values themselves. */
static gboolean all_known(const Builder *b)
{
    for (guint k = 0; k < b->node->n_in; k++)
        if (b->node->in[k] < 0 || !b->values[b->node->in[k]].known)
            return FALSE;
    return TRUE;
}

static gboolean run_node(Builder *b, const IdiomNode *node)
{
    const NodeRule *rule = idiom_node_rule(node->op);
    Value absent = {0}, none[IDIOM_NETWORK_MAX_OUTPUTS] = {0};
    Operands operands = {0};
    gboolean ready;
    b->node = node;
    b->variant = rule->variant;
    if (!node->n_out || node->n_out > G_N_ELEMENTS(none))
        return node_fail(b, "has %u results, 1 to %u are possible", node->n_out, IDIOM_NETWORK_MAX_OUTPUTS);
    if (rule->most == ANY_NUMBER)
        ready = all_known(b);
    else if (!get_operands(b, rule, &operands, &absent, &ready))
        return FALSE;
    if (!ready)
        return b->graph ? node_fail(b, "an operand has no value") : TRUE;
    operands.n_in = node->n_in;
    operands.n_out = node->n_out;
    const gboolean built = rule->build(b, &operands, none);
    const GError *failed = b->graph ? idiom_graph_error(b->graph) : NULL;
    if (!built || failed)
        return node_fail(b, "%s", failed ? failed->message : "cannot be built");
    for (guint k = 0; k < node->n_out; k++) {
        if (node->out[k] < 0)
            continue;
        Value *to = &b->values[node->out[k]];
        const guint uses = to->uses;
        *to = none[k];
        to->uses = uses;
    }
    return !b->failed;
}

gboolean idiom_builder_run(Builder *b)
{
    for (guint i = 0; i < b->net->nodes->len; i++)
        if (!run_node(b, b->net->nodes->pdata[i]))
            return FALSE;
    return TRUE;
}
