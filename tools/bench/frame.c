/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-bench frame: time of one frame, operation by operation. */
#include "bench.h"
#include "profile.h"

#include <stdio.h>

int bench_frame(int argc, char **argv)
{
    g_autofree char *style = NULL, *device = NULL, *size = NULL, *format_name = NULL, *json = NULL;
    int frames = 30;
    gboolean mask = FALSE;
    const GOptionEntry entries[] = {
        {"style", 's', 0, G_OPTION_ARG_STRING, &style,
         "Style file or name (default: " IDIOM_STYLE_DEFAULT ")", "STYLE"},
        {"device", 'd', 0, G_OPTION_ARG_STRING, &device, "Vulkan device, number or part of the name",
         "DEVICE"},
        {"size", 0, 0, G_OPTION_ARG_STRING, &size, "Size of the frame (default 640x360)", "WxH"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &format_name, "I420, NV12, RGBA, ... (default I420)", "FORMAT"},
        {"frames", 'n', 0, G_OPTION_ARG_INT, &frames, "Frames to measure (default 30)", "N"},
        {"mask", 0, 0, G_OPTION_ARG_NONE, &mask, "Half of the frame is the source, by a mask", NULL},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &json, "Also write the numbers here", "FILE"},
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
    Profile profile;
    if (!profile_run(&profile, style, device, format, width, height, (guint)frames, mask, &error)) {
        g_printerr("idiom-bench frame: %s\n", error->message);
        return 1;
    }
    profile_print_summary(&profile);
    g_print("memory           %.1f MiB on the device\n", profile.memory / 1048576.0);
    profile_rows_print(profile.rows);
    gboolean ok = !json || profile_write_json(&profile, json, &error);
    if (!ok)
        g_printerr("idiom-bench frame: %s\n", error->message);
    profile_clear(&profile);
    return ok ? 0 : 1;
}
