/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_DEVICE_H
#define IDIOM_DEVICE_H

#include <idiom/error.h>

G_BEGIN_DECLS

/**
 * IdiomDevice:
 *
 * A Vulkan device, opened and ready for compute. Reference counted, thread-safe.
 */
typedef struct IdiomDevice IdiomDevice;

/**
 * IdiomFamily:
 * @IDIOM_FAMILY_LANE: one SIMD lane is one pixel, activations read as texels; CPU drivers (lavapipe)
 * @IDIOM_FAMILY_VECTOR: activations in storage buffers, shared-memory tiles; GPUs
 *
 * Which kernels a device runs.
 */
typedef enum {
    IDIOM_FAMILY_LANE,
    IDIOM_FAMILY_VECTOR,
} IdiomFamily;

/**
 * IdiomPrecision:
 *
 * How activations are stored. Accumulation is always fp32; parameters are always fp32.
 */
typedef enum {
    IDIOM_FP32,
    IDIOM_FP16,
} IdiomPrecision;

/**
 * IdiomDeviceInfo:
 * @name: as the driver names it
 * @driver: driver name and version, for people
 * @type: "discrete", "integrated", "virtual", "cpu" or "other"
 * @family: kernel family that runs on this device
 * @fastest: storage with which inference is fastest
 * @fp16: whether IDIOM_FP16 storage is available
 * @heap_bytes: size of the largest device-local heap
 * @max_plane_dim: largest width or height of a tensor, in pixels
 * @max_tensor_bytes: largest tensor of activations
 * @subgroup_size: invocations in a subgroup
 *
 * What is known of a device. Strings live as long as the device. Only the library makes one, and later versions may add
 * fields at its end: read it through the pointer, and do not copy it.
 */
typedef struct {
    const char *name;
    const char *driver;
    const char *type;
    IdiomFamily family;
    IdiomPrecision fastest;
    gboolean fp16;
    guint64 heap_bytes;
    guint max_plane_dim;
    guint64 max_tensor_bytes;
    guint subgroup_size;
} IdiomDeviceInfo;

/**
 * idiom_device_open: (skip)
 * @selector: (nullable): %NULL or "" for the environment variable IDIOM_DEVICE, and without that the default (discrete,
 *   integrated, virtual, CPU, in this order); a decimal index into idiom_device_list(); or a part of a device's
 *   name, compared without case
 * @error: IDIOM_ERROR_NO_DEVICE, IDIOM_ERROR_FEATURE, IDIOM_ERROR_MEMORY, IDIOM_ERROR_VULKAN
 *
 * Opens a device. With IDIOM_VALIDATE=1 in the environment the Khronos validation layer runs with
 * synchronization validation; see idiom_device_validation_messages(). With IDIOM_FAMILY=lane or vector in the
 * environment that kernel family is used instead of the default.
 *
 * Returns: (transfer full): the device, or %NULL
 */
IDIOM_API IdiomDevice *idiom_device_open(const char *selector, GError **error);

/**
 * idiom_device_shared: (skip)
 * @selector: (nullable): as for idiom_device_open()
 * @error: as for idiom_device_open()
 *
 * Opens a device, or gives the one that is open already to all who ask for it, however they name it. One that was lost is
 * opened anew for the next who asks. Thread-safe; slow for the first one only.
 *
 * Returns: (transfer full): the device, or NULL
 */
IDIOM_API IdiomDevice *idiom_device_shared(const char *selector, GError **error);

/**
 * idiom_device_ref: (skip)
 * @device: a device
 *
 * Returns: (transfer full): @device, with one reference more
 */
IDIOM_API IdiomDevice *idiom_device_ref(IdiomDevice *device);

/**
 * idiom_device_unref:
 * @device: (nullable): a device
 *
 * Gives a reference back; with the last one the device is closed.
 */
IDIOM_API void idiom_device_unref(IdiomDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomDevice, idiom_device_unref)

/**
 * idiom_device_info:
 * @device: a device
 *
 * Thread-safe.
 *
 * Returns: (transfer none): facts about @device
 */
IDIOM_API const IdiomDeviceInfo *idiom_device_info(const IdiomDevice *device);

/**
 * idiom_device_free_memory:
 * @device: a device
 *
 * How much memory is left: what the driver's budget leaves (VK_EXT_memory_budget) or, where there is none, the heap less
 * what @device has taken so far. Nothing is reserved. Thread-safe.
 *
 * Returns: bytes of the largest device-local heap that may still be allocated
 */
IDIOM_API guint64 idiom_device_free_memory(IdiomDevice *device);

/**
 * idiom_device_list:
 * @error: IDIOM_ERROR_NO_DEVICE, IDIOM_ERROR_MEMORY, IDIOM_ERROR_VULKAN
 *
 * Lists the devices of this machine.
 *
 * Returns: (transfer full) (array zero-terminated=1): "name (type, driver)" lines in index order; free with
 *   g_strfreev(); %NULL on failure
 */
IDIOM_API char **idiom_device_list(GError **error);

/**
 * idiom_device_is_lost:
 * @device: a device
 *
 * Returns: whether @device was lost: it failed, or did not answer for long. It has to be opened again.
 */
IDIOM_API gboolean idiom_device_is_lost(const IdiomDevice *device);

/**
 * idiom_device_validation_messages:
 * @device: a device
 *
 * Returns: warnings and errors of the validation layer so far; 0 without IDIOM_VALIDATE
 */
IDIOM_API guint idiom_device_validation_messages(const IdiomDevice *device);

G_END_DECLS

#endif
