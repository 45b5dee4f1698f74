/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cooperative matrices: which of the shapes that a device lists is used. */
#include "vk.h"

#include <gio/gio.h>

#ifdef VK_KHR_cooperative_matrix
/* The sums of a workgroup are 32 x 32, its inputs come by 16; and fp16 with fp32 sums is what kernels are written for. */
static gboolean suits(const VkCooperativeMatrixPropertiesKHR *p)
{
    return p->AType == VK_COMPONENT_TYPE_FLOAT16_KHR && p->BType == VK_COMPONENT_TYPE_FLOAT16_KHR &&
           p->CType == VK_COMPONENT_TYPE_FLOAT32_KHR && p->ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR &&
           p->scope == VK_SCOPE_SUBGROUP_KHR && 16 % p->MSize == 0 && 16 % p->NSize == 0 &&
           16 % p->KSize == 0 && p->MSize >= 8 && p->NSize >= 8 && p->KSize >= 4;
}

/* Shaders may be missing: not every compiler can make them. */
static gboolean has_shaders(void)
{
    return g_resources_get_info("/org/idiom/shaders/conv2d_matrix.vec16.spv", G_RESOURCE_LOOKUP_FLAGS_NONE,
                                NULL, NULL, NULL);
}

void idiom_matrix_choose(IdiomDevice *device)
{
    PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR list_shapes =
        (PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR)vkGetInstanceProcAddr(
            device->instance, "vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR");
    guint32 count = 0;

    if (!device->features.matrix || !list_shapes || !has_shaders() ||
        list_shapes(device->physical, &count, NULL) != VK_SUCCESS)
        return;
    g_autofree VkCooperativeMatrixPropertiesKHR *shapes = g_new0(VkCooperativeMatrixPropertiesKHR, count + 1);
    for (guint32 i = 0; i < count; i++)
        shapes[i].sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR;
    if (list_shapes(device->physical, &count, shapes) != VK_SUCCESS)
        return;
    for (guint32 i = 0; i < count; i++) {
        const VkCooperativeMatrixPropertiesKHR *p = &shapes[i];
        if (suits(p) &&
            p->MSize * p->NSize * p->KSize > device->matrix.m * device->matrix.n * device->matrix.depth)
            device->matrix = (IdiomMatrix){p->MSize, p->NSize, p->KSize, device->info.subgroup_size};
    }
}
#else
void idiom_matrix_choose(IdiomDevice *device)
{
    (void)device; /* the headers do not know them */
}
#endif
