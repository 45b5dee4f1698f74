/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A style from inside, for the files that make one. */
#ifndef IDIOM_MODEL_STYLE_H
#define IDIOM_MODEL_STYLE_H

#include "model/reader.h"

#include <idiom-unstable/stylefile.h>

#define IDIOM_STYLE_SUFFIX ".safetensors"
#define IDIOM_STYLE_ONNX_SUFFIX ".onnx"

struct IdiomStyle {
    gint refs; /* atomic */
    IdiomGeneratorConfig config;
    char **names;
    GHashTable *metadata;
    GArray *tensors;       /* IdiomGeneratorTensor */
    GPtrArray *values;     /* float arrays, one per tensor */
    IdiomNetwork *network; /* of other people, instead of the generator; or NULL */
    IdiomReader *reader;   /* of styles off pictures; or NULL */
};

/* What is wrong with @names, of which there should be @count; or NULL. */
const char *idiom_style_check_names(const char *const *names, guint count);

#endif
