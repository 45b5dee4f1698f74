/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LOSSES_H
#define LOSSES_H

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
 *   palette   colours as many of each as the style has: see palette.h
 *   chroma, faces   chroma changes where the photo's colours do, detail stays where skin is: see regions.h
 *   temporal  mean squared difference of the outputs for two views of a moving scene, the first warped to the second,
 *             where both see the same and no edge is near; and the same, relative to the variance, of their features at
 *             the content layer whose maps divide the picture evenly, if there is one (both levels: Gao et al.,
 *             arXiv 1807.01197). Only the second output is pulled towards the first.
 */
typedef struct {
    const char *style_layers, *content_layers;     /* "LAYER:WEIGHT,...", layers as in features.h */
    double style, content, luma, tv, hf, temporal; /* weights; 0 leaves the term out */
} LossConfig;

extern const LossConfig loss_defaults;

/* A picture of a style: RGB floats 0..1, [3,h,w]; weights are relative to each other. */
typedef struct {
    const float *values;
    guint w, h;
    double weight;
} Reference;

/* The terms' fixed parts: parsed layers and the statistics of the styles. */
typedef struct Losses Losses;

/* @config, @features: kept by the caller, longer than the result. @error: IDIOM_ERROR_ARGUMENT for a bad layer. */
Losses *losses_new(const LossConfig *config, IdiomFeatures *features, IdiomDevice *device, GError **error);
void losses_free(Losses *losses);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Losses, losses_free)

/*
 * Computes the statistics of one more style: its Gram matrices are those of the pixels of all @references, a picture
 * counting by its weight. Styles count from 0 in the order in which they are added.
 */
gboolean losses_add_style(Losses *losses, const Reference *references, guint n_references, GError **error);

/* Those of @layers ("LAYER:WEIGHT,...") that @features have; the names of the others are added to @missing, if given. */
char *available_layers(const IdiomFeatures *features, const char *layers, GString *missing);

/*
 * Statistics of style @style at style layer number @layer: @mean [channels], @gram [channels,channels] of features less
 * their mean. Returns the layer's name; NULL past the last layer.
 */
const char *losses_style_statistics(const Losses *losses, guint style, guint layer, guint *channels,
                                    const float **mean, const float **gram);

/* |T|^2 of style @style at each style layer, in order; NULL past the last layer. For tests and reports. */
const char *losses_style_energy(const Losses *losses, guint style, guint layer, double *energy);

/*
 * The content term at one layer, a flat scalar: mean squared difference of the features @output and @content over the
 * variance of @content's.
 */
IdiomTensor *content_distance(IdiomGraph *graph, IdiomTensor *output, IdiomTensor *content);

typedef struct {
    const char *name; /* several terms (one per layer) may share it */
    IdiomTensor *value;
    double weight;
} LossTerm;

/* The terms in one graph. */
typedef struct Objective Objective;

/*
 * @content, @output: planes [n,3,h,w]: the pictures and what the generator made of them
 * @taught: NULL, or planes [n,3,h,w]: what a teacher made of the same pictures, which is then what style and content are
 *   compared with, as taught.h says; the layers' weights are relative to each other
 * Builds style, content, luma, tv and hf. At least one style must have been added if style has a weight, unless taught.
 * The result may outlive the graph only as far as objective_terms() goes with the graph's program.
 */
Objective *objective_new(const Losses *losses, IdiomGraph *graph, IdiomTensor *content, IdiomTensor *output,
                         IdiomTensor *taught);
void objective_free(Objective *objective);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Objective, objective_free)

/*
 * Adds the temporal term to an objective whose output is that for the second view.
 * @before: the output for the first view
 * @flow: planes [n,2,h,w]: the second view shows at (y, x) what the first shows at (y + flow[1], x + flow[0])
 *   where that is outside, nothing is compared
 */
void objective_add_temporal(Objective *objective, IdiomTensor *before, IdiomTensor *flow);

/*
 * Add terms of these names, unless @weight is 0. @content, @output: planes [n,3,h,w], sides even and at least 16. @mask:
 * planes [n,1,h,w], where text is. The strokes are those of the style that is set.
 */
void objective_add_legibility(Objective *objective, IdiomTensor *content, IdiomTensor *output,
                              IdiomTensor *mask, double weight);
void objective_add_line(Objective *objective, IdiomTensor *content, IdiomTensor *output, double weight);
void objective_add_edges(Objective *objective, IdiomTensor *content, IdiomTensor *output, double weight);
void objective_add_strokes(Objective *objective, IdiomTensor *output, double weight);
/* Of the style that is set or, unless @taught is NULL, of the teacher's pictures, each of its own. */
void objective_add_palette(Objective *objective, IdiomTensor *output, IdiomTensor *taught, double weight);
/* @taught: the teacher's pictures, or NULL */
void objective_add_chroma(Objective *objective, IdiomTensor *content, IdiomTensor *output,
                          IdiomTensor *taught, double weight);
/* Legibility of what may be skin in @content. */
void objective_add_faces(Objective *objective, IdiomTensor *content, IdiomTensor *output, double weight);

/* Adds any other term; @name is kept by the caller. */
void objective_add(Objective *objective, const char *name, IdiomTensor *value, double weight);

/* All terms so far; valid until the next one is added. */
const LossTerm *objective_terms(const Objective *objective, guint *count);

/* idiom_graph_differentiate() of the total. */
IdiomTensor *objective_differentiate(const Objective *objective, IdiomParams *params);

/* Before runs: the style that @program's next runs aim at. */
void objective_set_style(const Objective *objective, IdiomProgram *program, guint style);

/* After a run: weighted sum of the terms called @name, or of all if NULL. Terms must be outputs of @program. */
double objective_value(const Objective *objective, IdiomProgram *program, const char *name);

#endif
