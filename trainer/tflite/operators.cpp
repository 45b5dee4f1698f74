/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The operators of TensorFlow Lite that are known, as operators of ONNX. */
#include "reader.hpp"

#include <cstring>

using namespace tflite;

/* How a window moves over a picture. */
struct Window {
    gint64 kernel[2], stride[2], dilation[2]; /* down, across */
    bool same;                                /* as many results as pixels over stride */
};

/* Zeros before and after, as SAME has it: the odd one comes after. */
static bool find_pads(Reader &r, const Window &w, gint64 pads[4])
{
    gint64 in[4];
    if (!shape_of(r, operand(r, 0), in))
        return false;
    for (guint d = 0; d < 2; d++) {
        if (w.stride[d] < 1 || w.stride[d] > 1024 || w.dilation[d] < 1 || w.dilation[d] > 64 || w.kernel[d] < 1 || w.kernel[d] > 1024)
            return fail(r, "windows of %" G_GINT64_FORMAT " every %" G_GINT64_FORMAT " pixels", w.kernel[d], w.stride[d]);
        const gint64 count = (in[1 + d] + w.stride[d] - 1) / w.stride[d];
        const gint64 needed = (count - 1) * w.stride[d] + (w.kernel[d] - 1) * w.dilation[d] + 1;
        const gint64 all = w.same ? MAX(needed - in[1 + d], 0) : 0;
        pads[d] = all / 2;
        pads[2 + d] = all - all / 2;
    }
    return true;
}

static bool add_window(Reader &r, IdiomNode *node, const Window &w)
{
    gint64 pads[4];
    if (!node || !find_pads(r, w, pads))
        return false;
    add_ints(node, "kernel_shape", {w.kernel[0], w.kernel[1]});
    add_ints(node, "strides", {w.stride[0], w.stride[1]});
    add_ints(node, "pads", {pads[0], pads[1], pads[2], pads[3]});
    return true;
}

/* Operand 2 as a list of numbers. */
static int bias_of(Reader &r, gint64 count)
{
    static const int as_it_is[4] = {0, 1, 2, 3};
    const int value = constant(r, 2, as_it_is);
    IdiomArray *array = value < 0 ? NULL : (IdiomArray *)r.net->arrays->pdata[value];
    if (!array)
        return -1;
    if (array->count != gsize(count)) {
        fail(r, "a bias of %zu numbers for %" G_GINT64_FORMAT " channels", array->count, count);
        return -1;
    }
    array->rank = 1;
    array->dims[0] = count;
    return value;
}

/* @order: of the file's weights, as ONNX wants them; @outputs: which of their dimensions counts results */
static bool add_conv(Reader &r, const char *op, const int order[4], guint outputs, Window w, gint64 groups, Activation act)
{
    gint64 shape[4];
    if (!shape_of(r, operand(r, 1), shape))
        return false;
    w.kernel[0] = shape[1];
    w.kernel[1] = shape[2];
    const int x = value_of(r, 0), weight = x < 0 ? -1 : constant(r, 1, order);
    const bool biased = r.op->inputs()->size() > 2;
    const int bias = weight >= 0 && biased ? bias_of(r, shape[outputs]) : -1;
    if (weight < 0 || (biased && bias < 0))
        return false;
    IdiomNode *node = biased ? add_node(r, op, {x, weight, bias}, act) : add_node(r, op, {x, weight}, act);
    if (!add_window(r, node, w))
        return false;
    add_ints(node, "dilations", {w.dilation[0], w.dilation[1]});
    add_ints(node, "group", {groups});
    return true;
}

static bool read_conv(Reader &r)
{
    static const int order[4] = {0, 3, 1, 2};
    const auto *o = r.op->builtin_options_as_Conv2DOptions();
    if (!o)
        return fail(r, "without options");
    const Window w = {{0, 0}, {o->stride_h(), o->stride_w()}, {o->dilation_h(), o->dilation_w()}, o->padding() == Padding_SAME};
    return add_conv(r, "Conv", order, 0, w, 1, o->activation());
}

static bool read_depthwise(Reader &r)
{
    static const int order[4] = {3, 0, 1, 2};
    const auto *o = r.op->builtin_options_as_DepthwiseConv2DOptions();
    gint64 in[4];
    if (!o || !shape_of(r, operand(r, 0), in))
        return fail(r, "without options");
    const Window w = {{0, 0}, {o->stride_h(), o->stride_w()}, {o->dilation_h(), o->dilation_w()}, o->padding() == Padding_SAME};
    return add_conv(r, "Conv", order, 3, w, in[3], o->activation());
}

/* MediaPipe's transposed convolution: operands picture, weights, bias; options padding, strides as three numbers. */
static bool read_mediapipe_transposed(Reader &r)
{
    static const int order[4] = {3, 0, 1, 2};
    const auto *o = r.op->custom_options();
    gint32 options[3], shape_ok = 0;
    gint64 shape[4];
    if (!o || o->size() < sizeof options || !shape_of(r, operand(r, 1), shape))
        return fail(r, "without options");
    memcpy(options, o->data(), sizeof options);
    shape_ok = options[1] == shape[2] && options[2] == shape[1];
    if (!shape_ok)
        return fail(r, "only windows that do not overlap are supported");
    const Window w = {{0, 0}, {options[2], options[1]}, {1, 1}, false};
    return add_conv(r, "ConvTranspose", order, 0, w, 1, Activation_NONE);
}

static bool read_pool(Reader &r, const char *op)
{
    const auto *o = r.op->builtin_options_as_Pool2DOptions();
    if (!o)
        return fail(r, "without options");
    const Window w = {{o->height(), o->width()}, {o->stride_h(), o->stride_w()}, {1, 1}, o->padding() == Padding_SAME};
    const int x = value_of(r, 0);
    return x >= 0 && add_window(r, add_node(r, op, {x}, o->activation()), w);
}

static bool read_mean(Reader &r)
{
    static const int as_it_is[4] = {0, 1, 2, 3};
    const auto *o = r.op->builtin_options_as_ReducerOptions();
    const int x = value_of(r, 0), axes = x < 0 ? -1 : constant(r, 1, as_it_is);
    if (axes < 0)
        return false;
    const IdiomArray *a = (const IdiomArray *)r.net->arrays->pdata[axes];
    if (!o || !o->keep_dims() || a->count != 2 || a->f[0] + a->f[1] != 3 || a->f[0] * a->f[1] != 2)
        return fail(r, "only means over height and width, which stay as dimensions, are supported");
    return add_node(r, "GlobalAveragePool", {x}, Activation_NONE) != NULL;
}

static bool read_resize(Reader &r)
{
    const auto *o = r.op->builtin_options_as_ResizeBilinearOptions();
    gint64 from[4], to[4];
    if (!o || !shape_of(r, operand(r, 0), from) || !shape_of(r, result(r, 0), to))
        return fail(r, "without options");
    const int x = value_of(r, 0);
    const gint64 four = 4;
    IdiomArray *scales = idiom_array_new(IDIOM_TYPE_FLOAT, 1, &four);
    scales->f[0] = scales->f[1] = 1;
    scales->f[2] = float(to[1]) / float(from[1]);
    scales->f[3] = float(to[2]) / float(from[2]);
    const int factors = idiom_network_add_value(r.net, scales);
    IdiomNode *node = x < 0 ? NULL : add_node(r, "Resize", {x, -1, factors}, Activation_NONE);
    if (!node)
        return false;
    idiom_node_add_attribute(node, "mode", "linear", NULL);
    idiom_node_add_attribute(node, "coordinate_transformation_mode",
                             o->align_corners()        ? "align_corners"
                             : o->half_pixel_centers() ? "half_pixel"
                                                       : "asymmetric",
                             NULL);
    return true;
}

static bool read_binary(Reader &r, const char *op, Activation act)
{
    const int a = value_of(r, 0), b = a < 0 ? -1 : value_of(r, 1);
    return b >= 0 && add_node(r, op, {a, b}, act);
}

static bool read_unary(Reader &r, const char *op)
{
    const int x = value_of(r, 0);
    return x >= 0 && add_node(r, op, {x}, Activation_NONE);
}

/* What has one pixel may be called a list and back. */
static bool read_reshape(Reader &r)
{
    gint64 from[4], to[4];
    if (!shape_of(r, operand(r, 0), from) || !shape_of(r, result(r, 0), to))
        return false;
    if (memcmp(from, to, sizeof from) != 0)
        return fail(r, "only shapes that say the same are supported");
    return read_unary(r, "Identity");
}

bool read_operator(Reader &r, BuiltinOperator code, const char *custom)
{
    const auto *add = r.op->builtin_options_as_AddOptions();
    const auto *mul = r.op->builtin_options_as_MulOptions();
    switch (code) {
    case BuiltinOperator_CONV_2D:
        return read_conv(r);
    case BuiltinOperator_DEPTHWISE_CONV_2D:
        return read_depthwise(r);
    case BuiltinOperator_AVERAGE_POOL_2D:
        return read_pool(r, "AveragePool");
    case BuiltinOperator_MAX_POOL_2D:
        return read_pool(r, "MaxPool");
    case BuiltinOperator_MEAN:
        return read_mean(r);
    case BuiltinOperator_RESIZE_BILINEAR:
        return read_resize(r);
    case BuiltinOperator_ADD:
        return read_binary(r, "Add", add ? add->activation() : Activation_NONE);
    case BuiltinOperator_MUL:
        return read_binary(r, "Mul", mul ? mul->activation() : Activation_NONE);
    case BuiltinOperator_RELU:
        return read_unary(r, "Relu");
    case BuiltinOperator_HARD_SWISH:
        return read_unary(r, "HardSwish");
    case BuiltinOperator_LOGISTIC:
        return read_unary(r, "Sigmoid");
    case BuiltinOperator_RELU6: {
        const int x = value_of(r, 0);
        return x >= 0 && add_node(r, "Identity", {x}, Activation_RELU6);
    }
    case BuiltinOperator_RESHAPE:
        return read_reshape(r);
    default:
        if (g_str_equal(custom, "Convolution2DTransposeBias"))
            return read_mediapipe_transposed(r);
        return fail(r, "this operator is not supported");
    }
}
