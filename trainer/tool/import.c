/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train import: makes a style file of an ONNX file, or one that finds masks of a TensorFlow Lite file. */
#include "tool/command.h"
#include "tool/cost.h"
#ifdef IDIOM_WITH_TFLITE
#include "tflite/tflite.h"
#endif

#include <idiom/renderer.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    char *out, *input, *output, *channels, *name, *licence, *attribution, *device;
} Options;

static void options_clear(Options *o)
{
    char *const all[] = {o->out,  o->input,   o->output,      o->channels,
                         o->name, o->licence, o->attribution, o->device};
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        g_free(all[i]);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* What was asked for, over what is guessed. */
static gboolean set_ranges(IdiomNetwork *network, const Options *o, IdiomDevice *device, GError **error)
{
    IdiomNetworkRanges ranges;
    if (!idiom_network_find_ranges(network, device, &ranges, error) ||
        (o->input && !idiom_range_parse(o->input, &ranges.input, error)) ||
        (o->output && !idiom_range_parse(o->output, &ranges.output, error)))
        return FALSE;
    if (o->channels && !g_str_equal(o->channels, "rgb") && !g_str_equal(o->channels, "bgr")) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--channels: '%.32s' is neither rgb nor bgr",
                    o->channels);
        return FALSE;
    }
    if (o->channels)
        ranges.bgr = g_str_equal(o->channels, "bgr");
    g_autofree char *in = idiom_range_text(&ranges.input), *out = idiom_range_text(&ranges.output);
    printf("input %s (%s), output %s (%s), %s (%s)\n", in, o->input ? "given" : "guessed", out,
           o->output ? "given" : "guessed", ranges.bgr ? "bgr" : "rgb", o->channels ? "given" : "guessed");
    idiom_network_set_ranges(network, &ranges);
    return TRUE;
}

static gboolean save(const IdiomNetwork *network, const char *name, const Options *o, GError **error)
{
    g_autoptr(GHashTable) fields = g_hash_table_new(g_str_hash, g_str_equal);
    if (o->licence)
        g_hash_table_insert(fields, "licence", o->licence);
    if (o->attribution)
        g_hash_table_insert(fields, "attribution", o->attribution);
    return idiom_network_save(network, o->out, o->name ? o->name : name, fields, error);
}

static gboolean import_mask(const char *path, const Options *o, GError **error)
{
#ifdef IDIOM_WITH_TFLITE
    guint w, h;
    g_autoptr(IdiomNetwork) network = tflite_load(path, error);
    if (!network || !save(network, IDIOM_PEOPLE_DEFAULT, o, error))
        return FALSE;
    idiom_network_size(network, &w, &h);
    g_autofree char *operators = idiom_network_operators(network);
    printf("a mask of a picture of %ux%u, %zu parameters\n%s\n", w, h, idiom_network_parameters(network),
           operators);
    return TRUE;
#else
    (void)o;
    g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT,
                "%s: this build of idiom reads no TensorFlow Lite files", path);
    return FALSE;
#endif
}

gboolean command_import(char **argv, GError **error)
{
    g_auto(Options) o = {0};
    g_auto(GStrv) words = NULL;
    const GOptionEntry entries[] = {
        {"out", 0, 0, G_OPTION_ARG_FILENAME, &o.out, "Style file to write", "FILE"},
        {"input-range", 0, 0, G_OPTION_ARG_STRING, &o.input,
         "Numbers that the network takes: 0..255, 0..1, -1..1, imagenet, 'mean R,G,B std R,G,B' (default: "
         "guessed)",
         "RANGE"},
        {"output-range", 0, 0, G_OPTION_ARG_STRING, &o.output, "Numbers that it makes (default: guessed)",
         "RANGE"},
        {"channels", 0, 0, G_OPTION_ARG_STRING, &o.channels, "Order of its colours: rgb (the default) or bgr",
         "ORDER"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &o.name, "Name of the style (default: of the file)", "NAME"},
        {"licence", 0, 0, G_OPTION_ARG_STRING, &o.licence, "Licence to be kept in the file", "TEXT"},
        {"attribution", 0, 0, G_OPTION_ARG_STRING, &o.attribution, "Author and source to be kept in the file",
         "TEXT"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &o.device, "Vulkan device, by number or part of its name",
         "DEVICE"},
        {NULL},
    };
    if (!command_parse(argv,
                       "MODEL.onnx|MODEL.tflite - make a style file of a network of other people, or a file "
                       "that finds masks",
                       entries, 1, 1, &words, error))
        return FALSE;
    if (!o.out) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--out STYLE.safetensors is needed");
        return FALSE;
    }
    if (g_str_has_suffix(words[0], ".tflite"))
        return import_mask(words[0], &o, error);
    g_autoptr(IdiomStyle) style = command_load_style(words[0], error);
    IdiomNetwork *network = style ? (IdiomNetwork *)idiom_style_network(style) : NULL;
    if (style && !network)
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "%s: not an ONNX file", words[0]);
    g_autoptr(IdiomDevice) device = network ? idiom_device_open(o.device, error) : NULL;
    return device && set_ranges(network, &o, device, error) &&
           save(network, idiom_style_names(style)[0], &o, error) && cost_print(style, device, error);
}
