/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile.h"

#include "json.h"

/* A picture with detail everywhere, so that no kernel has it easy. */
static void fill_noise(guint8 *bytes, gsize size)
{
    guint32 state = 1;
    for (gsize i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (guint8)(state >> 24);
    }
}

static gboolean time_frames(Profile *profile, IdiomFilter *filter, const IdiomFrame *frame, guint frames,
                            GError **error)
{
    g_autofree guint8 *in = g_malloc(frame->size), *out = g_malloc(frame->size);
    const guint8 *in_planes[IDIOM_VIDEO_MAX_PLANES];
    guint8 *out_planes[IDIOM_VIDEO_MAX_PLANES];
    gssize strides[IDIOM_VIDEO_MAX_PLANES];
    fill_noise(in, frame->size);
    for (guint p = 0; p < frame->n_planes; p++) {
        in_planes[p] = in + frame->offset[p];
        out_planes[p] = out + frame->offset[p];
        strides[p] = (gssize)frame->stride[p];
    }

    for (guint i = 0; i < frames; i++) {
        gint64 begin = g_get_monotonic_time();
        if (!idiom_filter_process(filter, in_planes, strides, out_planes, strides,
                                  &(IdiomFilterControls){.strength = 1}, error))
            return FALSE;
        double seconds = (g_get_monotonic_time() - begin) / 1e6;
        profile->frame_seconds += seconds / frames;
        profile->best_seconds = i == 0 ? seconds : MIN(profile->best_seconds, seconds);
    }

    IdiomProgram *program = idiom_filter_program(filter);
    if (!idiom_program_profile(program, TRUE, error))
        return FALSE;
    for (guint i = 0; i < frames; i++) {
        if (!idiom_filter_process(filter, in_planes, strides, out_planes, strides,
                                  &(IdiomFilterControls){.strength = 1}, error))
            return FALSE;
        guint count;
        const IdiomOpTime *times = idiom_program_times(program, &count);
        profile_rows_add(profile->rows, times, count, i, frames);
    }
    profile->op_seconds = profile_rows_seconds(profile->rows);
    for (guint i = 0; i < profile->rows->len; i++) {
        const ProfileRow *row = &g_array_index(profile->rows, ProfileRow, i);
        if (g_str_has_prefix(row->op, "conv"))
            profile->conv_seconds += row->seconds;
    }
    return TRUE;
}

gboolean profile_run(Profile *profile, const char *style_name, const char *device_selector,
                     IdiomVideoFormat format, guint width, guint height, guint frames, GError **error)
{
    g_autofree char *path = idiom_style_find(style_name, error);
    g_autoptr(IdiomStyle) style = path ? idiom_style_load(path, error) : NULL;
    g_autoptr(IdiomDevice) device = style ? idiom_device_open(device_selector, error) : NULL;
    if (!device)
        return FALSE;
    const IdiomDeviceInfo *info = idiom_device_info(device);
    IdiomFrame frame = {.format = format, .width = width, .height = height, .matrix = IDIOM_VIDEO_BT709};
    g_autoptr(IdiomFilter) filter = NULL;
    if (idiom_frame_layout(&frame, error))
        filter = idiom_filter_new(device, style, &frame, info->fastest, error);
    if (!filter)
        return FALSE;

    *profile = (Profile){
        .device = g_strdup(info->name),
        .driver = g_strdup(info->driver),
        .type = g_strdup(info->type),
        .precision = info->fastest == IDIOM_FP16 ? "fp16" : "fp32",
        .width = width,
        .height = height,
        .memory = idiom_program_memory(idiom_filter_program(filter)),
        .rows = profile_rows_new(),
    };
    if (!time_frames(profile, filter, &frame, frames, error)) {
        profile_clear(profile);
        return FALSE;
    }
    return TRUE;
}

void profile_clear(Profile *profile)
{
    g_free(profile->device);
    g_free(profile->driver);
    g_free(profile->type);
    g_array_unref(profile->rows);
}

void profile_print_summary(const Profile *profile)
{
    g_print("device           %s (%s, %s), %s activations\n", profile->device, profile->type, profile->driver,
            profile->precision);
    g_print("the style alone  %.1f frames/s at %ux%u (%.1f ms a frame, best %.1f)\n",
            1 / profile->frame_seconds, profile->width, profile->height, 1000 * profile->frame_seconds,
            1000 * profile->best_seconds);
    g_print("convolutions     %.0f %% of the device's time in a frame (%.1f of %.1f ms)\n",
            100 * profile->conv_seconds / profile->op_seconds, 1000 * profile->conv_seconds,
            1000 * profile->op_seconds);
}

gboolean profile_write_json(const Profile *profile, const char *path, GError **error)
{
    g_autoptr(JsonBuilder) json = json_builder_new();
    const struct {
        const char *name, *text;
    } texts[] = {{"device", profile->device}, {"driver", profile->driver}, {"precision", profile->precision}};
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"width", profile->width},
                   {"height", profile->height},
                   {"frame_ms", 1000 * profile->frame_seconds},
                   {"best_ms", 1000 * profile->best_seconds},
                   {"fps", 1 / profile->frame_seconds},
                   {"op_ms", 1000 * profile->op_seconds},
                   {"convolution_share", profile->conv_seconds / profile->op_seconds},
                   {"memory_bytes", (double)profile->memory}};
    json_builder_begin_object(json);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        json_builder_set_member_name(json, texts[i].name);
        json_builder_add_string_value(json, texts[i].text);
    }
    for (guint i = 0; i < G_N_ELEMENTS(numbers); i++) {
        json_builder_set_member_name(json, numbers[i].name);
        json_builder_add_double_value(json, numbers[i].value);
    }
    json_builder_set_member_name(json, "operations");
    json_builder_begin_array(json);
    for (guint i = 0; i < profile->rows->len; i++) {
        const ProfileRow *row = &g_array_index(profile->rows, ProfileRow, i);
        json_builder_begin_object(json);
        json_builder_set_member_name(json, "op");
        json_builder_add_string_value(json, row->op);
        json_builder_set_member_name(json, "shader");
        json_builder_add_string_value(json, row->shader);
        json_builder_set_member_name(json, "shape");
        json_builder_begin_array(json);
        json_builder_add_int_value(json, row->shape.n);
        json_builder_add_int_value(json, row->shape.c);
        json_builder_add_int_value(json, row->shape.h);
        json_builder_add_int_value(json, row->shape.w);
        json_builder_end_array(json);
        json_builder_set_member_name(json, "calls");
        json_builder_add_int_value(json, row->calls);
        json_builder_set_member_name(json, "ms");
        json_builder_add_double_value(json, 1000 * row->seconds);
        json_builder_set_member_name(json, "gflops");
        json_builder_add_double_value(json, row->flops / row->seconds / 1e9);
        json_builder_set_member_name(json, "gbps");
        json_builder_add_double_value(json, row->bytes / row->seconds / 1e9);
        json_builder_end_object(json);
    }
    json_builder_end_array(json);
    json_builder_end_object(json);

    return bench_json_write(json, path, error);
}
