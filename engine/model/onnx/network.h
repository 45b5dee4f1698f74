/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Networks of other people: what an ONNX file says, without its file format. A network is a list of nodes that take and
 * make numbered values; what is known of the values beforehand are arrays. It is built for a size of pictures into an
 * IdiomGraph (build.h), and kept in style files as JSON and tensors (save.c).
 */
#ifndef IDIOM_ONNX_NETWORK_H
#define IDIOM_ONNX_NETWORK_H

#include <idiom-unstable/network.h>

#include "model/onnx/array.h"

#define IDIOM_NETWORK_MAX_NODES 65536
#define IDIOM_NETWORK_MAX_VALUES 262144
#define IDIOM_NETWORK_MAX_OPERANDS 4096
#define IDIOM_NETWORK_MAX_OUTPUTS 64
#define IDIOM_NETWORK_MIN_OPSET 7
#define IDIOM_NETWORK_MAX_OPSET 21

/* One of them is there. */
typedef struct {
    char *name;
    char *text;
    IdiomArray *numbers; /* one number is an array without dimensions */
} IdiomAttribute;

typedef struct {
    char *name, *op;
    int *in, *out; /* values; -1 where an optional one is absent */
    guint n_in, n_out;
    GArray *attributes; /* IdiomAttribute */
} IdiomNode;

struct IdiomNetwork {
    char *file; /* for messages */
    guint opset;
    GPtrArray *nodes;  /* IdiomNode, each after those that make its operands */
    GPtrArray *arrays; /* by value; NULL: made by a node, or the input */
    int input, output;
    guint w, h;    /* of the input; 0: any */
    gboolean nhwc; /* input and output are [1,h,w,c] */
    IdiomNetworkRanges ranges;
    GMutex lock; /* of the ranges while they are guessed */
    gboolean guessed;
    GHashTable *metadata; /* string -> string: what the file says of itself */
    gint warned;          /* that frames are brought to another size */
};

IdiomNetwork *idiom_network_new(const char *file);

/* Numbers a new value; -1 where there are too many. */
int idiom_network_add_value(IdiomNetwork *net, IdiomArray *array);

/* @n_in, @n_out: room for operands, all -1 */
IdiomNode *idiom_network_add_node(IdiomNetwork *net, const char *name, const char *op, guint n_in,
                                  guint n_out);
/* @numbers: (transfer full) */
void idiom_node_add_attribute(IdiomNode *node, const char *name, const char *text, IdiomArray *numbers);

/*
 * Puts the nodes in an order in which they can be run, computes what does not depend on the picture, and leaves out what
 * nobody needs. @error: a cycle, a value that nobody makes, two nodes that make the same one, unknown operators.
 */
gboolean idiom_network_prepare(IdiomNetwork *net, GError **error);

/* "FILE: node 'NAME' (OP, opset N): what is wrong"; always FALSE. */
gboolean idiom_node_fail(const IdiomNetwork *net, const IdiomNode *node, GError **error, const char *format,
                         ...) G_GNUC_PRINTF(4, 5);

/* --- attributes: the value of @name, or @otherwise where the node has none -------------------------- */

const IdiomAttribute *idiom_node_attribute(const IdiomNode *node, const char *name);
gint64 idiom_node_int(const IdiomNode *node, const char *name, gint64 otherwise);
double idiom_node_float(const IdiomNode *node, const char *name, double otherwise);
const char *idiom_node_text(const IdiomNode *node, const char *name, const char *otherwise);

/* The network of an ONNX file, not prepared. read.c */
IdiomNetwork *idiom_network_read(const char *path, GError **error);

#endif
