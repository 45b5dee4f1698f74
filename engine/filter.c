/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <idiom/filter.h>

#include <idiom-unstable/ops.h>
#include <idiom-unstable/temporal.h>
#include <string.h>

struct IdiomFilter {
    IdiomDevice *device;
    IdiomParams *params;
    IdiomProgram *program;
    IdiomFrame frame;
    guint8 *in; /* mapped */
    struct {
        IdiomTensor *tensor;
        const guint8 *bytes;               /* mapped */
    } plain, steady;                       /* the result by itself, and steadied by the last one */
    float *temporal, *linked, *statistics; /* mapped */
    gboolean has_history;                  /* the last frame was steadied */
    float *strength;                       /* mapped */
    float *mix; /* mapped: a weight for each of the styles; NULL where there is one */
    guint styles;
    struct {
        IdiomProgram *program; /* made when first needed */
        guint8 *from, *to, *out;
        float *amount;
    } fade;
};

static gboolean build(IdiomFilter *filter, const IdiomStyle *style, IdiomPrecision precision, GError **error)
{
    const IdiomGeneratorConfig *config = idiom_style_config(style);
    IdiomGraph *graph = idiom_graph_new(filter->device, precision);
    IdiomTensor *source = idiom_graph_input(graph, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&filter->frame));
    IdiomTensor *strength = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *mix = config->styles > 1
                           ? idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, config->styles, 1, 1))
                           : NULL;
    IdiomTensor *picture = idiom_import(graph, source, &filter->frame);
    IdiomTensor *temporal = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *linked = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *statistics = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomMotion motion = idiom_motion(graph, picture, linked);
    /* A state, so that the result by itself, where statistics is 0, does without the motion. */
    IdiomTensor *follows = idiom_graph_state(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    idiom_assign(graph, follows, motion.continues);
    IdiomTensor *stylized = idiom_generator_build(graph, filter->params, config, picture, mix,
                                                  idiom_mul(graph, statistics, follows), FALSE);
    IdiomTensor *steady = idiom_steady(graph, &motion, picture, stylized, temporal).result;
    IdiomTensor *results[] = {idiom_export(graph, stylized, source, strength, &filter->frame),
                              idiom_export(graph, steady, source, strength, &filter->frame)};

    filter->program = idiom_program_new(graph, results, G_N_ELEMENTS(results), error);
    if (!filter->program)
        return FALSE;
    filter->plain.tensor = results[0];
    filter->plain.bytes = idiom_program_map(filter->program, results[0]);
    filter->steady.tensor = results[1];
    filter->steady.bytes = idiom_program_map(filter->program, results[1]);
    filter->temporal = idiom_program_map(filter->program, temporal);
    filter->linked = idiom_program_map(filter->program, linked);
    filter->statistics = idiom_program_map(filter->program, statistics);
    filter->in = idiom_program_map(filter->program, source);
    filter->strength = idiom_program_map(filter->program, strength);
    filter->mix = mix ? idiom_program_map(filter->program, mix) : NULL;
    filter->styles = config->styles;
    idiom_filter_set_mix(filter, (const float[IDIOM_GENERATOR_MAX_STYLES]){1});

    /* Drivers compile shaders at their first use. */
    memset(filter->in, 0, filter->frame.size);
    *filter->strength = 1;
    *filter->temporal = *filter->linked = *filter->statistics = 0;
    return idiom_program_run_only(filter->program, filter->steady.tensor, TRUE, error) &&
           idiom_program_run_only(filter->program, filter->plain.tensor, FALSE, error);
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
    g_clear_pointer(&filter->fade.program, idiom_program_free);
    g_clear_pointer(&filter->params, idiom_params_unref);
    idiom_device_unref(filter->device);
    g_free(filter);
}

void idiom_filter_set_mix(IdiomFilter *filter, const float *weights)
{
    if (filter->mix)
        memcpy(filter->mix, weights, filter->styles * sizeof *weights);
}

/* The frame at @planes, stylized, in the layout of the filter's frame; NULL on failure. */
static const guint8 *stylize(IdiomFilter *filter, const guint8 *const *planes, const gssize *strides,
                             const IdiomFilterControls *controls, GError **error)
{
    idiom_frame_write(&filter->frame, filter->in, planes, strides);
    *filter->strength = (float)CLAMP(controls->strength, 0, 1);
    *filter->temporal = (float)CLAMP(controls->temporal, 0, 1);
    *filter->statistics = (float)CLAMP(controls->statistics, 0, 1);
    *filter->linked = filter->has_history && !controls->discontinuity;
    filter->has_history = controls->strength > 0 && (controls->temporal > 0 || controls->statistics > 0);
    if (controls->strength <= 0)
        return filter->in;
    if (!filter->has_history)
        return idiom_program_run_only(filter->program, filter->plain.tensor, FALSE, error)
                   ? filter->plain.bytes
                   : NULL;
    return idiom_program_run_only(filter->program, filter->steady.tensor, TRUE, error) ? filter->steady.bytes
                                                                                       : NULL;
}

gboolean idiom_filter_process(IdiomFilter *filter, const guint8 *const *in_planes, const gssize *in_strides,
                              guint8 *const *out_planes, const gssize *out_strides,
                              const IdiomFilterControls *controls, GError **error)
{
    return idiom_filter_fade(&filter, NULL, 1, in_planes, in_strides, out_planes, out_strides, controls,
                             error);
}

/* --- cross-fade ----------------------------------------------------------------------------------- */

static gboolean build_fade(IdiomFilter *filter, GError **error)
{
    IdiomGraph *graph = idiom_graph_new(filter->device, IDIOM_FP32);
    IdiomTensor *from = idiom_graph_input(graph, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&filter->frame));
    IdiomTensor *to = idiom_graph_input(graph, IDIOM_LAYOUT_BYTES, idiom_frame_shape(&filter->frame));
    IdiomTensor *amount = idiom_graph_input(graph, IDIOM_LAYOUT_FLAT, IDIOM_SHAPE(1, 1, 1, 1));
    IdiomTensor *result = idiom_fade(graph, from, to, amount);
    IdiomProgram *program = filter->fade.program = idiom_program_new(graph, &result, 1, error);
    if (!program)
        return FALSE;
    filter->fade.from = idiom_program_map(program, from);
    filter->fade.to = idiom_program_map(program, to);
    filter->fade.out = idiom_program_map(program, result);
    filter->fade.amount = idiom_program_map(program, amount);
    return TRUE;
}

/* @from, moved by @amount towards @to, which is a result of @filter; NULL on failure. */
static const guint8 *fade(IdiomFilter *filter, const guint8 *from, const guint8 *to, double amount,
                          GError **error)
{
    if (!filter->fade.program && !build_fade(filter, error))
        return NULL;
    memcpy(filter->fade.from, from, filter->frame.size);
    memcpy(filter->fade.to, to, filter->frame.size);
    *filter->fade.amount = (float)CLAMP(amount, 0, 1);
    return idiom_program_run(filter->fade.program, error) ? filter->fade.out : NULL;
}

static gboolean same_frame(const IdiomFrame *a, const IdiomFrame *b)
{
    return a->format == b->format && a->width == b->width && a->height == b->height;
}

gboolean idiom_filter_fade(IdiomFilter *const *filters, const double *amounts, guint count,
                           const guint8 *const *in_planes, const gssize *in_strides,
                           guint8 *const *out_planes, const gssize *out_strides,
                           const IdiomFilterControls *controls, GError **error)
{
    const IdiomFrame *frame = &filters[0]->frame;
    const guint8 *shown = stylize(filters[0], in_planes, in_strides, controls, error);
    for (guint i = 1; shown && i < count; i++) {
        if (!same_frame(frame, &filters[i]->frame)) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "a fade between frames of different kinds");
            return FALSE;
        }
        const guint8 *next = stylize(filters[i], in_planes, in_strides, controls, error);
        shown = next ? fade(filters[i], shown, next, amounts[i], error) : NULL;
    }
    if (shown)
        idiom_frame_read(frame, shown, out_planes, out_strides);
    return shown != NULL;
}

IdiomProgram *idiom_filter_program(IdiomFilter *filter)
{
    return filter->program;
}
