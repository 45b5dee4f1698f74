/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reaches into all that a program on the unstable library needs to be linked with; only built, not run. */
#include <idiom-unstable/generator.h>
#include <idiom-unstable/ops.h>
#include <idiom-unstable/profile.h>
#include <idiom-unstable/program.h>

int main(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 4, 8, 8));
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &in, 1, &error);

    return !program;
}
