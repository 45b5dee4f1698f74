/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom-unstable/tensorfile.h>

#include "model/half.h"

#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NAME 256
/* The header itself is an object of objects of arrays: no more can be meant. Guards json-glib's recursion. */
#define MAX_NESTING 4

G_STATIC_ASSERT(G_BYTE_ORDER == G_LITTLE_ENDIAN);

typedef struct {
    IdiomTensorInfo info;
    guint64 begin, end; /* bytes after the header */
} Entry;

struct IdiomTensorFile {
    char *path;
    int fd;
    guint64 data_start;  /* of the first tensor's bytes */
    GPtrArray *entries;  /* Entry, by begin */
    GHashTable *by_name; /* name -> Entry */
    GHashTable *metadata;
};

static const struct {
    const char *name;
    guint bytes;
} dtypes[] = {
    {"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I64", 8},  {"I32", 4},     {"I16", 2},     {"I8", 1},
    {"U64", 8}, {"U32", 4}, {"U16", 2}, {"U8", 1},   {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1},
};

static gboolean invalid(GError **error, const char *path, const char *format, ...) G_GNUC_PRINTF(3, 4);

static gboolean invalid(GError **error, const char *path, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: %s", path, text);
    return FALSE;
}

static gboolean io_failed(GError **error, const char *path, const char *what)
{
    int code = errno;
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: %s: %s", path, what, g_strerror(code));
    return FALSE;
}

static void entry_free(gpointer data)
{
    Entry *entry = data;
    g_free((char *)entry->info.name);
    g_free(entry);
}

char *idiom_tensor_dims_text(const guint64 *dims, guint n_dims)
{
    if (n_dims == 0)
        return g_strdup("scalar");
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < n_dims; i++)
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT, i ? "x" : "", dims[i]);
    return g_string_free(text, FALSE);
}

/* --- header --------------------------------------------------------------------------------------- */

/* json-glib lets a later member replace an earlier one of the same name; this catches it while it parses. */
typedef struct {
    GHashTable *open; /* JsonObject -> set of its member names */
    char *duplicate;
} MemberWatch;

static void on_object_member(JsonParser *parser, JsonObject *object, const char *name, gpointer data)
{
    (void)parser;
    MemberWatch *watch = data;
    GHashTable *names = g_hash_table_lookup(watch->open, object);
    if (!names) {
        names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        g_hash_table_insert(watch->open, object, names);
    }
    if (!g_hash_table_add(names, g_strdup(name)) && !watch->duplicate)
        watch->duplicate = g_strdup(name);
}

static void on_object_end(JsonParser *parser, JsonObject *object, gpointer data)
{
    (void)parser;
    g_hash_table_remove(((MemberWatch *)data)->open, object);
}

static gboolean nesting_is_sane(const char *text, gsize length)
{
    gboolean in_string = FALSE;
    int depth = 0;
    for (gsize i = 0; i < length; i++) {
        if (in_string) {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
                in_string = FALSE;
        } else if (text[i] == '"') {
            in_string = TRUE;
        } else if (text[i] == '{' || text[i] == '[') {
            if (++depth > MAX_NESTING)
                return FALSE;
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        }
    }
    return TRUE;
}

static gboolean name_is_sane(const char *name)
{
    gsize length = strlen(name);
    for (gsize i = 0; i < length; i++)
        if (g_ascii_iscntrl(name[i]))
            return FALSE;
    return length > 0 && length <= MAX_NAME;
}

static gboolean parse_size(JsonNode *node, guint64 *value)
{
    if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64 ||
        json_node_get_int(node) < 0)
        return FALSE;
    *value = (guint64)json_node_get_int(node);
    return TRUE;
}

static gboolean parse_metadata(IdiomTensorFile *file, JsonNode *node, GError **error)
{
    if (!JSON_NODE_HOLDS_OBJECT(node))
        return invalid(error, file->path, "__metadata__ is not an object");
    JsonObjectIter iter;
    const char *key;
    JsonNode *value;
    json_object_iter_init(&iter, json_node_get_object(node));
    while (json_object_iter_next(&iter, &key, &value)) {
        if (!JSON_NODE_HOLDS_VALUE(value) || json_node_get_value_type(value) != G_TYPE_STRING)
            return invalid(error, file->path, "__metadata__ field '%.64s' is not a string", key);
        g_hash_table_insert(file->metadata, g_strdup(key), g_strdup(json_node_get_string(value)));
    }
    return TRUE;
}

static gboolean parse_entry(IdiomTensorFile *file, const char *name, JsonNode *node, guint64 data_size,
                            GError **error)
{
    if (!name_is_sane(name))
        return invalid(error, file->path,
                       "a tensor name is empty, longer than %d bytes, or has control characters", MAX_NAME);
    if (!JSON_NODE_HOLDS_OBJECT(node))
        return invalid(error, file->path, "tensor '%s' is not described by an object", name);
    JsonObject *object = json_node_get_object(node);
    JsonNode *dtype = json_object_get_member(object, "dtype");
    JsonNode *shape = json_object_get_member(object, "shape");
    JsonNode *offsets = json_object_get_member(object, "data_offsets");

    Entry *entry = g_new0(Entry, 1);
    entry->info.name = g_strdup(name);
    entry->info.elements = 1;
    g_ptr_array_add(file->entries, entry);
    g_hash_table_insert(file->by_name, (char *)entry->info.name, entry);

    guint item = 0;
    if (dtype && JSON_NODE_HOLDS_VALUE(dtype) && json_node_get_value_type(dtype) == G_TYPE_STRING) {
        for (guint i = 0; i < G_N_ELEMENTS(dtypes); i++) {
            if (g_str_equal(dtypes[i].name, json_node_get_string(dtype))) {
                entry->info.dtype = dtypes[i].name;
                item = dtypes[i].bytes;
            }
        }
    }
    if (!item)
        return invalid(error, file->path, "tensor '%s': missing or unknown dtype", name);

    JsonArray *dims = shape && JSON_NODE_HOLDS_ARRAY(shape) ? json_node_get_array(shape) : NULL;
    if (!dims || json_array_get_length(dims) > IDIOM_TENSOR_MAX_DIMS)
        return invalid(error, file->path, "tensor '%s': shape is missing or has more than %d dimensions",
                       name, IDIOM_TENSOR_MAX_DIMS);
    entry->info.n_dims = json_array_get_length(dims);
    for (guint i = 0; i < entry->info.n_dims; i++) {
        guint64 size;
        if (!parse_size(json_array_get_element(dims, i), &size) || size == 0)
            return invalid(error, file->path, "tensor '%s': shape entry %u is not a positive integer", name,
                           i);
        if (size > data_size / item / entry->info.elements)
            return invalid(error, file->path,
                           "tensor '%s': its shape needs more than the %" G_GUINT64_FORMAT
                           " bytes that follow the header (truncated file?)",
                           name, data_size);
        entry->info.dims[i] = size;
        entry->info.elements *= size;
    }

    JsonArray *range = offsets && JSON_NODE_HOLDS_ARRAY(offsets) ? json_node_get_array(offsets) : NULL;
    if (!range || json_array_get_length(range) != 2 ||
        !parse_size(json_array_get_element(range, 0), &entry->begin) ||
        !parse_size(json_array_get_element(range, 1), &entry->end) || entry->begin > entry->end)
        return invalid(error, file->path, "tensor '%s': data_offsets is not a pair of ascending byte offsets",
                       name);
    if (entry->end > data_size)
        return invalid(error, file->path,
                       "tensor '%s' ends at byte %" G_GUINT64_FORMAT
                       " of the data, but only %" G_GUINT64_FORMAT " follow the header (truncated file?)",
                       name, entry->end, data_size);
    if (entry->end - entry->begin != entry->info.elements * item) {
        g_autofree char *text = idiom_tensor_dims_text(entry->info.dims, entry->info.n_dims);
        return invalid(error, file->path,
                       "tensor '%s': shape %s of %s needs %" G_GUINT64_FORMAT
                       " bytes, data_offsets span %" G_GUINT64_FORMAT,
                       name, text, entry->info.dtype, entry->info.elements * item, entry->end - entry->begin);
    }
    if (entry->begin % item)
        return invalid(error, file->path,
                       "tensor '%s' begins at byte %" G_GUINT64_FORMAT ", not a multiple of %u", name,
                       entry->begin, item);
    return TRUE;
}

static gint compare_begin(gconstpointer a, gconstpointer b)
{
    const Entry *x = *(Entry *const *)a, *y = *(Entry *const *)b;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* The format allows neither holes nor overlaps, so that no byte of a file escapes the checks. */
static gboolean check_coverage(IdiomTensorFile *file, guint64 data_size, GError **error)
{
    g_ptr_array_sort(file->entries, compare_begin);
    guint64 at = 0;
    for (guint i = 0; i < file->entries->len; i++) {
        const Entry *entry = g_ptr_array_index(file->entries, i);
        if (entry->begin != at)
            return invalid(
                error, file->path,
                "tensor '%s' begins at byte %" G_GUINT64_FORMAT " of the data, %s byte %" G_GUINT64_FORMAT,
                entry->info.name, entry->begin,
                entry->begin < at ? "inside the tensor before it, which ends at" : "leaving a hole after",
                at);
        at = entry->end;
    }
    if (at != data_size)
        return invalid(error, file->path,
                       "the tensors end at byte %" G_GUINT64_FORMAT " of the data, but %" G_GUINT64_FORMAT
                       " follow the header",
                       at, data_size);
    return TRUE;
}

static gboolean parse_header(IdiomTensorFile *file, const char *text, gsize length, guint64 data_size,
                             GError **error)
{
    if (text[0] != '{' || !g_utf8_validate(text, (gssize)length, NULL))
        return invalid(error, file->path,
                       "not a safetensors file (the header is not a JSON object in UTF-8)");
    if (!nesting_is_sane(text, length))
        return invalid(error, file->path, "header nested deeper than %d levels", MAX_NESTING);

    g_autoptr(JsonParser) parser = json_parser_new();
    MemberWatch watch = {
        .open = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_hash_table_unref),
    };
    g_signal_connect(parser, "object-member", G_CALLBACK(on_object_member), &watch);
    g_signal_connect(parser, "object-end", G_CALLBACK(on_object_end), &watch);
    g_autoptr(GError) json_error = NULL;
    gboolean parsed = json_parser_load_from_data(parser, text, (gssize)length, &json_error);
    g_hash_table_unref(watch.open);
    g_autofree char *duplicate = watch.duplicate;
    JsonNode *root = parsed ? json_parser_get_root(parser) : NULL;
    if (!root || !JSON_NODE_HOLDS_OBJECT(root))
        return invalid(error, file->path, "not a safetensors file (header: %s)",
                       json_error ? json_error->message : "not a JSON object");
    if (duplicate)
        return invalid(error, file->path, "the header names '%.64s' twice", duplicate);

    JsonObjectIter iter;
    const char *name;
    JsonNode *node;
    json_object_iter_init(&iter, json_node_get_object(root));
    while (json_object_iter_next(&iter, &name, &node)) {
        gboolean ok = g_str_equal(name, "__metadata__") ? parse_metadata(file, node, error)
                                                        : parse_entry(file, name, node, data_size, error);
        if (!ok)
            return FALSE;
    }
    return check_coverage(file, data_size, error);
}

/* --- reading -------------------------------------------------------------------------------------- */

static gboolean read_at(IdiomTensorFile *file, gpointer buffer, gsize size, guint64 offset, GError **error)
{
    for (gsize done = 0; done < size;) {
        gssize n = pread(file->fd, (char *)buffer + done, size - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return io_failed(error, file->path, "cannot read");
        if (n == 0)
            return invalid(error, file->path, "truncated while it was read");
        done += (gsize)n;
    }
    return TRUE;
}

static gboolean load_header(IdiomTensorFile *file, GError **error)
{
    /* O_NONBLOCK: a named pipe is refused below instead of waited for */
    file->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0)
        return io_failed(error, file->path, "cannot open");
    struct stat st;
    if (fstat(file->fd, &st) < 0)
        return io_failed(error, file->path, "cannot stat");
    if (!S_ISREG(st.st_mode)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: not a regular file", file->path);
        return FALSE;
    }
    guint64 size = (guint64)st.st_size, length;
    if (size < sizeof length + 2)
        return invalid(error, file->path, "not a safetensors file (only %" G_GUINT64_FORMAT " bytes)", size);
    if (!read_at(file, &length, sizeof length, 0, error))
        return FALSE;
    if (length < 2 || length > IDIOM_TENSOR_MAX_HEADER)
        return invalid(error, file->path,
                       "header length %" G_GUINT64_FORMAT " is outside 2..%u bytes (not a safetensors file?)",
                       length, IDIOM_TENSOR_MAX_HEADER);
    if (length > size - sizeof length)
        return invalid(error, file->path,
                       "header length %" G_GUINT64_FORMAT " exceeds the file of %" G_GUINT64_FORMAT
                       " bytes (truncated?)",
                       length, size);
    g_autofree char *text = g_malloc(length + 1);
    if (!read_at(file, text, length, sizeof length, error))
        return FALSE;
    text[length] = '\0';
    file->data_start = sizeof length + length;
    return parse_header(file, text, length, size - file->data_start, error);
}

IdiomTensorFile *idiom_tensor_file_open(const char *path, GError **error)
{
    IdiomTensorFile *file = g_new0(IdiomTensorFile, 1);
    file->path = g_strdup(path);
    file->entries = g_ptr_array_new_with_free_func(entry_free);
    file->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    file->metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (!load_header(file, error))
        g_clear_pointer(&file, idiom_tensor_file_free);
    return file;
}

void idiom_tensor_file_free(IdiomTensorFile *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    g_hash_table_unref(file->by_name);
    g_hash_table_unref(file->metadata);
    g_ptr_array_unref(file->entries);
    g_free(file->path);
    g_free(file);
}

const char *idiom_tensor_file_path(const IdiomTensorFile *file)
{
    return file->path;
}

guint idiom_tensor_file_count(const IdiomTensorFile *file)
{
    return file->entries->len;
}

const IdiomTensorInfo *idiom_tensor_file_info(const IdiomTensorFile *file, guint index)
{
    return &((const Entry *)g_ptr_array_index(file->entries, index))->info;
}

const IdiomTensorInfo *idiom_tensor_file_find(const IdiomTensorFile *file, const char *name)
{
    const Entry *entry = g_hash_table_lookup(file->by_name, name);
    return entry ? &entry->info : NULL;
}

GHashTable *idiom_tensor_file_metadata(const IdiomTensorFile *file)
{
    return file->metadata;
}

float *idiom_tensor_file_read(IdiomTensorFile *file, const char *name, const guint64 *dims, guint n_dims,
                              GError **error)
{
    const Entry *entry = g_hash_table_lookup(file->by_name, name);
    if (!entry) {
        invalid(error, file->path, "tensor '%s' is missing", name);
        return NULL;
    }
    const IdiomTensorInfo *info = &entry->info;
    if (dims && (info->n_dims != n_dims || memcmp(info->dims, dims, n_dims * sizeof *dims) != 0)) {
        g_autofree char *have = idiom_tensor_dims_text(info->dims, info->n_dims);
        g_autofree char *want = idiom_tensor_dims_text(dims, n_dims);
        invalid(error, file->path, "tensor '%s' has shape %s, expected %s", name, have, want);
        return NULL;
    }
    gboolean half = g_str_equal(info->dtype, "F16");
    if (!half && !g_str_equal(info->dtype, "F32")) {
        invalid(error, file->path, "tensor '%s' has dtype %s, expected F32 or F16", name, info->dtype);
        return NULL;
    }
    if (info->elements > IDIOM_TENSOR_MAX_ELEMENTS) {
        invalid(error, file->path,
                "tensor '%s' has %" G_GUINT64_FORMAT " elements, more than the limit of %u", name,
                info->elements, IDIOM_TENSOR_MAX_ELEMENTS);
        return NULL;
    }

    /* the file says how much: not GLib's allocation, which ends the program where there is none */
    g_autofree float *values = g_try_new(float, info->elements);
    g_autofree guint16 *halves = half ? g_try_new(guint16, info->elements) : NULL;
    if (!values || (half && !halves)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_MEMORY,
                    "%s: tensor '%s' needs %.1f MiB: out of host memory", file->path, name,
                    (double)info->elements * (half ? 6 : 4) / 1048576);
        return NULL;
    }
    if (half) {
        if (!read_at(file, halves, info->elements * 2, file->data_start + entry->begin, error))
            return NULL;
        for (guint64 i = 0; i < info->elements; i++)
            values[i] = idiom_half_to_float(halves[i]);
    } else if (!read_at(file, values, info->elements * 4, file->data_start + entry->begin, error)) {
        return NULL;
    }
    for (guint64 i = 0; i < info->elements; i++) {
        if (!isfinite(values[i])) {
            invalid(error, file->path,
                    "tensor '%s' holds a value that is not finite (element %" G_GUINT64_FORMAT ")", name, i);
            return NULL;
        }
    }
    return g_steal_pointer(&values);
}

/* --- writing -------------------------------------------------------------------------------------- */

static guint64 data_elements(const IdiomTensorData *tensor)
{
    guint64 elements = 1;
    for (guint i = 0; i < tensor->n_dims; i++) {
        if (tensor->dims[i] == 0 || tensor->dims[i] > IDIOM_TENSOR_MAX_ELEMENTS / elements)
            return 0;
        elements *= tensor->dims[i];
    }
    return elements;
}

static void build_metadata(JsonBuilder *builder, GHashTable *metadata)
{
    GList *keys = g_list_sort(g_hash_table_get_keys(metadata), (GCompareFunc)strcmp);
    json_builder_set_member_name(builder, "__metadata__");
    json_builder_begin_object(builder);
    for (GList *key = keys; key; key = key->next) {
        json_builder_set_member_name(builder, key->data);
        /* may come from a command line in any encoding */
        g_autofree char *value = g_utf8_make_valid(g_hash_table_lookup(metadata, key->data), -1);
        json_builder_add_string_value(builder, value);
    }
    json_builder_end_object(builder);
    g_list_free(keys);
}

/* The header text, padded with spaces so that the data is aligned; NULL with @error for a bad argument. */
static char *build_header(const char *path, const IdiomTensorData *tensors, guint n_tensors,
                          GHashTable *metadata, gsize *length, GError **error)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    json_builder_begin_object(builder);
    if (metadata && g_hash_table_size(metadata) > 0)
        build_metadata(builder, metadata);
    guint64 offset = 0;
    for (guint i = 0; i < n_tensors; i++) {
        const IdiomTensorData *tensor = &tensors[i];
        guint64 elements = tensor->n_dims <= IDIOM_TENSOR_MAX_DIMS ? data_elements(tensor) : 0;
        if (!elements || !name_is_sane(tensor->name) || !g_hash_table_add(names, (char *)tensor->name)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                        "%s: cannot write tensor '%.64s': bad or repeated name, or bad shape", path,
                        tensor->name);
            return NULL;
        }
        json_builder_set_member_name(builder, tensor->name);
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "dtype");
        json_builder_add_string_value(builder, "F32");
        json_builder_set_member_name(builder, "shape");
        json_builder_begin_array(builder);
        for (guint d = 0; d < tensor->n_dims; d++)
            json_builder_add_int_value(builder, (gint64)tensor->dims[d]);
        json_builder_end_array(builder);
        json_builder_set_member_name(builder, "data_offsets");
        json_builder_begin_array(builder);
        json_builder_add_int_value(builder, (gint64)offset);
        offset += elements * sizeof(float);
        json_builder_add_int_value(builder, (gint64)offset);
        json_builder_end_array(builder);
        json_builder_end_object(builder);
    }
    json_builder_end_object(builder);

    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *text = json_to_string(root, FALSE);
    gsize used = strlen(text);
    *length = (used + 7) / 8 * 8;
    if (*length > IDIOM_TENSOR_MAX_HEADER) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "%s: cannot write a header of %" G_GSIZE_FORMAT " bytes, more than the limit of %u", path,
                    *length, IDIOM_TENSOR_MAX_HEADER);
        return NULL;
    }
    char *padded = g_malloc(*length + 1);
    memcpy(padded, text, used);
    memset(padded + used, ' ', *length - used);
    padded[*length] = '\0';
    return padded;
}

static gboolean write_all(int fd, gconstpointer data, gsize size)
{
    for (gsize done = 0; done < size;) {
        gssize n = write(fd, (const char *)data + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FALSE;
        done += (gsize)n;
    }
    return TRUE;
}

static gboolean write_content(int fd, const char *header, guint64 length, const IdiomTensorData *tensors,
                              guint n_tensors)
{
    if (!write_all(fd, &length, sizeof length) || !write_all(fd, header, length))
        return FALSE;
    for (guint i = 0; i < n_tensors; i++)
        if (!write_all(fd, tensors[i].values, data_elements(&tensors[i]) * sizeof(float)))
            return FALSE;
    return fsync(fd) == 0;
}

/* So that the new name survives a power cut, too. Some file systems cannot: then there is nothing better to
 * do. */
static void sync_folder(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
}

gboolean idiom_tensor_file_write(const char *path, const IdiomTensorData *tensors, guint n_tensors,
                                 GHashTable *metadata, GError **error)
{
    gsize length;
    g_autofree char *header = build_header(path, tensors, n_tensors, metadata, &length, error);
    if (!header)
        return FALSE;
    g_autofree char *temporary = g_strconcat(path, ".XXXXXX", NULL);
    int fd = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0666);
    if (fd < 0)
        return io_failed(error, path, "cannot create a file beside it");
    gboolean written = write_content(fd, header, length, tensors, n_tensors);
    int code = errno;
    if (close(fd) < 0 && written) {
        written = FALSE;
        code = errno;
    }
    if (written && rename(temporary, path) < 0) {
        written = FALSE;
        code = errno;
    }
    if (!written) {
        unlink(temporary);
        errno = code;
        return io_failed(error, path, "cannot write");
    }
    sync_folder(path);
    return TRUE;
}
