/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Devices that belong to the program, and ours lent to it. */
#include "own-device.h"

#include "gpu/gpu.h"
#include <string.h>

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>

/* Runs a program on @device and checks what it says. */
static void run_program(IdiomDevice *device)
{
    g_autoptr(GError) error = NULL;
    IdiomGraph *graph = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *in = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, 5, 7));
    IdiomTensor *planes = idiom_to_planes(graph, in);
    IdiomTensor *out = idiom_to_flat(graph, idiom_add(graph, planes, planes));
    g_autoptr(IdiomProgram) program = idiom_program_new(graph, &out, 1, &error);
    g_assert_no_error(error);
    float *values = idiom_program_map(program, in);
    for (guint i = 0; i < 3 * 5 * 7; i++)
        values[i] = (float)i;
    idiom_program_run(program, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < 3 * 5 * 7; i++)
        g_assert_cmpfloat(((const float *)idiom_program_map(program, out))[i], ==, 2.0f * (float)i);
}

static void test_adopted(void)
{
    g_autoptr(GError) error = NULL;
    OwnDevice *own = own_device_new();
    IdiomDevice *device = idiom_device_adopt(&own->handles, &error);
    g_assert_no_error(error);
    run_program(device);
    g_assert_cmpuint(own->locked, >, 0);

    /* it knows as much of the device as if it had opened it */
    g_autoptr(IdiomDevice) opened = idiom_device_open("0", &error);
    g_assert_no_error(error);
    const IdiomDeviceInfo *a = idiom_device_info(device), *b = idiom_device_info(opened);
    g_assert_cmpstr(a->name, ==, b->name);
    g_assert_cmpint(a->family, ==, b->family);
    g_assert_cmpint(a->fp16, ==, b->fp16);
    g_assert_cmpuint(a->max_tensor_bytes, ==, b->max_tensor_bytes);

    /* nobody but the program can make another */
    g_assert_null(idiom_device_reopen(device, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_DEVICE_LOST);
    idiom_device_unref(device);
    own_device_free(own);
}

static void refuse(const IdiomVulkan *handles, IdiomError code, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(idiom_device_adopt(handles, &error));
    g_assert_error(error, IDIOM_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, word));
}

static void test_refused(void)
{
    OwnDevice *own = own_device_new();
    IdiomVulkan h = own->handles;

    h.queue = VK_NULL_HANDLE;
    refuse(&h, IDIOM_ERROR_ARGUMENT, "queue is missing");
    h = own->handles;
    h.features = NULL;
    refuse(&h, IDIOM_ERROR_ARGUMENT, "features is missing");
    h = own->handles;
    h.unlock_queue = NULL;
    refuse(&h, IDIOM_ERROR_ARGUMENT, "unlock_queue");
    h = own->handles;
    h.queue_family = 99;
    refuse(&h, IDIOM_ERROR_ARGUMENT, "family 99");
    h = own->handles;
    h.struct_size = G_STRUCT_OFFSET(IdiomVulkan, features); /* of a time before features */
    refuse(&h, IDIOM_ERROR_ARGUMENT, "features is missing");
    h = own->handles;
    own->vulkan12.scalarBlockLayout = VK_FALSE;
    refuse(&h, IDIOM_ERROR_FEATURE, "scalarBlockLayout");
    own_device_free(own);
}

/* Without what lane kernels rely on, the others run. */
static void test_not_robust(void)
{
    g_autoptr(GError) error = NULL;
    OwnDevice *own = own_device_new();

    own->robustness2.robustBufferAccess2 = VK_FALSE;
    IdiomDevice *device = idiom_device_adopt(&own->handles, &error);
    g_assert_no_error(error);
    g_assert_cmpint(idiom_device_info(device)->family, ==, IDIOM_FAMILY_VECTOR);
    run_program(device);
    idiom_device_unref(device);
    own_device_free(own);
}

static void test_lent(void)
{
    g_autoptr(GError) error = NULL;
    IdiomVulkan handles = IDIOM_VULKAN_INIT;
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);

    idiom_device_vulkan(device, &handles);
    handles.lock_queue(handles.user);
    VkResult result = vkQueueWaitIdle(handles.queue);
    handles.unlock_queue(handles.user);
    g_assert_cmpint(result, ==, VK_SUCCESS);

    /* what it says is enough to be handed in again */
    g_autoptr(IdiomDevice) again = idiom_device_adopt(&handles, &error);
    g_assert_no_error(error);
    g_assert_cmpint(idiom_device_info(again)->family, ==, idiom_device_info(device)->family);
    run_program(again);

    IdiomVulkan old = {.struct_size = G_STRUCT_OFFSET(IdiomVulkan, queue)};
    idiom_device_vulkan(device, &old);
    g_assert_true(old.device == handles.device);
    g_assert_null(old.queue);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/adopt/adopted", test_adopted);
    g_test_add_func("/adopt/refused", test_refused);
    g_test_add_func("/adopt/not-robust", test_not_robust);
    g_test_add_func("/adopt/lent", test_lent);
    return g_test_run();
}
