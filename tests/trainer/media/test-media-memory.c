/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading and writing of pictures and videos when libav runs out of memory, at each of its allocations in turn: a result
 * or an error with a message, never a crash. libav takes its memory by posix_memalign(), which this program replaces.
 */
#include "media/clip.h"
#include "trainer-files.h"

#include <idiom/error.h>
#include <libavutil/log.h>
#include <malloc.h>
#include <string.h>

static int countdown; /* allocations until the one that fails; 0: none does */
static gboolean failed;

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (countdown && --countdown == 0) {
        failed = TRUE;
        return ENOMEM;
    }
    *memory = memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}

typedef gboolean (*Task)(const char *folder, GError **error);

static gboolean read_picture(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "in.png", NULL);
    g_autoptr(Picture) picture = picture_load(path, 0, 48, 48, error);
    return picture != NULL;
}

static gboolean write_picture(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "out.png", NULL);
    g_autoptr(Picture) picture = picture_new(40, 30);
    memset(picture->rgb, 77, 3 * 40 * 30);
    return picture_write_png(picture, path, error);
}

static gboolean read_clip(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "in.avi", NULL);
    g_autoptr(Clip) clip = clip_open(path, 0, 0, error);
    g_autoptr(Picture) first = clip ? clip_next(clip, error) : NULL;
    g_autoptr(Picture) second = first ? clip_next(clip, error) : NULL;
    return second != NULL;
}

static gboolean write_clip(const char *folder, GError **error)
{
    g_autofree char *path = g_build_filename(folder, "out.mkv", NULL);
    g_autoptr(Picture) picture = picture_new(64, 48);
    memset(picture->rgb, 77, 3 * 64 * 48);
    g_autoptr(ClipWriter) writer = clip_writer_new(path, 64, 48, 25, 1, error);
    return writer && clip_writer_add(writer, picture, error) && clip_writer_finish(writer, error);
}

static const struct {
    const char *name;
    Task task;
} tasks[] = {
    {"read-picture", read_picture},
    {"write-picture", write_picture},
    {"read-clip", read_clip},
    {"write-clip", write_clip},
};

static void test_task(gconstpointer data)
{
    const Task task = tasks[GPOINTER_TO_UINT(data)].task;
    char *folder = test_folder_new();
    g_autofree char *drawn = test_write_picture(folder, 1, 60, 50);
    g_autofree char *picture = g_build_filename(folder, "in.png", NULL);
    g_assert_cmpint(g_rename(drawn, picture), ==, 0);
    test_write_video(folder, "in.avi", 64, 48, 6);
    guint errors = 0, n = 0;
    do {
        g_autoptr(GError) error = NULL;
        failed = FALSE;
        countdown = (int)++n;
        const gboolean ok = task(folder, &error);
        countdown = 0;
        g_assert_true(ok == (error == NULL));
        g_assert_true(!error || strlen(error->message) > 10);
        errors += !ok;
    } while (failed); /* until there are fewer allocations than that */
    g_test_message("%u allocations failed in turn, %u errors", n - 1, errors);
    g_assert_cmpuint(errors, >, 5);
    test_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    av_log_set_level(AV_LOG_QUIET);
    for (guint i = 0; i < G_N_ELEMENTS(tasks); i++) {
        g_autofree char *path = g_strdup_printf("/media-memory/%s", tasks[i].name);
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_task);
    }
    return g_test_run();
}
