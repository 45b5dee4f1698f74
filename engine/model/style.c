/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/style.h"

#include "graph/graph.h"
#include "model/onnx/save.h"
#include "text.h"

#include <idiom-unstable/tensorfile.h>
#include <math.h>
#include <string.h>

#define FORMAT "idiom-style"
#define VERSION "1"
#define MAX_STYLE_NAME 64

/* --- loading -------------------------------------------------------------------------------------- */

static const char *read_field(IdiomTensorFile *file, const char *key, GError **error)
{
    const char *value = g_hash_table_lookup(idiom_tensor_file_metadata(file), key);
    if (!value)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "%s: not a style file: metadata field '%s' is missing", idiom_tensor_file_path(file),
                    key);
    return value;
}

static gboolean read_expected(IdiomTensorFile *file, const char *key, const char *expected, GError **error)
{
    const char *value = read_field(file, key, error);
    if (!value)
        return FALSE;
    if (g_str_equal(value, expected))
        return TRUE;
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: metadata field '%s' is '%.32s', expected '%s'",
                idiom_tensor_file_path(file), key, value, expected);
    return FALSE;
}

static gboolean read_number(IdiomTensorFile *file, const char *key, guint *number, GError **error)
{
    const char *value = read_field(file, key, error);
    guint64 parsed;
    if (!value)
        return FALSE;
    if (!g_ascii_string_to_unsigned(value, 10, 0, G_MAXUINT, &parsed, NULL)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "%s: metadata field '%s' is '%.32s', expected a whole number",
                    idiom_tensor_file_path(file), key, value);
        return FALSE;
    }
    *number = (guint)parsed;
    return TRUE;
}

/* Returns what is wrong with @names, or NULL. */
const char *idiom_style_check_names(const char *const *names, guint count)
{
    if (g_strv_length((char **)names) != count)
        return "there are not as many names as styles";
    for (guint i = 0; i < count; i++) {
        gsize length = strlen(names[i]);
        if (length == 0 || length > MAX_STYLE_NAME)
            return "a name is empty or longer than 64 bytes";
        for (gsize c = 0; c < length; c++)
            if (g_ascii_iscntrl(names[i][c]) || names[i][c] == ',')
                return "a name has a comma or a control character";
        for (guint j = 0; j < i; j++)
            if (g_str_equal(names[i], names[j]))
                return "a name is there twice";
    }
    return NULL;
}

static gboolean load_config(IdiomStyle *style, IdiomTensorFile *file, GError **error)
{
    IdiomGeneratorConfig *config = &style->config;
    if (!read_expected(file, "format", FORMAT, error) || !read_expected(file, "version", VERSION, error) ||
        !read_number(file, "channels", &config->channels, error) ||
        !read_number(file, "blocks", &config->blocks, error) ||
        !read_number(file, "mid", &config->mid, error) ||
        !read_number(file, "styles", &config->styles, error))
        return FALSE;
    /* files from before there was noise do not have the field */
    if (g_hash_table_contains(idiom_tensor_file_metadata(file), "noise") &&
        !read_number(file, "noise", &config->noise, error))
        return FALSE;
    const char *path = idiom_tensor_file_path(file);
    g_autoptr(GError) range_error = NULL;
    if (!idiom_generator_check(config, &range_error)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: %s", path, range_error->message);
        return FALSE;
    }
    const char *tail = read_field(file, "tail", error);
    if (!tail)
        return FALSE;
    if (!idiom_tail_from_name(tail, &config->tail)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                    "%s: metadata field 'tail' is '%.32s', expected 'nnx' or 'bhx'", path, tail);
        return FALSE;
    }
    const char *names = read_field(file, "names", error);
    if (!names)
        return FALSE;
    style->names = g_strsplit(names, ",", IDIOM_GENERATOR_MAX_STYLES + 1);
    const char *problem = idiom_style_check_names((const char *const *)style->names, config->styles);
    if (problem) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: metadata field 'names': %s", path, problem);
        return FALSE;
    }
    return TRUE;
}

static gboolean load_values(IdiomStyle *style, IdiomTensorFile *file, GError **error)
{
    style->tensors = idiom_generator_tensors(&style->config);
    style->values = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < style->tensors->len; i++) {
        const IdiomGeneratorTensor *tensor = &g_array_index(style->tensors, IdiomGeneratorTensor, i);
        const IdiomShape s = tensor->shape;
        float *values = idiom_tensor_file_read(file, tensor->name, (guint64[]){s.n, s.c, s.h, s.w}, 4, error);
        if (!values)
            return FALSE;
        g_ptr_array_add(style->values, values);
    }
    return TRUE;
}

/* --- networks of other people ----------------------------------------------------------------------- */

/* The style whose network is @network, which is taken over. */
static IdiomStyle *of_network(IdiomNetwork *network, const char *name, GHashTable *metadata)
{
    IdiomStyle *style = g_new0(IdiomStyle, 1);
    style->refs = 1;
    style->network = network;
    style->config.styles = 1;
    style->names = g_strsplit(name, ",", 1);
    style->metadata = g_hash_table_ref(metadata);
    style->tensors = g_array_new(FALSE, FALSE, sizeof(IdiomGeneratorTensor));
    style->values = g_ptr_array_new_with_free_func(g_free);
    return style;
}

/* The name of an ONNX file without folder and ending, as a style's name may be. */
static char *style_name(const char *path)
{
    g_autofree char *base = g_path_get_basename(path);
    base[strlen(base) - strlen(IDIOM_STYLE_ONNX_SUFFIX)] = '\0';
    g_autofree char *name = g_utf8_make_valid(base, -1);
    while (strlen(name) > MAX_STYLE_NAME)
        *g_utf8_prev_char(name + strlen(name)) = '\0';
    for (char *c = name; *c; c++)
        if (g_ascii_iscntrl(*c) || *c == ',')
            *c = '-';
    return *name ? g_steal_pointer(&name) : g_strdup("network");
}

static IdiomStyle *load_onnx(const char *path, GError **error)
{
    IdiomNetwork *network = idiom_network_load(path, error);
    g_autofree char *name = style_name(path);
    return network ? of_network(network, name, idiom_network_metadata(network)) : NULL;
}

static IdiomStyle *load_network(IdiomTensorFile *file, GError **error)
{
    const char *names =
        read_expected(file, "format", FORMAT, error) && read_expected(file, "version", VERSION, error)
            ? read_field(file, "names", error)
            : NULL;
    if (!names)
        return NULL;
    const char *problem = idiom_style_check_names((const char *const[]){names, NULL}, 1);
    if (problem) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: metadata field 'names': %s",
                    idiom_tensor_file_path(file), problem);
        return NULL;
    }
    IdiomNetwork *network = idiom_network_from_file(file, error);
    return network ? of_network(network, names, idiom_tensor_file_metadata(file)) : NULL;
}

const IdiomNetwork *idiom_style_network(const IdiomStyle *style)
{
    return style->network;
}

gboolean idiom_style_keeps(const IdiomStyle *style)
{
    return !style->network || idiom_network_keeps(style->network);
}

IdiomTensor *idiom_style_build(const IdiomStyle *style, IdiomGraph *graph, IdiomParams *params,
                               IdiomTensor *picture, IdiomTensor *noise, IdiomTensor *mix, IdiomTensor *keep)
{
    return style->network
               ? idiom_network_build(style->network, graph, picture, keep)
               : idiom_generator_build(graph, params, &style->config, picture, noise, mix, keep, FALSE);
}

IdiomStyle *idiom_style_load(const char *path, GError **error)
{
    if (g_str_has_suffix(path, IDIOM_STYLE_ONNX_SUFFIX))
        return load_onnx(path, error);
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(path, error);
    if (file && g_hash_table_contains(idiom_tensor_file_metadata(file), "network"))
        return load_network(file, error);
    if (!file)
        return NULL;
    g_autoptr(IdiomStyle) style = g_new0(IdiomStyle, 1);
    style->refs = 1;
    style->metadata = g_hash_table_ref(idiom_tensor_file_metadata(file));
    if (!load_config(style, file, error) || !load_values(style, file, error))
        return NULL;
    if (g_hash_table_contains(style->metadata, "reader") &&
        (!read_expected(file, "reader", "1", error) ||
         !(style->reader = idiom_reader_load(file, style->config.styles, error))))
        return NULL;
    return g_steal_pointer(&style);
}

IdiomStyle *idiom_style_ref(IdiomStyle *style)
{
    g_atomic_int_inc(&style->refs);
    return style;
}

void idiom_style_free(IdiomStyle *style)
{
    if (!style || !g_atomic_int_dec_and_test(&style->refs))
        return;
    idiom_network_free(style->network);
    idiom_reader_free(style->reader);
    g_strfreev(style->names);
    g_hash_table_unref(style->metadata);
    g_clear_pointer(&style->tensors, g_array_unref);
    g_clear_pointer(&style->values, g_ptr_array_unref);
    g_free(style);
}

const IdiomGeneratorConfig *idiom_style_config(const IdiomStyle *style)
{
    return &style->config;
}

const char *const *idiom_style_names(const IdiomStyle *style)
{
    return (const char *const *)style->names;
}

int idiom_style_index(const IdiomStyle *style, const char *name)
{
    for (guint i = 0; i < style->config.styles; i++)
        if (g_str_equal(style->names[i], name))
            return (int)i;
    return -1;
}

/* One "NAME:WEIGHT" or "NAME"; adds to @shares. */
static gboolean parse_share(const IdiomStyle *style, const char *text, double *shares, GError **error)
{
    /* a style's name may have colons of its own */
    const char *colon = idiom_style_index(style, text) < 0 ? strrchr(text, ':') : NULL;
    g_autofree char *name = colon ? g_strndup(text, (gsize)(colon - text)) : g_strdup(text);
    char *end = NULL;
    double weight = colon ? g_ascii_strtod(colon + 1, &end) : 1;
    g_strstrip(name);
    if (colon && (end == colon + 1 || *end || !isfinite(weight) || weight < 0)) {
        g_autofree char *bad = idiom_text_short(colon + 1), *of = idiom_text_short(name);
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "mix: weight '%s' of '%s': must be a number of 0 or more", bad, of);
        return FALSE;
    }
    int index = idiom_style_index(style, name);
    if (index < 0) {
        g_autofree char *known = g_strjoinv(", ", style->names), *unknown = idiom_text_short(name);
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "mix: no style '%s' in the file; it has: %s",
                    unknown, known);
        return FALSE;
    }
    shares[index] += weight;
    return TRUE;
}

gboolean idiom_style_parse_mix(const IdiomStyle *style, const char *text, float *weights, GError **error)
{
    const guint styles = style->config.styles;
    double shares[IDIOM_GENERATOR_MAX_STYLES] = {0}, sum = 0;
    g_auto(GStrv) parts = g_strsplit(text ? text : "", ",", -1);
    if (!*parts)
        shares[0] = 1;
    for (char **part = parts; *part; part++)
        if (!parse_share(style, g_strstrip(*part), shares, error))
            return FALSE;
    for (guint i = 0; i < styles; i++)
        sum += shares[i];
    if (!(sum > 0) || !isfinite(sum)) {
        g_autofree char *mix = idiom_text_short(text);
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "mix: '%s': the weights add up to %g", mix,
                    sum);
        return FALSE;
    }
    for (guint i = 0; i < styles; i++)
        weights[i] = (float)(shares[i] / sum);
    return TRUE;
}

GHashTable *idiom_style_metadata(const IdiomStyle *style)
{
    return style->metadata;
}

IdiomParams *idiom_style_params(const IdiomStyle *style, IdiomDevice *device)
{
    IdiomParams *params = idiom_params_new(device);
    for (guint i = 0; i < style->tensors->len; i++) {
        const IdiomGeneratorTensor *tensor = &g_array_index(style->tensors, IdiomGeneratorTensor, i);
        idiom_params_add(params, tensor->name, tensor->shape, g_ptr_array_index(style->values, i));
    }
    return params;
}

IdiomParams *idiom_style_shared_params(const IdiomStyle *style, IdiomDevice *device)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (guint i = 0; i < style->tensors->len; i++) {
        const IdiomGeneratorTensor *tensor = &g_array_index(style->tensors, IdiomGeneratorTensor, i);
        const gsize bytes = idiom_shape_elements(tensor->shape) * sizeof(float);
        g_checksum_update(sum, (const guchar *)tensor->name, (gssize)strlen(tensor->name) + 1);
        g_checksum_update(sum, (const guchar *)&tensor->shape, sizeof tensor->shape);
        g_checksum_update(sum, g_ptr_array_index(style->values, i), (gssize)bytes);
    }
    return idiom_params_share(idiom_style_params(style, device), g_checksum_get_string(sum));
}

/* --- saving --------------------------------------------------------------------------------------- */

static void copy_field(gpointer key, gpointer value, gpointer to)
{
    g_hash_table_insert(to, g_strdup(key), g_strdup(value));
}

static GHashTable *describe(const IdiomGeneratorConfig *config, const char *const *names, GHashTable *more)
{
    GHashTable *fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (more)
        g_hash_table_foreach(more, copy_field, fields);
    const struct {
        const char *key;
        guint value;
    } numbers[] = {
        {"channels", config->channels},
        {"blocks", config->blocks},
        {"mid", config->mid},
        {"styles", config->styles},
    };
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_hash_table_insert(fields, g_strdup(numbers[i].key), g_strdup_printf("%u", numbers[i].value));
    g_hash_table_remove(fields, "noise");
    if (config->noise)
        g_hash_table_insert(fields, g_strdup("noise"), g_strdup_printf("%u", config->noise));
    copy_field("format", FORMAT, fields);
    copy_field("version", VERSION, fields);
    copy_field("tail", (gpointer)idiom_tail_name(config->tail), fields);
    g_hash_table_insert(fields, g_strdup("names"), g_strjoinv(",", (char **)names));
    return fields;
}

/* Finds @tensor in @params and checks it; NULL with @error set. */
static const float *find_values(const char *path, const IdiomGeneratorTensor *tensor,
                                const IdiomParams *params, const float *values, GError **error)
{
    const IdiomShape s = tensor->shape;
    int index = idiom_params_find(params, tensor->name);
    IdiomShape have = index < 0 ? (IdiomShape){0} : idiom_params_shape(params, (guint)index);
    if (have.n != s.n || have.c != s.c || have.h != s.h || have.w != s.w) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "%s: parameter '%s' is missing or has another shape", path, tensor->name);
        return NULL;
    }
    const float *found = values + idiom_params_offset(params, (guint)index);
    for (gsize i = 0; i < idiom_shape_elements(s); i++) {
        if (!isfinite(found[i])) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_NOT_FINITE,
                        "%s: not saved: parameter '%s' holds a value that is not finite", path, tensor->name);
            return NULL;
        }
    }
    return found;
}

gboolean idiom_style_save(const char *path, const IdiomGeneratorConfig *config, const char *const *names,
                          IdiomParams *params, const float *values, GHashTable *metadata, GError **error)
{
    if (!idiom_generator_check(config, error))
        return FALSE;
    const char *problem = idiom_style_check_names(names, config->styles);
    if (problem) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "%s: names of the styles: %s", path, problem);
        return FALSE;
    }
    g_autofree float *own = NULL;
    if (!values) {
        values = own = g_new(float, idiom_params_elements(params));
        if (!idiom_params_read(params, own, error))
            return FALSE;
    }
    g_autoptr(GArray) tensors = idiom_generator_tensors(config);
    g_autofree IdiomTensorData *data = g_new0(IdiomTensorData, tensors->len);
    for (guint i = 0; i < tensors->len; i++) {
        const IdiomGeneratorTensor *tensor = &g_array_index(tensors, IdiomGeneratorTensor, i);
        const IdiomShape s = tensor->shape;
        data[i] = (IdiomTensorData){tensor->name, 4, {s.n, s.c, s.h, s.w}, NULL};
        data[i].values = find_values(path, tensor, params, values, error);
        if (!data[i].values)
            return FALSE;
    }
    g_autoptr(GHashTable) fields = describe(config, names, metadata);
    return idiom_tensor_file_write(path, data, tensors->len, fields, error);
}
