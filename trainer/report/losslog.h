/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LOSSLOG_H
#define LOSSLOG_H

#include <idiom/error.h>

/* The log of a training as it lies on the disk: CSV, a line of names, then a row of numbers for each step. */
typedef struct {
    char *name;
    double *values; /* of the rows; NaN where the cell is empty or no number */
} LogColumn;

typedef struct {
    guint rows;
    guint n_columns;
    LogColumn *columns;
} LossLog;

/*
 * Rows with more or fewer cells than there are names (the last one of a training that was killed) are left out, and
 * those that do not begin with a number.
 * @error: of G_FILE_ERROR; IDIOM_ERROR_FORMAT where there are no names
 */
LossLog *loss_log_read(const char *path, GError **error);
void loss_log_free(LossLog *log);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LossLog, loss_log_free)

/* Values of the column @name, or NULL. */
const double *loss_log_column(const LossLog *log, const char *name);

#endif
