/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Inside of graphs and parameter sets, for the files of this folder. */
#ifndef IDIOM_GRAPH_PRIVATE_H
#define IDIOM_GRAPH_PRIVATE_H

#include "op.h"
#include "gpu/gpu.h"

struct IdiomGraph {
    IdiomDevice *device;
    IdiomPrecision precision;
    GError *error;
    GPtrArray *tensors; /* all, in order of creation */
    GPtrArray *ops;     /* in order of execution */
    GPtrArray *params;  /* parameter sets referred to */
    gboolean backward;  /* gradient ops are being added: their results need no gradients */
};

/* The set's array on the device, allocated on first use. */
IdiomBuffer *idiom_params_buffer(IdiomParams *params, GError **error);

IdiomTensor *idiom_graph_new_tensor(IdiomGraph *g, IdiomLayout layout, IdiomShape shape);

#endif
