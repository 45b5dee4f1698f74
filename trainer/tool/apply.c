/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train apply: paints a picture with a style. */
#include "tool/command.h"
#include "judge/painter.h"

/* @photo, painted with @weights of the styles of @style, whose parameters are @params. */
static Picture *paint(IdiomDevice *device, const IdiomStyle *style, IdiomParams *params, const float *weights,
                      const Picture *photo, GError **error)
{
    g_autoptr(Painter) painter = painter_of_style(device, style, params, 0, photo->w, photo->h, error);
    if (!painter)
        return NULL;
    painter_set_mix(painter, weights);
    return painter_run(painter, photo, error);
}

gboolean command_apply(char **argv, GError **error)
{
    g_autofree char *style_name = NULL, *mix = NULL, *device_name = NULL;
    g_auto(GStrv) words = NULL;
    int side = 0;
    const GOptionEntry entries[] = {
        {"style", 0, 0, G_OPTION_ARG_STRING, &style_name, "Style file, or name of an installed style",
         "STYLE"},
        {"mix", 0, 0, G_OPTION_ARG_STRING, &mix, "How much of each style of the file (default: the first)",
         "NAME:WEIGHT,..."},
        {"side", 0, 0, G_OPTION_ARG_INT, &side, "Scale the picture to this shorter side first", "PIXELS"},
        {"device", 0, 0, G_OPTION_ARG_STRING, &device_name, "Vulkan device, by number or part of its name",
         "DEVICE"},
        {NULL},
    };
    if (!command_parse(argv, "IN OUT.png - paint a picture", entries, 2, 2, &words, error))
        return FALSE;
    if (side < 0 || side > PICTURE_MAX_SIDE) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "--side: %d is not between 0 (as it is) and %d",
                    side, PICTURE_MAX_SIDE);
        return FALSE;
    }
    g_autoptr(IdiomStyle) style = command_load_style(style_name, error);
    float weights[IDIOM_GENERATOR_MAX_STYLES];
    if (!style || !idiom_style_parse_mix(style, mix, weights, error))
        return FALSE;
    g_autoptr(Picture) photo = picture_load(words[0], 0.5, (guint)side, (guint)side, error);
    g_autoptr(IdiomDevice) device = photo ? idiom_device_open(device_name, error) : NULL;
    g_autoptr(IdiomParams) params = device ? idiom_style_params(style, device) : NULL;
    g_autoptr(Picture) picture = params ? paint(device, style, params, weights, photo, error) : NULL;
    return picture && picture_write_png(picture, words[1], error);
}
