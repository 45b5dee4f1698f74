/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train: makes, applies, measures and describes styles. */
#include "console.h"
#include "evaluate.h"
#include "painter.h"
#include "train.h"

#include <libavutil/log.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

static gboolean run_train(char **argv, GError **error)
{
    g_autoptr(IdiomTrainOptions) options = idiom_train_options_parse(argv, error);
    return options && idiom_train(options, error);
}

/* Parses @entries; what remains must be @min to @max words, which are left in @words. */
static gboolean parse(char **argv, const char *usage, const GOptionEntry *entries, guint min, guint max,
                      GStrv *words, GError **error)
{
    g_autoptr(GOptionContext) context = g_option_context_new(usage);
    g_option_context_add_main_entries(context, entries, NULL);
    g_auto(GStrv) args = g_strdupv(argv);
    if (!g_option_context_parse_strv(context, &args, error))
        return FALSE;
    guint n = args[0] ? g_strv_length(args) - 1 : 0;
    if (n < min || n > max) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "usage: idiom-train %s [OPTION...] %s", argv[0],
                    usage);
        return FALSE;
    }
    *words = g_strdupv(args + 1);
    return TRUE;
}

/* --- apply ---------------------------------------------------------------------------------------- */

/* @style as on the command line, its parameters on @device, and @photo painted with it. */
static IdiomPicture *paint(IdiomDevice *device, const IdiomStyle *style, IdiomParams *params,
                           const IdiomPicture *photo, GError **error)
{
    g_autoptr(IdiomPainter) painter =
        idiom_painter_new(device, idiom_style_config(style), params, 0, photo->w, photo->h, error);
    return painter ? idiom_painter_run(painter, photo, error) : NULL;
}

static IdiomStyle *find_style(const char *name, GError **error)
{
    g_autofree char *path = idiom_style_find(name, error);
    return path ? idiom_style_load(path, error) : NULL;
}

static gboolean run_apply(char **argv, GError **error)
{
    g_autofree char *style_name = NULL, *device_name = NULL;
    g_auto(GStrv) words = NULL;
    int side = 0;
    const GOptionEntry entries[] = {
        {"style", 0, 0, G_OPTION_ARG_STRING, &style_name, "Style file, or name of an installed style",
         "STYLE"},
        {"side", 0, 0, G_OPTION_ARG_INT, &side, "Scale the picture to this shorter side first", "PIXELS"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &device_name, "Vulkan device, by number or part of its name",
         "DEVICE"},
        {NULL},
    };
    if (!parse(argv, "IN OUT.png - paint a picture", entries, 2, 2, &words, error))
        return FALSE;
    if (side < 0 || side > IDIOM_PICTURE_MAX_SIDE) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--side: %d is not between 0 (as it is) and %d",
                    side, IDIOM_PICTURE_MAX_SIDE);
        return FALSE;
    }
    g_autoptr(IdiomStyle) style = find_style(style_name, error);
    g_autoptr(IdiomPicture) photo =
        style ? idiom_picture_load(words[0], 0.5, (guint)side, (guint)side, error) : NULL;
    g_autoptr(IdiomDevice) device = photo ? idiom_device_open(device_name, error) : NULL;
    g_autoptr(IdiomParams) params = device ? idiom_style_params(style, device) : NULL;
    g_autoptr(IdiomPicture) picture = params ? paint(device, style, params, photo, error) : NULL;
    return picture && idiom_picture_write_png(picture, words[1], error);
}

/* --- eval ----------------------------------------------------------------------------------------- */

/* Photos are measured at this shorter side. */
#define EVAL_SIDE 320

static void print_scores(const char *name, const IdiomScores *s)
{
    printf("%-28.28s %5.3f  %6.3f %6.3f  %6.3f %6.3f  %6.2f %6.2f\n", name, s->ssim, s->vgg_photo,
           s->vgg_output, s->squeezenet_photo, s->squeezenet_output, s->phase_x, s->phase_y);
}

static gboolean eval_photos(IdiomDevice *device, const IdiomStyle *style, IdiomEvaluation *evaluation,
                            char **photos, GError **error)
{
    g_autoptr(IdiomParams) params = idiom_style_params(style, device);
    IdiomScores mean = {0};
    guint n = g_strv_length(photos);
    printf("%-28s %5s  %13s  %13s  %13s\n%-28s %5s  %6s %6s  %6s %6s  %6s %6s\n", "", "", "VGG Gram",
           "SqueezeNet Gram", "phase", "photo", "SSIM", "before", "after", "before", "after", "x", "y");
    for (guint i = 0; i < n; i++) {
        IdiomScores scores;
        g_autoptr(IdiomPicture) photo = idiom_picture_load(photos[i], 0.5, EVAL_SIDE, EVAL_SIDE, error);
        g_autoptr(IdiomPicture) output = photo ? paint(device, style, params, photo, error) : NULL;
        if (!output || !idiom_evaluation_run(evaluation, photo, output, &scores, error))
            return FALSE;
        g_autofree char *name = g_path_get_basename(photos[i]);
        print_scores(name, &scores);
        mean.ssim += scores.ssim / n;
        mean.vgg_photo += scores.vgg_photo / n;
        mean.vgg_output += scores.vgg_output / n;
        mean.squeezenet_photo += scores.squeezenet_photo / n;
        mean.squeezenet_output += scores.squeezenet_output / n;
        mean.phase_x += scores.phase_x / n;
        mean.phase_y += scores.phase_y / n;
    }
    print_scores("mean", &mean);
    return TRUE;
}

static gboolean run_eval(char **argv, GError **error)
{
    g_autofree char *style_file = NULL, *picture = NULL, *device_name = NULL;
    g_auto(GStrv) feature_files = NULL, photos = NULL;
    const GOptionEntry entries[] = {
        {"style-file", 0, 0, G_OPTION_ARG_STRING, &style_file, "Style file, or name of an installed style",
         "STYLE"},
        {"style", 0, 0, G_OPTION_ARG_FILENAME, &picture, "The picture that it was made from", "FILE"},
        {"features", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &feature_files, "VGG/SqueezeNet safetensors (repeat)",
         "FILE"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &device_name, "Vulkan device, by number or part of its name",
         "DEVICE"},
        {NULL},
    };
    if (!parse(argv, "PHOTO... - measure a style", entries, 1, G_MAXUINT, &photos, error))
        return FALSE;
    if (!picture || !feature_files) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "eval: --style FILE and --features FILE are needed");
        return FALSE;
    }
    g_autoptr(IdiomStyle) style = find_style(style_file, error);
    g_autoptr(IdiomPicture) reference = style ? idiom_picture_load(picture, 0, 384, 384, error) : NULL;
    g_autoptr(IdiomDevice) device = reference ? idiom_device_open(device_name, error) : NULL;
    g_autoptr(IdiomFeatures) features = device
                                            ? idiom_features_load((const char *const *)feature_files,
                                                                  g_strv_length(feature_files), device, error)
                                            : NULL;
    g_autoptr(IdiomEvaluation) evaluation =
        features ? idiom_evaluation_new(device, features, reference, error) : NULL;
    return evaluation && eval_photos(device, style, evaluation, photos, error);
}

/* --- info ----------------------------------------------------------------------------------------- */

static gboolean run_info(char **argv, GError **error)
{
    const GOptionEntry entries[] = {{NULL}};
    g_auto(GStrv) words = NULL;
    if (!parse(argv, "STYLE - tell how a style was made", entries, 1, 1, &words, error))
        return FALSE;
    g_autoptr(IdiomStyle) style = find_style(words[0], error);
    if (!style)
        return FALSE;
    GHashTable *metadata = idiom_style_metadata(style);
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(metadata), (GCompareFunc)strcmp);
    for (GList *key = keys; key; key = key->next)
        printf("%-18s %s\n", (char *)key->data, (char *)g_hash_table_lookup(metadata, key->data));
    return TRUE;
}

static const struct {
    const char *name;
    gboolean (*run)(char **argv, GError **error);
    const char *help;
} commands[] = {
    {"train", run_train, "make a style from a picture"},
    {"apply", run_apply, "paint a picture with a style"},
    {"eval", run_eval, "measure a style on photos"},
    {"info", run_info, "tell how a style was made"},
};

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");        /* for file names; numbers are written with a point everywhere */
    av_log_set_level(AV_LOG_QUIET); /* unusable files are reported once, by us */
    for (guint i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++) {
        if (g_strcmp0(argv[1], commands[i].name) != 0)
            continue;
        g_autoptr(GError) error = NULL;
        g_autofree char *program = g_strconcat("idiom-train ", argv[1], NULL);
        g_set_prgname(program);
        if (commands[i].run(argv + 1, &error))
            return 0;
        idiom_say("idiom-train: %s", error->message);
        return 1;
    }
    gboolean help = argc > 1 && g_strv_contains((const char *const[]){"help", "--help", "-h", NULL}, argv[1]);
    FILE *out = help ? stdout : stderr;
    fprintf(out, "Usage: idiom-train COMMAND [OPTION...]; idiom-train COMMAND --help tells more\n\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    return help ? 0 : 1;
}
