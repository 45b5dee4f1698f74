/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "painter.h"

#include <idiom/ops.h>
#include <idiom/program.h>

struct IdiomPainter {
    IdiomProgram *program;
    float *input, *output;
};

IdiomPainter *idiom_painter_new(IdiomDevice *device, const IdiomGeneratorConfig *config, IdiomParams *params,
                                guint style, guint w, guint h, GError **error)
{
    g_autofree float *row = g_new0(float, config->styles);
    row[style] = 1;
    IdiomGraph *g = idiom_graph_new(device, IDIOM_FP32);
    IdiomTensor *input = idiom_graph_input(g, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 3, h, w));
    IdiomTensor *mix =
        config->styles > 1 ? idiom_constant(g, IDIOM_SHAPE(1, config->styles, 1, 1), row) : NULL;
    IdiomTensor *output =
        idiom_to_flat(g, idiom_generator_build(g, params, config, idiom_to_planes(g, input), mix, FALSE));
    IdiomProgram *program = idiom_program_new(g, &output, 1, error);
    if (!program)
        return NULL;
    IdiomPainter *painter = g_new(IdiomPainter, 1);
    *painter = (IdiomPainter){program, idiom_program_map(program, input), idiom_program_map(program, output)};
    return painter;
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
