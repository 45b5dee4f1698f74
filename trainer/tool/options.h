/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "loss/discriminator.h"

#include <idiom/error.h>

/* Terms of the total loss, each with a weight; 0 leaves the term out. losses.h and discriminator.h define them. */
typedef enum {
    TERM_STYLE,
    TERM_CONTENT,
    TERM_PIXEL, /* of the teacher's picture: distillation only */
    TERM_LUMA,
    TERM_PALETTE,
    TERM_EDGES,
    TERM_STROKES,
    TERM_LINE,
    TERM_LEGIBILITY,
    TERM_FACES,
    TERM_CHROMA,
    TERM_TV,
    TERM_HF,
    TERM_TEMPORAL,
    TERM_ADVERSARIAL,
    TERM_MATCHING,
    N_TERMS,
} Term;

const char *term_name(Term term);
/* Whether the term looks at the picture with the discriminator's eyes. */
gboolean term_needs_discriminator(Term term);

/* A style to be learned: its name and what shows it. */
typedef struct {
    char *name;
    char **references; /* pictures, or folders of them; NULL-terminated */
    double *weights;   /* one for each, of sum 1 */
} TrainStyle;

/* Settings of Adam. */
typedef struct {
    double rate, beta1, beta2;
} AdamOptions;

/* What a training is asked to do: the options of `idiom-train train` and `idiom-train distill`. */
typedef struct {
    char **style_texts; /* --style as given; train_options_parse() makes the styles of it */
    TrainStyle *styles; /* in a distillation none but what MicroAST is to paint as: they are the teacher's */
    guint n_styles;
    char *teacher;   /* to imitate, as teacher.h says; NULL: learn from references */
    char *name;      /* of the style, where the teacher is a folder; NULL otherwise */
    char *init;      /* style to start from; "none": none, NULL: the nearest */
    char **content;  /* files and folders; NULL-terminated */
    char **features; /* feature-network files, NULL-terminated; NULL: the built-in ones */
    char *size;      /* of the generator: nano, small, base */
    double minutes;  /* how long to train; 0: as many steps as are given */
    int steps, batch, crop;
    AdamOptions generator_adam, discriminator_adam;
    Gan gan;
    gboolean noise;  /* whether the generator sees noise beside the picture, to paint from */
    double average;  /* decay of the moving average of the weights, which is what is saved */
    double captions; /* share of the crops into which text is drawn */
    gint64 seed;
    char *device; /* selector, or NULL */
    int checkpoint_every;
    gboolean resume;
    char *preview;               /* folder, or NULL */
    char *attribution, *licence; /* for the style file, or NULL */
    char *out;                   /* file to write */
    double weights[N_TERMS];
    char *command; /* the command line, for the record */
} TrainOptions;

/* The options with the defaults of `train`, which a command may change before it reads its arguments. */
TrainOptions *train_options_new(char **argv);

/*
 * Reads the arguments (@argv[0] is the subcommand; NULL-terminated) and checks them. Prints the help and exits for
 * --help.
 * @usage: what the subcommand does, for the help
 * @own: options that only this subcommand has
 * @error: IDIOM_ERROR_ARGUMENT or of G_OPTION_ERROR, naming the option and what is allowed
 */
gboolean train_options_parse(TrainOptions *options, char **argv, const char *usage, const GOptionEntry *own,
                             GError **error);
void train_options_free(TrainOptions *options);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TrainOptions, train_options_free)

/*
 * The options on which the trained weights depend, as a new string -> string map: the keys are option names. What a
 * resumed training must have in common with its checkpoint.
 */
GHashTable *train_options_describe(const TrainOptions *options);

/* Whether @name, given with --@option, may be the name of a style. @error: IDIOM_ERROR_ARGUMENT. */
gboolean train_options_check_name(const char *option, const char *name, GError **error);

/* @out without ".safetensors", and @suffix: names of the files that a training writes beside its result. */
char *train_options_beside(const TrainOptions *options, const char *suffix);

#endif
