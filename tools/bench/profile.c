/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile.h"

#include "output.h"

#include <idiom-unstable/profile.h>
#include <string.h>

/* A picture with detail everywhere, so that no kernel has it easy. */
static void fill_noise(guint8 *bytes, gsize size)
{
    guint32 state = 1;
    for (gsize i = 0; i < size; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (guint8)(state >> 24);
    }
}

static gboolean render(IdiomRenderer *renderer, const IdiomPicture *in, const IdiomPicture *out,
                       const ProfileSubject *subject, GError **error)
{
    static const guint8 pixels[] = {0, 255};
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    IdiomMask halves = IDIOM_MASK_INIT;
    halves.pixels = pixels;
    halves.width = halves.stride = 2;
    halves.height = 1;
    params.temporal = 0;
    params.subject_strength = 0;
    params.mask = subject->mask ? &halves : NULL;
    params.people = subject->people != NULL;
    return idiom_renderer_send(renderer, in, out, &params, error) &&
           idiom_renderer_get(renderer, TRUE, NULL, error) == IDIOM_GET_FRAME;
}

static gboolean time_frames(Profile *profile, IdiomRenderer *renderer, const IdiomFrame *frame, guint frames,
                            const ProfileSubject *subject, GError **error)
{
    g_autofree guint8 *in_bytes = g_malloc(frame->size), *out_bytes = g_malloc(frame->size);
    IdiomPicture in = IDIOM_PICTURE_INIT, out = IDIOM_PICTURE_INIT;
    fill_noise(in_bytes, frame->size);
    for (guint p = 0; p < frame->n_planes; p++) {
        in.planes[p] = in_bytes + frame->offset[p];
        out.planes[p] = out_bytes + frame->offset[p];
        in.strides[p] = out.strides[p] = (gssize)frame->stride[p];
    }

    for (guint i = 0; i < frames; i++) {
        gint64 begin = g_get_monotonic_time();
        if (!render(renderer, &in, &out, subject, error))
            return FALSE;
        double seconds = (g_get_monotonic_time() - begin) / 1e6;
        profile->frame_seconds += seconds / frames;
        profile->best_seconds = i == 0 ? seconds : MIN(profile->best_seconds, seconds);
    }

    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    idiom_renderer_get_stats(renderer, &stats);
    profile->memory = stats.memory;
    if (!idiom_renderer_profile(renderer, TRUE, error))
        return FALSE;
    for (guint i = 0; i < frames; i++) {
        if (!render(renderer, &in, &out, subject, error))
            return FALSE;
        g_autoptr(GArray) times = idiom_renderer_times(renderer);
        profile_rows_add(profile->rows, (const IdiomOpTime *)times->data, times->len, i, frames);
    }
    profile->op_seconds = profile_rows_seconds(profile->rows);
    for (guint i = 0; i < profile->rows->len; i++) {
        const ProfileRow *row = &g_array_index(profile->rows, ProfileRow, i);
        if (strstr(row->op, "conv"))
            profile->conv_seconds += row->seconds;
    }
    return TRUE;
}

static IdiomRenderer *open_renderer(IdiomDevice *device, const char *style, const IdiomFrame *frame,
                                    const char *people, GError **error)
{
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    IdiomVideoInfo info = IDIOM_VIDEO_INFO_INIT;
    options.slots = 1;
    info.format = frame->format;
    info.width = frame->width;
    info.height = frame->height;
    info.matrix = frame->matrix;
    g_autoptr(IdiomRenderer) renderer = idiom_renderer_new(device, &options, error);
    return renderer && idiom_renderer_show(renderer, style, NULL, error) &&
                   (!people || idiom_renderer_find_people(renderer, people, 1, error)) &&
                   idiom_renderer_configure(renderer, &info, error)
               ? g_steal_pointer(&renderer)
               : NULL;
}

gboolean profile_run(Profile *profile, const char *style_name, const char *device_selector,
                     IdiomVideoFormat format, guint width, guint height, guint frames,
                     const ProfileSubject *subject, GError **error)
{
    static const ProfileSubject nothing = {0};
    subject = subject ? subject : &nothing;
    g_autoptr(IdiomDevice) device = idiom_device_open(device_selector, error);
    if (!device)
        return FALSE;
    const IdiomDeviceInfo *info = idiom_device_info(device);
    IdiomFrame frame = {.format = format, .width = width, .height = height, .matrix = IDIOM_VIDEO_BT709};
    if (!idiom_frame_layout(&frame, error))
        return FALSE;
    g_autoptr(IdiomRenderer) renderer = open_renderer(device, style_name, &frame, subject->people, error);
    if (!renderer)
        return FALSE;

    *profile = (Profile){
        .device = g_strdup(info->name),
        .driver = g_strdup(info->driver),
        .type = g_strdup(info->type),
        .precision = info->fastest == IDIOM_FP16 ? "fp16" : "fp32",
        .width = width,
        .height = height,
        .rows = profile_rows_new(),
    };
    if (!time_frames(profile, renderer, &frame, frames, subject, error)) {
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

void profile_add_json(const Profile *profile, JsonBuilder *json)
{
    output_add_text(json, "device", profile->device);
    output_add_text(json, "driver", profile->driver);
    output_add_text(json, "precision", profile->precision);
    output_add_number(json, "width", profile->width);
    output_add_number(json, "height", profile->height);
    output_add_number(json, "frame_ms", 1000 * profile->frame_seconds);
    output_add_number(json, "best_ms", 1000 * profile->best_seconds);
    output_add_number(json, "fps", 1 / profile->frame_seconds);
    output_add_number(json, "op_ms", 1000 * profile->op_seconds);
    output_add_number(json, "convolution_share", profile->conv_seconds / profile->op_seconds);
    output_add_number(json, "memory_bytes", (double)profile->memory);
}
