/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TRAIN_H
#define TRAIN_H

#include "tool/options.h"

/*
 * Trains a style as @options say and writes it to options->out, at every checkpoint and at the end. Beside it: NAME.csv,
 * a row per step, and NAME.checkpoint.safetensors, from which a training that was interrupted goes on with --resume to
 * the same weights, bit for bit, unless the time was given instead of the steps. SIGINT and SIGTERM end a training with
 * a checkpoint.
 *
 * Returns: FALSE with @error set; the style file is then that of the last checkpoint, or what it was before.
 */
gboolean train_style(const TrainOptions *options, GError **error);

#endif
