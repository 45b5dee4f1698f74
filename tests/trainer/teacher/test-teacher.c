/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Teachers that paint: MicroAST with random weights, what it makes of photos, and what is refused. */
#include "judge/painter.h"
#include "style-files.h"
#include "teacher/microast.h"
#include "teacher/teacher.h"
#include "trainer-files.h"

#include <idiom-unstable/tensorfile.h>
#include <math.h>
#include <string.h>

static IdiomDevice *device;

/* A file of the network; without layer number @missing. */
static char *write_microast(const char *folder, guint missing)
{
    g_autoptr(GPtrArray) memory = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GRand) random = g_rand_new_with_seed(4);
    IdiomTensorData tensors[2 * MICROAST_LAYERS];
    guint n = 0;
    for (guint i = 0; i < MICROAST_LAYERS; i++) {
        const MicroAstLayer *l = &microast_layers[i];
        const gsize inputs = (gsize)l->inputs * l->size * l->size;
        const gboolean last = i == MICROAST_LAYERS - 1; /* yields colours, not all of them black or white */
        const double gain = last ? 0.02 : 1;
        float *weights = g_new(float, l->outputs *inputs), *biases = g_new0(float, l->outputs);
        char *weight = g_strconcat(l->name, ".conv_layer.weight", NULL);
        char *bias = g_strconcat(l->name, ".conv_layer.bias", NULL);
        for (gsize k = 0; k < l->outputs * inputs; k++)
            weights[k] = (float)(gain * g_rand_double_range(random, -1, 1) / sqrt((double)inputs));
        for (guint k = 0; k < l->outputs && last; k++)
            biases[k] = 0.5f;
        void *const own[] = {weights, biases, weight, bias};
        for (guint k = 0; k < G_N_ELEMENTS(own); k++)
            g_ptr_array_add(memory, own[k]);
        if (i == missing)
            continue;
        tensors[n++] = (IdiomTensorData){weight, 4, {l->outputs, l->inputs, l->size, l->size}, weights};
        tensors[n++] = (IdiomTensorData){bias, 1, {l->outputs}, biases};
    }
    g_autoptr(GError) error = NULL;
    char *path = g_build_filename(folder, "microast.safetensors", NULL);
    idiom_tensor_file_write(path, tensors, n, NULL, &error);
    g_assert_no_error(error);
    return path;
}

/* The options of a distillation of @content into @folder. */
static TrainOptions *options_new(const char *folder, const char *teacher, const char *content)
{
    TrainOptions *o = train_options_new((char *[]){(char *)"distill", NULL});
    o->teacher = g_strdup(teacher);
    o->content = g_strdupv((char *[]){(char *)content, NULL});
    o->out = g_build_filename(folder, "out.safetensors", NULL);
    return o;
}

static void add_style(TrainOptions *o, const char *name, const char *first, const char *second)
{
    o->styles = g_renew(TrainStyle, o->styles, o->n_styles + 1);
    o->styles[o->n_styles++] =
        (TrainStyle){g_strdup(name), g_strdupv((char *[]){(char *)first, (char *)second, NULL}), NULL};
}

/*
 * Each style is painted into its folder, the photo cut to multiples of 4; what lies there is kept; a video and a broken
 * file are passed over.
 */
static void test_microast(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = test_folder_new();
    g_autofree char *network = write_microast(folder, MICROAST_LAYERS);
    g_autofree char *content = g_build_filename(folder, "content", NULL);
    g_assert_cmpint(g_mkdir(content, 0700), ==, 0);
    g_autofree char *photo = test_write_picture(content, 1, 43, 34);
    test_write_video(content, "film.avi", 64, 48, 10);
    test_write_file(content, "broken.jpg", "none", 4);
    g_autofree char *first = test_write_picture(folder, 5, 64, 48),
                    *second = test_write_picture(folder, 6, 40, 60);
    g_autoptr(TrainOptions) o = options_new(folder, network, content);
    add_style(o, "one", first, NULL);
    add_style(o, "two", second, NULL);
    g_assert_true(microast_is(network));
    g_assert_false(microast_is(photo));
    Picture *painted[2];
    for (guint run = 0; run < 2; run++) {
        g_autoptr(Teacher) teacher = teacher_open(o, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(teacher_names(teacher)[1], ==, "two");
        teacher_paint(teacher, device, &error);
        g_assert_no_error(error);
        for (guint s = 0; s < 2 && run == 0; s++) {
            Picture *part = NULL;
            g_assert_true(pairs_load(teacher_pairs(teacher, s), photo, &part, &painted[s], &error));
            g_assert_cmpuint(painted[s]->w, ==, 40);
            g_assert_cmpuint(painted[s]->h, ==, 32);
            picture_free(part);
        }
        if (run == 1) {
            g_autoptr(Picture) part = NULL, kept = NULL;
            g_assert_true(pairs_load(teacher_pairs(teacher, 1), photo, &part, &kept, &error));
            g_assert_cmpmem(kept->rgb, 3 * 40 * 32, painted[0]->rgb, 3 * 40 * 32);
        }
        /* the second run finds the first style's picture in the second one's place */
        g_autofree char *name = g_path_get_basename(photo);
        g_autofree char *path = g_build_filename(folder, "out.taught", "two", name, NULL);
        g_assert_true(picture_write_png(painted[0], path, &error));
    }
    g_assert_cmpint(memcmp(painted[0]->rgb, painted[1]->rgb, 3 * 40 * 32), !=, 0);
    picture_free(painted[0]);
    picture_free(painted[1]);
    test_folder_remove(folder);
}

/* What @path's style makes of @photo at a place in the noise. */
static Picture *paint_at(const char *path, const Picture *photo, int x, int y)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomStyle) style = idiom_style_load(path, &error);
    g_assert_no_error(error);
    g_autoptr(IdiomParams) params = idiom_style_params(style, device);
    g_autoptr(Painter) painter = painter_of_style(device, style, params, 0, photo->w, photo->h, &error);
    g_assert_no_error(error);
    painter_set_place(painter, x, y);
    Picture *picture = painter_run(painter, photo, &error);
    g_assert_no_error(error);
    return picture;
}

/* A style that sees noise paints each photo from the noise that a student will see with it. */
static void test_noise(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = test_folder_new(), *styles = test_styles_create();
    g_autofree char *network = g_build_filename(styles, "noisy.safetensors", NULL);
    g_autofree char *content = g_build_filename(folder, "content", NULL);
    g_assert_cmpint(g_mkdir(content, 0700), ==, 0);
    g_autofree char *photo = test_write_picture(content, 1, 64, 48);
    g_autoptr(TrainOptions) o = options_new(folder, network, content);
    g_autoptr(Teacher) teacher = teacher_open(o, &error);
    g_assert_no_error(error);
    teacher_paint(teacher, device, &error);
    g_assert_no_error(error);
    g_autoptr(Picture) whole = NULL, painted = NULL;
    g_assert_true(pairs_load(teacher_pairs(teacher, 0), photo, &whole, &painted, &error));
    int x, y;
    idiom_noise_offset(photo, &x, &y);
    g_autoptr(Picture) there = paint_at(network, whole, x, y), origin = paint_at(network, whole, 0, 0);
    g_assert_cmpmem(painted->rgb, 3 * 64 * 48, there->rgb, 3 * 64 * 48);
    g_assert_cmpint(memcmp(painted->rgb, origin->rgb, 3 * 64 * 48), !=, 0);
    test_styles_remove(styles);
    test_folder_remove(folder);
}

static void assert_refused(const TrainOptions *o, const char *expect)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Teacher) teacher = teacher_open(o, &error);
    g_assert_true(!teacher || !teacher_paint(teacher, device, &error));
    g_assert_nonnull(error);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, expect));
}

static void test_refused(void)
{
    char *folder = test_folder_new();
    g_autofree char *photo = test_write_picture(folder, 1, 40, 32);
    g_autofree char *whole = write_microast(folder, MICROAST_LAYERS);
    {
        g_autoptr(TrainOptions) o = options_new(folder, whole, photo);
        assert_refused(o, "--style NAME=FILE is needed");
        add_style(o, "one", photo, photo);
        assert_refused(o, "one painting");
    }
    g_autofree char *part = write_microast(folder, 3);
    {
        g_autoptr(TrainOptions) o = options_new(folder, part, photo);
        add_style(o, "one", photo, NULL);
        assert_refused(o, microast_layers[3].name);
    }
    {
        g_autoptr(TrainOptions) o = options_new(folder, photo, photo);
        assert_refused(o, photo);
    }
    test_folder_remove(folder);
}

/* A folder of pictures is one style, one of such folders several, by their names; a folder without any is refused. */
static void test_folders(void)
{
    g_autoptr(GError) error = NULL;
    char *folder = test_folder_new();
    g_autofree char *both = g_build_filename(folder, "both", NULL),
                    *ink = g_build_filename(both, "ink", NULL), *oil = g_build_filename(both, "oil", NULL);
    g_assert_cmpint(g_mkdir_with_parents(ink, 0700) | g_mkdir_with_parents(oil, 0700), ==, 0);
    g_autofree char *drawn = test_write_picture(ink, 1, 40, 32),
                    *painted = test_write_picture(oil, 2, 40, 32);
    {
        g_autoptr(TrainOptions) o = options_new(folder, both, drawn);
        g_autoptr(Teacher) teacher = teacher_open(o, &error);
        g_assert_no_error(error);
        const char *const *names = teacher_names(teacher);
        g_assert_cmpstr(names[0], ==, "ink");
        g_assert_cmpstr(names[1], ==, "oil");
        g_assert_null(names[2]);
        g_assert_true(pairs_has(teacher_pairs(teacher, 0), drawn));
        g_assert_true(pairs_has(teacher_pairs(teacher, 1), painted));
        g_assert_false(pairs_has(teacher_pairs(teacher, 0), painted));
    }
    {
        g_autoptr(TrainOptions) o = options_new(folder, ink, drawn);
        o->name = g_strdup("mine");
        g_autoptr(Teacher) teacher = teacher_open(o, &error);
        g_assert_no_error(error);
        g_assert_cmpstr(teacher_names(teacher)[0], ==, "mine");
    }
    g_unlink(painted);
    {
        g_autoptr(TrainOptions) o = options_new(folder, both, drawn);
        assert_refused(o, oil);
    }
    g_unlink(drawn);
    g_rmdir(ink);
    g_rmdir(oil);
    g_rmdir(both);
    test_folder_remove(folder);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/teacher/microast", test_microast);
    g_test_add_func("/teacher/noise", test_noise);
    g_test_add_func("/teacher/refused", test_refused);
    g_test_add_func("/teacher/folders", test_folders);
    const int status = g_test_run();
    g_assert_cmpuint(idiom_device_validation_messages(device), ==, 0);
    idiom_device_unref(device);
    return status;
}
