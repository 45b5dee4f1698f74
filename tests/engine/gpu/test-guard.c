/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Guards around buffers see what a kernel writes beyond their ends, and nothing else. */
#include "gpu/gpu.h"

#include <idiom/log.h>

#include "graph/op.h"
#include "ops/functions.h"

static void be_quiet(IdiomLogLevel level, const char *message, gpointer user)
{
    (void)level;
    (void)message;
    (void)user;
}

/* Push constants of fill.comp and flat.comp. */
typedef struct {
    IdiomDims d;
    float value;
} Fill;
typedef struct {
    guint64 a, b, dst;
    gint32 count;
    float scale, offset;
} Flat;

static gboolean is_lane(IdiomDevice *device)
{
    return idiom_device_info(device)->family == IDIOM_FAMILY_LANE;
}

/* Fills planes of 8x4 pixels as if there were @rows rows. */
static void fill_planes(IdiomDevice *device, IdiomCommands *c, IdiomArena *arena, guint rows, GError **error)
{
    const IdiomShape shape = {1, 4, 4, 8};
    const Fill push = {{8, (gint32)rows, 4, 1}, 1};
    IdiomPlanes *planes =
        idiom_arena_planes(arena, idiom_device_info(device)->family, IDIOM_FP32, shape, error);
    IdiomKernel *kernel = idiom_kernel_get(device, is_lane(device) ? "fill.lane32" : "fill.vec32",
                                           (const guint32[]){8, 1, 1}, 3, 1, is_lane(device), error);
    if (planes && kernel)
        idiom_commands_dispatch(c, kernel, &planes, 1, &push, sizeof push, &(IdiomGrid){{1, rows, 1}}, error);
}

/* Fills 32 floats from the @first on, counted from where a buffer of 32 begins. */
static void fill_flat(IdiomDevice *device, IdiomCommands *c, IdiomArena *arena, gint first, GError **error)
{
    IdiomBuffer *buffer = idiom_arena_buffer(arena, 32 * sizeof(float), FALSE, error);
    IdiomKernel *kernel =
        idiom_kernel_get(device, is_lane(device) ? "flat.lane32" : "flat.vec32",
                         (const guint32[]){32, 1, 1, FLAT_FILL}, 4, 0, is_lane(device), error);
    if (!buffer || !kernel)
        return;
    const Flat push = {
        .dst = buffer->address + (guint64)(first * (gint)sizeof(float)), .count = 32, .offset = 1};
    idiom_commands_dispatch(c, kernel, NULL, 0, &push, sizeof push, &(IdiomGrid){{1, 1, 1}}, error);
}

static void check(guint rows, gint first, guint expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    IdiomArena *arena = idiom_arena_new(device);
    IdiomCommands *c = idiom_commands_new(device, 0, &error);
    g_assert_no_error(error);
    fill_planes(device, c, arena, rows, &error);
    g_assert_no_error(error);
    fill_flat(device, c, arena, first, &error);
    g_assert_no_error(error);
    g_assert_true(idiom_commands_end(c, &error) && idiom_commands_run(c, &error));
    idiom_commands_free(c);
    guint before = idiom_device_overruns(device);
    idiom_arena_free(arena);
    g_assert_cmpuint(idiom_device_overruns(device) - before, ==, expected);
}

static void test_inside(void)
{
    check(4, 0, 0);
}

static void test_planes(void)
{
    check(5, 0, 1);
}

static void test_before(void)
{
    check(4, -1, 1);
}

static void test_after(void)
{
    check(4, 1, 1);
}

int main(int argc, char **argv)
{
    g_setenv("IDIOM_GUARD", "1", TRUE);
    idiom_log_set_callback(be_quiet, NULL);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/guard/inside", test_inside);
    g_test_add_func("/guard/planes", test_planes);
    g_test_add_func("/guard/before", test_before);
    g_test_add_func("/guard/after", test_after);
    return g_test_run();
}
