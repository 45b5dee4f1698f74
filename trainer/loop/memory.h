/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MEMORY_H
#define MEMORY_H

#include <idiom/device.h>

/*
 * Reports that @what ("a step", say) needs @needed bytes on @device, and how much is free. FALSE with IDIOM_ERROR_MEMORY
 * if it does not fit; nothing has been allocated then.
 * @hint: the options to lower, "--batch or --crop"
 */
gboolean memory_check(IdiomDevice *device, const char *what, guint64 needed, const char *hint,
                      GError **error);

#endif
