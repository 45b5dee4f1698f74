/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-bench frame: time of one frame, operation by operation. */
#include "bench.h"
#include "output.h"
#include "profile.h"

#include <stdio.h>

static gboolean report(const char *style, const char *selector, IdiomVideoFormat format, guint width,
                       guint height, guint frames, const ProfileSubject *subject, const Output *output,
                       GError **error)
{
    Profile profile;
    Ceilings ceilings;
    g_autoptr(IdiomDevice) device = idiom_device_open(selector, error);
    if (!device || !ceilings_measure(&ceilings, device, error) ||
        !profile_run(&profile, style, selector, format, width, height, frames, subject, error))
        return FALSE;
    profile_print_summary(&profile);
    g_print("memory           %.1f MiB on the device\n", profile.memory / 1048576.0);
    profile_rows_print(profile.rows, &ceilings);
    g_autoptr(JsonBuilder) json = output_begin("frame");
    profile_add_json(&profile, json);
    profile_rows_add_json(profile.rows, &ceilings, json);
    profile_clear(&profile);
    return output_end(output, json, error);
}

int bench_frame(int argc, char **argv)
{
    g_autofree char *style = NULL, *device = NULL, *size = NULL, *format_name = NULL;
    g_auto(Output) output = {NULL};
    int frames = 30;
    g_autofree char *people = NULL;
    ProfileSubject subject = {0};
    const GOptionEntry entries[] = {
        {"style", 's', 0, G_OPTION_ARG_STRING, &style,
         "Style file or name (default: " IDIOM_STYLE_DEFAULT ")", "STYLE"},
        {"device", 'd', 0, G_OPTION_ARG_STRING, &device, "Vulkan device, number or part of the name",
         "DEVICE"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &size, "Size of the frame (default 640x360)", "WxH"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &format_name, "I420, NV12, RGBA, ... (default I420)", "FORMAT"},
        {"frames", 'n', 0, G_OPTION_ARG_INT, &frames, "Frames to measure (default 30)", "N"},
        {"mask", 0, 0, G_OPTION_ARG_NONE, &subject.mask, "Half of the frame is the source, by a mask", NULL},
        {"people", 0, 0, G_OPTION_ARG_STRING, &people,
         "People, found by this network in every frame, are the source", "NETWORK"},
        OUTPUT_OPTIONS(output),
        {NULL}};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        g_printerr("idiom-bench frame: %s\n", error->message);
        return 2;
    }
    guint width = 640, height = 360;
    IdiomVideoFormat format = IDIOM_VIDEO_I420;
    if (argc != 1 || frames < 1 || (size && sscanf(size, "%ux%u", &width, &height) != 2) ||
        (format_name && !idiom_video_format_parse(format_name, &format))) {
        g_autofree char *help = g_option_context_get_help(context, TRUE, NULL);
        g_printerr("%s", help);
        return 2;
    }
    subject.people = people;
    if (report(style, device, format, width, height, (guint)frames, &subject, &output, &error))
        return 0;
    g_printerr("idiom-bench frame: %s\n", error->message);
    return 1;
}
