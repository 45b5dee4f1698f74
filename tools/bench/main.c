/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-bench: how fast a style runs, and on what. */
#include "bench.h"

#include <glib.h>
#include <idiom/device.h>
#include <idiom/version.h>
#include <locale.h>
#include <stdio.h>

int bench_devices(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new("- list the Vulkan devices");
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error) || argc != 1) {
        g_printerr("idiom-bench: %s\n", error ? error->message : "devices takes no arguments");
        return 2;
    }
    g_auto(GStrv) devices = idiom_device_list(&error);
    if (!devices) {
        g_printerr("idiom-bench: %s\n", error->message);
        return 1;
    }
    for (guint i = 0; devices[i]; i++)
        g_print("%u: %s\n", i, devices[i]);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} commands[] = {
    {"video", bench_video, "stylize a video file, with a before/after picture and the speed"},
    {"frame", bench_frame, "time one size of frame, operation by operation"},
    {"ops", bench_ops, "time what generators and trainings are made of, each kind by itself"},
    {"filter", bench_filter, "the renderer and the element in the sizes of video"},
    {"slots", bench_slots, "what frames in flight bring"},
    {"temporal", bench_temporal, "how steady a stylized clip is, with and without smoothing over time"},
    {"train", bench_train, "time one training step, operation by operation"},
    {"subject", bench_subject, "what masks, people and a style of their own cost"},
    {"devices", bench_devices, "list the Vulkan devices"},
};

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, ""); /* numbers are written with a point everywhere */
    for (guint i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++) {
        if (!g_str_equal(argv[1], commands[i].name))
            continue;
        g_autofree char *program = g_strconcat("idiom-bench ", argv[1], NULL);
        g_set_prgname(program);
        return commands[i].run(argc - 1, argv + 1);
    }
    if (argc > 1 && g_str_equal(argv[1], "--version")) {
        printf("idiom-bench " IDIOM_VERSION "\n");
        return 0;
    }
    const gboolean help =
        argc > 1 && g_strv_contains((const char *const[]){"help", "--help", "-h", NULL}, argv[1]);
    FILE *out = help ? stdout : stderr;
    fprintf(out, "Usage: idiom-bench COMMAND [OPTION...]; COMMAND --help says more\n"
                 "measures how fast a style runs, and on what\n\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
    return help ? 0 : 2;
}
