/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_ERROR_H
#define IDIOM_ERROR_H

#include <glib.h>
#include <idiom/api.h>

G_BEGIN_DECLS

/**
 * IDIOM_ERROR:
 *
 * Error domain of every GError that libidiom returns.
 */
#define IDIOM_ERROR (idiom_error_quark())

/**
 * IdiomError:
 * @IDIOM_ERROR_NO_DEVICE: no Vulkan device, or none that matches the selector
 * @IDIOM_ERROR_FEATURE: the device lacks something that is needed; the message names it
 * @IDIOM_ERROR_MEMORY: device or host memory exhausted; the message names the size asked for
 * @IDIOM_ERROR_DEVICE_LOST: the device was lost; everything made from it must be freed
 * @IDIOM_ERROR_VULKAN: any other Vulkan failure
 * @IDIOM_ERROR_SHAPE: tensor shapes that do not fit together, or exceed a limit
 * @IDIOM_ERROR_FILE: a file that cannot be read or written
 * @IDIOM_ERROR_FORMAT: a file whose content is not valid; the message names file, field and limit
 * @IDIOM_ERROR_ARGUMENT: an argument outside its range
 * @IDIOM_ERROR_NOT_FINITE: NaN or infinity where a number was needed
 * @IDIOM_ERROR_BUSY: something has to be taken out first
 */
typedef enum {
    IDIOM_ERROR_NO_DEVICE,
    IDIOM_ERROR_FEATURE,
    IDIOM_ERROR_MEMORY,
    IDIOM_ERROR_DEVICE_LOST,
    IDIOM_ERROR_VULKAN,
    IDIOM_ERROR_SHAPE,
    IDIOM_ERROR_FILE,
    IDIOM_ERROR_FORMAT,
    IDIOM_ERROR_ARGUMENT,
    IDIOM_ERROR_NOT_FINITE,
    IDIOM_ERROR_BUSY,
} IdiomError;

/**
 * idiom_error_quark:
 *
 * Returns: the quark that #IDIOM_ERROR is
 */
IDIOM_API GQuark idiom_error_quark(void);

G_END_DECLS

#endif
