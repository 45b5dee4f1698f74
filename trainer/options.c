/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include "losses.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define EXTENSION ".safetensors"
#define MAX_NAME 64

static const struct {
    const char *name, *option, *help;
    const double *weight;
} terms[] = {
    [IDIOM_TERM_STYLE] = {"style", "style-weight", "Gram matrices as the style's pictures have",
                          &idiom_loss_defaults.style},
    [IDIOM_TERM_CONTENT] = {"content", "content-weight", "features as the photo has",
                            &idiom_loss_defaults.content},
    [IDIOM_TERM_LUMA] = {"luma", "luma-weight", "light and dark where the photo has them",
                         &idiom_loss_defaults.luma},
    [IDIOM_TERM_TV] = {"tv", "tv-weight", "total variation: smooth areas", &idiom_loss_defaults.tv},
    [IDIOM_TERM_HF] = {"hf", "hf-weight", "second differences: no hatching", &idiom_loss_defaults.hf},
    [IDIOM_TERM_TEMPORAL] = {"temporal", "temporal-weight", "steady when the picture moves",
                             &idiom_loss_defaults.temporal},
    [IDIOM_TERM_ADVERSARIAL] = {"adversarial", "adversarial-weight", "strokes that a discriminator accepts",
                                &(const double){1}},
};

const char *idiom_term_name(IdiomTerm term)
{
    return terms[term].name;
}

/* --- checks --------------------------------------------------------------------------------------- */

static gboolean reject(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean reject(GError **error, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, message);
    return FALSE;
}

static gboolean check_range(const char *option, gint64 value, gint64 min, gint64 max, GError **error)
{
    return (value >= min && value <= max) ||
           reject(error,
                  "--%s: %" G_GINT64_FORMAT " is not between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT,
                  option, value, min, max);
}

/* NAME=FILE[:WEIGHT][,FILE[:WEIGHT]...] */
static gboolean parse_style(IdiomTrainOptions *o, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || equals - text > MAX_NAME || !equals[1])
        return reject(
            error,
            "--style: '%s' is not NAME=FILE[:WEIGHT][,FILE[:WEIGHT]...] with a name of 1 to %d letters", text,
            MAX_NAME);
    o->style = g_strndup(text, (gsize)(equals - text));
    for (const char *c = o->style; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("-_.", *c))
            return reject(error, "--style: the name '%s' may have only letters, digits, '-', '_' and '.'",
                          o->style);

    o->references = g_strsplit(equals + 1, ",", -1);
    guint n = g_strv_length(o->references);
    o->reference_weights = g_new(double, n);
    double sum = 0;
    for (guint i = 0; i < n; i++) {
        char *colon = strrchr(o->references[i], ':'), *end = NULL;
        double weight = colon ? g_ascii_strtod(colon + 1, &end) : 1;
        if (colon && colon[1] && !*end)
            *colon = '\0';
        else
            weight = 1; /* a colon in the file's name */
        if (!(weight > 0) || !isfinite(weight))
            return reject(error, "--style: the weight of %s is %g, must be above 0", o->references[i],
                          weight);
        if (!g_file_test(o->references[i], G_FILE_TEST_IS_REGULAR))
            return reject(error, "--style: %s: no such file", o->references[i]);
        o->reference_weights[i] = weight;
        sum += weight;
    }
    for (guint i = 0; i < n; i++)
        o->reference_weights[i] /= sum;
    return TRUE;
}

static gboolean check(IdiomTrainOptions *o, char **styles, GError **error)
{
    if (!styles)
        return reject(error, "--style NAME=FILE is needed: the picture whose style is learned");
    if (styles[1])
        return reject(error, "--style: given more than once; one training makes one style so far");
    if (!parse_style(o, styles[0], error))
        return FALSE;
    if (!o->content)
        return reject(error,
                      "--content PATH is needed: photos or videos, or folders of them, to practise on");
    if (!o->features)
        return reject(
            error,
            "--features FILE is needed: a VGG or SqueezeNet safetensors file with torchvision's names");
    if (!o->out || !g_str_has_suffix(o->out, EXTENSION))
        return reject(error, "--out FILE is needed: the style file to write, its name ending in " EXTENSION);
    g_autofree char *folder = g_path_get_dirname(o->out);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR) || g_access(folder, W_OK) != 0)
        return reject(error, "--out: the folder %s does not exist or cannot be written to", folder);
    if (!check_range("steps", o->steps, 1, 100000000, error) ||
        !check_range("batch", o->batch, 1, 256, error) || !check_range("crop", o->crop, 32, 2048, error) ||
        !check_range("seed", o->seed, 0, G_MAXUINT32, error) ||
        !check_range("checkpoint-every", o->checkpoint_every, 1, 100000000, error))
        return FALSE;
    if (o->crop % 8)
        return reject(error, "--crop: %d is not a multiple of 8", o->crop);
    if (!(o->learning_rate > 0 && o->learning_rate <= 1))
        return reject(error, "--lr: %g is not above 0 and at most 1", o->learning_rate);
    for (guint i = 0; i < IDIOM_N_TERMS; i++)
        if (!(o->weights[i] >= 0 && o->weights[i] <= 1e9))
            return reject(error, "--%s: %g is not between 0 (term left out) and 1e9", terms[i].option,
                          o->weights[i]);
    return TRUE;
}

/* --- reading -------------------------------------------------------------------------------------- */

IdiomTrainOptions *idiom_train_options_parse(char **argv, GError **error)
{
    g_autoptr(IdiomTrainOptions) o = g_new0(IdiomTrainOptions, 1);
    g_auto(GStrv) styles = NULL;
    o->steps = 1800;
    o->batch = 2;
    o->crop = 192;
    o->learning_rate = 2e-3;
    o->seed = 1;
    o->checkpoint_every = 100;
    g_autofree char *quoted = g_strjoinv(" ", argv);
    o->command = g_strconcat("idiom-train ", quoted, NULL);

    const GOptionEntry entries[] = {
        {"style", 0, 0, G_OPTION_ARG_STRING_ARRAY, &styles, "The style: its name and pictures",
         "NAME=FILE[:WEIGHT][,FILE...]"},
        {"content", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->content,
         "Photos, videos, folders to practise on (repeat)", "PATH"},
        {"features", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->features, "VGG/SqueezeNet safetensors (repeat)",
         "FILE"},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o->out, "Style file to write; log and checkpoint lie beside it",
         "FILE"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &o->size, "Of the network (small)", "nano|small|base"},
        {"steps", 0, 0, G_OPTION_ARG_INT, &o->steps, "Length of the training (1800)", "N"},
        {"batch", 0, 0, G_OPTION_ARG_INT, &o->batch, "Pictures in a step (2)", "N"},
        {"crop", 0, 0, G_OPTION_ARG_INT, &o->crop, "Their size, a multiple of 8 (192)", "PIXELS"},
        {"lr", 0, 0, G_OPTION_ARG_DOUBLE, &o->learning_rate, "Learning rate (0.002)", "RATE"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &o->seed, "Of all random numbers (1)", "N"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &o->device, "Vulkan device, by number or part of its name",
         "DEVICE"},
        {"checkpoint-every", 0, 0, G_OPTION_ARG_INT, &o->checkpoint_every, "Steps between checkpoints (100)",
         "N"},
        {"resume", 0, 0, G_OPTION_ARG_NONE, &o->resume, "Go on from the checkpoint beside --out", NULL},
        {"preview", 0, 0, G_OPTION_ARG_FILENAME, &o->preview,
         "Folder for sample pictures at every checkpoint", "DIR"},
        {NULL},
    };
    GOptionEntry term_entries[IDIOM_N_TERMS + 1] = {0};
    g_autoptr(GPtrArray) helps = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < IDIOM_N_TERMS; i++) {
        o->weights[i] = *terms[i].weight;
        g_ptr_array_add(helps, g_strdup_printf("Loss: %s (%g)", terms[i].help, o->weights[i]));
        term_entries[i] =
            (GOptionEntry){terms[i].option, 0, 0, G_OPTION_ARG_DOUBLE, &o->weights[i], helps->pdata[i], "W"};
    }

    g_autoptr(GOptionContext) context = g_option_context_new("- make a style from a picture");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, term_entries, NULL);
    g_auto(GStrv) args = g_strdupv(argv);
    if (!g_option_context_parse_strv(context, &args, error))
        return NULL;
    if (args[0] && args[1]) {
        reject(error, "train: '%s' is not an option; see idiom-train train --help", args[1]);
        return NULL;
    }
    if (!o->size)
        o->size = g_strdup("small");
    return check(o, styles, error) ? g_steal_pointer(&o) : NULL;
}

void idiom_train_options_free(IdiomTrainOptions *o)
{
    if (!o)
        return;
    g_free(o->style);
    g_strfreev(o->references);
    g_free(o->reference_weights);
    g_strfreev(o->content);
    g_strfreev(o->features);
    g_free(o->size);
    g_free(o->device);
    g_free(o->preview);
    g_free(o->out);
    g_free(o->command);
    g_free(o);
}

/* --- what they are -------------------------------------------------------------------------------- */

/* Numbers are written so that equal texts mean equal numbers, whatever the locale. */
static char *number(double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return g_strdup(g_ascii_formatd(text, sizeof text, "%.12g", value));
}

GHashTable *idiom_train_options_describe(const IdiomTrainOptions *o)
{
    GHashTable *map = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GString) style = g_string_new(o->style);
    for (guint i = 0; o->references[i]; i++) {
        g_autofree char *weight = number(o->reference_weights[i]);
        g_string_append_printf(style, "%c%s:%s", i ? ',' : '=', o->references[i], weight);
    }
    g_hash_table_insert(map, g_strdup("style"), g_string_free(g_steal_pointer(&style), FALSE));
    g_hash_table_insert(map, g_strdup("content"), g_strjoinv(" ", o->content));
    g_hash_table_insert(map, g_strdup("features"), g_strjoinv(" ", o->features));
    g_hash_table_insert(map, g_strdup("size"), g_strdup(o->size));
    g_hash_table_insert(map, g_strdup("steps"), g_strdup_printf("%d", o->steps));
    g_hash_table_insert(map, g_strdup("batch"), g_strdup_printf("%d", o->batch));
    g_hash_table_insert(map, g_strdup("crop"), g_strdup_printf("%d", o->crop));
    g_hash_table_insert(map, g_strdup("lr"), number(o->learning_rate));
    g_hash_table_insert(map, g_strdup("seed"), g_strdup_printf("%" G_GINT64_FORMAT, o->seed));
    for (guint i = 0; i < IDIOM_N_TERMS; i++)
        g_hash_table_insert(map, g_strdup(terms[i].option), number(o->weights[i]));
    return map;
}

char *idiom_train_options_beside(const IdiomTrainOptions *o, const char *suffix)
{
    g_autofree char *stem = g_strndup(o->out, strlen(o->out) - strlen(EXTENSION));
    return g_strconcat(stem, suffix, NULL);
}
