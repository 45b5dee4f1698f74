/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reader of ONNX files, and what becomes of them: read, ordered, folded, and built into a graph for a small picture,
 * which is not run. With libFuzzer (clang), or by itself with files as arguments, also for AFL: "afl-fuzz ... fuzz-onnx @@".
 */
#include <idiom-unstable/network.h>
#include <idiom-unstable/ops.h>

#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIDE 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void build(const IdiomNetwork *net)
{
    static IdiomDevice *device;
    if (!device && !(device = idiom_device_open(NULL, NULL)))
        return;
    g_autoptr(IdiomGraph) graph = idiom_graph_new(device, IDIOM_FP32);
    const IdiomShape shape = IDIOM_SHAPE(1, 3, SIDE, SIDE);
    idiom_network_run(net, graph, idiom_to_planes(graph, idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, shape)),
                      NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int fd = memfd_create("model", MFD_CLOEXEC);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
    g_autoptr(GError) error = NULL;
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        return 0;
    g_autoptr(IdiomNetwork) net = idiom_network_load(path, &error);
    close(fd);
    g_assert((net == NULL) == (error != NULL));
    if (net)
        build(net);
    return 0;
}

#ifndef WITH_LIBFUZZER
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        g_autofree char *bytes = NULL;
        gsize size;
        if (g_file_get_contents(argv[i], &bytes, &size, NULL))
            LLVMFuzzerTestOneInput((const uint8_t *)bytes, size);
    }
    return 0;
}
#endif
