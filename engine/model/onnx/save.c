/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Networks in style files: nodes, shapes and whole numbers as JSON in the field "network", floats as tensors vN. */
#include "model/onnx/network.h"
#include "model/onnx/save.h"

#include <idiom/error.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define MAX_INLINE 4096 /* elements of an attribute */

/* --- writing ---------------------------------------------------------------------------------------- */

static void add_ints(JsonBuilder *j, const char *name, const gint64 *numbers, gsize count)
{
    json_builder_set_member_name(j, name);
    json_builder_begin_array(j);
    for (gsize k = 0; k < count; k++)
        json_builder_add_int_value(j, numbers[k]);
    json_builder_end_array(j);
}

static void add_operands(JsonBuilder *j, const char *name, const int *values, guint count)
{
    json_builder_set_member_name(j, name);
    json_builder_begin_array(j);
    for (guint k = 0; k < count; k++)
        json_builder_add_int_value(j, values[k]);
    json_builder_end_array(j);
}

/* @inside: the numbers, too, also if they are floats */
static void add_array(JsonBuilder *j, const IdiomArray *array, gboolean inside)
{
    json_builder_begin_object(j);
    json_builder_set_member_name(j, "type");
    json_builder_add_int_value(j, array->type);
    add_ints(j, "dims", array->dims, array->rank);
    if (array->i) {
        add_ints(j, "values", array->i, array->count);
    } else if (inside) {
        json_builder_set_member_name(j, "values");
        json_builder_begin_array(j);
        for (gsize k = 0; k < array->count; k++)
            json_builder_add_double_value(j, array->f[k]);
        json_builder_end_array(j);
    }
    json_builder_end_object(j);
}

static void add_node(JsonBuilder *j, const IdiomNode *node)
{
    json_builder_begin_object(j);
    json_builder_set_member_name(j, "op");
    json_builder_add_string_value(j, node->op);
    json_builder_set_member_name(j, "name");
    json_builder_add_string_value(j, node->name);
    add_operands(j, "in", node->in, node->n_in);
    add_operands(j, "out", node->out, node->n_out);
    json_builder_set_member_name(j, "attributes");
    json_builder_begin_object(j);
    for (guint i = 0; i < node->attributes->len; i++) {
        const IdiomAttribute *a = &g_array_index(node->attributes, IdiomAttribute, i);
        if (a->numbers && a->numbers->count > MAX_INLINE)
            continue; /* those of constants, which are values by now */
        g_autofree char *name = g_utf8_make_valid(a->name, -1),
                        *text = a->text ? g_utf8_make_valid(a->text, -1) : NULL;
        json_builder_set_member_name(j, name);
        if (text)
            json_builder_add_string_value(j, text);
        else
            add_array(j, a->numbers, TRUE);
    }
    json_builder_end_object(j);
    json_builder_end_object(j);
}

static char *to_json(const IdiomNetwork *net)
{
    g_autoptr(JsonBuilder) j = json_builder_new();
    const struct {
        const char *name;
        gint64 value;
    } numbers[] = {{"opset", net->opset},       {"values", net->arrays->len},
                   {"input", net->input},       {"output", net->output},
                   {"width", net->w},           {"height", net->h},
                   {"channels-last", net->nhwc}};
    json_builder_begin_object(j);
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        json_builder_set_member_name(j, numbers[i].name);
        json_builder_add_int_value(j, numbers[i].value);
    }
    json_builder_set_member_name(j, "nodes");
    json_builder_begin_array(j);
    for (guint i = 0; i < net->nodes->len; i++)
        add_node(j, net->nodes->pdata[i]);
    json_builder_end_array(j);
    json_builder_set_member_name(j, "arrays");
    json_builder_begin_object(j);
    for (guint v = 0; v < net->arrays->len; v++) {
        if (!net->arrays->pdata[v])
            continue;
        g_autofree char *name = g_strdup_printf("v%u", v);
        json_builder_set_member_name(j, name);
        add_array(j, net->arrays->pdata[v], FALSE);
    }
    json_builder_end_object(j);
    json_builder_end_object(j);
    g_autoptr(JsonNode) root = json_builder_get_root(j);
    return json_to_string(root, FALSE);
}

static void take(GHashTable *fields, const char *key, char *value)
{
    g_hash_table_insert(fields, g_strdup(key), value);
}

static void copy_field(gpointer key, gpointer value, gpointer fields)
{
    take(fields, key, g_strdup(value));
}

gboolean idiom_network_save(const IdiomNetwork *net, const char *path, const char *name, GHashTable *metadata,
                            GError **error)
{
    g_autoptr(GHashTable) fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GArray) tensors = g_array_new(FALSE, TRUE, sizeof(IdiomTensorData));
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_hash_table_foreach(net->metadata, copy_field, fields);
    if (metadata)
        g_hash_table_foreach(metadata, copy_field, fields);
    take(fields, "format", g_strdup("idiom-style"));
    take(fields, "version", g_strdup("1"));
    take(fields, "names", g_strdup(name));
    take(fields, "network", to_json(net));
    take(fields, "input-range", idiom_range_text(&net->ranges.input));
    take(fields, "output-range", idiom_range_text(&net->ranges.output));
    take(fields, "channel-order", g_strdup(net->ranges.bgr ? "bgr" : "rgb"));
    for (guint v = 0; v < net->arrays->len; v++) {
        const IdiomArray *array = net->arrays->pdata[v];
        if (!array || !array->f || !array->count)
            continue;
        g_ptr_array_add(names, g_strdup_printf("v%u", v));
        IdiomTensorData data = {
            .name = names->pdata[names->len - 1], .n_dims = array->rank, .values = array->f};
        for (guint d = 0; d < array->rank; d++)
            data.dims[d] = (guint64)array->dims[d];
        g_array_append_val(tensors, data);
    }
    return idiom_tensor_file_write(path, (const IdiomTensorData *)tensors->data, tensors->len, fields, error);
}

/* --- reading ---------------------------------------------------------------------------------------- */

static gboolean broken(const IdiomNetwork *net, GError **error)
{
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: metadata field 'network' is not a network",
                net->file);
    return FALSE;
}

/* The member @name of @object if it is of @kind; otherwise NULL. */
static JsonNode *member(JsonObject *object, const char *name, JsonNodeType kind)
{
    JsonNode *node = object ? json_object_get_member(object, name) : NULL;
    return node && json_node_get_node_type(node) == kind ? node : NULL;
}

static gboolean get_int(JsonNode *node, gint64 least, gint64 most, gint64 *value)
{
    if (!node || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64)
        return FALSE;
    *value = json_node_get_int(node);
    return *value >= least && *value <= most;
}

static gboolean get_number(JsonObject *object, const char *name, gint64 least, gint64 most, gint64 *value)
{
    return get_int(json_object_get_member(object, name), least, most, value);
}

static IdiomArray *read_array(JsonNode *node, gboolean *numbers)
{
    JsonObject *object = node && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    JsonNode *list = member(object, "dims", JSON_NODE_ARRAY),
             *values = member(object, "values", JSON_NODE_ARRAY);
    gint64 type, dims[IDIOM_ARRAY_MAX_RANK];
    if (!list || !get_number(object, "type", 1, IDIOM_TYPE_BFLOAT16, &type))
        return NULL;
    JsonArray *sizes = json_node_get_array(list);
    const guint rank = json_array_get_length(sizes);
    if (rank > IDIOM_ARRAY_MAX_RANK)
        return NULL;
    for (guint d = 0; d < rank; d++)
        if (!get_int(json_array_get_element(sizes, d), 0, G_MAXINT32, &dims[d]))
            return NULL;
    g_autoptr(IdiomArray) array = idiom_array_new((IdiomType)type, rank, dims);
    JsonArray *given = values ? json_node_get_array(values) : NULL;
    *numbers = given != NULL;
    if (!array || (given && json_array_get_length(given) != array->count))
        return NULL;
    for (gsize k = 0; given && k < array->count; k++) {
        JsonNode *element = json_array_get_element(given, (guint)k);
        if (!JSON_NODE_HOLDS_VALUE(element))
            return NULL;
        if (array->i)
            array->i[k] = json_node_get_int(element);
        else
            array->f[k] = (float)json_node_get_double(element);
    }
    return g_steal_pointer(&array);
}

static gboolean read_operands(const IdiomNetwork *net, JsonNode *list, int *values)
{
    JsonArray *array = json_node_get_array(list);
    for (guint k = 0; k < json_array_get_length(array); k++) {
        gint64 v;
        if (!get_int(json_array_get_element(array, k), -1, (gint64)net->arrays->len - 1, &v))
            return FALSE;
        values[k] = (int)v;
    }
    return TRUE;
}

static gboolean read_node(IdiomNetwork *net, JsonNode *node)
{
    JsonObject *object = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    JsonNode *in = member(object, "in", JSON_NODE_ARRAY), *out = member(object, "out", JSON_NODE_ARRAY);
    JsonNode *op = member(object, "op", JSON_NODE_VALUE), *name = member(object, "name", JSON_NODE_VALUE);
    JsonNode *attributes = member(object, "attributes", JSON_NODE_OBJECT);
    if (!in || !out || !op || !name || !attributes || !json_node_get_string(op) ||
        !json_node_get_string(name))
        return FALSE;
    const guint n_in = json_array_get_length(json_node_get_array(in));
    const guint n_out = json_array_get_length(json_node_get_array(out));
    if (n_in > IDIOM_NETWORK_MAX_OPERANDS || n_out > IDIOM_NETWORK_MAX_OPERANDS)
        return FALSE;
    IdiomNode *made =
        idiom_network_add_node(net, json_node_get_string(name), json_node_get_string(op), n_in, n_out);
    JsonObjectIter iter;
    const char *key;
    JsonNode *value;
    json_object_iter_init(&iter, json_node_get_object(attributes));
    while (json_object_iter_next(&iter, &key, &value)) {
        const char *text = JSON_NODE_HOLDS_VALUE(value) ? json_node_get_string(value) : NULL;
        gboolean numbers = FALSE;
        IdiomArray *array = text ? NULL : read_array(value, &numbers);
        if (array)
            idiom_node_add_attribute(made, key, NULL, array);
        else if (text)
            idiom_node_add_attribute(made, key, text, NULL);
        if (!text && !numbers)
            return FALSE;
    }
    return read_operands(net, in, made->in) && read_operands(net, out, made->out);
}

/* The floats of an array that is described without. */
static gboolean read_tensor(IdiomTensorFile *file, const char *name, IdiomArray *array, GError **error)
{
    guint64 dims[IDIOM_ARRAY_MAX_RANK];
    for (guint d = 0; d < array->rank; d++)
        dims[d] = (guint64)array->dims[d];
    g_autofree float *values = idiom_tensor_file_read(file, name, dims, array->rank, error);
    if (!values)
        return FALSE;
    memcpy(array->f, values, array->count * sizeof *values);
    return TRUE;
}

static gboolean read_arrays(IdiomNetwork *net, IdiomTensorFile *file, JsonObject *arrays, GError **error)
{
    for (guint v = 0; v < net->arrays->len; v++) {
        g_autofree char *name = g_strdup_printf("v%u", v);
        JsonNode *node = json_object_get_member(arrays, name);
        gboolean numbers = FALSE;
        IdiomArray *array = node ? read_array(node, &numbers) : NULL;
        if (!node)
            continue;
        if (!array)
            return broken(net, error);
        net->arrays->pdata[v] = array;
        if (numbers || !array->count)
            continue;
        if (!array->f)
            return broken(net, error);
        if (!read_tensor(file, name, array, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean read_ranges(IdiomNetwork *net, GHashTable *fields, GError **error)
{
    const char *in = g_hash_table_lookup(fields, "input-range"),
               *out = g_hash_table_lookup(fields, "output-range");
    const char *order = g_hash_table_lookup(fields, "channel-order");
    g_autoptr(GError) wrong = NULL;
    if (!idiom_range_parse(in ? in : "0..1", &net->ranges.input, &wrong) ||
        !idiom_range_parse(out ? out : "0..1", &net->ranges.output, &wrong)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: %s", net->file, wrong->message);
        return FALSE;
    }
    net->ranges.bgr = g_strcmp0(order, "bgr") == 0;
    net->guessed = TRUE;
    return TRUE;
}

IdiomNetwork *idiom_network_from_file(IdiomTensorFile *file, GError **error)
{
    GHashTable *fields = idiom_tensor_file_metadata(file);
    const char *json = g_hash_table_lookup(fields, "network");
    g_autoptr(IdiomNetwork) net = idiom_network_new(idiom_tensor_file_path(file));
    g_autoptr(JsonNode) root = json ? json_from_string(json, NULL) : NULL;
    JsonObject *object = root && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    JsonNode *nodes = member(object, "nodes", JSON_NODE_ARRAY),
             *arrays = member(object, "arrays", JSON_NODE_OBJECT);
    gint64 opset, values, input, output, w, h, last = 0;
    if (!nodes || !arrays ||
        !get_number(object, "opset", IDIOM_NETWORK_MIN_OPSET, IDIOM_NETWORK_MAX_OPSET, &opset) ||
        !get_number(object, "values", 1, IDIOM_NETWORK_MAX_VALUES, &values) ||
        !get_number(object, "input", 0, values - 1, &input) ||
        !get_number(object, "output", 0, values - 1, &output) || !get_number(object, "width", 0, 16384, &w) ||
        !get_number(object, "height", 0, 16384, &h) ||
        (json_object_has_member(object, "channels-last") &&
         !get_number(object, "channels-last", 0, 1, &last)) ||
        json_array_get_length(json_node_get_array(nodes)) > IDIOM_NETWORK_MAX_NODES) {
        broken(net, error);
        return NULL;
    }
    net->opset = (guint)opset;
    net->input = (int)input;
    net->output = (int)output;
    net->w = (guint)w;
    net->h = (guint)h;
    net->nhwc = last != 0;
    g_ptr_array_set_size(net->arrays, (gint)values);
    JsonArray *list = json_node_get_array(nodes);
    for (guint i = 0; i < json_array_get_length(list); i++) {
        if (!read_node(net, json_array_get_element(list, i))) {
            broken(net, error);
            return NULL;
        }
    }
    if (!read_arrays(net, file, json_node_get_object(arrays), error) || !read_ranges(net, fields, error) ||
        !idiom_network_prepare(net, error))
        return NULL;
    return g_steal_pointer(&net);
}
