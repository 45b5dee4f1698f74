/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stages.h"

#include <string.h>

static IdiomCommands *new_mark(IdiomDevice *device, GError **error)
{
    IdiomCommands *mark = idiom_commands_new(device, 1, error);
    if (!mark)
        return NULL;
    idiom_commands_timestamp(mark);
    if (!idiom_commands_end(mark, error))
        g_clear_pointer(&mark, idiom_commands_free);
    return mark;
}

gboolean idiom_stages_begin(IdiomStages *stages, IdiomDevice *device, IdiomCommands **lists, guint *count,
                            GError **error)
{
    stages->n = 0;
    if (!idiom_device_has_clock(device))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(stages->marks); i++)
        if (!stages->marks[i] && !(stages->marks[i] = new_mark(device, error)))
            return FALSE;
    lists[(*count)++] = stages->marks[stages->n++];
    return TRUE;
}

void idiom_stages_mark(IdiomStages *stages, IdiomCommands **lists, guint *count)
{
    if (stages->n)
        lists[(*count)++] = stages->marks[stages->n++];
}

void idiom_stages_read(const IdiomStages *stages, double seconds[IDIOM_STAGES])
{
    memset(seconds, 0, IDIOM_STAGES * sizeof *seconds);
    for (guint i = 0; i + 1 < stages->n; i++)
        seconds[i] = idiom_commands_between(stages->marks[i], stages->marks[i + 1]);
}

void idiom_stages_clear(IdiomStages *stages)
{
    for (guint i = 0; i < G_N_ELEMENTS(stages->marks); i++)
        g_clear_pointer(&stages->marks[i], idiom_commands_free);
    stages->n = 0;
}
