/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tool/options.h"

#include "loss/losses.h"
#include "data/references.h"

#include <idiom-unstable/generator.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#define EXTENSION ".safetensors"
#define MAX_NAME 64
#define STEPS 1800
#define NO_STEPS G_MININT /* were given */
#define UNSET (-1)        /* a weight that depends on other options */

/* Weights by default, of a training without a teacher. */
static const struct {
    const char *name, *option, *help;
    const double *weight;
} terms[] = {
    [TERM_STYLE] = {"style", "style-weight", "Gram matrices as the style's pictures have",
                    &loss_defaults.style},
    [TERM_CONTENT] = {"content", "content-weight", "features as the photo (the teacher's picture) has",
                      &loss_defaults.content},
    [TERM_PIXEL] = {"pixel", "pixel-weight", "pixels as the teacher's", &(const double){0}},
    [TERM_LUMA] = {"luma", "luma-weight", "light and dark where the photo has them", &loss_defaults.luma},
    [TERM_PALETTE] = {"palette", "palette-weight", "colours as many as the style (the teacher's picture) has",
                      &(const double){0}},
    [TERM_EDGES] = {"edges", "edges-weight", "gradients where the photo has them", &(const double){0.2}},
    [TERM_STROKES] = {"strokes", "strokes-weight", "gradient statistics as the style has",
                      &(const double){0.2}},
    [TERM_LINE] = {"line", "line-weight", "contours drawn as dark lines", &(const double){0}},
    [TERM_LEGIBILITY] = {"legibility", "legibility-weight", "text stays readable", &(const double){40}},
    [TERM_FACES] = {"faces", "faces-weight", "detail stays where skin is, by its colour", &(const double){0}},
    [TERM_CHROMA] = {"chroma", "chroma-weight", "hues change only where the photo's colours do",
                     &(const double){0}},
    [TERM_TV] = {"tv", "tv-weight", "total variation: smooth areas", &loss_defaults.tv},
    [TERM_HF] = {"hf", "hf-weight", "second differences: no hatching", &loss_defaults.hf},
    [TERM_TEMPORAL] = {"temporal", "temporal-weight", "steady when the picture moves",
                       &loss_defaults.temporal},
    [TERM_ADVERSARIAL] = {"adversarial", "adversarial-weight", "strokes that a discriminator accepts",
                          &(const double){1}},
    [TERM_MATCHING] = {"matching", "matching-weight", "what the discriminator sees, as in the style",
                       &(const double){UNSET}},
};

const char *term_name(Term term)
{
    return terms[term].name;
}

gboolean term_needs_discriminator(Term term)
{
    return term == TERM_ADVERSARIAL || term == TERM_MATCHING;
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

gboolean train_options_check_name(const char *option, const char *name, GError **error)
{
    if (!*name || strlen(name) > MAX_NAME)
        return reject(error, "--%s: the name '%s' does not have 1 to %d letters", option, name, MAX_NAME);
    for (const char *c = name; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr("-_.", *c))
            return reject(error, "--%s: the name '%s' may have only letters, digits, '-', '_' and '.'",
                          option, name);
    return TRUE;
}

/* NAME=FILE[:WEIGHT][,FILE[:WEIGHT]...] */
static gboolean parse_style(TrainStyle *style, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || equals - text > MAX_NAME || !equals[1])
        return reject(
            error,
            "--style: '%s' is not NAME=FILE[:WEIGHT][,FILE[:WEIGHT]...] with a name of 1 to %d letters", text,
            MAX_NAME);
    style->name = g_strndup(text, (gsize)(equals - text));
    return train_options_check_name("style", style->name, error) &&
           parse_references(equals + 1, &style->references, &style->weights, error);
}

static gboolean parse_styles(TrainOptions *o, GError **error)
{
    char **styles = o->style_texts;
    guint n = styles ? g_strv_length(styles) : 0;
    if (n > IDIOM_GENERATOR_MAX_STYLES)
        return reject(error, "--style: given %u times, at most %d styles fit into one model", n,
                      IDIOM_GENERATOR_MAX_STYLES);
    o->styles = g_new0(TrainStyle, n);
    for (; o->n_styles < n; o->n_styles++) {
        if (!parse_style(&o->styles[o->n_styles], styles[o->n_styles], error)) {
            o->n_styles++; /* so that its parts are freed, too */
            return FALSE;
        }
        for (guint i = 0; i < o->n_styles; i++)
            if (g_str_equal(o->styles[i].name, o->styles[o->n_styles].name)) {
                o->n_styles++;
                return reject(error, "--style: the name '%s' is given twice", o->styles[i].name);
            }
    }
    return TRUE;
}

static gboolean check_adam(const char *options[3], const AdamOptions *adam, GError **error)
{
    if (!(adam->rate > 0 && adam->rate <= 1))
        return reject(error, "--%s: %g is not above 0 and at most 1", options[0], adam->rate);
    const double betas[] = {adam->beta1, adam->beta2};
    for (guint i = 0; i < 2; i++)
        if (!(betas[i] >= 0 && betas[i] < 1))
            return reject(error, "--%s: %g is not between 0 and 1, 1 excluded", options[1 + i], betas[i]);
    return TRUE;
}

static gboolean check(TrainOptions *o, const char *gan, GError **error)
{
    if (!parse_styles(o, error))
        return FALSE;
    if (!o->content)
        return reject(error,
                      "--content PATH is needed: photos or videos, or folders of them, to practise on");
    if (!o->out || !g_str_has_suffix(o->out, EXTENSION))
        return reject(error, "--out FILE is needed: the style file to write, its name ending in " EXTENSION);
    g_autofree char *folder = g_path_get_dirname(o->out);
    if (!g_file_test(folder, G_FILE_TEST_IS_DIR) || g_access(folder, W_OK) != 0)
        return reject(error, "--out: the folder %s does not exist or cannot be written to", folder);
    if (o->minutes > 0 && o->steps != NO_STEPS)
        return reject(error, "--minutes: the time decides how many steps there are; leave --steps out");
    if (!(o->minutes >= 0 && o->minutes <= 1e6))
        return reject(error, "--minutes: %g is not between 0 (as many steps as are given) and 1e6",
                      o->minutes);
    if (o->steps == NO_STEPS)
        o->steps = STEPS;
    if (!check_range("steps", o->steps, 1, 100000000, error) ||
        !check_range("batch", o->batch, 1, 256, error) || !check_range("crop", o->crop, 32, 2048, error) ||
        !check_range("seed", o->seed, 0, G_MAXUINT32, error) ||
        !check_range("checkpoint-every", o->checkpoint_every, 1, 100000000, error))
        return FALSE;
    if (o->crop % 8)
        return reject(error, "--crop: %d is not a multiple of 8", o->crop);
    if (!check_adam((const char *[]){"lr", "beta1", "beta2"}, &o->generator_adam, error) ||
        !check_adam((const char *[]){"d-lr", "d-beta1", "d-beta2"}, &o->discriminator_adam, error))
        return FALSE;
    if (gan && !gan_from_name(gan, &o->gan))
        return reject(error, "--gan: '%s' is not hinge, bce or lsgan", gan);
    if (!(o->average >= 0 && o->average < 1))
        return reject(error, "--average: %g is not between 0 (none) and 1, 1 excluded", o->average);
    if (!(o->captions >= 0 && o->captions <= 1))
        return reject(error, "--captions: %g is not between 0 and 1", o->captions);
    if (o->weights[TERM_MATCHING] == UNSET) /* part of the built-in features */
        o->weights[TERM_MATCHING] = o->features ? 0 : 1;
    for (guint i = 0; i < N_TERMS; i++)
        if (!(o->weights[i] >= 0 && o->weights[i] <= 1e9))
            return reject(error, "--%s: %g is not between 0 (term left out) and 1e9", terms[i].option,
                          o->weights[i]);
    return TRUE;
}

/* As a shell takes it. */
static char *quote_command(char *const *argv)
{
    GString *command = g_string_new("idiom-train");
    for (; *argv; argv++) {
        const gboolean plain =
            **argv && !(*argv)[strspn(*argv, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789-_=.,:/+@%")];
        g_autofree char *quoted = plain ? g_strdup(*argv) : g_shell_quote(*argv);
        g_string_append_printf(command, " %s", quoted);
    }
    return g_string_free(command, FALSE);
}

/* --- reading -------------------------------------------------------------------------------------- */

TrainOptions *train_options_new(char **argv)
{
    TrainOptions *o = g_new0(TrainOptions, 1);
    o->steps = NO_STEPS;
    o->batch = 2;
    o->crop = 192;
    o->generator_adam = (AdamOptions){2e-3, 0.9, 0.99};
    o->discriminator_adam = (AdamOptions){4e-4, 0.5, 0.99};
    o->average = 0.99;
    o->captions = 0.5;
    o->seed = 1;
    o->checkpoint_every = 100;
    o->command = quote_command(argv);
    for (guint i = 0; i < N_TERMS; i++)
        o->weights[i] = *terms[i].weight;
    return o;
}

gboolean train_options_parse(TrainOptions *o, char **argv, const char *usage, const GOptionEntry *own,
                             GError **error)
{
    g_autofree char *gan = NULL;
    g_autofree char *crop_help = g_strdup_printf("Their size, a multiple of 8 (%d)", o->crop);
    g_autofree char *captions_help = g_strdup_printf("Share of them with text drawn in (%g)", o->captions);
    const GOptionEntry entries[] = {
        {"content", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->content,
         "Photos, videos, folders to practise on (repeat)", "PATH"},
        {"features", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->features,
         "VGG/SqueezeNet safetensors (repeat; built-in features)", "FILE"},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o->out, "Style file to write; the rest lies beside it", "FILE"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &o->size,
         "Of the network: 1.8, 3.6 or 14.8 GFLOP for 640x360 (small)", "nano|small|base"},
        {"noise", 0, 0, G_OPTION_ARG_NONE, &o->noise,
         "It sees noise beside the picture, which moves with the scene: strokes where there is nothing",
         NULL},
        {"init", 0, 0, G_OPTION_ARG_FILENAME, &o->init,
         "Style of that size to start from, or none (the nearest that is installed)", "STYLE"},
        {"steps", 0, 0, G_OPTION_ARG_INT, &o->steps, "Length of the training (1800)", "N"},
        {"minutes", 0, 0, G_OPTION_ARG_DOUBLE, &o->minutes,
         "The same as time: as many steps as fit, once shaders are compiled", "N"},
        {"batch", 0, 0, G_OPTION_ARG_INT, &o->batch, "Pictures in a step (2)", "N"},
        {"crop", 0, 0, G_OPTION_ARG_INT, &o->crop, crop_help, "PIXELS"},
        {"captions", 0, 0, G_OPTION_ARG_DOUBLE, &o->captions, captions_help, "0..1"},
        {"average", 0, 0, G_OPTION_ARG_DOUBLE, &o->average, "Decay of the weights' moving average (0.99)",
         "0..1"},
        {"seed", 0, 0, G_OPTION_ARG_INT64, &o->seed, "Of all random numbers (1)", "N"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &o->device, "Vulkan device, by number or part of its name",
         "DEVICE"},
        {"checkpoint-every", 0, 0, G_OPTION_ARG_INT, &o->checkpoint_every, "Steps between checkpoints (100)",
         "N"},
        {"resume", 0, 0, G_OPTION_ARG_NONE, &o->resume, "Go on from the checkpoint beside --out", NULL},
        {"preview", 0, 0, G_OPTION_ARG_FILENAME, &o->preview,
         "Folder for sample pictures at every checkpoint", "DIR"},
        {"attribution", 0, 0, G_OPTION_ARG_STRING, &o->attribution, "Who made the references", "TEXT"},
        {"licence", 0, 0, G_OPTION_ARG_STRING, &o->licence, "Of the style file", "TEXT"},
        {NULL},
    };
    const GOptionEntry adam_entries[] = {
        {"lr", 0, 0, G_OPTION_ARG_DOUBLE, &o->generator_adam.rate, "Generator: learning rate (0.002)",
         "RATE"},
        {"beta1", 0, 0, G_OPTION_ARG_DOUBLE, &o->generator_adam.beta1, "Generator: Adam's beta1 (0.9)", "B"},
        {"beta2", 0, 0, G_OPTION_ARG_DOUBLE, &o->generator_adam.beta2, "Generator: Adam's beta2 (0.99)", "B"},
        {"gan", 0, 0, G_OPTION_ARG_STRING, &gan, "Kind of adversarial loss (hinge)", "hinge|bce|lsgan"},
        {"d-lr", 0, 0, G_OPTION_ARG_DOUBLE, &o->discriminator_adam.rate,
         "Discriminator: learning rate (0.0004)", "RATE"},
        {"d-beta1", 0, 0, G_OPTION_ARG_DOUBLE, &o->discriminator_adam.beta1,
         "Discriminator: Adam's beta1 (0.5)", "B"},
        {"d-beta2", 0, 0, G_OPTION_ARG_DOUBLE, &o->discriminator_adam.beta2,
         "Discriminator: Adam's beta2 (0.99)", "B"},
        {NULL},
    };
    GOptionEntry term_entries[N_TERMS + 1] = {0};
    g_autoptr(GPtrArray) helps = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < N_TERMS; i++) {
        g_ptr_array_add(helps, o->weights[i] == UNSET
                                   ? g_strdup_printf("%s (0; 1 with built-in features)", terms[i].help)
                                   : g_strdup_printf("%s (%g)", terms[i].help, o->weights[i]));
        term_entries[i] =
            (GOptionEntry){terms[i].option, 0, 0, G_OPTION_ARG_DOUBLE, &o->weights[i], helps->pdata[i], "W"};
    }

    g_autoptr(GOptionContext) context = g_option_context_new(usage);
    g_option_context_add_main_entries(context, own, NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    GOptionGroup *losses = g_option_group_new(
        "losses", "Weights of the losses; 0 leaves one out:", "Show weights of the losses", NULL, NULL);
    g_option_group_add_entries(losses, term_entries);
    g_option_context_add_group(context, losses);
    GOptionGroup *adam = g_option_group_new(
        "adam", "How the two networks learn:", "Show how the two networks learn", NULL, NULL);
    g_option_group_add_entries(adam, adam_entries);
    g_option_context_add_group(context, adam);
    g_auto(GStrv) args = g_strdupv(argv);
    if (!g_option_context_parse_strv(context, &args, error))
        return FALSE;
    if (args[0] && args[1])
        return reject(error, "%s: '%s' is not an option; see idiom-train %s --help", argv[0], args[1],
                      argv[0]);
    if (!o->size)
        o->size = g_strdup("small");
    return check(o, gan, error);
}

void train_options_free(TrainOptions *o)
{
    if (!o)
        return;
    for (guint i = 0; i < o->n_styles; i++) {
        g_free(o->styles[i].name);
        g_strfreev(o->styles[i].references);
        g_free(o->styles[i].weights);
    }
    g_free(o->styles);
    g_strfreev(o->style_texts);
    g_free(o->teacher);
    g_free(o->name);
    g_free(o->init);
    g_strfreev(o->content);
    g_strfreev(o->features);
    g_free(o->size);
    g_free(o->device);
    g_free(o->preview);
    g_free(o->attribution);
    g_free(o->licence);
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

static char *describe_style(const TrainStyle *style)
{
    GString *text = g_string_new(style->name);
    for (guint i = 0; style->references[i]; i++) {
        g_autofree char *weight = number(style->weights[i]);
        g_string_append_printf(text, "%c%s:%s", i ? ',' : '=', style->references[i], weight);
    }
    return g_string_free(text, FALSE);
}

GHashTable *train_options_describe(const TrainOptions *o)
{
    GHashTable *map = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(GPtrArray) styles = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < o->n_styles; i++)
        g_ptr_array_add(styles, describe_style(&o->styles[i]));
    g_ptr_array_add(styles, NULL);
    const struct {
        const char *option;
        char *value; /* NULL: not given */
    } values[] = {
        {"style", o->n_styles ? g_strjoinv(" ", (char **)styles->pdata) : NULL},
        {"teacher", g_strdup(o->teacher)},
        {"name", g_strdup(o->name)},
        {"init", g_strdup(o->init)},
        {"content", g_strjoinv(" ", o->content)},
        {"features", o->features ? g_strjoinv(" ", o->features) : g_strdup("built-in")},
        {"size", g_strdup(o->size)},
        {"noise", o->noise ? g_strdup_printf("%d", IDIOM_NOISE_CHANNELS) : NULL},
        {"steps", o->minutes > 0 ? NULL : g_strdup_printf("%d", o->steps)},
        {"minutes", o->minutes > 0 ? number(o->minutes) : NULL},
        {"batch", g_strdup_printf("%d", o->batch)},
        {"crop", g_strdup_printf("%d", o->crop)},
        {"captions", number(o->captions)},
        {"average", number(o->average)},
        {"seed", g_strdup_printf("%" G_GINT64_FORMAT, o->seed)},
        {"lr", number(o->generator_adam.rate)},
        {"beta1", number(o->generator_adam.beta1)},
        {"beta2", number(o->generator_adam.beta2)},
        {"gan", g_strdup(gan_name(o->gan))},
        {"d-lr", number(o->discriminator_adam.rate)},
        {"d-beta1", number(o->discriminator_adam.beta1)},
        {"d-beta2", number(o->discriminator_adam.beta2)},
    };
    for (guint i = 0; i < G_N_ELEMENTS(values); i++)
        if (values[i].value)
            g_hash_table_insert(map, g_strdup(values[i].option), values[i].value);
    for (guint i = 0; i < N_TERMS; i++)
        g_hash_table_insert(map, g_strdup(terms[i].option), number(o->weights[i]));
    return map;
}

char *train_options_beside(const TrainOptions *o, const char *suffix)
{
    g_autofree char *stem = g_strndup(o->out, strlen(o->out) - strlen(EXTENSION));
    return g_strconcat(stem, suffix, NULL);
}
