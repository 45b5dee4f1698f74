/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train report: the report of a training once more, from what lies beside its style file. */
#include "tool/command.h"
#include "data/references.h"
#include "report/report.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define EXTENSION ".safetensors"

/* --- figures of idiom-train eval ------------------------------------------------------------------ */

static void add_number(JsonObject *object, const char *name, JsonNode *node, gpointer figures)
{
    (void)object;
    if (JSON_NODE_HOLDS_VALUE(node))
        g_hash_table_insert(figures, g_strdup(name), g_strdup_printf("%.3f", json_node_get_double(node)));
}

static void add_video(JsonArray *array, guint index, JsonNode *node, gpointer figures)
{
    (void)array;
    (void)index;
    JsonObject *video = JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
    const char *file = video ? json_object_get_string_member_with_default(video, "file", NULL) : NULL;
    if (!file || !json_object_has_member(video, "warping-error"))
        return;
    g_autofree char *name = g_path_get_basename(file);
    g_hash_table_insert(
        figures, g_strconcat("warping error, ", name, NULL),
        g_strdup_printf("%.6f (the video itself %.6f)",
                        json_object_get_double_member_with_default(video, "warping-error", 0),
                        json_object_get_double_member_with_default(video, "warping-error-video", 0)));
}

/* Means over the photos, and what is known of each video. */
static gboolean read_figures(const char *path, GHashTable *figures, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    if (!json_parser_load_from_file(parser, path, error)) {
        g_prefix_error(error, "--figures: ");
        return FALSE;
    }
    JsonNode *root = json_parser_get_root(parser);
    if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "--figures: %s is not from idiom-train eval --json", path);
        return FALSE;
    }
    JsonNode *mean = json_object_get_member(json_node_get_object(root), "mean");
    JsonNode *videos = json_object_get_member(json_node_get_object(root), "videos");
    if (mean && JSON_NODE_HOLDS_OBJECT(mean))
        json_object_foreach_member(json_node_get_object(mean), add_number, figures);
    if (videos && JSON_NODE_HOLDS_ARRAY(videos))
        json_array_foreach_element(json_node_get_array(videos), add_video, figures);
    return TRUE;
}

/* --- references ----------------------------------------------------------------------------------- */

typedef struct {
    char **paths;
    double *weights;
} Pictures;

static void pictures_clear(Pictures *pictures)
{
    g_strfreev(pictures->paths);
    g_free(pictures->weights);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pictures, pictures_clear)

static gboolean parse_pictures(Pictures *pictures, char **lists, GArray *references, GError **error)
{
    g_autofree char *list = lists ? g_strjoinv(",", lists) : NULL;
    if (list && !parse_references(list, &pictures->paths, &pictures->weights, error))
        return FALSE;
    for (guint i = 0; list && pictures->paths[i]; i++) {
        const ReportReference reference = {pictures->paths[i], NULL, pictures->weights[i]};
        g_array_append_val(references, reference);
    }
    return TRUE;
}

/* --- all of it ------------------------------------------------------------------------------------ */

gboolean command_report(char **argv, GError **error)
{
    g_autofree char *log = NULL, *preview = NULL, *figures_file = NULL, *out = NULL;
    g_auto(GStrv) words = NULL, lists = NULL;
    const GOptionEntry entries[] = {
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &out, "Page to write (beside STYLE, ending in .report.html)",
         "FILE"},
        {"log", 0, 0, G_OPTION_ARG_FILENAME, &log, "Log of the training (beside STYLE, ending in .csv)",
         "FILE"},
        {"preview", 0, 0, G_OPTION_ARG_FILENAME, &preview, "Folder of the training's --preview", "DIR"},
        {"style", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &lists, "Pictures that it was made from (repeat)",
         "FILE[:WEIGHT][,...]"},
        {"figures", 0, 0, G_OPTION_ARG_FILENAME, &figures_file, "What idiom-train eval --json has measured",
         "FILE"},
        {NULL},
    };
    if (!command_parse(argv, "STYLE" EXTENSION " - write the report of a training again", entries, 1, 1,
                       &words, error))
        return FALSE;
    g_autoptr(IdiomStyle) style = idiom_style_load(words[0], error);
    if (!style)
        return FALSE;
    g_autoptr(GHashTable) figures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GArray) references = g_array_new(FALSE, FALSE, sizeof(ReportReference));
    g_auto(Pictures) pictures = {0};
    if ((figures_file && !read_figures(figures_file, figures, error)) ||
        !parse_pictures(&pictures, lists, references, error))
        return FALSE;

    g_autofree char *stem = g_str_has_suffix(words[0], EXTENSION)
                                ? g_strndup(words[0], strlen(words[0]) - strlen(EXTENSION))
                                : g_strdup(words[0]);
    if (!out)
        out = g_strconcat(stem, ".report.html", NULL);
    if (!log) {
        log = g_strconcat(stem, ".csv", NULL);
        if (!g_file_test(log, G_FILE_TEST_EXISTS)) /* was not asked for */
            g_clear_pointer(&log, g_free);
    }
    g_autofree char *title = g_strjoinv(", ", (char **)idiom_style_names(style));
    const Report report = {
        .title = title,
        .metadata = idiom_style_metadata(style),
        .figures = figures,
        .references = (const ReportReference *)references->data,
        .n_references = references->len,
        .log = log,
        .preview = preview,
    };
    return report_write(out, &report, error);
}
