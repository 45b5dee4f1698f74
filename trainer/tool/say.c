/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* idiom-train say: what the element's property of that name makes of a sentence. */
#include "tool/command.h"
#include "say.h"

#include <stdio.h>

gboolean command_say(char **argv, GError **error)
{
    const GOptionEntry entries[] = {{NULL}};
    g_auto(GStrv) words = NULL;
    if (!command_parse(argv, "SENTENCE - tell what a sentence sets, in English or Chinese", entries, 1, 1,
                       &words, error))
        return FALSE;
    g_autoptr(SayVocabulary) vocabulary = say_vocabulary_installed();
    g_autoptr(Said) said = say_parse(words[0], vocabulary);
    g_autofree char *settings = said_settings(said);
    printf("settings:       %s\nunderstood:     %s\nnot understood: %s\n", *settings ? settings : "(none)",
           *said->understood ? said->understood : "(nothing)", *said->unknown ? said->unknown : "(nothing)");
    return TRUE;
}
