/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judge/painter.h"

#include <idiom-unstable/ops.h>
#include <idiom-unstable/program.h>
#include <string.h>

struct IdiomPainter {
    IdiomProgram *program;
    float *input, *output;
    float *mix; /* NULL where there is one style */
    guint styles;
};

IdiomPainter *idiom_painter_new(IdiomDevice *device, const IdiomGeneratorConfig *config, IdiomParams *params,
                                guint style, guint w, guint h, GError **error)
{
    const guint styles = config->styles;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, h, w));
    IdiomTensor *mix =
        styles > 1 ? idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, styles, 1, 1)) : NULL;
    IdiomTensor *output = idiom_to_flat(
        g, idiom_generator_build(g, params, config, idiom_to_planes(g, input), mix, NULL, FALSE));
    IdiomProgram *program = idiom_program_new(g, &output, 1, error);
    if (!program)
        return NULL;
    IdiomPainter *painter = g_new(IdiomPainter, 1);
    *painter = (IdiomPainter){
        .program = program,
        .input = idiom_program_map(program, input),
        .output = idiom_program_map(program, output),
        .mix = mix ? idiom_program_map(program, mix) : NULL,
        .styles = styles,
    };
    float row[IDIOM_GENERATOR_MAX_STYLES] = {0};
    row[style] = 1;
    idiom_painter_set_mix(painter, row);
    return painter;
}

void idiom_painter_set_mix(IdiomPainter *painter, const float *weights)
{
    if (painter->mix)
        memcpy(painter->mix, weights, painter->styles * sizeof *weights);
}

void idiom_painter_free(IdiomPainter *painter)
{
    if (painter) {
        idiom_program_free(painter->program);
        g_free(painter);
    }
}

IdiomPicture *idiom_painter_run(IdiomPainter *painter, const IdiomPicture *picture, GError **error)
{
    idiom_picture_to_floats(picture, painter->input);
    idiom_program_refresh(painter->program);
    if (!idiom_program_run(painter->program, error))
        return NULL;
    return idiom_picture_from_floats(painter->output, picture->w, picture->h);
}
