/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fresh discriminator tells different textures apart, and cannot where there is nothing to tell. */
#include "judge/separate.h"

#include <idiom/error.h>
#include <math.h>
#include <string.h>

static IdiomDevice *device;

typedef enum { STRIPES, DOTS } Texture;

/* @texture, of random phase, in random colours of low contrast, with noise */
static Picture *draw(Texture texture, guint w, guint h, guint32 seed)
{
    GRand *random = g_rand_new_with_seed(seed);
    Picture *picture = picture_new(w, h);
    double phase = g_rand_double_range(random, 0, 6), dark[3], light[3];
    for (guint c = 0; c < 3; c++) {
        dark[c] = g_rand_double_range(random, 60, 120);
        light[c] = g_rand_double_range(random, 130, 190);
    }
    for (guint y = 0; y < h; y++)
        for (guint x = 0; x < w; x++) {
            double v =
                texture == STRIPES ? sin(0.6 * x + 0.5 * y + phase) : sin(0.7 * x) * cos(0.7 * y + phase);
            for (guint c = 0; c < 3; c++)
                picture->rgb[3 * ((gsize)y * w + x) + c] =
                    (guint8)(dark[c] + (light[c] - dark[c]) * (v + 1) / 2 +
                             g_rand_double_range(random, -20, 20));
        }
    g_rand_free(random);
    return picture;
}

static GPtrArray *pictures(Texture texture, guint count, guint w, guint h, guint32 seed)
{
    GPtrArray *array = g_ptr_array_new_with_free_func((GDestroyNotify)picture_free);
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(array, draw(texture, w, h, seed + i));
    return array;
}

static Separation separate(const GPtrArray *references, const GPtrArray *outputs, guint steps)
{
    g_autoptr(GError) error = NULL;
    Separation result;
    separation_run(device, references, outputs, steps, 1, &result, &error);
    g_assert_no_error(error);
    g_test_message("patches %.3f, crops %.3f (references %.3f, outputs %.3f), seen %.3f", result.patches,
                   result.crops, result.references, result.outputs, result.seen);
    g_assert_cmpfloat_with_epsilon(result.crops, (result.references + result.outputs) / 2, 1e-9);
    return result;
}

/* Whole pictures are held back, and their colours are new. */
static void test_different(void)
{
    g_autoptr(GPtrArray) a = pictures(STRIPES, 8, 96, 80, 1), b = pictures(DOTS, 8, 70, 110, 2);
    Separation result = separate(a, b, 20);
    g_assert_cmpfloat(result.crops, >, 0.95);
    g_assert_cmpfloat(result.patches, >, 0.9);
    Separation again = separate(a, b, 20);
    g_assert_cmpmem(&result, sizeof result, &again, sizeof again);
}

/* One picture of either kind: parts of them are held back. */
static void test_parts(void)
{
    g_autoptr(GPtrArray) a = pictures(STRIPES, 1, 230, 70, 3), b = pictures(DOTS, 1, 64, 192, 4);
    g_assert_cmpfloat(separate(a, b, 15).crops, >, 0.95);
}

static void test_same(void)
{
    g_autoptr(GPtrArray) a = pictures(STRIPES, 12, 96, 96, 5), b = pictures(STRIPES, 12, 96, 96, 105);
    Separation result = separate(a, b, 20);
    g_assert_cmpfloat(fabs(result.patches - 0.5), <, 0.2);
}

static void test_errors(void)
{
    g_autoptr(GPtrArray) good = pictures(STRIPES, 1, 200, 64, 6), none = pictures(STRIPES, 0, 0, 0, 0),
                         small = pictures(DOTS, 1, 191, 64, 7), low = pictures(DOTS, 4, 64, 63, 8);
    const GPtrArray *const bad[] = {none, small, low};
    static const char *const messages[] = {"no picture among the", "is 191x64: at least 192x64 is needed",
                                           "is 64x63: at least 64x64 is needed"};
    for (guint i = 0; i < G_N_ELEMENTS(bad); i++)
        for (guint side = 0; side < 2; side++) {
            g_autoptr(GError) error = NULL;
            Separation result;
            g_assert_false(
                separation_run(device, side ? good : bad[i], side ? bad[i] : good, 1, 1, &result, &error));
            g_assert_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT);
            g_assert_nonnull(strstr(error->message, messages[i]));
            g_assert_nonnull(strstr(error->message, side ? "outputs" : "references"));
        }
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    device = idiom_device_open(NULL, &error);
    g_assert_no_error(error);
    g_test_add_func("/separate/different", test_different);
    g_test_add_func("/separate/parts", test_parts);
    g_test_add_func("/separate/same", test_same);
    g_test_add_func("/separate/errors", test_errors);
    int status = g_test_run();
    if (idiom_device_validation_messages(device) > 0) {
        g_printerr("%u validation messages\n", idiom_device_validation_messages(device));
        status = 1;
    }
    idiom_device_unref(device);
    return status;
}
