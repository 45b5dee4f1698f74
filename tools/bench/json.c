/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json.h"

#include <errno.h>
#include <stdio.h>

gboolean bench_json_write(JsonBuilder *json, const char *path, GError **error)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    g_autoptr(JsonNode) root = json_builder_get_root(json);
    json_generator_set_root(generator, root);
    json_generator_set_pretty(generator, TRUE);
    g_autofree char *text = json_generator_to_data(generator, NULL);
    /* as it stands: may be /dev/stdout, which g_file_set_contents() would replace */
    FILE *file = fopen(path, "w");
    gboolean written = file && fputs(text, file) >= 0;
    written = (!file || fclose(file) == 0) && written;
    if (!written)
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", path,
                    g_strerror(errno));
    return written;
}
