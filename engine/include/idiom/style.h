/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_STYLE_H
#define IDIOM_STYLE_H

#include <idiom/error.h>

G_BEGIN_DECLS

/**
 * A style file: a safetensors file (tensorfile.h) with the parameters of a generator and, in its metadata, the
 * architecture and the story of its making. Fields that make it a style file:
 *
 *   format    "idiom-style"
 *   version   "1"
 *   channels, blocks, mid, styles   numbers of IdiomGeneratorConfig
 *   tail      "nnx" or "bhx"
 *   names     of the styles, separated by commas, as many as styles
 *
 * Everything else (licence, references, command, seed, losses, ...) is free text for people.
 *
 * An IdiomStyle is such a file in host memory. It does not change: thread-safe.
 */
typedef struct IdiomStyle IdiomStyle;

#define IDIOM_STYLE_DEFAULT "starry-night" /**< used where no style is named */

/**
 * idiom_style_load:
 * @error: as idiom_tensor_file_open() and idiom_tensor_file_read(); IDIOM_ERROR_FORMAT for another format or
 *   version, a field out of range, a missing or misshapen tensor, a value that is not finite
 *
 * Returns: (transfer full): the style, or NULL
 */
IDIOM_API IdiomStyle *idiom_style_load(const char *path, GError **error);
IDIOM_API void idiom_style_free(IdiomStyle *style);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomStyle, idiom_style_free)

/** idiom_style_names: names of the styles in the order of the rows of the norms; NULL-terminated. */
IDIOM_API const char *const *idiom_style_names(const IdiomStyle *style);
/** idiom_style_index: row of the style @name, or -1. */
IDIOM_API int idiom_style_index(const IdiomStyle *style, const char *name);
/**
 * idiom_style_parse_mix:
 * @text: weights of the file's styles: "NAME:WEIGHT,NAME:WEIGHT", WEIGHT a decimal number of 0 or more, without one 1;
 *   styles that are not named have weight 0. NULL or "" is the first style alone.
 * @weights: receives a weight for each style of the file, in the order of idiom_style_names(); their sum is 1
 * @error: IDIOM_ERROR_ARGUMENT, naming the offending part, and for an unknown name the styles that there are
 */
IDIOM_API gboolean idiom_style_parse_mix(const IdiomStyle *style, const char *text, float *weights,
                                         GError **error);
/** idiom_style_metadata: string -> string: all fields of the file. Read only. */
IDIOM_API GHashTable *idiom_style_metadata(const IdiomStyle *style);

/**
 * idiom_style_find:
 * @name: a path (it has a '/' or ends in ".safetensors"), or a bare name, or NULL for IDIOM_STYLE_DEFAULT
 * @error: IDIOM_ERROR_FILE: says where was looked and which styles there are
 *
 * A bare name is NAME.safetensors in, one after the other: the folders of the environment variable IDIOM_STYLE_PATH
 * (separated by colons), idiom/styles in the user's data folder, and the folder of the installed styles.
 *
 * Returns: (transfer full): path of a file that exists
 */
IDIOM_API char *idiom_style_find(const char *name, GError **error);

/** idiom_style_list: (transfer full): bare names of all styles in those folders, sorted; free with g_strfreev(). */
IDIOM_API char **idiom_style_list(void);

G_END_DECLS

#endif
