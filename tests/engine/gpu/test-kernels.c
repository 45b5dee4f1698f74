/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Kernels: told apart by all that they are made of, made once each, side by side; and the file that they are kept in. */
#include "gpu/gpu.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define SHADER "divide.vec32"

static const guint32 LOCAL[] = {32, 1, 1};

static IdiomDevice *open_device(void)
{
    g_autoptr(GError) error = NULL;
    IdiomDevice *device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    return device;
}

static IdiomKernel *get(IdiomDevice *device, guint32 local, gboolean texels)
{
    g_autoptr(GError) error = NULL;
    IdiomKernel *kernel =
        idiom_kernel_get(device, SHADER, (const guint32[]){local, 1, 1}, 3, 0, texels, &error);
    g_assert_no_error(error);
    return kernel;
}

static void test_key(void)
{
    g_autoptr(IdiomDevice) device = open_device();
    IdiomKernel *kernel = get(device, 32, FALSE);
    g_assert_true(get(device, 32, FALSE) == kernel);
    g_assert_true(get(device, 64, FALSE) != kernel);
    g_assert_true(get(device, 32, TRUE) != kernel);
    g_assert_cmpuint(idiom_device_kernels(device), ==, 3);
}

static gpointer get_many(gpointer device)
{
    IdiomKernel **kernels = g_new(IdiomKernel *, 16);
    for (guint i = 0; i < 16; i++)
        kernels[i] = get(device, 8 + 8 * i, FALSE);
    return kernels;
}

static void test_threads(void)
{
    g_autoptr(IdiomDevice) device = open_device();
    GThread *threads[8];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("get", get_many, device);
    g_autofree IdiomKernel **first = g_thread_join(threads[0]);
    for (guint i = 1; i < G_N_ELEMENTS(threads); i++) {
        g_autofree IdiomKernel **kernels = g_thread_join(threads[i]);
        g_assert_cmpmem(kernels, 16 * sizeof *kernels, first, 16 * sizeof *first);
    }
    g_assert_cmpuint(idiom_device_kernels(device), ==, 16);
}

static void test_no_shader(void)
{
    g_autoptr(IdiomDevice) device = open_device();
    g_autoptr(GError) error = NULL;
    for (guint i = 0; i < 2; i++) { /* the second must not wait for the first */
        g_assert_null(idiom_kernel_get(device, "nothing", LOCAL, 3, 0, FALSE, &error));
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE);
        g_clear_error(&error);
    }
}

/* The only file in the cache's folder. */
static char *cache_file(void)
{
    g_autofree char *folder = g_build_filename(g_get_user_cache_dir(), "idiom", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_assert_nonnull(dir);
    const char *name = g_dir_read_name(dir);
    g_assert_nonnull(name);
    return g_build_filename(folder, name, NULL);
}

/* A device that finds the file as it is and leaves it behind. */
static void use_cache(void)
{
    g_autoptr(IdiomDevice) device = open_device();
    get(device, 32, FALSE);
}

static void test_cache(void)
{
    g_autofree char *whole = NULL, *now = NULL;
    gsize size, now_size;
    use_cache();
    g_autofree char *path = cache_file();
    g_assert_true(g_file_get_contents(path, &whole, &size, NULL));
    for (guint way = 0; way < 4; way++) {
        g_autofree char *bad = g_memdup2(whole, size);
        bad[size - 1 - way] ^= 0x55;
        if (way == 2) { /* no file at all, and nobody writes into it */
            g_remove(path);
            g_assert_cmpint(mkfifo(path, 0600), ==, 0);
        } else {
            g_assert_true(g_file_set_contents(path, bad, way == 0 ? size : way == 1 ? size / 2 : 0, NULL));
        }
        use_cache();
        g_clear_pointer(&now, g_free);
        g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
        g_assert_true(g_file_get_contents(path, &now, &now_size, NULL));
        g_assert_cmpmem(now, now_size, whole, size);
    }
}

int main(int argc, char **argv)
{
    g_autofree char *folder = g_dir_make_tmp("idiom-cache-XXXXXX", NULL);
    g_setenv("XDG_CACHE_HOME", folder, TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kernels/key", test_key);
    g_test_add_func("/kernels/threads", test_threads);
    g_test_add_func("/kernels/no-shader", test_no_shader);
    g_test_add_func("/kernels/cache", test_cache);
    const int status = g_test_run();
    g_autofree char *path = cache_file(), *inner = g_path_get_dirname(path);
    g_remove(path);
    g_rmdir(inner);
    g_rmdir(folder);
    return status;
}
