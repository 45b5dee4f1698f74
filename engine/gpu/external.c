/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that belongs to others: host memory and dmabufs as buffers, and copies from and to their images. */
#include "vk.h"

#include <idiom/frame.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct IdiomExternal {
    IdiomDevice *device;
    VkDeviceMemory memory;
    IdiomBuffer buffer;
};

void idiom_external_free(IdiomExternal *external)
{
    if (!external)
        return;
    VkDevice vk = external->device->device;
    idiom_device_settle(external->device);
    vkDestroyBuffer(vk, external->buffer.handle, NULL);
    vkFreeMemory(vk, external->memory, NULL);
    idiom_device_unref(external->device);
    g_free(external);
}

void idiom_dmabuf_free(IdiomDmabuf *dmabuf)
{
    idiom_external_free(dmabuf);
}

IdiomBuffer *idiom_external_buffer(IdiomExternal *external)
{
    return &external->buffer;
}

static IdiomExternal *make_buffer(IdiomDevice *device, gsize size, VkExternalMemoryHandleTypeFlags type,
                                  GError **error)
{
    VkExternalMemoryBufferCreateInfo external = {
        .sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO, .handleTypes = type};
    VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                               .pNext = &external,
                               .size = size,
                               .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    VkBuffer handle = VK_NULL_HANDLE;

    if (!IDIOM_VK_MAKE(&handle, vkCreateBuffer(device->device, &info, NULL, &handle), "creating a buffer",
                       error))
        return NULL;
    IdiomExternal *made = g_new0(IdiomExternal, 1);
    made->device = idiom_device_ref(device);
    made->buffer.handle = handle;
    made->buffer.size = size;
    return made;
}

/* @import: how the memory is had; @types: memory types it may be of */
static gboolean bind(IdiomExternal *external, const void *import, guint32 types, const char *what,
                     GError **error)
{
    VkDevice vk = external->device->device;
    VkMemoryRequirements req;

    vkGetBufferMemoryRequirements(vk, external->buffer.handle, &req);
    VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .pNext = import,
                                 .allocationSize = external->buffer.size,
                                 .memoryTypeIndex = (guint32)g_bit_nth_lsf(types & req.memoryTypeBits, -1)};
    if (!(types & req.memoryTypeBits) || req.size > external->buffer.size) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "%s: %s has no suitable type of memory", what,
                    external->device->name);
        return FALSE;
    }
    return IDIOM_VK_MAKE(&external->memory, vkAllocateMemory(vk, &info, NULL, &external->memory), what,
                         error) &&
           idiom_vk_check(vkBindBufferMemory(vk, external->buffer.handle, external->memory, 0), what, error);
}

/* In bytes; 0: the device takes none. */
static gsize host_alignment(IdiomDevice *device)
{
    VkPhysicalDeviceExternalMemoryHostPropertiesEXT host = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_MEMORY_HOST_PROPERTIES_EXT};
    VkPhysicalDeviceProperties2 props = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2,
                                         .pNext = &host};

    if (!device->features.host_memory)
        return 0;
    vkGetPhysicalDeviceProperties2(device->physical, &props);
    return host.minImportedHostPointerAlignment;
}

gboolean idiom_external_takes_host(IdiomDevice *device, gconstpointer memory, gsize size)
{
    const gsize alignment = host_alignment(device), page = (gsize)sysconf(_SC_PAGESIZE);

    return size && alignment && (gsize)memory % alignment == 0 &&
           (alignment <= page || size % alignment == 0);
}

IdiomExternal *idiom_external_from_host(IdiomDevice *device, gpointer memory, gsize size, GError **error)
{
    static const char what[] = "importing host memory";
    const VkExternalMemoryHandleTypeFlagBits type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_HOST_ALLOCATION_BIT_EXT;
    VkMemoryHostPointerPropertiesEXT props = {.sType = VK_STRUCTURE_TYPE_MEMORY_HOST_POINTER_PROPERTIES_EXT};
    VkImportMemoryHostPointerInfoEXT import = {.sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_HOST_POINTER_INFO_EXT,
                                               .handleType = type,
                                               .pHostPointer = memory};
    PFN_vkGetMemoryHostPointerPropertiesEXT get =
        (PFN_vkGetMemoryHostPointerPropertiesEXT)vkGetDeviceProcAddr(device->device,
                                                                     "vkGetMemoryHostPointerPropertiesEXT");
    const gsize alignment = host_alignment(device), whole = (size + alignment - 1) / alignment * alignment;
    IdiomExternal *external = make_buffer(device, whole, type, error);

    if (external && (!idiom_vk_check(get(device->device, type, memory, &props), what, error) ||
                     !bind(external, &import, props.memoryTypeBits, what, error)))
        g_clear_pointer(&external, idiom_external_free);
    return external;
}

/* Takes @fd over, also on failure. */
static gboolean bind_dmabuf(IdiomExternal *external, int fd, GError **error)
{
    static const char what[] = "importing a dmabuf";
    const VkExternalMemoryHandleTypeFlagBits type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT;
    VkDevice vk = external->device->device;
    VkMemoryFdPropertiesKHR props = {.sType = VK_STRUCTURE_TYPE_MEMORY_FD_PROPERTIES_KHR};
    VkImportMemoryFdInfoKHR import = {
        .sType = VK_STRUCTURE_TYPE_IMPORT_MEMORY_FD_INFO_KHR, .handleType = type, .fd = fd};
    PFN_vkGetMemoryFdPropertiesKHR get =
        (PFN_vkGetMemoryFdPropertiesKHR)vkGetDeviceProcAddr(vk, "vkGetMemoryFdPropertiesKHR");

    gboolean ok = idiom_vk_check(get(vk, type, fd, &props), what, error) &&
                  bind(external, &import, props.memoryTypeBits, what, error);
    if (!external->memory) /* with the memory it would be Vulkan's */
        close(fd);
    return ok;
}

IdiomDmabuf *idiom_dmabuf_import(IdiomDevice *device, int fd, GError **error)
{
    if (!device->features.dma_buf) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE,
                    "%s imports no dmabufs: it lacks " VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME
                    " or " VK_KHR_EXTERNAL_MEMORY_FD_EXTENSION_NAME,
                    device->name);
        return NULL;
    }
    const off_t size = lseek(fd, 0, SEEK_END);
    const int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (size <= 0 || own < 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_ARGUMENT, "file descriptor %d is no dmabuf: %s", fd,
                    size == 0 ? "it is empty" : g_strerror(errno));
        if (own >= 0)
            close(own);
        return NULL;
    }
    IdiomExternal *external =
        make_buffer(device, (gsize)size, VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT, error);
    if (!external)
        close(own);
    else if (!bind_dmabuf(external, own, error))
        g_clear_pointer(&external, idiom_external_free);
    return external;
}

/* Whether buffers in dmabufs can be made; others may need an allocation of their own for each, which they have anyway. */
static gboolean can_export(IdiomDevice *device)
{
    VkPhysicalDeviceExternalBufferInfo info = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_EXTERNAL_BUFFER_INFO,
        .usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
        .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT};
    VkExternalBufferProperties props = {.sType = VK_STRUCTURE_TYPE_EXTERNAL_BUFFER_PROPERTIES};

    if (!device->features.dma_buf)
        return FALSE;
    vkGetPhysicalDeviceExternalBufferProperties(device->physical, &info, &props);
    return (props.externalMemoryProperties.externalMemoryFeatures &
            VK_EXTERNAL_MEMORY_FEATURE_EXPORTABLE_BIT) != 0;
}

/* Those that the host can map, if there are any. */
static guint32 mappable_types(const IdiomDevice *device)
{
    const VkMemoryPropertyFlags wanted =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    guint32 types = 0;

    for (guint32 i = 0; i < device->memory.memoryTypeCount; i++)
        if ((device->memory.memoryTypes[i].propertyFlags & wanted) == wanted)
            types |= 1u << i;
    return types ? types : G_MAXUINT32;
}

static gboolean bind_exported(IdiomExternal *external, int *fd, GError **error)
{
    static const char what[] = "making a dmabuf";
    VkDevice vk = external->device->device;
    VkMemoryDedicatedAllocateInfo dedicated = {.sType = VK_STRUCTURE_TYPE_MEMORY_DEDICATED_ALLOCATE_INFO,
                                               .buffer = external->buffer.handle};
    VkExportMemoryAllocateInfo export = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
                                         .pNext = &dedicated,
                                         .handleTypes = VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT};
    PFN_vkGetMemoryFdKHR get = (PFN_vkGetMemoryFdKHR)vkGetDeviceProcAddr(vk, "vkGetMemoryFdKHR");

    if (!bind(external, &export, mappable_types(external->device), what, error))
        return FALSE;
    const VkMemoryGetFdInfoKHR info = {.sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR,
                                       .memory = external->memory,
                                       .handleType = VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT};
    return idiom_vk_check(get(vk, &info, fd), what, error);
}

/* Devices allocate in units of up to so many bytes. */
#define EXPORT_UNIT ((gsize)65536)

int idiom_dmabuf_export(IdiomDevice *device, gsize size, GError **error)
{
    const gsize whole = (size + EXPORT_UNIT - 1) / EXPORT_UNIT * EXPORT_UNIT;
    int fd = -1;
    if (!can_export(device)) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "%s makes no dmabufs", device->name);
        return -1;
    }
    IdiomExternal *external =
        make_buffer(device, whole, VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT, error);
    if (external && !bind_exported(external, &fd, error))
        fd = -1;
    idiom_external_free(external);
    return fd;
}

void idiom_commands_copy_rows(IdiomCommands *c, const IdiomRows *from, const IdiomRows *to, gsize row_bytes,
                              guint rows)
{
    /* as one piece, if nothing lies between the rows */
    const gboolean dense = from->stride == row_bytes && to->stride == row_bytes;
    const guint count = dense ? 1 : rows;
    g_autofree VkBufferCopy *regions = g_new(VkBufferCopy, count);

    for (guint i = 0; i < count; i++)
        regions[i] = (VkBufferCopy){from->offset + i * from->stride, to->offset + i * to->stride,
                                    dense ? row_bytes * rows : row_bytes};
    vkCmdCopyBuffer(idiom_commands_vk(c), from->buffer->handle, to->buffer->handle, count, regions);
}

static VkImage handle_of(const IdiomImage *image)
{
#if VK_USE_64_BIT_PTR_DEFINES
    return (VkImage)(gsize)image->image;
#else
    return image->image;
#endif
}

/* Between the layout in which the program has the image, and one for copies. Whatever was done on the queue comes first. */
static void transition(IdiomCommands *c, const IdiomImage *image, VkImageLayout from, VkImageLayout to)
{
    const VkAccessFlags all = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT;
    VkImageMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
                                    .srcAccessMask = all,
                                    .dstAccessMask = all,
                                    .oldLayout = from,
                                    .newLayout = to,
                                    .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                    .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                    .image = handle_of(image),
                                    .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};

    vkCmdPipelineBarrier(idiom_commands_vk(c), VK_PIPELINE_STAGE_ALL_COMMANDS_BIT,
                         VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, NULL, 0, NULL, 1, &barrier);
}

static VkBufferImageCopy image_region(const IdiomImage *image, const IdiomRows *rows)
{
    const VkImageAspectFlags aspect =
        image->plane < 0 ? VK_IMAGE_ASPECT_COLOR_BIT : VK_IMAGE_ASPECT_PLANE_0_BIT << image->plane;

    return (VkBufferImageCopy){.bufferOffset = rows->offset,
                               .bufferRowLength = (guint32)(rows->stride / image->texel_bytes),
                               .imageSubresource = {aspect, 0, 0, 1},
                               .imageExtent = {image->width, image->height, 1}};
}

void idiom_commands_copy_from_image(IdiomCommands *c, const IdiomImage *from, const IdiomRows *to)
{
    const VkBufferImageCopy region = image_region(from, to);

    transition(c, from, from->layout, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL);
    vkCmdCopyImageToBuffer(idiom_commands_vk(c), handle_of(from), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL,
                           to->buffer->handle, 1, &region);
    transition(c, from, VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, from->left);
}

void idiom_commands_copy_to_image(IdiomCommands *c, const IdiomRows *from, const IdiomImage *to)
{
    const VkBufferImageCopy region = image_region(to, from);

    transition(c, to, to->layout, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    vkCmdCopyBufferToImage(idiom_commands_vk(c), from->buffer->handle, handle_of(to),
                           VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1, &region);
    transition(c, to, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, to->left);
}
