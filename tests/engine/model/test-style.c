/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom-unstable/stylefile.h>
#include <idiom-unstable/tensorfile.h>

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static IdiomDevice *device;

typedef struct {
    char *folder, *path;
    IdiomGeneratorConfig config;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("idiom-style-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "two.safetensors", NULL);
    f->config =
        (IdiomGeneratorConfig){.channels = 4, .blocks = 1, .mid = 3, .tail = IDIOM_TAIL_BHX, .styles = 2};
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    g_unlink(f->path);
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->path);
}

static const char *const names[] = {"calm", "wild", NULL};

static void save(Fixture *f)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    idiom_generator_declare(params, &f->config, 5);
    g_autoptr(GHashTable) metadata = g_hash_table_new(g_str_hash, g_str_equal);
    g_hash_table_insert(metadata, "licence", "CC0");
    g_hash_table_insert(metadata, "version", "overridden");
    g_assert_true(idiom_style_save(f->path, &f->config, names, params, NULL, metadata, &error));
    g_assert_no_error(error);
}

static void test_round_trip(Fixture *f, gconstpointer data)
{
    (void)data;
    save(f);
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomStyle) style = idiom_style_load(f->path, &error);
    g_assert_no_error(error);
    const IdiomGeneratorConfig *config = idiom_style_config(style);
    g_assert_cmpuint(config->channels, ==, 4);
    g_assert_cmpuint(config->blocks, ==, 1);
    g_assert_cmpuint(config->mid, ==, 3);
    g_assert_cmpuint(config->styles, ==, 2);
    g_assert_cmpint(config->tail, ==, IDIOM_TAIL_BHX);
    g_assert_cmpuint(config->noise, ==, f->config.noise);
    /* without noise, a file is as it was before there was any */
    g_assert_cmpint(g_hash_table_contains(idiom_style_metadata(style), "noise"), ==, f->config.noise > 0);
    g_assert_cmpstrv(idiom_style_names(style), names);
    g_assert_cmpint(idiom_style_index(style, "wild"), ==, 1);
    g_assert_cmpint(idiom_style_index(style, "mild"), ==, -1);
    g_assert_cmpstr(g_hash_table_lookup(idiom_style_metadata(style), "licence"), ==, "CC0");

    g_autoptr(IdiomParams) expected = idiom_params_new(device);
    idiom_generator_declare(expected, &f->config, 5);
    g_autoptr(IdiomParams) params = idiom_style_params(style, device);
    const gsize elements = idiom_params_elements(expected);
    g_assert_cmpuint(idiom_params_elements(params), ==, elements);
    g_autofree float *a = g_new(float, elements), *b = g_new(float, elements);
    g_assert_true(idiom_params_read(expected, a, &error) && idiom_params_read(params, b, &error));
    g_assert_cmpmem(a, elements * sizeof *a, b, elements * sizeof *b);
}

static void test_noise(Fixture *f, gconstpointer data)
{
    f->config.noise = IDIOM_NOISE_CHANNELS;
    test_round_trip(f, data);
}

static void test_refuses_to_save(Fixture *f, gconstpointer data)
{
    (void)data;
    g_autoptr(GError) error = NULL;
    g_autoptr(IdiomParams) params = idiom_params_new(device);
    idiom_generator_declare(params, &f->config, 5);
    const char *const bad_names[][3] = {{"one", NULL}, {"a", "a"}, {"a,b", "c"}, {"", "c"}, {"a\n", "c"}};
    for (guint i = 0; i < G_N_ELEMENTS(bad_names); i++) {
        g_assert_false(idiom_style_save(f->path, &f->config, bad_names[i], params, NULL, NULL, &error));
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
        g_clear_error(&error);
    }
    g_autofree float *values = g_new0(float, idiom_params_elements(params));
    values[7] = NAN;
    g_assert_false(idiom_style_save(f->path, &f->config, names, params, values, NULL, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_NOT_FINITE);
    g_clear_error(&error);
    IdiomGeneratorConfig other = f->config;
    other.channels = 5;
    g_assert_false(idiom_style_save(f->path, &other, names, params, NULL, NULL, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    g_clear_error(&error);
    other = f->config;
    other.noise = 1;
    g_assert_false(idiom_style_save(f->path, &other, names, params, NULL, NULL, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
    g_assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
}

static void test_mix(Fixture *f, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *text;
        float calm, wild;
    } good[] = {{NULL, 1, 0},
                {"", 1, 0},
                {"wild", 0, 1},
                {"calm:3,wild:1", 0.75F, 0.25F},
                {"wild:2", 0, 1},
                {" calm:1e3 , wild: 1000 ", 0.5F, 0.5F},
                {"calm:0,wild:0.2", 0, 1},
                {"wild,calm", 0.5F, 0.5F}};
    static const char *const bad[][2] = {
        {"mild:1", "no style 'mild' in the file; it has: calm, wild"},
        {"calm:1,mild", "no style 'mild'"},
        {"calm:-1,wild:2", "weight '-1' of 'calm'"},
        {"calm:x", "weight 'x' of 'calm'"},
        {"calm:", "weight '' of 'calm'"},
        {"calm:1 2", "weight '1 2' of 'calm'"},
        {"calm:nan", "weight 'nan' of 'calm'"},
        {"calm:1e999", "weight '1e999' of 'calm'"},
        {"calm:1e308,wild:1e308", "add up to inf"},
        {"calm:0,wild:0", "add up to 0"},
        {"calm:1,", "no style ''"},
    };
    g_autoptr(GError) error = NULL;
    save(f);
    g_autoptr(IdiomStyle) style = idiom_style_load(f->path, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(good); i++) {
        float weights[2];
        idiom_style_parse_mix(style, good[i].text, weights, &error);
        g_assert_no_error(error);
        g_assert_cmpfloat(weights[0], ==, good[i].calm);
        g_assert_cmpfloat(weights[1], ==, good[i].wild);
    }
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
        float weights[2];
        g_assert_false(idiom_style_parse_mix(style, bad[i][0], weights, &error));
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
        if (!strstr(error->message, bad[i][1]))
            g_error("'%s' does not contain '%s'", error->message, bad[i][1]);
        g_clear_error(&error);
    }
}

/* The file with one metadata field replaced (or removed), one tensor left out, reshaped or spoiled. */
static void damage(Fixture *f, const char *field, const char *value, const char *missing,
                   const char *reshaped, const char *spoiled)
{
    g_autoptr(GError) error = NULL;
    save(f);
    g_autoptr(IdiomTensorFile) file = idiom_tensor_file_open(f->path, &error);
    g_assert_no_error(error);
    GHashTable *metadata = idiom_tensor_file_metadata(file);
    if (value)
        g_hash_table_insert(metadata, g_strdup(field), g_strdup(value));
    else if (field)
        g_hash_table_remove(metadata, field);
    g_autoptr(GArray) tensors = g_array_new(FALSE, TRUE, sizeof(IdiomTensorData));
    g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < idiom_tensor_file_count(file); i++) {
        const IdiomTensorInfo *info = idiom_tensor_file_info(file, i);
        if (g_strcmp0(info->name, missing) == 0)
            continue;
        float *v = idiom_tensor_file_read(file, info->name, NULL, 0, &error);
        g_ptr_array_add(values, v);
        IdiomTensorData tensor = {info->name, info->n_dims, {0}, v};
        memcpy(tensor.dims, info->dims, sizeof tensor.dims);
        if (g_strcmp0(info->name, reshaped) == 0) {
            tensor.dims[0] = 1;
            tensor.dims[1] *= info->dims[0];
        }
        if (g_strcmp0(info->name, spoiled) == 0)
            v[info->elements - 1] = NAN;
        g_array_append_val(tensors, tensor);
    }
    g_assert_true(
        idiom_tensor_file_write(f->path, (IdiomTensorData *)tensors->data, tensors->len, metadata, &error));
}

static void expect_refused(Fixture *f, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(idiom_style_load(f->path, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT);
    g_assert_nonnull(strstr(error->message, f->path));
    if (!strstr(error->message, message))
        g_error("'%s' does not contain '%s'", error->message, message);
}

static void test_malformed(Fixture *f, gconstpointer data)
{
    (void)data;
    static const char *const fields[][3] = {
        {"format", NULL, "'format' is missing"},
        {"format", "pt", "'format' is 'pt'"},
        {"version", "2", "'version' is '2'"},
        {"channels", NULL, "'channels' is missing"},
        {"channels", "four", "'channels' is 'four'"},
        {"channels", "-4", "'channels' is '-4'"},
        {"channels", "0", "channels is 0, must be 1 to 512"},
        {"channels", "4000000000", "channels is 4000000000"},
        {"channels", "99999999999999999999", "'channels'"},
        {"blocks", "65", "blocks is 65"},
        {"mid", "1000", "mid is 1000"},
        {"styles", "0", "styles is 0"},
        {"styles", "3", "not as many names"},
        {"noise", "1", "noise is 1, must be 0 or 2"},
        {"noise", "some", "'noise' is 'some'"},
        {"noise", "2", "'head.weight' has shape 4x48x3x3, expected 4x50x3x3"},
        {"tail", "xyz", "'tail' is 'xyz'"},
        {"tail", NULL, "'tail' is missing"},
        {"names", "a", "not as many names"},
        {"names", "a,a", "twice"},
        {"names", ",b", "empty"},
        {"names", NULL, "'names' is missing"},
        {"channels", "5", "'head.weight' has shape 4x48x3x3, expected 5x48x3x3"},
        {"blocks", "2", "'blocks.1.conv1.weight' is missing"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        damage(f, fields[i][0], fields[i][1], NULL, NULL, NULL);
        expect_refused(f, fields[i][2]);
    }
    damage(f, NULL, NULL, "outh.bias", NULL, NULL);
    expect_refused(f, "'outh.bias' is missing");
    damage(f, NULL, NULL, NULL, "headn.weight", NULL);
    expect_refused(f, "'headn.weight' has shape 1x8x1x1, expected 2x4x1x1");
    damage(f, NULL, NULL, NULL, NULL, "out2.weight");
    expect_refused(f, "'out2.weight' holds a value that is not finite");
}

static void test_find(Fixture *f, gconstpointer data)
{
    (void)data;
    save(f);
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_strconcat("/nonexistent:", f->folder, NULL);
    g_setenv("IDIOM_STYLE_PATH", path, TRUE);

    g_autofree char *by_name = idiom_style_find("two", &error);
    g_assert_cmpstr(by_name, ==, f->path);
    g_autofree char *by_path = idiom_style_find(f->path, &error);
    g_assert_cmpstr(by_path, ==, f->path);
    g_autofree char *people = g_build_filename(f->folder, "people.safetensors", NULL);
    g_assert_true(g_file_set_contents(people, "", 0, &error)); /* finds people, and is no style */
    g_auto(GStrv) list = idiom_style_list();
    g_unlink(people);
    g_assert_true(g_strv_contains((const char *const *)list, "two"));
    g_assert_false(g_strv_contains((const char *const *)list, "people"));

    g_assert_null(idiom_style_find("three", &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);
    g_assert_nonnull(strstr(error->message, f->folder));
    g_assert_nonnull(strstr(error->message, "/nonexistent"));
    g_assert_nonnull(strstr(error->message, "two"));
    g_clear_error(&error);
    g_assert_null(idiom_style_find("./no.safetensors", &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);

    g_autofree char *default_path = g_build_filename(f->folder, IDIOM_STYLE_DEFAULT ".safetensors", NULL);
    g_assert_cmpint(g_rename(f->path, default_path), ==, 0);
    g_clear_error(&error);
    g_autofree char *found = idiom_style_find(NULL, &error);
    g_assert_cmpstr(found, ==, default_path);
    g_unlink(default_path);
}

/* What somebody typed, or a program made up, is told in a message that can still be read. */
static void test_long_words(Fixture *f, gconstpointer data)
{
    (void)f, (void)data;
    g_autofree char *word = g_strnfill(100000, 'x'), *path = g_strconcat("/", word, NULL);
    const char *const names[] = {word, path};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(idiom_style_find(names[i], &error));
        g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_FILE);
        g_assert_cmpuint(strlen(error->message), <, 1000);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(idiom_device_open(word, &error));
    g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_NO_DEVICE);
    g_assert_cmpuint(strlen(error->message), <, 1000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add("/style/round-trip", Fixture, NULL, set_up, test_round_trip, tear_down);
    g_test_add("/style/noise", Fixture, NULL, set_up, test_noise, tear_down);
    g_test_add("/style/refuses-to-save", Fixture, NULL, set_up, test_refuses_to_save, tear_down);
    g_test_add("/style/malformed", Fixture, NULL, set_up, test_malformed, tear_down);
    g_test_add("/style/mix", Fixture, NULL, set_up, test_mix, tear_down);
    g_test_add("/style/find", Fixture, NULL, set_up, test_find, tear_down);
    g_test_add("/style/long-words", Fixture, NULL, set_up, test_long_words, tear_down);
    int result = g_test_run();
    idiom_device_unref(device);
    return result;
}
