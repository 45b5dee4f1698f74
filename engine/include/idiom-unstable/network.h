/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_NETWORK_H
#define IDIOM_NETWORK_H

#include <idiom-unstable/graph.h>

G_BEGIN_DECLS

/**
 * Networks of other people, from ONNX files: any that turn a picture into a picture of the same size. They do not change
 * once they are loaded: thread-safe.
 */
typedef struct IdiomNetwork IdiomNetwork;

/** What the numbers of a network's pictures mean: number = scale[c] * x + offset[c], x in 0..1, c in the network's order. */
typedef struct {
    double scale[3], offset[3];
} IdiomRange;

typedef struct {
    IdiomRange input, output;
    gboolean bgr; /**< the network's first channel is blue, on both sides */
} IdiomNetworkRanges;

/**
 * idiom_range_parse:
 * @text: "0..255", "0..1", "-1..1" or any other two numbers; or means and deviations, "mean R,G,B std R,G,B" in units of
 *   0..1 (or "imagenet", which has well known ones), in the order of the network's channels
 * @error: IDIOM_ERROR_ARGUMENT
 */
gboolean idiom_range_parse(const char *text, IdiomRange *range, GError **error);

/** idiom_range_text: (transfer full): as idiom_range_parse() reads it. */
char *idiom_range_text(const IdiomRange *range);

/** idiom_network_load: @path: an ONNX file. @error: IDIOM_ERROR_FORMAT: one line with file, node and reason. */
IdiomNetwork *idiom_network_load(const char *path, GError **error);
void idiom_network_free(IdiomNetwork *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomNetwork, idiom_network_free)

/**
 * idiom_network_find_ranges: what its numbers mean. Where nobody has said so (idiom_network_set_ranges(), or a style
 * file), it is guessed from what the network makes of a test picture on @device: what its last node can give, or else the
 * numbers that it gives; the picture's own numbers are taken to be of the same kind, unless another is much more like it.
 */
gboolean idiom_network_find_ranges(IdiomNetwork *network, IdiomDevice *device, IdiomNetworkRanges *ranges,
                                   GError **error);

/** idiom_network_set_ranges: not while it is used. */
void idiom_network_set_ranges(IdiomNetwork *network, const IdiomNetworkRanges *ranges);

/**
 * idiom_network_save: writes a style file: the graph in the metadata field "network", its weights as tensors.
 * @name: of the style, as idiom_style_save()
 * @metadata: string -> string, more fields; NULL for none
 */
gboolean idiom_network_save(const IdiomNetwork *network, const char *path, const char *name,
                            GHashTable *metadata, GError **error);

/** idiom_network_size: its fixed size, or 0 and 0 where it takes pictures of any. */
void idiom_network_size(const IdiomNetwork *network, guint *w, guint *h);

/** idiom_network_metadata: string -> string: what its file says of itself. Belongs to @network. */
GHashTable *idiom_network_metadata(const IdiomNetwork *network);

/** idiom_network_parameters: numbers that it has learned. */
gsize idiom_network_parameters(const IdiomNetwork *network);

/** idiom_network_keeps: whether it has norms whose statistics can be kept from frame to frame. */
gboolean idiom_network_keeps(const IdiomNetwork *network);

/** idiom_network_operators: (transfer full): its operators and how many there are: "Conv 16, Relu 10, ..." */
char *idiom_network_operators(const IdiomNetwork *network);

/**
 * idiom_network_run:
 * @x: planes [1,3,h,w]: numbers as the network wants them, of its fixed size, or of any
 *
 * The network itself: its numbers for @x, planes [1,3,h,w]. Where it does not go together with that size, or has nodes
 * that are not supported, that is the graph's error: one line with file, node and reason.
 */
IdiomTensor *idiom_network_run(const IdiomNetwork *network, IdiomGraph *graph, IdiomTensor *x,
                               IdiomTensor *keep);

/**
 * idiom_network_build:
 * @picture: planes [1,3,h,w], RGB in 0..1, any size
 * @keep: as idiom_generator_build(), for the network's instance norms
 *
 * Planes [1,3,h,w], RGB in 0..1: @picture as the network paints it. Networks that need sides which are multiples of some
 * number see more of the frame's edge; those that have a fixed size see the picture in that size, with its edge around it
 * where the proportions differ, and what they make of it is brought to the size of @picture again.
 */
IdiomTensor *idiom_network_build(const IdiomNetwork *network, IdiomGraph *graph, IdiomTensor *picture,
                                 IdiomTensor *keep);

G_END_DECLS

#endif
