/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a process may not have the memory it needs ("ulimit -v"), it is told so, and does not crash. */
#include "style-files.h"

#include <glib/gstdio.h>
#include <idiom-unstable/tensorfile.h>
#include <idiom/renderer.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* Lets this process have @more bytes of addresses than it has now. */
static void limit_addresses(gsize more)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    g_assert_nonnull(file);
    g_assert_cmpint(fscanf(file, "%lu", &pages), ==, 1);
    fclose(file);
    const struct rlimit limit = {pages * (rlim_t)sysconf(_SC_PAGESIZE) + more, RLIM_INFINITY};
    g_assert_cmpint(setrlimit(RLIMIT_AS, &limit), ==, 0);
}

static gboolean show_frame(GError **error)
{
    guint8 pixels[4 * 64 * 64] = {0};
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    IdiomPicture picture = IDIOM_PICTURE_INIT;
    info.width = info.height = 64;
    picture.planes[0] = pixels;
    picture.strides[0] = 4 * 64;
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, error);
    g_autoptr(IdiomRenderer) renderer = device ? idiom_renderer_new(device, NULL, error) : NULL;
    return renderer && idiom_renderer_show(renderer, "tiny", NULL, error) &&
           idiom_renderer_configure(renderer, &info, error) &&
           idiom_renderer_send(renderer, &picture, &picture, NULL, error) &&
           idiom_renderer_get(renderer, TRUE, NULL, error) == IDIOM_GET_FRAME;
}

static void test_room(gconstpointer mebibytes)
{
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
        g_test_trap_assert_passed();
        return;
    }
    g_autoptr(GError) error = NULL;
    limit_addresses((gsize)GPOINTER_TO_UINT(mebibytes) << 20);
    if (!show_frame(&error))
        g_assert_cmpuint(error->domain, ==, IDIOM_ERROR);
    g_printerr("%u MiB: %s\n", GPOINTER_TO_UINT(mebibytes), error ? error->message : "enough");
}

/* A tensor of 512 MiB, nearly all of it a hole in the file. */
static char *write_large_tensor(void)
{
    static const char header[] =
        "{\"large\":{\"dtype\":\"F32\",\"shape\":[134217728],\"data_offsets\":[0,536870912]}}";
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("idiom-test-XXXXXX", &path, &error);
    g_assert_no_error(error);
    const guint64 length = sizeof header - 1;
    g_assert_cmpint(write(fd, &length, sizeof length), ==, sizeof length);
    g_assert_cmpint(write(fd, header, length), ==, (gssize)length);
    g_assert_cmpint(ftruncate(fd, (off_t)(sizeof length + length + 536870912)), ==, 0);
    close(fd);
    return path;
}

/* What a file asks for may be more than there is. */
static void test_tensor(void)
{
    if (!g_test_subprocess()) {
        g_test_trap_subprocess(NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
        g_test_trap_assert_passed();
        return;
    }
    g_autoptr(GError) error = NULL;
    g_autofree char *path = write_large_tensor();
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(path, &error);
    g_unlink(path);
    g_assert_no_error(error);
    limit_addresses((gsize)64 << 20);
    g_assert_null(idiom_tensor_file_read(file, "large", NULL, 0, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_MEMORY);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    char *folder = g_test_subprocess() ? NULL : test_styles_create();
    for (guint i = 0; i <= 880; i += 80) {
        g_autofree char *path = g_strdup_printf("/room/%u", i);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_room);
    }
    g_test_add_func("/room/tensor", test_tensor);
    int status = g_test_run();
    g_clear_pointer(&folder, test_styles_remove);
    return status;
}
