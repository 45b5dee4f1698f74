/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The numbers of two runs of a command side by side. */
#include "output.h"

static gboolean is_number(JsonNode *node)
{
    return node && JSON_NODE_HOLDS_VALUE(node) &&
           (json_node_get_value_type(node) == G_TYPE_DOUBLE ||
            json_node_get_value_type(node) == G_TYPE_INT64);
}

static void add_shape(GString *label, JsonArray *shape)
{
    for (guint i = 0; i < json_array_get_length(shape); i++)
        if (is_number(json_array_get_element(shape, i)))
            g_string_append_printf(label, "%s%g", i ? "x" : " ", json_array_get_double_element(shape, i));
}

/* What an object in a list is known by: its texts, and lists of numbers. */
static char *label_of(JsonObject *object)
{
    GString *label = g_string_new(NULL);
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;
    json_object_iter_init_ordered(&iter, object);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING)
            g_string_append_printf(label, " %s", json_node_get_string(node));
        if (JSON_NODE_HOLDS_ARRAY(node))
            add_shape(label, json_node_get_array(node));
    }
    return g_string_free(label, FALSE);
}

static JsonObject *object_at(JsonArray *array, guint i)
{
    JsonNode *node = json_array_get_element(array, i);
    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static JsonObject *find(JsonArray *array, const char *label)
{
    for (guint i = 0; i < json_array_get_length(array); i++) {
        JsonObject *object = object_at(array, i);
        g_autofree char *other = object ? label_of(object) : NULL;
        if (g_strcmp0(other, label) == 0)
            return object;
    }
    return NULL;
}

static void print_numbers(const char *label, const char *name, double then, double now)
{
    if (then != now)
        g_print("%-52s %-18s %10.4g %10.4g %7.2f\n", label, name, then, now, now / then);
}

static void compare_objects(JsonObject *before, JsonObject *now, const char *label);

static void compare_lists(JsonArray *before, JsonArray *now)
{
    for (guint i = 0; i < json_array_get_length(now); i++) {
        JsonObject *object = object_at(now, i);
        g_autofree char *label = object ? label_of(object) : NULL;
        JsonObject *old = object ? find(before, label) : NULL;
        if (old)
            compare_objects(old, object, label + 1);
        else if (object)
            g_print("%s: not measured then\n", label + 1);
    }
}

static void compare_objects(JsonObject *before, JsonObject *now, const char *label)
{
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;
    json_object_iter_init_ordered(&iter, now);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        JsonNode *old = json_object_get_member(before, name);
        if (old && JSON_NODE_HOLDS_ARRAY(old) && JSON_NODE_HOLDS_ARRAY(node))
            compare_lists(json_node_get_array(old), json_node_get_array(node));
        else if (is_number(old) && is_number(node))
            print_numbers(label, name, json_node_get_double(old), json_node_get_double(node));
    }
}

static const char *text_of(JsonObject *object, const char *name)
{
    JsonNode *node = json_object_get_member(object, name);
    return node && JSON_NODE_HOLDS_VALUE(node) ? json_node_get_string(node) : NULL;
}

gboolean output_compare(JsonObject *before, JsonObject *now, const char *path, GError **error)
{
    const char *then = text_of(before, "command"), *command = text_of(now, "command");
    if (g_strcmp0(then, command) != 0) {
        g_set_error(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_DATA,
                    "%s: of idiom-bench %s, not of %s", path, then ? then : "(unknown)", command);
        return FALSE;
    }
    g_print("\n%-52s %-18s %10s %10s %7s\n", path, "", "then", "now", "ratio");
    for (const char *const *name = (const char *const[]){"device", "driver", NULL}; *name; name++) {
        const char *was = text_of(before, *name), *is = text_of(now, *name);
        if (g_strcmp0(was, is) != 0)
            g_print("%s then: %s\n", *name, was ? was : "(unknown)");
    }
    compare_objects(before, now, "");
    return TRUE;
}
