/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_OPTIONS_H
#define IDIOM_OPTIONS_H

#include "loss/discriminator.h"

#include <idiom/error.h>

/* Terms of the total loss, each with a weight; 0 leaves the term out. losses.h and discriminator.h define them. */
typedef enum {
    IDIOM_TERM_STYLE,
    IDIOM_TERM_CONTENT,
    IDIOM_TERM_PIXEL, /* of the teacher's picture: distillation only */
    IDIOM_TERM_LUMA,
    IDIOM_TERM_EDGES,
    IDIOM_TERM_STROKES,
    IDIOM_TERM_LINE,
    IDIOM_TERM_LEGIBILITY,
    IDIOM_TERM_TV,
    IDIOM_TERM_HF,
    IDIOM_TERM_TEMPORAL,
    IDIOM_TERM_ADVERSARIAL,
    IDIOM_TERM_MATCHING,
    IDIOM_N_TERMS,
} IdiomTerm;

const char *idiom_term_name(IdiomTerm term);
/* Whether the term looks at the picture with the discriminator's eyes. */
gboolean idiom_term_needs_discriminator(IdiomTerm term);

/* A style to be learned: its name and what shows it. */
typedef struct {
    char *name;
    char **references; /* pictures, or folders of them; NULL-terminated */
    double *weights;   /* one for each, of sum 1 */
} IdiomTrainStyle;

/* Settings of Adam. */
typedef struct {
    double rate, beta1, beta2;
} IdiomAdamOptions;

/* What a training is asked to do: the options of `idiom-train train` and `idiom-train distill`. */
typedef struct {
    IdiomTrainStyle *styles; /* none in a distillation: they are the teacher's */
    guint n_styles;
    char *teacher;   /* style file to imitate, or NULL: learn from references */
    char *init;      /* style file to start from, or NULL */
    char **content;  /* files and folders; NULL-terminated */
    char **features; /* feature-network files, NULL-terminated; NULL: the built-in ones */
    char *size;      /* of the generator: nano, small, base */
    int steps, batch, crop;
    IdiomAdamOptions generator_adam, discriminator_adam;
    IdiomGan gan;
    double average;  /* decay of the moving average of the weights, which is what is saved */
    double captions; /* share of the crops into which text is drawn */
    gint64 seed;
    char *device; /* selector, or NULL */
    int checkpoint_every;
    gboolean resume;
    char *preview;               /* folder, or NULL */
    char *attribution, *licence; /* for the style file, or NULL */
    char *out;                   /* file to write */
    double weights[IDIOM_N_TERMS];
    char *command; /* the command line, for the record */
} IdiomTrainOptions;

/*
 * Reads the arguments (@argv[0] is the sub-command, "train" or "distill"; NULL-terminated). Prints the help and exits
 * for --help.
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
