/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MICROAST_H
#define MICROAST_H

#include "media/picture.h"

#include <idiom-unstable/graph.h>

/*
 * MicroAST (Wang et al., arXiv 2211.15313): one network that paints any photo in the style of any painting, from a
 * safetensors file with the tensor names of its authors' state dicts under content_encoder, style_encoder, modulator and
 * decoder.
 */

/* What of it can be looked at. */
typedef enum {
    MICROAST_CONTENT0,
    MICROAST_CONTENT1,
    MICROAST_STYLE0,
    MICROAST_STYLE1,
    MICROAST_WEIGHT0,
    MICROAST_BIAS0,
    MICROAST_WEIGHT1,
    MICROAST_BIAS1,
    MICROAST_OUTPUT, /* RGB, not clamped */
    N_MICROAST_MAPS,
} MicroAstMap;

/* A convolution: tensors NAME.conv_layer.weight, [outputs,inputs,size,size], and NAME.conv_layer.bias, [outputs]. */
typedef struct {
    const char *name;
    guint outputs, inputs, size;
} MicroAstLayer;

#define MICROAST_LAYERS 31
extern const MicroAstLayer microast_layers[MICROAST_LAYERS];

/* Whether the file @path is one of MicroAST's, by the name of one tensor. */
gboolean microast_is(const char *path);

/* The network's parameters. @error: IDIOM_ERROR_FORMAT: a tensor is missing or has another shape. */
IdiomParams *microast_load(const char *path, IdiomDevice *device, GError **error);

/*
 * @content, @style: planes [1,3,h,w], RGB in 0..1, sides of content multiples of 4
 * @alpha: flat scalar: how much of the style, 0..1
 */
void microast_build(IdiomGraph *g, IdiomParams *params, IdiomTensor *content, IdiomTensor *style,
                    IdiomTensor *alpha, IdiomTensor *maps[N_MICROAST_MAPS]);

/* The network at work with one painting, on pictures of one size, w and h multiples of 4. */
typedef struct MicroAst MicroAst;

MicroAst *microast_new(IdiomDevice *device, IdiomParams *params, const Picture *painting, guint w, guint h,
                       GError **error);
void microast_free(MicroAst *microast);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MicroAst, microast_free)

Picture *microast_paint(MicroAst *microast, const Picture *photo, GError **error);

#endif
