/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_COMMAND_H
#define IDIOM_COMMAND_H

#include <idiom-unstable/stylefile.h>

/*
 * The subcommands of idiom-train: @argv[0] is the subcommand's name, NULL-terminated. FALSE with an error of one line
 * that names what is wrong.
 */
gboolean idiom_command_apply(char **argv, GError **error);
gboolean idiom_command_eval(char **argv, GError **error);
gboolean idiom_command_info(char **argv, GError **error);
gboolean idiom_command_report(char **argv, GError **error);

/*
 * What they share. Reads the options @entries; what remains must be @min to @max words, which are left in @words.
 * @usage: the words and what the subcommand does, for the help
 */
gboolean idiom_command_parse(char **argv, const char *usage, const GOptionEntry *entries, guint min,
                             guint max, GStrv *words, GError **error);

/* @name: a style file, or the name of an installed style, or NULL for the default style. */
IdiomStyle *idiom_command_load_style(const char *name, GError **error);

#endif
