/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_OPTIONS_H
#define IDIOM_OPTIONS_H

#include <idiom/error.h>

/* Terms of the total loss, each with a weight; 0 leaves the term out. */
typedef enum {
    IDIOM_TERM_STYLE,
    IDIOM_TERM_CONTENT,
    IDIOM_TERM_LUMA,
    IDIOM_TERM_TV,
    IDIOM_TERM_HF,
    IDIOM_TERM_TEMPORAL,
    IDIOM_TERM_ADVERSARIAL,
    IDIOM_N_TERMS,
} IdiomTerm;

const char *idiom_term_name(IdiomTerm term);

/* What a training is asked to do: the options of `idiom-train train`. */
typedef struct {
    char *style;               /* name of the style */
    char **references;         /* pictures of the style; NULL-terminated */
    double *reference_weights; /* one for each, of sum 1 */
    char **content;            /* files and folders; NULL-terminated */
    char **features;           /* feature-network files; NULL-terminated */
    char *size;                /* of the generator: nano, small, base */
    int steps, batch, crop;
    double learning_rate;
    gint64 seed;
    char *device; /* selector, or NULL */
    int checkpoint_every;
    gboolean resume;
    char *preview; /* folder, or NULL */
    char *out;     /* file to write */
    double weights[IDIOM_N_TERMS];
    char *command; /* the command line, for the record */
} IdiomTrainOptions;

/*
 * Reads the arguments (@argv[0] is the sub-command; NULL-terminated). Prints the help and exits for --help.
 * @error: IDIOM_ERROR_ARGUMENT or of G_OPTION_ERROR, naming the option and what is allowed
 */
IdiomTrainOptions *idiom_train_options_parse(char **argv, GError **error);
void idiom_train_options_free(IdiomTrainOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomTrainOptions, idiom_train_options_free)

/*
 * The options on which the trained weights depend, as a new string -> string map: the keys are option names. What a
 * resumed training must have in common with its checkpoint.
 */
GHashTable *idiom_train_options_describe(const IdiomTrainOptions *options);

/* @out without ".safetensors", and @suffix: names of the files that a training writes beside its result. */
char *idiom_train_options_beside(const IdiomTrainOptions *options, const char *suffix);

#endif
