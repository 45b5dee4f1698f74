/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train any: teaches a style file of several styles to read a style off any picture, or has one do it. */
#include "data/files.h"
#include "data/pairs.h"
#include "data/random.h"
#include "judge/painter.h"
#include "reader/learn.h"
#include "tool/command.h"
#include "tool/console.h"
#include "tool/rewrite.h"

#include <string.h>

#define PICTURES 40    /* of each style at most */
#define VIEWS 2        /* of each picture, at sizes of their own */
#define SMALLEST 0.45  /* of a view's sides, of the picture's */
#define PHOTOS 24      /* that colours are measured on */
#define PHOTO_SIDE 240 /* shorter side of those at most, in pixels */

typedef struct {
    char *style, *looks, *out, *device, **content, **freeze;
} Options;

static void options_clear(Options *o)
{
    g_free(o->style);
    g_free(o->looks);
    g_free(o->out);
    g_free(o->device);
    g_strfreev(o->content);
    g_strfreev(o->freeze);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* --- learning to read ------------------------------------------------------------------------------- */

static Picture *choose_view(const Picture *picture, Random *random)
{
    const double share = SMALLEST + (1 - SMALLEST) * random_unit(random);
    const guint w = (guint)(picture->w * share), h = (guint)(picture->h * share);
    return picture_crop(picture, random_below(random, picture->w - w + 1),
                        random_below(random, picture->h - h + 1), w, h);
}

static gboolean add_views(IdiomDescriber *describer, Examples *examples, const Picture *picture, guint style,
                          GError **error)
{
    float features[IDIOM_READER_FEATURES];
    Random random = random_stream(1, style, examples->styles->len);
    for (guint view = 0; view < VIEWS; view++) {
        g_autoptr(Picture) part = choose_view(picture, &random);
        const IdiomReference reference = picture_reference(part, 1);
        if (!idiom_describer_run(describer, &reference, features, error))
            return FALSE;
        examples_add(examples, features, style);
    }
    return TRUE;
}

/* The pictures of each style, as many of each; a style without a folder of its own is never read. */
static gboolean gather(const Options *o, IdiomDevice *device, const char *const *names, Examples *examples,
                       GError **error)
{
    g_autoptr(IdiomDescriber) describer = idiom_describer_new(device);
    for (guint style = 0; names[style]; style++) {
        g_autofree char *folder = g_build_filename(o->looks, names[style], NULL);
        if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
            say("%s: no such folder, so %s is not read", folder, names[style]);
            continue;
        }
        g_autoptr(Pairs) pairs = pairs_open(folder, error);
        g_autoptr(GPtrArray) pictures = pairs ? pairs_pictures(pairs, PICTURES) : NULL;
        if (!pairs)
            return FALSE;
        for (guint i = 0; i < pictures->len; i++) {
            say_progress("%s: picture %u/%u", names[style], i + 1, pictures->len);
            if (!add_views(describer, examples, pictures->pdata[i], style, error))
                return FALSE;
        }
    }
    return TRUE;
}

/* --- what colours the styles paint in ---------------------------------------------------------------- */

static gboolean add_colours(IdiomDevice *device, const IdiomStyle *style, IdiomParams *params,
                            const char *photo, float share, float *colours, GError **error)
{
    g_autoptr(Picture) picture = picture_load(photo, 0.5, 0, PHOTO_SIDE, error);
    g_autoptr(Painter) painter =
        picture ? painter_of_style(device, style, params, 0, picture->w, picture->h, error) : NULL;
    for (guint s = 0; painter && s < idiom_style_config(style)->styles; s++) {
        float row[IDIOM_GENERATOR_MAX_STYLES] = {0}, values[IDIOM_READER_COLOUR_VALUES];
        row[s] = 1;
        painter_set_mix(painter, row);
        g_autoptr(Picture) painted = painter_run(painter, picture, error);
        if (!painted)
            return FALSE;
        const IdiomReference reference = picture_reference(painted, 1);
        idiom_reader_colours(&reference, values);
        for (guint i = 0; i < IDIOM_READER_COLOUR_VALUES; i++)
            colours[s * IDIOM_READER_COLOUR_VALUES + i] += share * values[i];
    }
    return painter != NULL;
}

static gboolean measure_colours(const Options *o, IdiomDevice *device, const IdiomStyle *style,
                                float *colours, GError **error)
{
    g_autoptr(GPtrArray) photos = files_collect((const char *const *)o->content, error);
    g_autoptr(IdiomParams) params = idiom_style_params(style, device);
    const guint count = photos ? MIN(photos->len, PHOTOS) : 0;
    for (guint i = 0; i < count; i++) {
        say_progress("photo %u/%u", i + 1, count);
        if (!add_colours(device, style, params, photos->pdata[(gsize)i * photos->len / count],
                         1 / (float)count, colours, error))
            return FALSE;
    }
    return photos != NULL;
}

static gboolean learn(const Options *o, IdiomDevice *device, const IdiomStyle *style, const char *path,
                      GError **error)
{
    const guint styles = idiom_style_config(style)->styles;
    g_autofree float *weight = g_new(float, (gsize)styles *IDIOM_READER_FEATURES);
    g_autofree float *bias = g_new(float, styles);
    g_autofree float *colours = g_new0(float, styles *IDIOM_READER_COLOUR_VALUES);
    g_auto(Examples) examples;
    examples_init(&examples);
    if (!gather(o, device, idiom_style_names(style), &examples, error) ||
        !measure_colours(o, device, style, colours, error))
        return FALSE;
    const double right = examples_learn(&examples, styles, weight, bias);
    say("%u views of pictures; of those left out %.0f %% are told right", examples.styles->len, 100 * right);
    const IdiomTensorData tensors[] = {
        {IDIOM_READER_WEIGHT, 4, {styles, IDIOM_READER_FEATURES, 1, 1}, weight},
        {IDIOM_READER_BIAS, 4, {1, styles, 1, 1}, bias},
        {IDIOM_READER_COLOURS, 4, {styles, IDIOM_READER_COLOUR_VALUES, 1, 1}, colours},
    };
    return rewrite_style(path, o->out, tensors, G_N_ELEMENTS(tensors),
                         (const char *const[]){"reader", "1", NULL}, error);
}

/* --- reading ---------------------------------------------------------------------------------------- */

/* A style's name: that of the first picture, without folder and ending. */
static char *name_of(const char *path)
{
    g_autofree char *name = g_path_get_basename(path);
    char *dot = strrchr(name, '.');
    if (dot && dot != name)
        *dot = '\0';
    return g_strcanon(g_steal_pointer(&name), G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.", '-');
}

static gboolean freeze(const Options *o, IdiomDevice *device, const IdiomStyle *style, GError **error)
{
    g_autoptr(GArray) references = g_array_new(FALSE, FALSE, sizeof(IdiomReference));
    g_autoptr(GPtrArray) pictures = g_ptr_array_new_with_free_func((GDestroyNotify)picture_free);
    for (guint i = 0; o->freeze[i]; i++) {
        Picture *picture = picture_load(o->freeze[i], 0.5, 0, 1024, error);
        if (!picture)
            return FALSE;
        g_ptr_array_add(pictures, picture);
        const IdiomReference reference = picture_reference(picture, 1);
        g_array_append_val(references, reference);
    }
    g_autofree char *name = name_of(o->freeze[0]);
    g_autoptr(IdiomStyle) one = idiom_style_read(
        style, device, (const IdiomReference *)(gpointer)references->data, references->len, name, error);
    if (!one) {
        g_autofree char *files = g_strjoinv(", ", o->freeze);
        g_prefix_error(error, "%s: ", files);
        return FALSE;
    }
    g_autoptr(IdiomParams) params = idiom_style_params(one, device);
    return idiom_style_save(o->out, idiom_style_config(one), idiom_style_names(one), params, NULL,
                            idiom_style_metadata(one), error);
}

static gboolean check(const Options *o, GError **error)
{
    const char *problem = !o->out ? "--out STYLE.safetensors is needed"
                          : o->freeze && (o->looks || o->content)
                              ? "--freeze reads; --looks and --content are for learning to"
                          : !o->freeze && (!o->looks || !o->content)
                              ? "--looks FOLDER and --content PHOTOS are needed, or --freeze PICTURE"
                              : NULL;
    if (problem)
        g_set_error_literal(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, problem);
    return !problem;
}

gboolean command_any(char **argv, GError **error)
{
    g_auto(Options) o = {0};
    g_auto(GStrv) words = NULL;
    const GOptionEntry entries[] = {
        {"freeze", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.freeze,
         "Write an ordinary style file with the manner and colours of this picture (repeat: of all of them)",
         "PICTURE"},
        {"style", 0, 0, G_OPTION_ARG_STRING, &o.style,
         "Style file that reads (" IDIOM_STYLE_ANY "), or with --looks: that is to learn it", "STYLE"},
        {"looks", 0, 0, G_OPTION_ARG_FILENAME, &o.looks,
         "Folder with a folder of pictures for each style that is to be read, under its name", "FOLDER"},
        {"content", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.content,
         "Photos to measure the styles' colours on (repeat)", "PATH"},
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out, "Style file to write", "FILE"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &o.device, "Vulkan device, by number or part of its name",
         "DEVICE"},
        {NULL},
    };
    if (!command_parse(argv, "- make a style of any picture, at once; or teach a style file to", entries, 0,
                       0, &words, error) ||
        !check(&o, error))
        return FALSE;
    g_autofree char *path = idiom_style_find(o.style ? o.style : IDIOM_STYLE_ANY, error);
    g_autoptr(IdiomStyle) style = path ? idiom_style_load(path, error) : NULL;
    if (style && idiom_style_network(style)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "%s: an imported network, not a generator",
                    path);
        return FALSE;
    }
    g_autoptr(IdiomDevice) device = style ? idiom_device_open(o.device, error) : NULL;
    if (!device)
        return FALSE;
    return o.freeze ? freeze(&o, device, style, error) : learn(&o, device, style, path, error);
}
