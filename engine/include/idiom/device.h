/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_DEVICE_H
#define IDIOM_DEVICE_H

#include <idiom/error.h>

G_BEGIN_DECLS

/** A Vulkan device, opened and ready for compute. Reference counted, thread-safe. */
typedef struct IdiomDevice IdiomDevice;

/**
 * IdiomFamily: which kernels a device runs.
 * @IDIOM_FAMILY_LANE: one SIMD lane is one pixel, activations read as texels; CPU drivers (lavapipe)
 * @IDIOM_FAMILY_VECTOR: activations in storage buffers, shared-memory tiles; GPUs
 */
typedef enum {
    IDIOM_FAMILY_LANE,
    IDIOM_FAMILY_VECTOR,
} IdiomFamily;

/**
 * IdiomPrecision: how activations are stored. Accumulation is always fp32; parameters are always fp32.
 */
typedef enum {
    IDIOM_FP32,
    IDIOM_FP16,
} IdiomPrecision;

/**
 * What is known of a device. Strings live as long as the device. Only the library makes one, and later versions may add
 * fields at its end: read it through the pointer, and do not copy it.
 */
typedef struct {
    const char *name;         /**< as the driver names it */
    const char *driver;       /**< driver name and version, human-readable */
    const char *type;         /**< "discrete", "integrated", "virtual", "cpu" or "other" */
    IdiomFamily family;       /**< default kernel family for this device */
    IdiomPrecision fastest;   /**< storage with which inference is fastest */
    gboolean fp16;            /**< IDIOM_FP16 storage is available */
    guint64 heap_bytes;       /**< size of the largest device-local heap */
    guint max_plane_dim;      /**< largest width or height of a tensor, in pixels */
    guint64 max_tensor_bytes; /**< largest tensor of activations */
    guint subgroup_size;      /**< invocations in a subgroup */
} IdiomDeviceInfo;

/**
 * idiom_device_open:
 * @selector: NULL or "" for the environment variable IDIOM_DEVICE, and without that the default (discrete,
 *   integrated, virtual, CPU, in this order); a decimal index into idiom_device_list(); or a part of a device's
 *   name, compared without case
 * @error: IDIOM_ERROR_NO_DEVICE, IDIOM_ERROR_FEATURE, IDIOM_ERROR_MEMORY, IDIOM_ERROR_VULKAN
 *
 * Opens a device. With IDIOM_VALIDATE=1 in the environment the Khronos validation layer runs with
 * synchronization validation; see idiom_device_validation_messages(). With IDIOM_FAMILY=lane or vector in the
 * environment that kernel family is used instead of the default.
 *
 * Returns: (transfer full): the device, or NULL
 */
IDIOM_API IdiomDevice *idiom_device_open(const char *selector, GError **error);

IDIOM_API IdiomDevice *idiom_device_ref(IdiomDevice *device);
IDIOM_API void idiom_device_unref(IdiomDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomDevice, idiom_device_unref)

/** idiom_device_info: facts about @device. Thread-safe. */
IDIOM_API const IdiomDeviceInfo *idiom_device_info(const IdiomDevice *device);

/**
 * idiom_device_free_memory: bytes of the largest device-local heap that may still be allocated: what the driver's budget
 * leaves (VK_EXT_memory_budget) or, where it tells none, the heap less what @device has taken so far. Nothing is
 * reserved. Thread-safe.
 */
IDIOM_API guint64 idiom_device_free_memory(IdiomDevice *device);

/**
 * idiom_device_list:
 * Returns: (transfer full): NULL-terminated array of "name (type, driver)" lines in index order; free with
 *   g_strfreev(); NULL with @error set if Vulkan is not available
 */
IDIOM_API char **idiom_device_list(GError **error);

/** idiom_device_is_lost: whether @device was lost: it failed, or did not answer for long. It has to be opened again. */
IDIOM_API gboolean idiom_device_is_lost(const IdiomDevice *device);

/** idiom_device_validation_messages: warnings and errors of the validation layer so far; 0 without IDIOM_VALIDATE. */
IDIOM_API guint idiom_device_validation_messages(const IdiomDevice *device);

G_END_DECLS

#endif
