/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge/painter.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <string.h>

struct Painter {
    IdiomProgram *program;
    float *input, *output;
    float *mix; /* NULL where there is one style */
    guint styles;
    float *noise; /* NULL where the generator sees none */
    guint cells_w, cells_h;
};

/* What paints: a generator, or what is in a style file. */
typedef struct {
    const IdiomGeneratorConfig *config;
    const IdiomStyle *style; /* NULL: a generator of @config */
    IdiomParams *params;
} Network;

static IdiomTensor *build(const Network *n, IdiomGraph *g, IdiomTensor *picture, IdiomTensor *noise,
                          IdiomTensor *mix)
{
    return n->style ? idiom_style_build(n->style, g, n->params, picture, noise, mix, NULL)
                    : idiom_generator_build(g, n->params, n->config, picture, noise, mix, NULL, FALSE);
}

static Painter *make(IdiomDevice *device, const Network *network, guint style, guint w, guint h,
                     GError **error)
{
    const guint styles = network->config->styles;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, h, w));
    IdiomTensor *mix =
        styles > 1 ? idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, styles, 1, 1)) : NULL;
    const guint cells_w = (w + IDIOM_NOISE_CELL - 1) / IDIOM_NOISE_CELL;
    const guint cells_h = (h + IDIOM_NOISE_CELL - 1) / IDIOM_NOISE_CELL;
    IdiomTensor *noise =
        network->config->noise
            ? idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, IDIOM_NOISE_CHANNELS, cells_h, cells_w))
            : NULL;
    IdiomTensor *output = idiom_to_flat(
        g, build(network, g, idiom_to_planes(g, input), noise ? idiom_to_planes(g, noise) : NULL, mix));
    IdiomProgram *program = idiom_program_new(g, &output, 1, error);
    if (!program)
        return NULL;
    Painter *painter = g_new(Painter, 1);
    *painter = (Painter){
        .program = program,
        .input = idiom_program_map(program, input),
        .output = idiom_program_map(program, output),
        .mix = mix ? idiom_program_map(program, mix) : NULL,
        .styles = styles,
        .noise = noise ? idiom_program_map(program, noise) : NULL,
        .cells_w = cells_w,
        .cells_h = cells_h,
    };
    painter_set_place(painter, 0, 0);
    float row[IDIOM_GENERATOR_MAX_STYLES] = {0};
    row[style] = 1;
    painter_set_mix(painter, row);
    return painter;
}

Painter *painter_new(IdiomDevice *device, const IdiomGeneratorConfig *config, IdiomParams *params,
                     guint style, guint w, guint h, GError **error)
{
    return make(device, &(Network){config, NULL, params}, style, w, h, error);
}

Painter *painter_of_style(IdiomDevice *device, const IdiomStyle *style, IdiomParams *params, guint row,
                          guint w, guint h, GError **error)
{
    return make(device, &(Network){idiom_style_config(style), style, params}, row, w, h, error);
}

void painter_set_mix(Painter *painter, const float *weights)
{
    if (painter->mix)
        memcpy(painter->mix, weights, painter->styles * sizeof *weights);
}

void painter_set_place(Painter *painter, int x, int y)
{
    if (painter->noise)
        idiom_noise_crop(x, y, painter->cells_w, painter->cells_h, painter->noise);
}

void painter_free(Painter *painter)
{
    if (painter) {
        idiom_program_free(painter->program);
        g_free(painter);
    }
}

Picture *painter_run(Painter *painter, const Picture *picture, GError **error)
{
    picture_to_floats(picture, painter->input);
    idiom_program_refresh(painter->program);
    if (!idiom_program_run(painter->program, error))
        return NULL;
    return picture_from_floats(painter->output, picture->w, picture->h);
}
