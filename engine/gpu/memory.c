/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arenas: device memory in growing blocks, cut off piece by piece, freed together. */
#include "vk.h"

#include <string.h>

#define FIRST_BLOCK ((VkDeviceSize)1 << 20)
#define LARGEST_BLOCK ((VkDeviceSize)64 << 20)

typedef struct {
    VkDeviceMemory memory;
    VkDeviceSize size, used;
    guint32 type;
    guint8 *mapped;
} Block;

struct IdiomArena {
    IdiomDevice *device;
    GArray *blocks;
    GPtrArray *buffers, *planes;
    GArray *guards; /* IdiomGuard */
    VkDeviceSize next_block, total;
};

IdiomArena *idiom_arena_new(IdiomDevice *device)
{
    IdiomArena *arena = g_new0(IdiomArena, 1);

    arena->device = idiom_device_ref(device);
    arena->blocks = g_array_new(FALSE, TRUE, sizeof(Block));
    arena->buffers = g_ptr_array_new_with_free_func(g_free);
    arena->planes = g_ptr_array_new_with_free_func(g_free);
    arena->guards = g_array_new(FALSE, FALSE, sizeof(IdiomGuard));
    arena->next_block = FIRST_BLOCK;
    return arena;
}

IdiomArena *idiom_arena_new_exact(IdiomDevice *device)
{
    IdiomArena *arena = idiom_arena_new(device);
    arena->next_block = 0;
    return arena;
}

void idiom_arena_free(IdiomArena *arena)
{
    if (!arena)
        return;
    VkDevice vk = arena->device->device;
    idiom_device_settle(arena->device);
    for (guint i = 0; i < arena->guards->len; i++)
        idiom_guard_check(arena->device, &g_array_index(arena->guards, IdiomGuard, i));
    g_array_unref(arena->guards);
    for (guint i = 0; i < arena->buffers->len; i++) {
        IdiomBuffer *b = g_ptr_array_index(arena->buffers, i);
        vkDestroyBuffer(vk, b->handle, NULL);
    }
    for (guint i = 0; i < arena->planes->len; i++) {
        IdiomPlanes *p = g_ptr_array_index(arena->planes, i);
        vkDestroyBufferView(vk, p->view, NULL);
        vkDestroyBuffer(vk, p->buffer, NULL);
    }
    for (guint i = 0; i < arena->blocks->len; i++) {
        const Block *block = &g_array_index(arena->blocks, Block, i);
        vkFreeMemory(vk, block->memory, NULL);
        idiom_device_count_memory(arena->device, block->type, -(gssize)block->size);
    }
    g_array_unref(arena->blocks);
    g_ptr_array_unref(arena->buffers);
    g_ptr_array_unref(arena->planes);
    idiom_device_unref(arena->device);
    g_free(arena);
}

/* The first memory type among @allowed with @required and, if there is one, @preferred as well; -1 for none. */
static int find_type(const IdiomDevice *device, guint32 allowed, VkMemoryPropertyFlags required,
                     VkMemoryPropertyFlags preferred)
{
    for (int pass = 0; pass < 2; pass++) {
        VkMemoryPropertyFlags wanted = pass == 0 ? required | preferred : required;
        for (guint32 i = 0; i < device->memory.memoryTypeCount; i++)
            if ((allowed >> i & 1) && (device->memory.memoryTypes[i].propertyFlags & wanted) == wanted)
                return (int)i;
    }
    return -1;
}

static VkDeviceSize align_up(VkDeviceSize x, VkDeviceSize alignment)
{
    return (x + alignment - 1) / alignment * alignment;
}

/* Finds room for @req; sets memory, offset and (if mappable) host address. */
static gboolean take(IdiomArena *arena, const VkMemoryRequirements *req, gboolean host,
                     VkDeviceMemory *memory, VkDeviceSize *offset, guint8 **mapped, GError **error)
{
    IdiomDevice *device = arena->device;
    int type = host ? find_type(device, req->memoryTypeBits,
                                VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                                VK_MEMORY_PROPERTY_HOST_CACHED_BIT)
                    : find_type(device, req->memoryTypeBits, 0, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT);
    if (type < 0) {
        g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_MEMORY, "%s has no suitable type of memory",
                    device->info.name);
        return FALSE;
    }
    for (guint i = 0; i < arena->blocks->len; i++) {
        Block *b = &g_array_index(arena->blocks, Block, i);
        VkDeviceSize at = align_up(b->used, req->alignment);
        if (b->type == (guint32)type && at <= b->size && req->size <= b->size - at) {
            b->used = at + req->size;
            *memory = b->memory;
            *offset = at;
            *mapped = b->mapped ? b->mapped + at : NULL;
            return TRUE;
        }
    }

    VkMemoryPropertyFlags flags = device->memory.memoryTypes[type].propertyFlags;
    VkMemoryPropertyFlags mappable =
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
    /* what is large has a block of its own, so that no more than a small part of any block stays empty */
    gboolean alone = req->size >= LARGEST_BLOCK / 4;
    Block block = {.size = alone ? req->size : MAX(arena->next_block, req->size),
                   .used = req->size,
                   .type = (guint32)type};
    VkMemoryAllocateFlagsInfo address = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                         .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT};
    VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .pNext = &address,
                                 .allocationSize = block.size,
                                 .memoryTypeIndex = (guint32)type};
    VkResult result = vkAllocateMemory(device->device, &info, NULL, &block.memory);
    if (result == VK_SUCCESS && (flags & mappable) == mappable) {
        void *p = NULL;
        result = vkMapMemory(device->device, block.memory, 0, VK_WHOLE_SIZE, 0, &p);
        block.mapped = p;
        if (result != VK_SUCCESS)
            vkFreeMemory(device->device, block.memory, NULL);
    }
    if (result != VK_SUCCESS) {
        g_autofree char *what =
            g_strdup_printf("allocating %.1f MiB on top of %.1f MiB on %s", block.size / 1048576.0,
                            arena->total / 1048576.0, device->info.name);
        return idiom_vk_check(result, what, error);
    }
    idiom_device_count_memory(device, block.type, (gssize)block.size);
    arena->total += block.size;
    if (!alone)
        arena->next_block = MIN(arena->next_block * 2, LARGEST_BLOCK);
    g_array_append_val(arena->blocks, block);
    *memory = block.memory;
    *offset = 0;
    *mapped = block.mapped;
    return TRUE;
}

/* A buffer of which @size bytes mean something, and what follows up to @room does not. */
static VkBuffer make_buffer(IdiomArena *arena, gsize size, gsize room, VkBufferUsageFlags usage,
                            gboolean host, guint8 **mapped, GError **error)
{
    VkDevice vk = arena->device->device;
    gsize guard = idiom_guard_bytes();
    VkBufferCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO, .size = room + guard, .usage = usage};
    VkBuffer buffer = VK_NULL_HANDLE;
    VkMemoryRequirements req;
    VkDeviceMemory memory = VK_NULL_HANDLE;
    VkDeviceSize offset = 0;

    if (!idiom_vk_check(vkCreateBuffer(vk, &info, NULL, &buffer), "creating a buffer", error))
        return VK_NULL_HANDLE;
    vkGetBufferMemoryRequirements(vk, buffer, &req);
    /* shaders reach the array through vec4 references */
    req.alignment = MAX(req.alignment, 256);
    req.size += guard;
    if (!take(arena, &req, host, &memory, &offset, mapped, error) ||
        !idiom_vk_check(vkBindBufferMemory(vk, buffer, memory, offset + guard), "binding buffer memory",
                        error)) {
        vkDestroyBuffer(vk, buffer, NULL);
        return VK_NULL_HANDLE;
    }
    if (guard && *mapped) {
        const IdiomGuard g = { *mapped += guard, size, room + guard};
        idiom_guard_set(&g);
        g_array_append_val(arena->guards, g);
    }
    return buffer;
}

IdiomBuffer *idiom_arena_buffer(IdiomArena *arena, gsize size, gboolean host, GError **error)
{
    /* rounded up: shaders that work on whole vec4s may touch the padding */
    gsize rounded = (size + 15) / 16 * 16;
    guint8 *mapped = NULL;
    VkBuffer handle =
        make_buffer(arena, rounded, rounded,
                    VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT |
                        VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                        VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                    host, &mapped, error);
    if (!handle)
        return NULL;
    IdiomBuffer *buffer = g_new0(IdiomBuffer, 1);
    VkBufferDeviceAddressInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO,
                                      .buffer = handle};
    buffer->handle = handle;
    buffer->size = rounded;
    buffer->mapped = mapped;
    buffer->address = vkGetBufferDeviceAddress(arena->device->device, &info);
    g_ptr_array_add(arena->buffers, buffer);
    return buffer;
}

/*
 * lavapipe compiles a kernel once more for texel buffers that differ in what its compiler knows of them: whether their
 * size is a power of two, and whether bits 8 to 15 of it are zero (a field of textures that it reads for buffers, too).
 * So that all sizes are of one kind, some buffers are a little larger than they need be.
 */
static gsize planes_bytes(gsize size)
{
    while ((size & (size - 1)) == 0 || (size >> 8 & 255) == 0)
        size += 256;
    return size;
}

IdiomPlanes *idiom_arena_planes(IdiomArena *arena, IdiomFamily family, IdiomPrecision precision,
                                IdiomShape shape, GError **error)
{
    g_autofree IdiomPlanes *planes = g_new0(IdiomPlanes, 1);
    gsize texels = (gsize)shape.n * ((shape.c + 3) / 4) * shape.h * shape.w;
    VkBufferUsageFlags usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                               VK_BUFFER_USAGE_TRANSFER_DST_BIT;
    guint8 *mapped;

    if (family == IDIOM_FAMILY_LANE)
        usage |= VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT;
    planes->half = precision == IDIOM_FP16;
    planes->size = texels * (planes->half ? 8 : 16);
    gsize room = planes_bytes(planes->size);
    planes->buffer = make_buffer(arena, planes->size, room, usage, FALSE, &mapped, error);
    if (!planes->buffer)
        return NULL;
    if (family == IDIOM_FAMILY_LANE) {
        VkBufferViewCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO,
                                       .buffer = planes->buffer,
                                       .format = planes->half ? VK_FORMAT_R16G16B16A16_SFLOAT
                                                              : VK_FORMAT_R32G32B32A32_SFLOAT,
                                       .range = room};
        VkBufferView view = VK_NULL_HANDLE;
        if (!idiom_vk_check(vkCreateBufferView(arena->device->device, &info, NULL, &view),
                            "creating a texel buffer", error)) {
            vkDestroyBuffer(arena->device->device, planes->buffer, NULL);
            return NULL;
        }
        planes->view = view;
    }
    g_ptr_array_add(arena->planes, planes);
    return g_steal_pointer(&planes);
}

/* Moves bytes through a host-visible copy, for memory that the host cannot map. */
static gboolean staged(IdiomDevice *device, IdiomBuffer *buffer, gsize offset, gpointer data, gsize size,
                       gboolean write, GError **error)
{
    IdiomArena *arena = idiom_arena_new(device);
    IdiomCommands *commands = NULL;
    IdiomBuffer *staging = idiom_arena_buffer(arena, size, TRUE, error);
    gboolean ok = staging && (commands = idiom_commands_new(device, 0, error));

    if (ok) {
        if (write) {
            memcpy(staging->mapped, data, size);
            idiom_commands_copy(commands, staging, 0, buffer, offset, size);
            idiom_commands_barrier(commands);
        } else {
            idiom_commands_barrier(commands);
            idiom_commands_copy(commands, buffer, offset, staging, 0, size);
            idiom_commands_host_barrier(commands);
        }
        ok = idiom_commands_end(commands, error) && idiom_commands_run(commands, error);
        if (ok && !write)
            memcpy(data, staging->mapped, size);
    }
    idiom_commands_free(commands);
    idiom_arena_free(arena);
    return ok;
}

gboolean idiom_buffer_write(IdiomDevice *device, IdiomBuffer *buffer, gsize offset, gconstpointer data,
                            gsize size, GError **error)
{
    if (!buffer->mapped)
        return staged(device, buffer, offset, (gpointer)data, size, TRUE, error);
    memcpy((guint8 *)buffer->mapped + offset, data, size);
    return TRUE;
}

gboolean idiom_buffer_read(IdiomDevice *device, IdiomBuffer *buffer, gsize offset, gpointer data, gsize size,
                           GError **error)
{
    if (!buffer->mapped)
        return staged(device, buffer, offset, data, size, FALSE, error);
    memcpy(data, (guint8 *)buffer->mapped + offset, size);
    return TRUE;
}
