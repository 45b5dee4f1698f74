/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Vulkan device as a program with a Vulkan of its own has one, under the validation layer. */
#ifndef OWN_DEVICE_H
#define OWN_DEVICE_H

#include <idiom/vulkan.h>

typedef struct {
    VkDebugUtilsMessengerEXT messenger;
    guint messages; /* of the validation layer, atomic */
    VkPhysicalDeviceFeatures2 core;
    VkPhysicalDeviceVulkan11Features vulkan11;
    VkPhysicalDeviceVulkan12Features vulkan12;
    VkPhysicalDeviceRobustness2FeaturesEXT robustness2;
    const char *extensions[8];
    GMutex queue_lock;
    guint locked; /* how often */
    IdiomVulkan handles;
} OwnDevice;

/* Makes the device that the tests run on, with all that the library uses. Aborts the test on failure. */
OwnDevice *own_device_new(void);

/* Destroys everything; fails the test if the validation layer has said something, then or before. */
void own_device_free(OwnDevice *own);

#endif
