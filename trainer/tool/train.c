/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train train: makes a style from pictures. */
#include "loop/train.h"
#include "tool/command.h"

static gboolean check(TrainOptions *o, GError **error)
{
    if (!o->n_styles) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT,
                    "--style NAME=FILE is needed: the picture whose style is learned");
        return FALSE;
    }
    if (o->weights[TERM_LEGIBILITY] <= 0) /* text would only be in the way */
        o->captions = 0;
    return TRUE;
}

gboolean command_train(char **argv, GError **error)
{
    g_autoptr(TrainOptions) o = train_options_new(argv);
    const GOptionEntry own[] = {
        {"style", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->style_texts,
         "A style: its name, pictures or folders (repeat: more styles)", "NAME=FILE[:WEIGHT][,FILE...]"},
        {NULL},
    };
    return train_options_parse(o, argv, "- make a style from pictures", own, error) && check(o, error) &&
           train_style(o, error);
}
