/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model.h"

#include <math.h>
#include <string.h>

#include "onnx.pb-c.h"

/* Everything is freed at once. */
typedef struct {
    GPtrArray *memory, *nodes, *arrays;
} Model;

static gpointer keep(Model *m, gpointer memory)
{
    g_ptr_array_add(m->memory, memory);
    return memory;
}

#define MAKE(m, type_, init_)                                                                                \
    ({                                                                                                       \
        type_ *made_ = keep(m, g_new0(type_, 1));                                                            \
        init_(made_);                                                                                        \
        made_;                                                                                               \
    })

double model_value(const char *name, const char *kind, gsize k)
{
    const double wave = sin(0.7 * (double)k + name[0]);
    if (g_str_equal(kind, "int8"))
        return (double)((int)(k * 37 + 11) % 201 - 100);
    if (g_str_equal(kind, "half"))
        return round(wave * 512) / 512;
    return g_str_equal(kind, "positive") ? 0.6 + 0.5 * wave : wave;
}

/* A multiple of 1/512 below 1 as 16 bits. */
static guint16 to_half(double value)
{
    int exponent;
    const double fraction = frexp(fabs(value), &exponent);
    if (value == 0)
        return 0;
    return (guint16)((value < 0 ? 0x8000 : 0) | (exponent + 14) << 10 | ((int)ldexp(fraction, 11) & 1023));
}

static void add_floats(Model *m, Onnx__TensorProto *t, gsize count, double (*value)(gsize, gpointer),
                       gpointer data)
{
    t->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    t->n_float_data = count;
    t->float_data = keep(m, g_new(float, count + 1));
    for (gsize k = 0; k < count; k++)
        t->float_data[k] = (float)value(k, data);
}

static double waves(gsize k, gpointer words)
{
    return model_value(((char **)words)[0], ((char **)words)[1], k);
}

static double given(gsize k, gpointer words)
{
    return g_ascii_strtod(((char **)words)[2 + k], NULL);
}

static void add_raw(Model *m, Onnx__TensorProto *t, char **words, gsize count)
{
    const gboolean half = g_str_equal(words[1], "half");
    guint8 *bytes = keep(m, g_malloc0(2 * count + 1));
    for (gsize k = 0; k < count; k++) {
        const double v = model_value(words[0], words[1], k);
        const guint16 bits = half ? to_half(v) : 0;
        if (half)
            memcpy(bytes + 2 * k, &bits, 2);
        else
            bytes[k] = (guint8)(gint8)v;
    }
    t->data_type = half ? ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16 : ONNX__TENSOR_PROTO__DATA_TYPE__INT8;
    t->has_raw_data = TRUE;
    t->raw_data = (ProtobufCBinaryData){half ? 2 * count : count, bytes};
}

static void add_external(Model *m, Onnx__TensorProto *t)
{
    static char *const fields[][2] = {{"location", "weights.bin"}, {"offset", "64"}};
    t->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    t->has_data_location = TRUE;
    t->data_location = ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    t->external_data = keep(m, g_new0(Onnx__StringStringEntryProto *, G_N_ELEMENTS(fields)));
    for (; t->n_external_data < G_N_ELEMENTS(fields); t->n_external_data++) {
        Onnx__StringStringEntryProto *entry =
            MAKE(m, Onnx__StringStringEntryProto, onnx__string_string_entry_proto__init);
        entry->key = fields[t->n_external_data][0];
        entry->value = fields[t->n_external_data][1];
        t->external_data[t->n_external_data] = entry;
    }
}

static void add_array(Model *m, char **words)
{
    Onnx__TensorProto *t = MAKE(m, Onnx__TensorProto, onnx__tensor_proto__init);
    const char *kind = words[1];
    const gsize n = g_strv_length(words) - 2;
    gsize count = 1;
    t->name = words[0];
    t->has_data_type = TRUE;
    const gboolean list = g_str_equal(kind, "int") || g_str_equal(kind, "number");
    const gboolean one = g_str_equal(kind, "scalar") || g_str_has_prefix(kind, "zero");
    t->n_dims = list ? 1 : one ? 0 : n;
    t->dims = keep(m, g_new0(gint64, n + 1));
    for (gsize d = 0; d < n; d++) {
        t->dims[d] = list ? (gint64)n : g_ascii_strtoll(words[2 + d], NULL, 10);
        count *= list || one ? 1 : (gsize)t->dims[d];
    }
    if (g_str_equal(kind, "int")) {
        t->data_type = ONNX__TENSOR_PROTO__DATA_TYPE__INT64;
        t->n_int64_data = n;
        t->int64_data = keep(m, g_new(gint64, n + 1));
        for (gsize k = 0; k < n; k++)
            t->int64_data[k] = g_ascii_strtoll(words[2 + k], NULL, 10);
    } else if (g_str_has_prefix(kind, "zero")) {
        t->data_type = g_str_equal(kind, "zero8") ? ONNX__TENSOR_PROTO__DATA_TYPE__INT8
                                                  : ONNX__TENSOR_PROTO__DATA_TYPE__UINT8;
        t->n_int32_data = 1;
        t->int32_data = keep(m, g_new(gint32, 1));
        t->int32_data[0] = (gint32)g_ascii_strtoll(words[2], NULL, 10);
    } else if (list || one) {
        add_floats(m, t, n, given, words);
    } else if (g_str_equal(kind, "half") || g_str_equal(kind, "int8")) {
        add_raw(m, t, words, count);
    } else if (g_str_equal(kind, "external")) {
        add_external(m, t);
    } else {
        add_floats(m, t, MIN(count, 1 << 20), waves, words);
    }
    g_ptr_array_add(m->arrays, t);
}

static Onnx__AttributeProto *make_attribute(Model *m, char *word)
{
    Onnx__AttributeProto *a = MAKE(m, Onnx__AttributeProto, onnx__attribute_proto__init);
    char *value = strchr(word, '=');
    *value++ = '\0';
    a->name = word;
    a->has_type = TRUE;
    if (*value == '\'') {
        a->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING;
        a->has_s = TRUE;
        a->s = (ProtobufCBinaryData){strlen(value + 1), (guint8 *)value + 1};
    } else if (strchr(value, ',')) {
        char **parts = keep(m, g_strsplit(value, ",", -1));
        const gboolean floats = strchr(value, '.') != NULL;
        a->type = floats ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS
                         : ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
        a->ints = keep(m, g_new(gint64, g_strv_length(parts)));
        a->floats = keep(m, g_new(float, g_strv_length(parts)));
        for (char **part = parts; *part; part++) {
            if (**part && floats)
                a->floats[a->n_floats++] = (float)g_ascii_strtod(*part, NULL);
            else if (**part)
                a->ints[a->n_ints++] = g_ascii_strtoll(*part, NULL, 10);
            keep(m, *part);
        }
    } else if (strchr(value, '.')) {
        a->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
        a->has_f = TRUE;
        a->f = (float)g_ascii_strtod(value, NULL);
    } else {
        a->type = ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
        a->has_i = TRUE;
        a->i = g_ascii_strtoll(value, NULL, 10);
    }
    return a;
}

static void add_node(Model *m, char **words)
{
    Onnx__NodeProto *n = MAKE(m, Onnx__NodeProto, onnx__node_proto__init);
    const guint length = g_strv_length(words);
    gboolean after = FALSE;
    n->op_type = words[0];
    n->input = keep(m, g_new0(char *, length));
    n->output = keep(m, g_new0(char *, length));
    n->attribute = keep(m, g_new0(Onnx__AttributeProto *, length));
    for (guint i = 1; i < length; i++) {
        if (g_str_equal(words[i], ">"))
            after = TRUE;
        else if (strchr(words[i], '='))
            n->attribute[n->n_attribute++] = make_attribute(m, words[i]);
        else if (after)
            n->output[n->n_output++] = words[i];
        else
            n->input[n->n_input++] = g_str_equal(words[i], "-") ? "" : words[i];
    }
    g_ptr_array_add(m->nodes, n);
}

static Onnx__ValueInfoProto *make_info(Model *m, char *name, const guint sizes[4])
{
    Onnx__ValueInfoProto *info = MAKE(m, Onnx__ValueInfoProto, onnx__value_info_proto__init);
    Onnx__TensorShapeProto *shape = MAKE(m, Onnx__TensorShapeProto, onnx__tensor_shape_proto__init);
    info->name = name;
    info->type = MAKE(m, Onnx__TypeProto, onnx__type_proto__init);
    info->type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    info->type->tensor_type = MAKE(m, Onnx__TypeProto__Tensor, onnx__type_proto__tensor__init);
    info->type->tensor_type->has_elem_type = TRUE;
    info->type->tensor_type->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    info->type->tensor_type->shape = shape;
    shape->dim = keep(m, g_new0(Onnx__TensorShapeProto__Dimension *, 4));
    for (shape->n_dim = 0; shape->n_dim < 4; shape->n_dim++) {
        Onnx__TensorShapeProto__Dimension *d =
            MAKE(m, Onnx__TensorShapeProto__Dimension, onnx__tensor_shape_proto__dimension__init);
        d->value_case = sizes[shape->n_dim] ? ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE
                                            : ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
        if (sizes[shape->n_dim])
            d->dim_value = sizes[shape->n_dim];
        else
            d->dim_param = "any";
        shape->dim[shape->n_dim] = d;
    }
    return info;
}

GByteArray *model_bytes(guint opset, guint h, guint w, const char *text)
{
    Model m = {g_ptr_array_new_with_free_func(g_free), g_ptr_array_new(), g_ptr_array_new()};
    gboolean last = FALSE;
    g_auto(GStrv) statements = g_strsplit(text, ";", -1);
    g_autoptr(GPtrArray) lists = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (char **s = statements; *s; s++) {
        char **words = g_strsplit(g_strstrip(*s), " ", -1);
        g_ptr_array_add(lists, words);
        if (words[0][0] == '@')
            last = TRUE;
        else if (g_ascii_isupper(words[0][0]))
            add_node(&m, words);
        else
            add_array(&m, words);
    }
    Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
    Onnx__GraphProto graph = ONNX__GRAPH_PROTO__INIT;
    Onnx__OperatorSetIdProto set = ONNX__OPERATOR_SET_ID_PROTO__INIT, *sets[] = {&set};
    const guint first_sizes[] = {1, 3, h, w}, last_sizes[] = {1, h, w, 3}, any[4] = {0};
    Onnx__ValueInfoProto *in[] = {make_info(&m, "x", last ? last_sizes : first_sizes)},
                         *out[] = {make_info(&m, "y", any)};
    set.has_version = model.has_ir_version = TRUE;
    set.version = opset;
    model.ir_version = 7;
    model.n_opset_import = graph.n_input = graph.n_output = 1;
    model.opset_import = sets;
    model.graph = &graph;
    graph.input = in;
    graph.output = out;
    graph.n_node = m.nodes->len;
    graph.node = (Onnx__NodeProto **)m.nodes->pdata;
    graph.n_initializer = m.arrays->len;
    graph.initializer = (Onnx__TensorProto **)m.arrays->pdata;
    GByteArray *bytes = g_byte_array_new();
    g_byte_array_set_size(bytes, (guint)onnx__model_proto__get_packed_size(&model));
    onnx__model_proto__pack(&model, bytes->data);
    g_ptr_array_unref(m.memory);
    g_ptr_array_unref(m.nodes);
    g_ptr_array_unref(m.arrays);
    return bytes;
}
