/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_ONNX_SAVE_H
#define IDIOM_ONNX_SAVE_H

#include <idiom-unstable/network.h>
#include <idiom-unstable/tensorfile.h>

/* The network in a style file that has the metadata field "network". */
IdiomNetwork *idiom_network_from_file(IdiomTensorFile *file, GError **error);

#endif
