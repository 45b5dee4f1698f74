/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

void output_clear(Output *output)
{
    g_clear_pointer(&output->json, g_free);
    g_clear_pointer(&output->compare, g_free);
}

JsonBuilder *output_begin(const char *command)
{
    JsonBuilder *json = json_builder_new();
    json_builder_begin_object(json);
    output_add_text(json, "command", command);
    return json;
}

void output_add_text(JsonBuilder *json, const char *name, const char *text)
{
    json_builder_set_member_name(json, name);
    json_builder_add_string_value(json, text);
}

void output_add_number(JsonBuilder *json, const char *name, double number)
{
    json_builder_set_member_name(json, name);
    if (isfinite(number))
        json_builder_add_double_value(json, number);
    else
        json_builder_add_null_value(json);
}

static gboolean write_file(JsonNode *root, const char *path, GError **error)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    g_autofree char *text = json_generator_to_data(generator, NULL);
    /* as it stands: may be /dev/stdout, which g_file_set_contents() would replace */
    FILE *file = fopen(path, "w");
    gboolean written = file && fprintf(file, "%s\n", text) >= 0;
    written = (!file || fclose(file) == 0) && written;
    if (!written)
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", path,
                    g_strerror(errno));
    return written;
}

static gboolean compare(JsonNode *root, const char *path, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    if (!json_parser_load_from_file(parser, path, error))
        return FALSE;
    JsonNode *before = json_parser_get_root(parser);
    if (!before || !JSON_NODE_HOLDS_OBJECT(before)) {
        g_set_error(error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_INVALID_DATA, "%s: not what --json writes",
                    path);
        return FALSE;
    }
    return output_compare(json_node_get_object(before), json_node_get_object(root), path, error);
}

gboolean output_end(const Output *output, JsonBuilder *json, GError **error)
{
    json_builder_end_object(json);
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    /* first, as both may name one file */
    return (!output->compare || compare(root, output->compare, error)) &&
           (!output->json || write_file(root, output->json, error));
}
