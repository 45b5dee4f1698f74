/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_STYLE_H
#define IDIOM_STYLE_H

#include <idiom/error.h>

G_BEGIN_DECLS

/**
 * IdiomStyle:
 *
 * A style file: a safetensors file with the parameters of a generator and, in its metadata, the architecture and the
 * story of its making. Fields that make it a style file:
 *
 * - format: "idiom-style"
 * - version: "1"
 * - channels, blocks, mid: size of the generator
 * - styles: how many there are in the file
 * - tail: "nnx" or "bhx"
 * - names: of the styles, separated by commas, as many as styles
 *
 * A style may be a network of other people instead: an ONNX file (where the library was built with it), or a safetensors
 * file that `idiom-train import` made of one, which has "network" (its graph as JSON), "input-range", "output-range" and
 * "channel-order" in place of the generator's sizes.
 *
 * A file that reads styles off pictures has "reader": "1", and the tensors that idiom-unstable/reader.h tells of.
 *
 * Everything else (licence, references, command, seed, losses, ...) is free text for people.
 *
 * An IdiomStyle is such a file in host memory. It does not change: thread-safe.
 */
typedef struct IdiomStyle IdiomStyle;

/**
 * IDIOM_STYLE_DEFAULT:
 *
 * The style that is used where none is named.
 */
#define IDIOM_STYLE_DEFAULT "starry-night"

/**
 * IDIOM_STYLE_NONE:
 *
 * In place of a style's name where one is shown: the source as it is. No file; a style of this name needs a path.
 */
#define IDIOM_STYLE_NONE "none"

/**
 * idiom_style_load: (skip)
 * @path: name of a file
 * @error: IDIOM_ERROR_FILE, IDIOM_ERROR_MEMORY; IDIOM_ERROR_FORMAT for another format or version, a field out of range,
 *   a missing or misshapen tensor, a value that is not finite; of an ONNX file one line with its node and the reason
 *
 * Reads a style file, or an ONNX file (by its ending).
 *
 * Returns: (transfer full): the style, or %NULL
 */
IDIOM_API IdiomStyle *idiom_style_load(const char *path, GError **error);

/**
 * idiom_style_free:
 * @style: (nullable): a style
 *
 * Frees a style.
 */
IDIOM_API void idiom_style_free(IdiomStyle *style);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomStyle, idiom_style_free)

/**
 * idiom_style_names:
 * @style: a style
 *
 * Returns: (transfer none) (array zero-terminated=1): names of the styles in the file
 */
IDIOM_API const char *const *idiom_style_names(const IdiomStyle *style);

/**
 * idiom_style_index:
 * @style: a style
 * @name: one of its names
 *
 * Returns: where @name is in idiom_style_names(), or -1
 */
IDIOM_API int idiom_style_index(const IdiomStyle *style, const char *name);

/**
 * idiom_style_parse_mix:
 * @style: a style
 * @text: (nullable): weights of the file's styles: "NAME:WEIGHT,NAME:WEIGHT", WEIGHT a decimal number of 0 or more,
 *   without one 1; styles that are not named have weight 0. %NULL or "" is the first style alone.
 * @weights: (out caller-allocates) (array): receives a weight for each style of the file, in the order of
 *   idiom_style_names(); their sum is 1
 * @error: IDIOM_ERROR_ARGUMENT, naming the offending part, and for an unknown name the styles that there are
 *
 * Reads a mix of the styles in the file.
 *
 * Returns: whether @text is a mix of @style
 */
IDIOM_API gboolean idiom_style_parse_mix(const IdiomStyle *style, const char *text, float *weights,
                                         GError **error);

/**
 * idiom_style_reads:
 * @style: a style
 *
 * Returns: whether idiom_style_read() can make styles of it, off pictures
 */
IDIOM_API gboolean idiom_style_reads(const IdiomStyle *style);

/**
 * idiom_style_metadata:
 * @style: a style
 *
 * Returns: (transfer none) (element-type utf8 utf8): all fields of the file; read only
 */
IDIOM_API GHashTable *idiom_style_metadata(const IdiomStyle *style);

/**
 * idiom_style_find:
 * @name: (nullable): a path (it has a '/' or ends in ".safetensors" or ".onnx"), or a bare name, or %NULL for IDIOM_STYLE_DEFAULT
 * @error: IDIOM_ERROR_FILE: says where was looked and which styles there are; also for IDIOM_STYLE_NONE, which has no file
 *
 * A bare name is NAME.safetensors in, one after the other: the folders of the environment variable IDIOM_STYLE_PATH
 * (separated by colons), idiom/styles in the user's data folder, and the folder of the installed styles.
 *
 * Returns: (transfer full): path of a file that exists
 */
IDIOM_API char *idiom_style_find(const char *name, GError **error);

/**
 * idiom_style_list:
 *
 * Returns: (transfer full) (array zero-terminated=1): bare names of all styles in the folders of idiom_style_find(),
 *   sorted; free with g_strfreev()
 */
IDIOM_API char **idiom_style_list(void);

G_END_DECLS

#endif
