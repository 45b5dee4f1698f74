/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "style-files.h"

#include <glib/gstdio.h>
#include <idiom-unstable/stylefile.h>
#include <math.h>
#include <string.h>

/* Other scales and shifts in each style, which start out equal. */
static void part_styles(float *values, IdiomParams *params)
{
    for (guint i = 0; i < idiom_params_count(params); i++) {
        const IdiomShape shape = idiom_params_shape(params, i);
        float *norm = values + idiom_params_offset(params, i);
        for (gsize k = 0; strstr(idiom_params_name(params, i), "norm") && k < idiom_shape_elements(shape);
             k++)
            norm[k] += 0.5F * sinf((float)(k + 7 * i));
    }
}

static void write_style(IdiomDevice *device, const char *folder, const char *name, const char *const *names,
                        const IdiomGeneratorConfig *config, guint32 seed)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_strdup_printf("%s/%s.safetensors", folder, name);
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    idiom_generator_declare(params, config, seed);
    g_autofree float *values = g_new(float, idiom_params_elements(params));
    idiom_params_read(params, values, &error);
    g_assert_no_error(error);
    if (config->styles > 1)
        part_styles(values, params);
    idiom_style_save(path, config, names, params, values, NULL, &error);
    g_assert_no_error(error);
}

char *test_styles_create(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomDevice) device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    char *folder = g_dir_make_tmp("idiom-test-XXXXXX", &error);
    g_assert_no_error(error);

    const IdiomGeneratorConfig tiny = {
        .channels = 8, .blocks = 1, .mid = 8, .tail = IDIOM_TAIL_BHX, .styles = 1};
    IdiomGeneratorConfig small;
    idiom_generator_preset("small", 1, &small, &error);
    g_assert_no_error(error);
    write_style(device, folder, "tiny", (const char *[]){"tiny", NULL}, &tiny, 1);
    write_style(device, folder, "tiny2", (const char *[]){"tiny2", NULL}, &tiny, 2);
    write_style(device, folder, "small", (const char *[]){"small", NULL}, &small, 3);
    IdiomGeneratorConfig moods = tiny;
    moods.styles = 3;
    write_style(device, folder, "moods", (const char *[]){"calm", "wild", "sad", NULL}, &moods, 4);

    IdiomGeneratorConfig noisy = tiny;
    noisy.noise = IDIOM_NOISE_CHANNELS;
    write_style(device, folder, "noisy", (const char *[]){"noisy", NULL}, &noisy, 5);

    g_autofree char *whole = g_build_filename(folder, "tiny.safetensors", NULL);
    g_autofree char *broken = g_build_filename(folder, "broken.safetensors", NULL);
    g_autofree char *content = NULL;
    gsize length;
    g_file_get_contents(whole, &content, &length, &error);
    g_assert_no_error(error);
    g_file_set_contents(broken, content, (gssize)(length - 100), &error);
    g_assert_no_error(error);

    g_setenv("IDIOM_STYLE_PATH", folder, TRUE);
    return folder;
}

void test_styles_remove(char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_rmdir(folder);
    g_free(folder);
}
