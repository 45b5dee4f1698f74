/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program needs is known before it is allocated, and what does not fit is refused by name. */
#include "loop/memory.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <string.h>

static IdiomDevice *device;

/* A few passes over planes of @n x @side x @side pixels, not allocated. */
static IdiomProgram *plan(guint n, guint side)
{
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(n, 4, side, side));
    IdiomTensor *t = idiom_to_planes(g, in);
    for (guint i = 0; i < 5; i++)
        t = idiom_affine(g, t, 1, 1);
    t = idiom_to_flat(g, t);
    g_autoptr(GError) error = NULL;
    IdiomProgram *program = idiom_program_plan(g, &t, 1, &error);
    g_assert_no_error(error);
    return program;
}

static void test_plan(void)
{
    const guint64 before = idiom_device_allocated(device);
    const guint64 tensor = 16ull * 1024 * 1024;
    g_autoptr(IdiomProgram) program = plan(4, 512);
    const guint64 needed = idiom_program_memory(program);
    g_assert_cmpuint(needed, ==, 4 * tensor); /* input and output, and two that take turns */
    g_autoptr(GError) error = NULL;
    g_assert_true(idiom_program_allocate(program, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(idiom_program_memory(program), ==, needed);
    g_assert_true(idiom_program_run(program, &error));

    /* what the driver says is free is no measure: on a CPU every process takes of it */
    const guint64 taken = idiom_device_allocated(device) - before;
    g_test_message("needs %" G_GUINT64_FORMAT " MiB, took %" G_GUINT64_FORMAT, needed >> 20, taken >> 20);
    g_assert_cmpuint(taken, >=, needed);
    g_assert_cmpuint(taken, <=, needed + tensor / 4);
    g_assert_cmpuint(idiom_device_free_memory(device), <=,
                     idiom_device_info(device)->heap_bytes - idiom_device_allocated(device));
    idiom_program_free(g_steal_pointer(&program));
    g_assert_cmpuint(idiom_device_allocated(device), ==, before);
}

static void test_check(void)
{
    const guint64 there = idiom_device_free_memory(device);
    g_autoptr(GError) error = NULL;
    g_assert_true(memory_check(device, "a test", 1 << 20, "--size", &error));
    g_assert_no_error(error);

    /* more than there is: each tensor is allowed, all together are not */
    g_autoptr(IdiomProgram) program = plan(4, 512);
    g_assert_false(
        memory_check(device, "a step", there + idiom_program_memory(program), "--batch or --crop", &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_MEMORY);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, "a step needs"));
    g_assert_nonnull(strstr(error->message, "--batch or --crop"));
    g_assert_nonnull(strstr(error->message, "GiB"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/memory/plan", test_plan);
    g_test_add_func("/memory/check", test_check);
    int status = g_test_run();
    idiom_device_unref(device);
    return status;
}
