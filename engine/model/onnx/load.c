/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/onnx/network.h"

#include <idiom/error.h>

#ifndef IDIOM_WITH_ONNX
IdiomNetwork *idiom_network_read(const char *path, GError **error)
{
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: this build of idiom reads no ONNX files", path);
    return NULL;
}
#endif

IdiomNetwork *idiom_network_load(const char *path, GError **error)
{
    g_autoptr(IdiomNetwork) net = idiom_network_read(path, error);
    if (!net || !idiom_network_prepare(net, error))
        return NULL;
    return g_steal_pointer(&net);
}
