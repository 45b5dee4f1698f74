/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train: makes, applies, measures and describes styles. */
#include "tool/command.h"
#include "tool/console.h"

#include <idiom/version.h>
#include <libavutil/log.h>
#include <locale.h>
#include <stdio.h>

static const struct {
    const char *name;
    gboolean (*run)(char **argv, GError **error);
    const char *help;
} commands[] = {
    {"train", command_train, "make a style from pictures"},
    {"distill", command_distill, "make a small network paint like a teacher"},
    {"any", command_any, "make a style of any picture, at once"},
    {"apply", command_apply, "paint a picture with a style"},
    {"eval", command_eval, "measure a style on photos and videos"},
    {"people", command_people, "make a small network find people as another does"},
    {"paint", command_paint, "draw photos in a look, for distill to learn from"},
    {"sheet", command_sheet, "paint a picture in all installed styles, side by side"},
    {"import", command_import, "make a style of an ONNX file"},
    {"expression", command_expression, "show or change the hand in which a style writes and draws"},
    {"say", command_say, "tell what a sentence sets"},
    {"info", command_info, "show how a style was made, or which there are"},
    {"report", command_report, "write the report of a training again"},
};

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");        /* for file names; numbers are written with a point everywhere */
    av_log_set_level(AV_LOG_QUIET); /* unusable files are reported once, by us */
    for (guint i = 0; argc > 1 && i < G_N_ELEMENTS(commands); i++) {
        if (g_strcmp0(argv[1], commands[i].name) != 0)
            continue;
        g_autoptr(GError) error = NULL;
        g_autofree char *program = g_strconcat("idiom-train ", argv[1], NULL);
        g_set_prgname(program);
        if (commands[i].run(argv + 1, &error))
            return 0;
        say("idiom-train: %s", error->message);
        return 1;
    }
    if (argc > 1 && g_str_equal(argv[1], "--version")) {
        printf("idiom-train " IDIOM_VERSION "\n");
        return 0;
    }
    gboolean help = argc > 1 && g_strv_contains((const char *const[]){"help", "--help", "-h", NULL}, argv[1]);
    FILE *out = help ? stdout : stderr;
    fprintf(out, "Usage: idiom-train COMMAND [OPTION...]; COMMAND --help says more\n"
                 "makes, applies, measures and describes styles\n\n");
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    return help ? 0 : 1;
}
