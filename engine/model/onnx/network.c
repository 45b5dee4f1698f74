/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/onnx/network.h"

#include "text.h"

#include <idiom/error.h>
#include <string.h>

static void clear_attribute(gpointer data)
{
    IdiomAttribute *attribute = data;
    g_free(attribute->name);
    g_free(attribute->text);
    idiom_array_unref(attribute->numbers);
}

static void free_node(gpointer data)
{
    IdiomNode *node = data;
    if (!node)
        return;
    g_free(node->name);
    g_free(node->op);
    g_free(node->in);
    g_free(node->out);
    g_array_unref(node->attributes);
    g_free(node);
}

IdiomNetwork *idiom_network_new(const char *file)
{
    IdiomNetwork *net = g_new0(IdiomNetwork, 1);
    net->file = g_strdup(file);
    g_mutex_init(&net->lock);
    net->nodes = g_ptr_array_new_with_free_func(free_node);
    net->arrays = g_ptr_array_new_with_free_func((GDestroyNotify)idiom_array_unref);
    net->metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    net->input = net->output = -1;
    for (guint c = 0; c < 3; c++)
        net->ranges.input.scale[c] = net->ranges.output.scale[c] = 1;
    return net;
}

void idiom_network_free(IdiomNetwork *net)
{
    if (!net)
        return;
    g_free(net->file);
    g_mutex_clear(&net->lock);
    g_ptr_array_unref(net->nodes);
    g_ptr_array_unref(net->arrays);
    g_hash_table_unref(net->metadata);
    g_free(net);
}

int idiom_network_add_value(IdiomNetwork *net, IdiomArray *array)
{
    if (net->arrays->len >= IDIOM_NETWORK_MAX_VALUES)
        return -1;
    g_ptr_array_add(net->arrays, array);
    return (int)net->arrays->len - 1;
}

IdiomNode *idiom_network_add_node(IdiomNetwork *net, const char *name, const char *op, guint n_in,
                                  guint n_out)
{
    IdiomNode *node = g_new0(IdiomNode, 1);
    node->name = idiom_text_short(name);
    node->op = idiom_text_short(op);
    node->n_in = n_in;
    node->n_out = n_out;
    node->in = g_new(int, n_in + 1);
    node->out = g_new(int, n_out + 1);
    memset(node->in, -1, n_in * sizeof *node->in);
    memset(node->out, -1, n_out * sizeof *node->out);
    node->attributes = g_array_new(FALSE, FALSE, sizeof(IdiomAttribute));
    g_array_set_clear_func(node->attributes, clear_attribute);
    g_ptr_array_add(net->nodes, node);
    return node;
}

void idiom_node_add_attribute(IdiomNode *node, const char *name, const char *text, IdiomArray *numbers)
{
    const IdiomAttribute attribute = {g_strdup(name), g_strdup(text), numbers};
    g_array_append_val(node->attributes, attribute);
}

const IdiomAttribute *idiom_node_attribute(const IdiomNode *node, const char *name)
{
    for (guint i = 0; i < node->attributes->len; i++) {
        const IdiomAttribute *attribute = &g_array_index(node->attributes, IdiomAttribute, i);
        if (g_str_equal(attribute->name, name))
            return attribute;
    }
    return NULL;
}

gint64 idiom_node_int(const IdiomNode *node, const char *name, gint64 otherwise)
{
    const IdiomAttribute *a = idiom_node_attribute(node, name);
    return a && a->numbers && a->numbers->i && a->numbers->count == 1 ? a->numbers->i[0] : otherwise;
}

double idiom_node_float(const IdiomNode *node, const char *name, double otherwise)
{
    const IdiomAttribute *a = idiom_node_attribute(node, name);
    return a && a->numbers && a->numbers->count == 1 ? idiom_array_get(a->numbers, 0) : otherwise;
}

const char *idiom_node_text(const IdiomNode *node, const char *name, const char *otherwise)
{
    const IdiomAttribute *a = idiom_node_attribute(node, name);
    return a && a->text ? a->text : otherwise;
}

gboolean idiom_node_fail(const IdiomNetwork *net, const IdiomNode *node, GError **error, const char *format,
                         ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *reason = g_strdup_vprintf(format, args);
    va_end(args);
    if (!node) { /* all nodes were folded: there is nothing left of the network */
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: %s", net->file, reason);
        return FALSE;
    }
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: node '%s' (%s, opset %u): %s", net->file,
                node->name, node->op, net->opset, reason);
    return FALSE;
}

void idiom_network_set_ranges(IdiomNetwork *net, const IdiomNetworkRanges *ranges)
{
    net->ranges = *ranges;
    net->guessed = TRUE;
}

void idiom_network_size(const IdiomNetwork *net, guint *w, guint *h)
{
    *w = net->w;
    *h = net->h;
}

GHashTable *idiom_network_metadata(const IdiomNetwork *net)
{
    return net->metadata;
}

gsize idiom_network_parameters(const IdiomNetwork *net)
{
    gsize count = 0;
    for (guint i = 0; i < net->arrays->len; i++) {
        const IdiomArray *array = net->arrays->pdata[i];
        if (array && array->f)
            count += array->count;
    }
    return count;
}

gboolean idiom_network_keeps(const IdiomNetwork *net)
{
    for (guint i = 0; i < net->nodes->len; i++) {
        const char *op = ((const IdiomNode *)net->nodes->pdata[i])->op;
        if (g_str_equal(op, "InstanceNormalization") || g_str_equal(op, "GroupNormalization"))
            return TRUE;
    }
    return FALSE;
}

static gint by_count(gconstpointer a, gconstpointer b, gpointer counts)
{
    const guint x = GPOINTER_TO_UINT(g_hash_table_lookup(counts, *(char *const *)a));
    const guint y = GPOINTER_TO_UINT(g_hash_table_lookup(counts, *(char *const *)b));
    return x != y ? (x < y ? 1 : -1) : strcmp(*(char *const *)a, *(char *const *)b);
}

char *idiom_network_operators(const IdiomNetwork *net)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < net->nodes->len; i++) {
        const IdiomNode *node = net->nodes->pdata[i];
        const guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, node->op));
        if (!count)
            g_ptr_array_add(names, node->op);
        g_hash_table_insert(counts, node->op, GUINT_TO_POINTER(count + 1));
    }
    g_ptr_array_sort_with_data(names, by_count, counts);
    for (guint i = 0; i < names->len; i++)
        g_string_append_printf(text, "%s%s %u", i ? ", " : "", (char *)names->pdata[i],
                               GPOINTER_TO_UINT(g_hash_table_lookup(counts, names->pdata[i])));
    return g_string_free(text, FALSE);
}
