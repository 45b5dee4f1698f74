/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train distill: makes a small network paint like a teacher. */
#include "loop/train.h"
#include "tool/command.h"

#include <string.h>

/*
 * The teacher's picture of the same crop settles colours and forms, so no term holds on to the photo; what the temporal
 * term costs in strokes grows with its weight: 60 leaves nearly all of them, 300 empties flat areas.
 */
static const double weights[N_TERMS] = {
    [TERM_STYLE] = 1, [TERM_CONTENT] = 2, [TERM_PIXEL] = 10, [TERM_TEMPORAL] = 60, [TERM_ADVERSARIAL] = 0.3,
};

static gboolean check(TrainOptions *o, GError **error)
{
    if (!o->teacher) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--teacher PATH is needed: a style file, an ONNX file, MicroAST's file, or a folder of "
                    "painted photos");
        return FALSE;
    }
    const gboolean folder = g_file_test(o->teacher, G_FILE_TEST_IS_DIR);
    if (o->name && !folder) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--name is for a teacher that is a folder; a style file names its styles");
        return FALSE;
    }
    if (folder && !o->name)
        o->name = g_path_get_basename(o->teacher);
    return !o->name || train_options_check_name("name", o->name, error);
}

gboolean command_distill(char **argv, GError **error)
{
    g_autoptr(TrainOptions) o = train_options_new(argv);
    o->crop = 224;
    o->captions = 0.2;
    memcpy(o->weights, weights, sizeof weights);
    const GOptionEntry own[] = {
        {"teacher", 0, 0, G_OPTION_ARG_FILENAME, &o->teacher,
         "Style file, MicroAST's file, folder of photos painted by anything, under the photos' names, or "
         "folder "
         "of such folders: more styles",
         "PATH"},
        {"style", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->style_texts,
         "A style's name and painting, where the teacher is MicroAST (repeat: more styles)", "NAME=FILE"},
        {"name", 0, 0, G_OPTION_ARG_STRING, &o->name, "Name of the style, where the teacher is a folder",
         "NAME"},
        {NULL},
    };
    return train_options_parse(o, argv, "- make a small network paint like a teacher", own, error) &&
           check(o, error) && train_style(o, error);
}
