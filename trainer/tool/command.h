/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef COMMAND_H
#define COMMAND_H

#include <idiom-unstable/stylefile.h>

/*
 * The subcommands of idiom-train: @argv[0] is the subcommand's name, NULL-terminated. FALSE with an error of one line
 * that names what is wrong.
 */
gboolean command_train(char **argv, GError **error);
gboolean command_distill(char **argv, GError **error);
gboolean command_any(char **argv, GError **error);
gboolean command_apply(char **argv, GError **error);
gboolean command_eval(char **argv, GError **error);
gboolean command_import(char **argv, GError **error);
gboolean command_info(char **argv, GError **error);
gboolean command_report(char **argv, GError **error);
gboolean command_sheet(char **argv, GError **error);
gboolean command_people(char **argv, GError **error);
gboolean command_paint(char **argv, GError **error);
gboolean command_expression(char **argv, GError **error);
gboolean command_say(char **argv, GError **error);

/*
 * What they share. Reads the options @entries; what remains must be @min to @max words, which are left in @words.
 * @usage: the words and what the subcommand does, for the help
 */
gboolean command_parse(char **argv, const char *usage, const GOptionEntry *entries, guint min, guint max,
                       GStrv *words, GError **error);

/* @name: a style file, or the name of an installed style, or NULL for the default style. */
IdiomStyle *command_load_style(const char *name, GError **error);

#endif
