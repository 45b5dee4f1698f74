/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report/losslog.h"

#include <math.h>
#include <string.h>

static double number(const char *cell)
{
    char *end;
    double value = g_ascii_strtod(cell, &end);
    return end > cell && !*end ? value : NAN;
}

LossLog *loss_log_read(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, error))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_auto(GStrv) names = g_strsplit(lines[0] ? lines[0] : "", ",", -1);
    if (!names[0] || !*names[0] || !g_utf8_validate(lines[0], -1, NULL)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FORMAT, "%s: not the log of a training", path);
        return NULL;
    }
    LossLog *log = g_new0(LossLog, 1);
    log->n_columns = g_strv_length(names);
    log->columns = g_new(LogColumn, log->n_columns);
    guint lines_left = g_strv_length(lines) - 1;
    for (guint i = 0; i < log->n_columns; i++)
        log->columns[i] = (LogColumn){g_strdup(names[i]), g_new(double, MAX(lines_left, 1))};
    for (char **line = lines + 1; *line; line++) {
        g_auto(GStrv) cells = g_strsplit(*line, ",", -1);
        if (g_strv_length(cells) != log->n_columns || !isfinite(number(cells[0])))
            continue;
        for (guint i = 0; i < log->n_columns; i++)
            log->columns[i].values[log->rows] = number(cells[i]);
        log->rows++;
    }
    return log;
}

void loss_log_free(LossLog *log)
{
    if (!log)
        return;
    for (guint i = 0; i < log->n_columns; i++) {
        g_free(log->columns[i].name);
        g_free(log->columns[i].values);
    }
    g_free(log->columns);
    g_free(log);
}

const double *loss_log_column(const LossLog *log, const char *name)
{
    for (guint i = 0; i < log->n_columns; i++)
        if (g_str_equal(log->columns[i].name, name))
            return log->columns[i].values;
    return NULL;
}
