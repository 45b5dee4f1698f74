/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network of other people, in an ONNX file, as a teacher: what it paints is what a student sees. */
#include "model.h"
#include "teacher/teacher.h"
#include "trainer-files.h"

#include <glib/gstdio.h>

/* Half as bright. */
static char *write_model(const char *folder)
{
    g_autoptr(GByteArray) bytes =
        model_bytes(10, 0, 0, "h scalar 0.5; Mul x h > m; Clip m > y min=0.0 max=1.0");
    char *path = g_build_filename(folder, "half.onnx", NULL);
    g_assert_true(g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL));
    return path;
}

static void test_onnx(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    char *folder = test_folder_new();
    g_autofree char *network = write_model(folder), *content = g_build_filename(folder, "content", NULL);
    g_assert_cmpint(g_mkdir(content, 0700), ==, 0);
    g_autofree char *photo = test_write_picture(content, 1, 64, 48);
    g_autoptr(TrainOptions) o = train_options_new((char *[]){(char *)"distill", NULL});
    o->teacher = g_strdup(network);
    o->content = g_strdupv((char *[]){content, NULL});
    o->out = g_build_filename(folder, "out.safetensors", NULL);
    g_autoptr(Teacher) teacher = teacher_open(o, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(teacher_names(teacher)[0], ==, "half");
    teacher_paint(teacher, device, &error);
    g_assert_no_error(error);
    g_autoptr(Picture) whole = NULL, painted = NULL;
    g_assert_true(pairs_load(teacher_pairs(teacher, 0), photo, &whole, &painted, &error));
    g_assert_cmpuint(painted->w, ==, whole->w);
    for (guint k = 0; k < 3 * whole->w * whole->h; k++)
        g_assert_cmpint(ABS(2 * painted->rgb[k] - whole->rgb[k]), <=, 3);
    test_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/teacher/onnx", test_onnx);
    return g_test_run();
}
