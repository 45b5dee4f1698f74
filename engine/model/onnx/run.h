/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_ONNX_RUN_H
#define IDIOM_ONNX_RUN_H

#include "model/onnx/network.h"

#define IDIOM_NETWORK_MAX_MULTIPLE 64

/*
 * The size of which pictures go through the network and come out again: *w x *h, or the next multiples of 2, 4, .. 64, or
 * its fixed size; one that is smaller where the device cannot hold what the network makes of so large a picture.
 * @like: a graph of the device and precision. @error: there is none.
 */
gboolean idiom_network_fit(const IdiomNetwork *net, const IdiomGraph *like, guint *w, guint *h,
                           GError **error);

#endif
