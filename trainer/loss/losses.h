/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_LOSSES_H
#define IDIOM_LOSSES_H

#include <idiom-unstable/features.h>
#include <idiom-unstable/program.h>

/*
 * What training makes small. All terms are scalars of the graph; the total is the sum of weight times value.
 *
 *   style     per layer |G - T|^2 / |T|^2 (Frobenius), G the Gram matrix of the output's features less the mean of the
 *             style's, T the same of the style (Gatys et al., arXiv 1508.06576; centred and relative: ours)
 *   content   per layer mean squared difference of output's and content's features, over the variance of the content's
 *             (Johnson et al., arXiv 1603.08155)
 *   luma      variance of the difference in brightness, averaged over 8 x 8 pixels: keeps light and dark where they are
 *   tv        mean squared first differences of the output (total variation)
 *   hf        mean absolute second differences of the output: against patterns of a few pixels
 *   legibility, line   text stays readable, contours are drawn: see expression.h
 *   edges     edges of the content survive: see gradient.h
 *   strokes   per scale, as for style, of the gradients' statistics: see gradient.h
 *   temporal  mean squared difference of the outputs for two views of a moving scene, the first warped to the second,
 *             where both see the same and no edge is near; and the same, relative to the variance, of their features at
 *             the content layer whose maps divide the picture evenly, if there is one (both levels: Gao et al.,
 *             arXiv 1807.01197). Only the second output is pulled towards the first.
 */
typedef struct {
    const char *style_layers, *content_layers;     /* "LAYER:WEIGHT,...", layers as in features.h */
    double style, content, luma, tv, hf, temporal; /* weights; 0 leaves the term out */
} IdiomLossConfig;

extern const IdiomLossConfig idiom_loss_defaults;

/* A picture of a style: RGB floats 0..1, [3,h,w]; weights are relative to each other. */
typedef struct {
    const float *values;
    guint w, h;
    double weight;
} IdiomReference;

/* The terms' fixed parts: parsed layers and the statistics of the styles. */
typedef struct IdiomLosses IdiomLosses;

/* @config, @features: kept by the caller, longer than the result. @error: IDIOM_ERROR_ARGUMENT for a bad layer. */
IdiomLosses *idiom_losses_new(const IdiomLossConfig *config, IdiomFeatures *features, IdiomDevice *device,
                              GError **error);
void idiom_losses_free(IdiomLosses *losses);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomLosses, idiom_losses_free)

/*
 * Computes the statistics of one more style: its Gram matrices are those of the pixels of all @references, a picture
 * counting by its weight. Styles count from 0 in the order in which they are added.
 */
gboolean idiom_losses_add_style(IdiomLosses *losses, const IdiomReference *references, guint n_references,
                                GError **error);

/* Those of @layers ("LAYER:WEIGHT,...") that @features have; the names of the others are added to @missing, if given. */
char *idiom_available_layers(const IdiomFeatures *features, const char *layers, GString *missing);

/*
 * Statistics of style @style at style layer number @layer: @mean [channels], @gram [channels,channels] of features less
 * their mean. Returns the layer's name; NULL past the last layer.
 */
const char *idiom_losses_style_statistics(const IdiomLosses *losses, guint style, guint layer,
                                          guint *channels, const float **mean, const float **gram);

/* |T|^2 of style @style at each style layer, in order; NULL past the last layer. For tests and reports. */
const char *idiom_losses_style_energy(const IdiomLosses *losses, guint style, guint layer, double *energy);

/*
 * The content term at one layer, a flat scalar: mean squared difference of the features @output and @content over the
 * variance of @content's.
 */
IdiomTensor *idiom_content_distance(IdiomGraph *graph, IdiomTensor *output, IdiomTensor *content);

typedef struct {
    const char *name; /* several terms (one per layer) may share it */
    IdiomTensor *value;
    double weight;
} IdiomLossTerm;

/* The terms in one graph. */
typedef struct IdiomObjective IdiomObjective;

/*
 * @content, @output: planes [n,3,h,w]: the pictures and what the generator made of them
 * @taught: @content is what a teacher made of the pictures, and shows the style as well: Gram matrices are compared with
 *   those of @content, centred on its means, instead of with those of a style
 * Builds style, content, luma, tv and hf. At least one style must have been added if style has a weight, unless taught.
 * The result may outlive the graph only as far as idiom_objective_terms() goes with the graph's program.
 */
IdiomObjective *idiom_objective_new(const IdiomLosses *losses, IdiomGraph *graph, IdiomTensor *content,
                                    IdiomTensor *output, gboolean taught);
void idiom_objective_free(IdiomObjective *objective);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomObjective, idiom_objective_free)

/*
 * Adds the temporal term to an objective whose output is that for the second view.
 * @before: the output for the first view
 * @flow: planes [n,2,h,w]: the second view shows at (y, x) what the first shows at (y + flow[1], x + flow[0])
 *   where that is outside, nothing is compared
 */
void idiom_objective_add_temporal(IdiomObjective *objective, IdiomTensor *before, IdiomTensor *flow);

/*
 * Add terms of these names, unless @weight is 0. @content, @output: planes [n,3,h,w], sides even and at least 16. @mask:
 * planes [n,1,h,w], where text is. The strokes are those of the style that is set.
 */
void idiom_objective_add_legibility(IdiomObjective *objective, IdiomTensor *content, IdiomTensor *output,
                                    IdiomTensor *mask, double weight);
void idiom_objective_add_line(IdiomObjective *objective, IdiomTensor *content, IdiomTensor *output,
                              double weight);
void idiom_objective_add_edges(IdiomObjective *objective, IdiomTensor *content, IdiomTensor *output,
                               double weight);
void idiom_objective_add_strokes(IdiomObjective *objective, IdiomTensor *output, double weight);

/* Adds any other term; @name is kept by the caller. */
void idiom_objective_add(IdiomObjective *objective, const char *name, IdiomTensor *value, double weight);

/* All terms so far; valid until the next one is added. */
const IdiomLossTerm *idiom_objective_terms(const IdiomObjective *objective, guint *count);

/* idiom_graph_differentiate() of the total. */
IdiomTensor *idiom_objective_differentiate(const IdiomObjective *objective, IdiomParams *params);

/* Before runs: the style that @program's next runs aim at. */
void idiom_objective_set_style(const IdiomObjective *objective, IdiomProgram *program, guint style);

/* After a run: weighted sum of the terms called @name, or of all if NULL. Terms must be outputs of @program. */
double idiom_objective_value(const IdiomObjective *objective, IdiomProgram *program, const char *name);

#endif
