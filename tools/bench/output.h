/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a command measured, for other programs (--json), and beside what it measured another time (--compare). */
#ifndef IDIOM_BENCH_OUTPUT_H
#define IDIOM_BENCH_OUTPUT_H

#include <json-glib/json-glib.h>

typedef struct {
    char *json, *compare;
} Output;

#define OUTPUT_OPTIONS(output)                                                                               \
    {"json", 0, 0, G_OPTION_ARG_FILENAME, &(output).json, "Also write the numbers here", "FILE"},            \
    {                                                                                                        \
        "compare", 0, 0, G_OPTION_ARG_FILENAME, &(output).compare,                                           \
            "Also show the numbers beside those that --json wrote another time", "FILE"                      \
    }

void output_clear(Output *output);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Output, output_clear)

/* An object to which a command adds what it measured; it begins with the command's name. */
JsonBuilder *output_begin(const char *command);

void output_add_text(JsonBuilder *json, const char *name, const char *text);
/* null for what is not finite */
void output_add_number(JsonBuilder *json, const char *name, double number);

/* Ends the object, and does with it as the options say. */
gboolean output_end(const Output *output, JsonBuilder *json, GError **error);

/*
 * Prints each number that is in both and not the same, and the second over the first. Objects in lists are the same if
 * their texts and shapes are. @path: of @before, for messages. @error: @before is of another command, or no object
 */
gboolean output_compare(JsonObject *before, JsonObject *now, const char *path, GError **error);

#endif
