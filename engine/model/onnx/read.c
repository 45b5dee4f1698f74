/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From an ONNX file to a network. What the file says is checked here; what its nodes mean is not looked at. */
#include "model/onnx/network.h"
#include "model/onnx/scan.h"
#include "model/onnx/tensor.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <idiom/error.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_FILE ((gsize)1 << 31)
#define MAX_STORY 4096 /* bytes of a remark */

typedef struct {
    IdiomNetwork *net;
    GHashTable *values; /* name -> number + 1 */
    TensorReader tensors;
    GError **error;
} Reader;

static gboolean file_fail(const Reader *r, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean file_fail(const Reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *reason = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(r->error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: %s", r->net->file, reason);
    return FALSE;
}

/* --- values and nodes ------------------------------------------------------------------------------- */

/* The number of the value @name, -1 where there is none (an optional operand) or no more can be counted. */
static int value_of(Reader *r, const char *name)
{
    if (!name || !*name)
        return -1;
    int value = GPOINTER_TO_INT(g_hash_table_lookup(r->values, name)) - 1;
    if (value < 0 && (value = idiom_network_add_value(r->net, NULL)) >= 0)
        g_hash_table_insert(r->values, (char *)name, GINT_TO_POINTER(value + 1));
    return value;
}

static IdiomArray *list_of(IdiomType type, gboolean list, gsize count, const float *floats,
                           const gint64 *ints)
{
    IdiomArray *array = idiom_array_new(type, list ? 1 : 0, (gint64[]){(gint64)count});
    for (gsize k = 0; array && k < array->count; k++) {
        if (floats)
            array->f[k] = floats[k];
        else
            array->i[k] = ints[k];
    }
    return array;
}

static gboolean read_attribute(Reader *r, const Onnx__AttributeProto *a, IdiomNode *node)
{
    IdiomArray *numbers = NULL;
    g_autofree char *text = NULL;
    /* old files do not say which kind it is */
    if (a->t) {
        numbers = idiom_onnx_tensor(&r->tensors, a->t, r->error);
        if (!numbers)
            return FALSE;
    } else if (a->n_ints) {
        numbers = list_of(IDIOM_TYPE_INT64, TRUE, a->n_ints, NULL, a->ints);
    } else if (a->n_floats) {
        numbers = list_of(IDIOM_TYPE_FLOAT, TRUE, a->n_floats, a->floats, NULL);
    } else if (a->has_s) {
        text = g_strndup((const char *)a->s.data, MIN(a->s.len, 64));
    } else if (a->has_i) {
        numbers = list_of(IDIOM_TYPE_INT64, FALSE, 1, NULL, &a->i);
    } else if (a->has_f) {
        numbers = list_of(IDIOM_TYPE_FLOAT, FALSE, 1, &a->f, NULL);
    } else if (a->has_type && a->type == ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS) {
        numbers = list_of(IDIOM_TYPE_INT64, TRUE, 0, NULL, NULL);
    }
    if (numbers || text)
        idiom_node_add_attribute(node, a->name ? a->name : "", text, numbers);
    return TRUE;
}

static gboolean read_node(Reader *r, const Onnx__NodeProto *n)
{
    if (n->n_input > IDIOM_NETWORK_MAX_OPERANDS || n->n_output > IDIOM_NETWORK_MAX_OPERANDS)
        return file_fail(r, "a node has more than %d operands", IDIOM_NETWORK_MAX_OPERANDS);
    const char *op = n->op_type ? n->op_type : "", *first = n->n_output ? n->output[0] : "";
    IdiomNode *node = idiom_network_add_node(r->net, n->name && *n->name ? n->name : first, op,
                                             (guint)n->n_input, (guint)n->n_output);
    if (n->domain && *n->domain && !g_str_equal(n->domain, "ai.onnx")) {
        g_autofree char *domain = idiom_text_short(n->domain);
        return idiom_node_fail(r->net, node, r->error, "operators of '%s' are not supported", domain);
    }
    for (guint k = 0; k < node->n_in; k++)
        node->in[k] = value_of(r, n->input[k]);
    for (guint k = 0; k < node->n_out; k++)
        node->out[k] = value_of(r, n->output[k]);
    for (gsize k = 0; k < n->n_attribute; k++)
        if (!read_attribute(r, n->attribute[k], node))
            return FALSE;
    return TRUE;
}

/* --- input and output ------------------------------------------------------------------------------- */

static gboolean read_dims(Reader *r, const Onnx__ValueInfoProto *info, gint64 dims[4])
{
    const Onnx__TypeProto__Tensor *type = info->type ? info->type->tensor_type : NULL;
    const int kind = type && type->has_elem_type ? type->elem_type : 0;
    if (!type || info->type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !type->shape ||
        type->shape->n_dim != 4)
        return file_fail(r, "its input is no picture [N,3,H,W]");
    if (kind != IDIOM_TYPE_FLOAT && kind != IDIOM_TYPE_HALF && kind != IDIOM_TYPE_DOUBLE)
        return file_fail(r, "its input is of type %d, only floats are supported", kind);
    for (guint d = 0; d < 4; d++) {
        const Onnx__TensorShapeProto__Dimension *dim = type->shape->dim[d];
        const gboolean fixed = dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        dims[d] = fixed && dim->dim_value > 0 ? dim->dim_value : 0;
    }
    return TRUE;
}

static gboolean read_input(Reader *r, const Onnx__GraphProto *g)
{
    const Onnx__ValueInfoProto *picture = NULL;
    guint count = 0;
    gint64 dims[4];
    for (gsize i = 0; i < g->n_input; i++) {
        const int v = value_of(r, g->input[i]->name);
        if (v >= 0 && r->net->arrays->pdata[v])
            continue; /* old files list their weights here too */
        picture = g->input[i];
        r->net->input = v;
        count++;
    }
    if (count != 1 || r->net->input < 0)
        return file_fail(r, "has %u inputs, only networks of one picture are supported", count);
    if (!read_dims(r, picture, dims))
        return FALSE;
    /* as TensorFlow has them */
    r->net->nhwc = dims[3] == 3 && dims[1] != 3;
    if (r->net->nhwc) {
        dims[3] = dims[2];
        dims[2] = dims[1];
        dims[1] = 3;
    }
    if ((dims[1] && dims[1] != 3) || dims[0] > 1)
        return file_fail(r,
                         "its input is [%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT
                         ",..], only one picture [1,3,H,W] is supported",
                         dims[0], dims[1]);
    if (dims[2] > 16384 || dims[3] > 16384)
        return file_fail(r, "its input is larger than 16384 pixels");
    r->net->h = (guint)dims[2];
    r->net->w = (guint)dims[3];
    return TRUE;
}

/* --- the file --------------------------------------------------------------------------------------- */

static void keep_remark(IdiomNetwork *net, const char *key, const char *value)
{
    if (key && *key && strlen(key) < 64 && value && *value)
        g_hash_table_insert(net->metadata, g_utf8_make_valid(key, -1),
                            g_utf8_make_valid(value, (gssize)MIN(strlen(value), MAX_STORY)));
}

static gboolean read_opset(Reader *r, const Onnx__ModelProto *m)
{
    gint64 opset = 0;
    for (gsize i = 0; i < m->n_opset_import; i++) {
        const char *domain = m->opset_import[i]->domain;
        if ((!domain || !*domain || g_str_equal(domain, "ai.onnx")) && m->opset_import[i]->has_version)
            opset = m->opset_import[i]->version;
    }
    if (opset < IDIOM_NETWORK_MIN_OPSET || opset > IDIOM_NETWORK_MAX_OPSET)
        return file_fail(r, "opset %" G_GINT64_FORMAT ", supported are %d to %d", opset,
                         IDIOM_NETWORK_MIN_OPSET, IDIOM_NETWORK_MAX_OPSET);
    r->net->opset = (guint)opset;
    return TRUE;
}

static gboolean read_graph(Reader *r, const Onnx__GraphProto *g)
{
    if (g->n_node > IDIOM_NETWORK_MAX_NODES)
        return file_fail(r, "has %" G_GSIZE_FORMAT " nodes, at most %d are possible", g->n_node,
                         IDIOM_NETWORK_MAX_NODES);
    for (gsize i = 0; i < g->n_initializer; i++) {
        const int v = value_of(r, g->initializer[i]->name);
        if (v < 0 || r->net->arrays->pdata[v])
            return file_fail(r, v < 0 ? "an initializer has no name" : "an initializer is there twice");
        if (!(r->net->arrays->pdata[v] = idiom_onnx_tensor(&r->tensors, g->initializer[i], r->error)))
            return FALSE;
    }
    if (!read_input(r, g))
        return FALSE;
    for (gsize i = 0; i < g->n_node; i++)
        if (!read_node(r, g->node[i]))
            return FALSE;
    if (g->n_output != 1)
        return file_fail(r, "has %" G_GSIZE_FORMAT " results, only networks of one picture are supported",
                         g->n_output);
    r->net->output = value_of(r, g->output[0]->name);
    return r->net->arrays->len < IDIOM_NETWORK_MAX_VALUES ||
           file_fail(r, "has more values than the limit of %d", IDIOM_NETWORK_MAX_VALUES);
}

static gboolean read_model(Reader *r, const Onnx__ModelProto *m)
{
    for (gsize i = 0; i < m->n_metadata_props; i++)
        keep_remark(r->net, m->metadata_props[i]->key, m->metadata_props[i]->value);
    keep_remark(r->net, "producer", m->producer_name);
    keep_remark(r->net, "description", m->doc_string);
    return m->graph ? read_opset(r, m) && read_graph(r, m->graph) : file_fail(r, "has no graph");
}

static guint8 *read_file(const char *path, gsize *size, GError **error)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st = {0};
    g_autofree guint8 *bytes = NULL;
    gsize done = 0;
    const char *wrong = NULL;
    if (fd < 0 || fstat(fd, &st) < 0)
        wrong = g_strerror(errno);
    else if (!S_ISREG(st.st_mode))
        wrong = "not a regular file";
    else if ((guint64)st.st_size > MAX_FILE)
        wrong = "files above 2 GiB are not supported";
    else if (!(bytes = g_try_malloc((gsize)st.st_size + 1)))
        wrong = "out of host memory";
    for (gssize n = 1; !wrong && done < (gsize)st.st_size; done += (gsize)n)
        if ((n = read(fd, bytes + done, (gsize)st.st_size - done)) <= 0) {
            wrong = "cannot be read";
            break;
        }
    if (fd >= 0)
        close(fd);
    if (wrong) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s: %s", path, wrong);
        return NULL;
    }
    *size = (gsize)st.st_size;
    return g_steal_pointer(&bytes);
}

IdiomNetwork *idiom_network_read(const char *path, GError **error)
{
    gsize size;
    g_autofree guint8 *bytes = read_file(path, &size, error);
    if (!bytes)
        return NULL;
    const char *wrong = idiom_onnx_scan(&onnx__model_proto__descriptor, bytes, size);
    gsize room = 4 * size + ((gsize)64 << 20);
    ProtobufCAllocator allocator = idiom_onnx_allocator(&room);
    Onnx__ModelProto *model = wrong ? NULL : onnx__model_proto__unpack(&allocator, size, bytes);
    if (!model) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: %s", path,
                    wrong ? wrong : "not an ONNX file, or it needs more memory than such files do");
        return NULL;
    }
    g_clear_pointer(&bytes, g_free);
    g_autoptr(IdiomNetwork) net = idiom_network_new(path);
    g_autoptr(GHashTable) values = g_hash_table_new(g_str_hash, g_str_equal);
    Reader reader = {net, values, {path, MAX_FILE}, error};
    const gboolean fine = read_model(&reader, model);
    onnx__model_proto__free_unpacked(model, &allocator);
    return fine ? g_steal_pointer(&net) : NULL;
}
