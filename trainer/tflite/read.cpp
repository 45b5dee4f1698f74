/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a TensorFlow Lite file to a network of ONNX operators. FlatBuffers checks the file, this what it says. */
#include "reader.hpp"

#include "tflite.h"

#include <idiom/error.h>
#include <cstring>

extern "C" {
#include "model/half.h"
}

static const gsize MAX_FILE = gsize(256) << 20;

bool fail(Reader &r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *reason = g_strdup_vprintf(format, args);
    va_end(args);
    if (r.error && *r.error)
        return false;
    if (r.op)
        g_set_error(r.error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: operator %u (%s): %s", r.net->file, r.index,
                    r.op_name, reason);
    else
        g_set_error(r.error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: %s", r.net->file, reason);
    return false;
}

/* --- tensors --------------------------------------------------------------------------------------- */

static int place(Reader &r, const flatbuffers::Vector<gint32> *list, guint i)
{
    const gint32 t = list && i < list->size() ? list->Get(i) : -1;
    if (t >= 0 && guint(t) < r.graph->tensors()->size())
        return t;
    fail(r, "operand %u is missing", i + 1);
    return -1;
}

static const tflite::Tensor *tensor_at(Reader &r, int t)
{
    return t < 0 ? NULL : r.graph->tensors()->Get(flatbuffers::uoffset_t(t));
}

const tflite::Tensor *operand(Reader &r, guint i)
{
    return tensor_at(r, place(r, r.op->inputs(), i));
}

const tflite::Tensor *result(Reader &r, guint i)
{
    return tensor_at(r, place(r, r.op->outputs(), i));
}

bool shape_of(Reader &r, const tflite::Tensor *t, gint64 shape[4])
{
    const guint rank = t && t->shape() ? t->shape()->size() : 0;
    if (!t || rank > 4)
        return fail(r, "tensors have up to 4 dimensions, not %u", rank);
    for (guint d = 0; d < 4; d++) {
        shape[d] = d < 4 - rank ? 1 : t->shape()->Get(d + rank - 4);
        if (shape[d] < 1 || shape[d] > 65536)
            return fail(r, "a size of %" G_GINT64_FORMAT, shape[d]);
    }
    return true;
}

static const flatbuffers::Vector<guint8> *data_of(Reader &r, const tflite::Tensor *t)
{
    const auto *buffers = r.model->buffers();
    const auto *buffer = buffers && t->buffer() < buffers->size() ? buffers->Get(t->buffer()) : NULL;
    return buffer && buffer->data() && buffer->data()->size() ? buffer->data() : NULL;
}

bool is_constant(Reader &r, guint i)
{
    const int t = place(r, r.op->inputs(), i);
    return t >= 0 && (r.values[t] < -1 || data_of(r, tensor_at(r, t)));
}

/* A tensor that is only another one in other numbers: DEQUANTIZE of halves. values[t] is -2 - source then. */
static const tflite::Tensor *source_of(Reader &r, int t)
{
    return tensor_at(r, r.values[t] < -1 ? -2 - r.values[t] : t);
}

static bool read_numbers(Reader &r, const tflite::Tensor *t, gsize count, float *to)
{
    const auto *data = data_of(r, t);
    const gsize size = t->type() == tflite::TensorType_FLOAT16 ? 2 : 4;
    if (!data || data->size() != count * size || t->type() > tflite::TensorType_INT32)
        return fail(r, "numbers of %zu bytes and type %d are not what a tensor of %zu should have",
                    data ? gsize(data->size()) : 0, int(t->type()), count);
    for (gsize k = 0; k < count; k++) {
        guint16 half;
        gint32 whole;
        if (t->type() == tflite::TensorType_FLOAT16) {
            memcpy(&half, data->data() + 2 * k, 2);
            to[k] = idiom_half_to_float(GUINT16_FROM_LE(half));
        } else {
            memcpy(&whole, data->data() + 4 * k, 4);
            whole = GINT32_FROM_LE(whole);
            if (t->type() == tflite::TensorType_INT32)
                to[k] = float(whole);
            else
                memcpy(&to[k], &whole, 4);
        }
        if (!std::isfinite(to[k]))
            return fail(r, "a number that is not finite");
    }
    return true;
}

int constant(Reader &r, guint i, const int order[4])
{
    const int t = place(r, r.op->inputs(), i);
    gint64 from[4], to[4];
    const tflite::Tensor *source = t < 0 ? NULL : source_of(r, t);
    if (!source || !shape_of(r, source, from))
        return -1;
    for (guint d = 0; d < 4; d++)
        to[d] = from[order[d]];
    g_autoptr(IdiomArray) array = idiom_array_new(IDIOM_TYPE_FLOAT, 4, to);
    if (!array) {
        fail(r, "a tensor that is too large");
        return -1;
    }
    g_autofree float *numbers = g_new(float, array->count);
    if (!read_numbers(r, source, array->count, numbers))
        return -1;
    gsize strides[4] = {0, 0, 0, 1}, k = 0;
    for (int d = 2; d >= 0; d--)
        strides[d] = strides[d + 1] * gsize(from[d + 1]);
    for (gint64 a = 0; a < to[0]; a++)
        for (gint64 b = 0; b < to[1]; b++)
            for (gint64 c = 0; c < to[2]; c++)
                for (gint64 d = 0; d < to[3]; d++)
                    array->f[k++] = numbers[gsize(a) * strides[order[0]] + gsize(b) * strides[order[1]] +
                                            gsize(c) * strides[order[2]] + gsize(d) * strides[order[3]]];
    return idiom_network_add_value(r.net, idiom_array_ref(array));
}

int value_of(Reader &r, guint i)
{
    static const int channels_first[4] = {0, 3, 1, 2};
    const int t = place(r, r.op->inputs(), i);
    if (t < 0 || r.values[t] >= 0)
        return t < 0 ? -1 : r.values[t];
    if (is_constant(r, i))
        return constant(r, i, channels_first);
    fail(r, "operand %u is made by nothing before it", i + 1);
    return -1;
}

/* --- nodes ----------------------------------------------------------------------------------------- */

static IdiomNode *append(Reader &r, const char *op, std::initializer_list<int> in, int out)
{
    g_autofree char *name = g_strdup_printf("%u", r.index);
    IdiomNode *node = idiom_network_add_node(r.net, name, op, guint(in.size()), 1);
    guint i = 0;
    for (int value : in)
        node->in[i++] = value;
    node->out[0] = out;
    return node;
}

void add_ints(IdiomNode *node, const char *name, std::initializer_list<gint64> numbers)
{
    const gint64 count = gint64(numbers.size());
    IdiomArray *array = idiom_array_new(IDIOM_TYPE_INT64, count == 1 ? 0 : 1, &count);
    guint i = 0;
    for (gint64 number : numbers)
        array->i[i++] = number;
    idiom_node_add_attribute(node, name, NULL, array);
}

IdiomNode *add_node(Reader &r, const char *op, std::initializer_list<int> in, tflite::Activation act)
{
    const int t = place(r, r.op->outputs(), 0);
    if (t < 0)
        return NULL;
    const int last = idiom_network_add_value(r.net, NULL);
    r.values[t] = last;
    if (act == tflite::Activation_NONE)
        return append(r, op, in, last);
    const int before = idiom_network_add_value(r.net, NULL);
    IdiomNode *node = append(r, op, in, before);
    if (act == tflite::Activation_RELU)
        append(r, "Relu", {before}, last);
    else if (act == tflite::Activation_TANH)
        append(r, "Tanh", {before}, last);
    else {
        const bool six = act == tflite::Activation_RELU6;
        IdiomArray *limits[] = {idiom_array_new(IDIOM_TYPE_FLOAT, 0, NULL), idiom_array_new(IDIOM_TYPE_FLOAT, 0, NULL)};
        limits[0]->f[0] = six ? 0 : -1;
        limits[1]->f[0] = six ? 6 : 1;
        const int least = idiom_network_add_value(r.net, limits[0]), most = idiom_network_add_value(r.net, limits[1]);
        append(r, "Clip", {before, least, most}, last);
    }
    return node;
}

/* --- the file -------------------------------------------------------------------------------------- */

/* Halves that become floats are the same numbers; nothing is made. */
static bool read_dequantize(Reader &r)
{
    const int from = place(r, r.op->inputs(), 0), to = place(r, r.op->outputs(), 0);
    if (from < 0 || to < 0)
        return false;
    if (tensor_at(r, from)->type() != tflite::TensorType_FLOAT16 || !data_of(r, tensor_at(r, from)))
        return fail(r, "only halves become floats");
    r.values[to] = -2 - from;
    return true;
}

static bool read_operators(Reader &r)
{
    const auto *codes = r.model->operator_codes();
    const auto *ops = r.graph->operators();
    for (guint i = 0; ops && i < ops->size(); i++) {
        r.op = ops->Get(i);
        r.index = i;
        r.op_name = "?";
        const auto *entry = codes && r.op->opcode_index() < codes->size() ? codes->Get(r.op->opcode_index()) : NULL;
        if (!entry)
            return fail(r, "no such operator in the file's list");
        const int code = MAX(int(entry->builtin_code()), int(entry->old_builtin_code()));
        const bool custom = code == tflite::BuiltinOperator_CUSTOM && entry->custom_code();
        r.op_name = custom ? entry->custom_code()->c_str() : tflite::EnumNameBuiltinOperator(tflite::BuiltinOperator(code));
        g_autofree char *number = g_strdup_printf("%d", code);
        if (!*r.op_name)
            r.op_name = number;
        if (code == tflite::BuiltinOperator_DEQUANTIZE ? !read_dequantize(r)
                                                       : !read_operator(r, tflite::BuiltinOperator(code), custom ? r.op_name : ""))
            return false;
    }
    r.op = NULL;
    return true;
}

static bool read_graph(Reader &r)
{
    const auto *graphs = r.model->subgraphs();
    r.graph = graphs && graphs->size() == 1 ? graphs->Get(0) : NULL;
    const auto *in = r.graph ? r.graph->inputs() : NULL, *out = r.graph ? r.graph->outputs() : NULL;
    if (!r.graph || !r.graph->tensors() || !in || in->size() != 1 || !out || out->size() != 1)
        return fail(r, "one graph with one input and one output is needed");
    const guint n = r.graph->tensors()->size();
    const int first = place(r, in, 0), last = place(r, out, 0);
    gint64 shape[4];
    if (first < 0 || last < 0 || !shape_of(r, tensor_at(r, first), shape))
        return false;
    if (shape[0] != 1 || shape[3] != 3)
        return fail(r, "the input is not one picture of three channels");
    r.values = g_new(int, n);
    for (guint t = 0; t < n; t++)
        r.values[t] = -1;
    r.net->input = r.values[first] = idiom_network_add_value(r.net, NULL);
    r.net->h = guint(shape[1]);
    r.net->w = guint(shape[2]);
    if (!read_operators(r))
        return false;
    r.net->output = r.values[last];
    return r.net->output >= 0 || fail(r, "nothing makes the result");
}

IdiomNetwork *tflite_load(const char *path, GError **error)
{
    g_autofree char *content = NULL;
    gsize size;
    g_autoptr(GError) unread = NULL;
    if (!g_file_get_contents(path, &content, &size, &unread)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE, "%s", unread->message);
        return NULL;
    }
    g_autoptr(IdiomNetwork) net = idiom_network_new(path);
    net->opset = 13;
    const guint8 *data = reinterpret_cast<const guint8 *>(content);
    flatbuffers::Verifier verifier(data, size, 64, 1000000);
    Reader r = {};
    r.net = net;
    r.error = error;
    if (size > MAX_FILE || size < 8 || !tflite::ModelBufferHasIdentifier(data) || !tflite::VerifyModelBuffer(verifier)) {
        fail(r, "not a TensorFlow Lite file, or not all of one");
        return NULL;
    }
    r.model = tflite::GetModel(data);
    const bool ok = read_graph(r) && idiom_network_prepare(net, error);
    g_free(r.values);
    if (!ok)
        return NULL;
    const IdiomNetworkRanges ranges = net->ranges; /* 0..1 on both sides: nothing is to be guessed */
    idiom_network_set_ranges(net, &ranges);
    return (IdiomNetwork *)g_steal_pointer(&net);
}
