/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef REPORT_H
#define REPORT_H

#include <idiom/error.h>

/* A reference of a style, as the report shows it. */
typedef struct {
    const char *path; /* a picture */
    const char *style;
    double weight;
} ReportReference;

/* What a report says about a training. Texts may hold anything; NULL leaves a part out. */
typedef struct {
    const char *title;
    /*
     * string -> string, as in the style file. "command", "device", "attribution", "licence" and "losses" are shown where
     * they belong; the rest is how the training was set up.
     */
    GHashTable *metadata;
    GHashTable *figures; /* string -> string: measured on the result */
    const ReportReference *references;
    guint n_references;
    const char *log;     /* CSV: "step", perhaps "seconds", and a curve in each other column (losslog.h) */
    const char *preview; /* folder with step-NUMBER-SAMPLE.png, perhaps photo-SAMPLE.png */
} Report;

/*
 * Writes a report as one HTML file that needs nothing else: no network, no script; pictures and curves are in it.
 * Of pictures that cannot be read there is only the name.
 * @path is replaced only when the new file is complete and on the disk.
 * @error: of G_FILE_ERROR: @path cannot be written, the log or the folder cannot be read; IDIOM_ERROR_FORMAT: the log
 */
gboolean report_write(const char *path, const Report *report, GError **error);

#endif
