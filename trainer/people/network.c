/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "people/network.h"

#include "data/random.h"
#include "model/onnx/network.h"

#include <idiom-unstable/ops.h>
#include <math.h>
#include <string.h>

/* What it has learned: convolutions. */
typedef enum {
    DOWN1,
    DOWN2,
    DOWN3,
    DOWN4,
    MIDDLE1,
    MIDDLE2,
    MIDDLE3,
    CONTEXT,
    UP3,
    UP2,
    UP1,
    MASK,
    N_LAYERS,
} Layer;

static const struct {
    const char *name;
    guint in, out, side, stride;
    double spread; /* of the first weights, over what keeps deviations as they are */
} layers[N_LAYERS] = {
    [DOWN1] = {"down1", 3, 12, 3, 2, 1},        [DOWN2] = {"down2", 12, 16, 3, 2, 1},
    [DOWN3] = {"down3", 16, 32, 3, 2, 1},       [DOWN4] = {"down4", 32, 64, 3, 2, 1},
    [MIDDLE1] = {"middle1", 64, 64, 3, 1, 0.5}, [MIDDLE2] = {"middle2", 64, 64, 3, 1, 0.5},
    [MIDDLE3] = {"middle3", 64, 64, 3, 1, 0.5}, [CONTEXT] = {"context", 64, 64, 1, 1, 0.5},
    [UP3] = {"up3", 64, 32, 1, 1, 1},           [UP2] = {"up2", 32, 16, 3, 1, 1},
    [UP1] = {"up1", 16, 12, 3, 1, 1},           [MASK] = {"mask", 12, 1, 3, 1, 0.1},
};

/* --- its structure --------------------------------------------------------------------------------- */

/* Who makes it, and what of: tensors of a graph, or values of a network to be saved. */
typedef struct Maker Maker;
struct Maker {
    /* after all but the last there is a ReLU */
    gpointer (*conv)(Maker *m, Layer layer, gpointer x);
    gpointer (*add)(Maker *m, gpointer a, gpointer b);
    gpointer (*mean)(Maker *m, gpointer x);    /* of all pixels */
    gpointer (*enlarge)(Maker *m, gpointer x); /* twice as large, linearly */
};

/*
 * Down to a sixteenth, where most of it is: there a window sees much of a person, and the mean of all pixels what the rest
 * of the frame is; then up again, each time with what was there on the way down, which knows where edges are.
 */
static gpointer make(Maker *m, gpointer picture)
{
    gpointer half = m->conv(m, DOWN1, picture), quarter = m->conv(m, DOWN2, half);
    gpointer eighth = m->conv(m, DOWN3, quarter), x = m->conv(m, DOWN4, eighth);
    for (Layer middle = MIDDLE1; middle <= MIDDLE3; middle++)
        x = m->add(m, x, m->conv(m, middle, x));
    x = m->add(m, x, m->conv(m, CONTEXT, m->mean(m, x)));
    x = m->add(m, eighth, m->enlarge(m, m->conv(m, UP3, x)));
    x = m->add(m, quarter, m->enlarge(m, m->conv(m, UP2, x)));
    x = m->add(m, half, m->enlarge(m, m->conv(m, UP1, x)));
    return m->enlarge(m, m->conv(m, MASK, x));
}

static IdiomShape weight_shape(Layer layer)
{
    return IDIOM_SHAPE(layers[layer].out, layers[layer].in, layers[layer].side, layers[layer].side);
}

static char *weight_name(Layer layer)
{
    return g_strconcat(layers[layer].name, ".weight", NULL);
}

static char *bias_name(Layer layer)
{
    return g_strconcat(layers[layer].name, ".bias", NULL);
}

void people_declare(IdiomParams *params, guint64 seed)
{
    for (Layer layer = 0; layer < N_LAYERS; layer++) {
        const IdiomShape shape = weight_shape(layer);
        const gsize count = idiom_shape_elements(shape);
        const double spread = layers[layer].spread * sqrt(6.0 / (shape.c * shape.h * shape.w));
        Random random = random_stream(seed, RANDOM_PEOPLE, layer);
        g_autofree float *values = g_new(float, count);
        for (gsize i = 0; i < count; i++)
            values[i] = (float)(spread * (2 * random_unit(&random) - 1));
        g_autofree char *weight = weight_name(layer), *bias = bias_name(layer);
        idiom_params_add(params, weight, shape, values);
        idiom_params_add(params, bias, IDIOM_SHAPE(1, shape.n, 1, 1), NULL);
    }
}

/* --- in a graph ------------------------------------------------------------------------------------ */

typedef struct {
    Maker maker;
    IdiomGraph *graph;
    IdiomParams *params;
    gboolean trainable;
} GraphMaker;

static gpointer graph_conv(Maker *m, Layer layer, gpointer x)
{
    GraphMaker *g = (GraphMaker *)m;
    g_autofree char *weight = weight_name(layer), *bias = bias_name(layer);
    const IdiomConvParams how = {.stride = layers[layer].stride,
                                 .pad = layers[layer].side / 2,
                                 .act = layer == MASK ? IDIOM_ACT_NONE : IDIOM_ACT_RELU};
    return idiom_conv2d(g->graph, x, NULL, idiom_graph_param(g->graph, g->params, weight, g->trainable),
                        idiom_graph_param(g->graph, g->params, bias, g->trainable), &how);
}

static gpointer graph_add(Maker *m, gpointer a, gpointer b)
{
    return idiom_add(((GraphMaker *)m)->graph, a, b);
}

static gpointer graph_mean(Maker *m, gpointer x)
{
    return idiom_mean_hw(((GraphMaker *)m)->graph, x);
}

static gpointer graph_enlarge(Maker *m, gpointer x)
{
    return idiom_upsample2(((GraphMaker *)m)->graph, x, IDIOM_UPSAMPLE_BILINEAR);
}

IdiomTensor *people_build(IdiomGraph *graph, IdiomParams *params, IdiomTensor *picture, gboolean trainable)
{
    GraphMaker g = {{graph_conv, graph_add, graph_mean, graph_enlarge}, graph, params, trainable};
    return make(&g.maker, picture);
}

/* --- as a network ---------------------------------------------------------------------------------- */

/* Values are numbers. */
typedef struct {
    Maker maker;
    IdiomNetwork *network;
    IdiomParams *params;
    const float *weights;
    guint nodes;
} NodeMaker;

static int array_of(NodeMaker *n, const char *name)
{
    const guint index = (guint)idiom_params_find(n->params, name);
    const IdiomShape s = idiom_params_shape(n->params, index);
    const gboolean bias = g_str_has_suffix(name, ".bias");
    IdiomArray *array = idiom_array_new(IDIOM_TYPE_FLOAT, bias ? 1 : 4,
                                        bias ? (const gint64[]){s.c} : (const gint64[]){s.n, s.c, s.h, s.w});
    memcpy(array->f, n->weights + idiom_params_offset(n->params, index), array->count * sizeof *array->f);
    return idiom_network_add_value(n->network, array);
}

static IdiomNode *add_node(NodeMaker *n, const char *op, guint operands, gpointer *made)
{
    g_autofree char *name = g_strdup_printf("%u", n->nodes++);
    IdiomNode *node = idiom_network_add_node(n->network, name, op, operands, 1);
    node->out[0] = idiom_network_add_value(n->network, NULL);
    *made = GINT_TO_POINTER(node->out[0]);
    return node;
}

static void add_numbers(IdiomNode *node, const char *name, guint count, gint64 number)
{
    const gint64 size = count;
    IdiomArray *array = idiom_array_new(IDIOM_TYPE_INT64, 1, &size);
    for (guint i = 0; i < count; i++)
        array->i[i] = number;
    idiom_node_add_attribute(node, name, NULL, array);
}

static gpointer node_unary(NodeMaker *n, const char *op, gpointer x)
{
    gpointer made;
    add_node(n, op, 1, &made)->in[0] = GPOINTER_TO_INT(x);
    return made;
}

static gpointer node_conv(Maker *m, Layer layer, gpointer x)
{
    NodeMaker *n = (NodeMaker *)m;
    gpointer made;
    g_autofree char *weight = weight_name(layer), *bias = bias_name(layer);
    const int operands[] = {GPOINTER_TO_INT(x), array_of(n, weight), array_of(n, bias)};
    IdiomNode *node = add_node(n, "Conv", G_N_ELEMENTS(operands), &made);
    memcpy(node->in, operands, sizeof operands);
    add_numbers(node, "kernel_shape", 2, layers[layer].side);
    add_numbers(node, "strides", 2, layers[layer].stride);
    add_numbers(node, "pads", 4, layers[layer].side / 2);
    return layer == MASK ? made : node_unary(n, "Relu", made);
}

static gpointer node_add(Maker *m, gpointer a, gpointer b)
{
    gpointer made;
    IdiomNode *node = add_node((NodeMaker *)m, "Add", 2, &made);
    node->in[0] = GPOINTER_TO_INT(a);
    node->in[1] = GPOINTER_TO_INT(b);
    return made;
}

static gpointer node_mean(Maker *m, gpointer x)
{
    return node_unary((NodeMaker *)m, "GlobalAveragePool", x);
}

static gpointer node_enlarge(Maker *m, gpointer x)
{
    NodeMaker *n = (NodeMaker *)m;
    gpointer made;
    const gint64 four = 4;
    IdiomArray *scales = idiom_array_new(IDIOM_TYPE_FLOAT, 1, &four);
    for (guint i = 0; i < 4; i++)
        scales->f[i] = i < 2 ? 1 : 2;
    IdiomNode *node = add_node(n, "Resize", 3, &made);
    node->in[0] = GPOINTER_TO_INT(x);
    node->in[2] = idiom_network_add_value(n->network, scales);
    idiom_node_add_attribute(node, "mode", "linear", NULL);
    idiom_node_add_attribute(node, "coordinate_transformation_mode", "half_pixel", NULL);
    return made;
}

IdiomNetwork *people_network(IdiomParams *params, GError **error)
{
    g_autofree float *weights = g_new(float, idiom_params_elements(params));
    if (!idiom_params_read(params, weights, error))
        return NULL;
    g_autoptr(IdiomNetwork) network = idiom_network_new("people");
    NodeMaker n = {{node_conv, node_add, node_mean, node_enlarge}, network, params, weights, 0};
    network->opset = 13;
    network->w = PEOPLE_WIDTH;
    network->h = PEOPLE_HEIGHT;
    network->input = idiom_network_add_value(network, NULL);
    gpointer logits = make(&n.maker, GINT_TO_POINTER(network->input));
    network->output = GPOINTER_TO_INT(node_unary(&n, "Sigmoid", logits));
    const IdiomNetworkRanges ranges = network->ranges; /* 0..1 on both sides */
    idiom_network_set_ranges(network, &ranges);
    return idiom_network_prepare(network, error) ? g_steal_pointer(&network) : NULL;
}
