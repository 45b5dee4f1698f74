/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom/filter.h>

#include <idiom/ops.h>
#include <string.h>

struct IdiomFilter {
    IdiomDevice *device;
    IdiomParams *params;
    IdiomProgram *program;
    IdiomFrame frame;
    guint8 *in, *out; /* mapped */
    float *strength;  /* mapped */
};

/* The first of several styles alone; NULL where there is one. */
static IdiomTensor *first_style(IdiomGraph *graph, guint styles)
{
    float weights[IDIOM_GENERATOR_MAX_STYLES] = {1};
    return styles > 1 ? idiom_constant(graph, IDIOM_SHAPE(1, styles, 1, 1), weights) : NULL;
}

static gboolean build(IdiomFilter *filter, const IdiomStyle *style, IdiomPrecision precision, GError **error)
{
    const IdiomGeneratorConfig *config = idiom_style_config(style);
    IdiomGraph *graph = idiom_graph_new(filter->device, precision);
    IdiomTensor *source = idiom_graph_input(graph, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&filter->frame));
    IdiomTensor *strength = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *picture = idiom_import(graph, source, &filter->frame);
    IdiomTensor *stylized = idiom_generator_build(graph, filter->params, config, picture,
                                                  first_style(graph, config->styles), FALSE);
    IdiomTensor *result = idiom_export(graph, stylized, source, strength, &filter->frame);

    filter->program = idiom_program_new(graph, &result, 1, error);
    if (!filter->program)
        return FALSE;
    filter->in = idiom_program_map(filter->program, source);
    filter->out = idiom_program_map(filter->program, result);
    filter->strength = idiom_program_map(filter->program, strength);

    /* Drivers compile shaders at their first use. */
    memset(filter->in, 0, filter->frame.size);
    *filter->strength = 1;
    return idiom_program_run(filter->program, error);
}

IdiomFilter *idiom_filter_new(IdiomDevice *device, const IdiomStyle *style, const IdiomFrame *frame,
                              IdiomPrecision precision, GError **error)
{
    g_autoptr(IdiomFilter) filter = g_new0(IdiomFilter, 1);
    filter->device = idiom_device_ref(device);
    filter->frame = *frame;
    if (!idiom_frame_layout(&filter->frame, error))
        return NULL;
    filter->params = idiom_style_params(style, device);
    if (!build(filter, style, precision, error)) {
        g_prefix_error(error, "a frame of %ux%u: ", frame->width, frame->height);
        return NULL;
    }
    return g_steal_pointer(&filter);
}

void idiom_filter_free(IdiomFilter *filter)
{
    if (!filter)
        return;
    g_clear_pointer(&filter->program, idiom_program_free);
    g_clear_pointer(&filter->params, idiom_params_unref);
    idiom_device_unref(filter->device);
    g_free(filter);
}

gboolean idiom_filter_process(IdiomFilter *filter, const guint8 *const *in_planes, const gssize *in_strides,
                              guint8 *const *out_planes, const gssize *out_strides,
                              const IdiomFilterControls *controls, GError **error)
{
    idiom_frame_write(&filter->frame, filter->in, in_planes, in_strides);
    *filter->strength = (float)CLAMP(controls->strength, 0, 1);
    if (controls->strength <= 0) {
        idiom_frame_read(&filter->frame, filter->in, out_planes, out_strides);
        return TRUE;
    }
    if (!idiom_program_run(filter->program, error))
        return FALSE;
    idiom_frame_read(&filter->frame, filter->out, out_planes, out_strides);
    return TRUE;
}

IdiomProgram *idiom_filter_program(IdiomFilter *filter)
{
    return filter->program;
}
