/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shared devices: open once however they are named, and opened anew when they were lost. */
#include "faults.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <string.h>

static IdiomDevice *share(const char *selector)
{
    g_autoptr(GError) error = NULL;
    IdiomDevice *device = idiom_device_shared(selector, &error);
    g_assert_no_error(error);
    return device;
}

static guint devices_made(void)
{
    guint count;
    const FaultsCall *calls = faults_calls(&count);
    for (guint i = 0; i < count; i++)
        if (g_str_equal(calls[i].name, "vkCreateDevice"))
            return faults_count(i);
    g_assert_not_reached();
}

static void test_names(void)
{
    faults_arm(NULL, 0, VK_SUCCESS);
    const guint objects = faults_objects();
    IdiomDevice *device = share(NULL);
    const char *name = idiom_device_info(device)->name;
    g_autofree char *part = g_ascii_strup(name, 6);
    const char *const selectors[] = {"", "0", name, part};
    for (guint i = 0; i < G_N_ELEMENTS(selectors); i++) {
        IdiomDevice *same = share(selectors[i]);
        g_assert_true(same == device);
        idiom_device_unref(same);
    }
    g_assert_cmpuint(devices_made(), ==, 1);
    idiom_device_unref(device);
    g_assert_cmpuint(faults_objects(), ==, objects);
    idiom_device_unref(share("0"));
    g_assert_cmpuint(devices_made(), ==, 2);
}

static gpointer share_in_thread(gpointer data)
{
    (void)data;
    return share(NULL);
}

static void test_at_once(void)
{
    GThread *threads[8];
    IdiomDevice *devices[G_N_ELEMENTS(threads)];
    faults_arm(NULL, 0, VK_SUCCESS);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new(NULL, share_in_thread, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        devices[i] = g_thread_join(threads[i]);
    g_assert_cmpuint(devices_made(), ==, 1);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_assert_true(devices[i] == devices[0]);
        idiom_device_unref(devices[i]);
    }
}

static void lose(IdiomDevice *device)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    idiom_params_add(params, "one", IDIOM_SHAPE(1, 1, 1, 1), NULL);
    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *tensor = idiom_constant(graph, IDIOM_SHAPE(1, 1, 1, 1), (const float[]){1});
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &tensor, 1, &error);
    g_assert_no_error(error);
    faults_arm("vkQueueSubmit", 1, VK_ERROR_DEVICE_LOST);
    g_assert_false(idiom_program_run(program, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_DEVICE_LOST);
    g_assert_true(idiom_device_is_lost(device));
}

static void test_lost(void)
{
    IdiomDevice *lost = share(NULL);
    lose(lost);
    IdiomDevice *device = share(NULL);
    g_assert_true(device != lost);
    g_assert_false(idiom_device_is_lost(device));
    idiom_device_unref(lost); /* does not take the new one with it */
    IdiomDevice *same = share("0");
    g_assert_true(same == device);
    idiom_device_unref(same);
    idiom_device_unref(device);
}

/* Who waits for one who fails tries again himself. */
static void test_failed(void)
{
    g_autoptr(GError) error = NULL;
    faults_arm("vkCreateDevice", 1, VK_ERROR_OUT_OF_HOST_MEMORY);
    g_assert_null(idiom_device_shared(NULL, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_MEMORY);
    IdiomDevice *device = share(NULL);
    g_assert_cmpuint(devices_made(), ==, 2);
    idiom_device_unref(device);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/registry/names", test_names);
    g_test_add_func("/registry/at-once", test_at_once);
    g_test_add_func("/registry/lost", test_lost);
    g_test_add_func("/registry/failed", test_failed);
    return g_test_run();
}
