/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is in a style file, for those who build networks of it or write one; idiom/style.h has the rest. */
#ifndef IDIOM_STYLEFILE_H
#define IDIOM_STYLEFILE_H

#include <idiom/style.h>

#include <idiom-unstable/generator.h>
#include <idiom-unstable/network.h>

G_BEGIN_DECLS

/** idiom_style_ref: (transfer full): @style once more, for idiom_style_free() once more. */
IdiomStyle *idiom_style_ref(IdiomStyle *style);

/** idiom_style_config: architecture of its generator; of a network of other people only the styles. Belongs to @style. */
const IdiomGeneratorConfig *idiom_style_config(const IdiomStyle *style);

/** idiom_style_params: (transfer full): the parameters as a set for idiom_generator_build(). */
IdiomParams *idiom_style_params(const IdiomStyle *style, IdiomDevice *device);

/** idiom_style_shared_params: (transfer full): the same set for all styles with the same values, which nobody may change. */
IdiomParams *idiom_style_shared_params(const IdiomStyle *style, IdiomDevice *device);

/** idiom_style_network: the network of other people that it is, or NULL. Belongs to @style. */
const IdiomNetwork *idiom_style_network(const IdiomStyle *style);

/** idiom_style_keeps: whether it has instance norms, whose statistics idiom_style_build()'s @keep is for. */
gboolean idiom_style_keeps(const IdiomStyle *style);

/** idiom_style_build: what paints, generator or network: see idiom_generator_build(), idiom_network_build(). */
IdiomTensor *idiom_style_build(const IdiomStyle *style, IdiomGraph *graph, IdiomParams *params,
                               IdiomTensor *picture, IdiomTensor *noise, IdiomTensor *mix, IdiomTensor *keep);

/**
 * idiom_style_save:
 * @path: file to write, see idiom_tensor_file_write()
 * @names: config->styles names, NULL-terminated: distinct, no comma, no control characters, 1 to 64 bytes
 * @params: with the parameters of @config, as from idiom_generator_declare()
 * @values: idiom_params_elements() floats to write in place of what @params holds (averaged weights, say), or NULL
 * @metadata: string -> string, more fields; NULL for none
 * @error: IDIOM_ERROR_ARGUMENT, IDIOM_ERROR_FILE, IDIOM_ERROR_NOT_FINITE, or a failed idiom_params_read()
 */
gboolean idiom_style_save(const char *path, const IdiomGeneratorConfig *config, const char *const *names,
                          IdiomParams *params, const float *values, GHashTable *metadata, GError **error);

G_END_DECLS

#endif
