/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lists: recorded once, replayed; with their descriptor sets and timestamps. */
#include "vk.h"

#define SETS_PER_POOL 64

struct IdiomCommands {
    IdiomDevice *device;
    VkCommandPool pool;
    VkCommandBuffer buffer;
    IdiomFence *fence;        /* of idiom_commands_run() */
    GArray *descriptor_pools; /* VkDescriptorPool */
    guint sets_left;
    VkQueryPool queries;
    guint n_timestamps, max_timestamps;
};

IdiomCommands *idiom_commands_new(IdiomDevice *device, guint max_timestamps, GError **error)
{
    IdiomCommands *c = g_new0(IdiomCommands, 1);
    VkDevice vk = device->device;
    VkCommandPoolCreateInfo pool = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO,
                                    .queueFamilyIndex = device->queue_family};
    VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                         .level = VK_COMMAND_BUFFER_LEVEL_PRIMARY,
                                         .commandBufferCount = 1};
    /* what is common to all slots may be submitted again while it is pending */
    VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                      .flags = VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT};
    VkQueryPoolCreateInfo queries = {.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                     .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                     .queryCount = max_timestamps};

    c->device = idiom_device_ref(device);
    c->descriptor_pools = g_array_new(FALSE, FALSE, sizeof(VkDescriptorPool));
    if (!IDIOM_VK_MAKE(&c->pool, vkCreateCommandPool(vk, &pool, NULL, &c->pool), "creating a command pool",
                       error))
        goto fail;
    alloc.commandPool = c->pool;
    if (!idiom_vk_check(vkAllocateCommandBuffers(vk, &alloc, &c->buffer), "allocating commands", error) ||
        !idiom_vk_check(vkBeginCommandBuffer(c->buffer, &begin), "recording commands", error))
        goto fail;
    if (max_timestamps) {
        if (!device->timestamp_bits) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_FEATURE, "%s measures no time: it has no timestamps",
                        device->info.name);
            goto fail;
        }
        if (!IDIOM_VK_MAKE(&c->queries, vkCreateQueryPool(vk, &queries, NULL, &c->queries),
                           "creating timestamps", error))
            goto fail;
        vkCmdResetQueryPool(c->buffer, c->queries, 0, max_timestamps);
        c->max_timestamps = max_timestamps;
    }
    return c;
fail:
    idiom_commands_free(c);
    return NULL;
}

void idiom_commands_free(IdiomCommands *c)
{
    if (!c)
        return;
    VkDevice vk = c->device->device;
    idiom_device_settle(c->device);
    vkDestroyQueryPool(vk, c->queries, NULL);
    idiom_fence_free(c->fence);
    for (guint i = 0; i < c->descriptor_pools->len; i++)
        vkDestroyDescriptorPool(vk, g_array_index(c->descriptor_pools, VkDescriptorPool, i), NULL);
    g_array_unref(c->descriptor_pools);
    vkDestroyCommandPool(vk, c->pool, NULL);
    idiom_device_unref(c->device);
    g_free(c);
}

VkCommandBuffer idiom_commands_vk(IdiomCommands *c)
{
    return c->buffer;
}

gboolean idiom_commands_restart(IdiomCommands *c, GError **error)
{
    VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO,
                                      .flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT};

    return idiom_vk_check(vkResetCommandPool(c->device->device, c->pool, 0), "recording commands", error) &&
           idiom_vk_check(vkBeginCommandBuffer(c->buffer, &begin), "recording commands", error);
}

static VkDescriptorSet allocate_set(IdiomCommands *c, const IdiomKernel *kernel, GError **error)
{
    VkDevice vk = c->device->device;
    VkDescriptorPool pool;
    VkDescriptorSet set = VK_NULL_HANDLE;

    if (c->sets_left == 0) {
        VkDescriptorPoolSize sizes[2] = {
            {VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, SETS_PER_POOL * IDIOM_KERNEL_MAX_PLANES},
            {VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, SETS_PER_POOL * IDIOM_KERNEL_MAX_PLANES},
        };
        VkDescriptorPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                           .maxSets = SETS_PER_POOL,
                                           .poolSizeCount = 2,
                                           .pPoolSizes = sizes};
        if (!idiom_vk_check(vkCreateDescriptorPool(vk, &info, NULL, &pool), "creating a descriptor pool",
                            error))
            return VK_NULL_HANDLE;
        g_array_append_val(c->descriptor_pools, pool);
        c->sets_left = SETS_PER_POOL;
    }
    pool = g_array_index(c->descriptor_pools, VkDescriptorPool, c->descriptor_pools->len - 1);
    VkDescriptorSetAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
                                        .descriptorPool = pool,
                                        .descriptorSetCount = 1,
                                        .pSetLayouts = &kernel->set_layout};
    if (!idiom_vk_check(vkAllocateDescriptorSets(vk, &info, &set), "allocating a descriptor set", error))
        return VK_NULL_HANDLE;
    c->sets_left--;
    return set;
}

/* What shaders and transfers have written is there for @access in @to. */
static void memory_barrier(IdiomCommands *c, VkPipelineStageFlags to, VkAccessFlags access)
{
    VkMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                               .srcAccessMask = VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_WRITE_BIT,
                               .dstAccessMask = access};
    vkCmdPipelineBarrier(c->buffer, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT, to,
                         0, 1, &barrier, 0, NULL, 0, NULL);
}

gboolean idiom_commands_dispatch(IdiomCommands *c, IdiomKernel *kernel, IdiomPlanes *const *planes,
                                 guint n_planes, gconstpointer push, gsize push_size, const IdiomGrid *grid,
                                 GError **error)
{
    const guint32 *limit = c->device->limits.maxComputeWorkGroupCount;
    const guint *groups = grid->groups;

    g_return_val_if_fail(push_size <= IDIOM_PUSH_BYTES && push_size % 4 == 0, FALSE);
    for (guint i = 0; i < 3; i++)
        if (groups[i] > limit[i]) {
            g_set_error(error, IDIOM_ERROR, IDIOM_ERROR_SHAPE,
                        "%u workgroups needed, the device's limit is %u", groups[i], limit[i]);
            return FALSE;
        }
    g_atomic_int_set(&kernel->dispatched, 1);
    vkCmdBindPipeline(c->buffer, VK_PIPELINE_BIND_POINT_COMPUTE, kernel->pipeline);
    if (n_planes) {
        VkDescriptorSet set = allocate_set(c, kernel, error);
        VkBufferView views[IDIOM_KERNEL_MAX_PLANES];
        VkDescriptorBufferInfo buffers[IDIOM_KERNEL_MAX_PLANES];
        VkWriteDescriptorSet writes[2 * IDIOM_KERNEL_MAX_PLANES];
        guint n_writes = 0;
        if (!set)
            return FALSE;
        for (guint i = 0; i < n_planes; i++) {
            VkWriteDescriptorSet write = {.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                          .dstSet = set,
                                          .descriptorCount = 1,
                                          .pBufferInfo = &buffers[i],
                                          .pTexelBufferView = &views[i]};
            views[i] = planes[i]->view;
            buffers[i] = (VkDescriptorBufferInfo){planes[i]->buffer, 0, VK_WHOLE_SIZE};
            write.dstBinding = kernel->texels ? IDIOM_KERNEL_MAX_PLANES + i : i;
            write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
            writes[n_writes++] = write;
            write.dstBinding = i;
            write.descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
            if (kernel->texels)
                writes[n_writes++] = write;
        }
        vkUpdateDescriptorSets(c->device->device, n_writes, writes, 0, NULL);
        vkCmdBindDescriptorSets(c->buffer, VK_PIPELINE_BIND_POINT_COMPUTE, kernel->layout, 0, 1, &set, 0,
                                NULL);
    }
    if (push_size)
        vkCmdPushConstants(c->buffer, kernel->layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, (guint32)push_size,
                           push);
    if (grid->buffer) {
        memory_barrier(c, VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT, VK_ACCESS_INDIRECT_COMMAND_READ_BIT);
        vkCmdDispatchIndirect(c->buffer, grid->buffer->handle, grid->offset);
    } else {
        vkCmdDispatch(c->buffer, groups[0], groups[1], groups[2]);
    }
    return TRUE;
}

void idiom_commands_barrier(IdiomCommands *c)
{
    memory_barrier(c, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT | VK_PIPELINE_STAGE_TRANSFER_BIT,
                   VK_ACCESS_SHADER_READ_BIT | VK_ACCESS_SHADER_WRITE_BIT | VK_ACCESS_TRANSFER_READ_BIT |
                       VK_ACCESS_TRANSFER_WRITE_BIT);
}

void idiom_commands_host_barrier(IdiomCommands *c)
{
    memory_barrier(c, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
}

void idiom_commands_copy(IdiomCommands *c, IdiomBuffer *from, gsize from_offset, IdiomBuffer *to,
                         gsize to_offset, gsize size)
{
    VkBufferCopy region = {from_offset, to_offset, size};
    vkCmdCopyBuffer(c->buffer, from->handle, to->handle, 1, &region);
}

void idiom_commands_copy_planes(IdiomCommands *c, const IdiomPlanes *from, const IdiomPlanes *to)
{
    VkBufferCopy region = {.size = MIN(from->size, to->size)};
    vkCmdCopyBuffer(c->buffer, from->buffer, to->buffer, 1, &region);
}

void idiom_commands_zero_buffer(IdiomCommands *c, IdiomBuffer *buffer)
{
    vkCmdFillBuffer(c->buffer, buffer->handle, 0, buffer->size, 0);
}

void idiom_commands_zero_planes(IdiomCommands *c, IdiomPlanes *planes)
{
    vkCmdFillBuffer(c->buffer, planes->buffer, 0, planes->size, 0);
}

void idiom_commands_poison_buffer(IdiomCommands *c, IdiomBuffer *buffer)
{
    vkCmdFillBuffer(c->buffer, buffer->handle, 0, buffer->size, 0x7fc00000u);
}

void idiom_commands_poison_planes(IdiomCommands *c, IdiomPlanes *planes)
{
    vkCmdFillBuffer(c->buffer, planes->buffer, 0, planes->size, planes->half ? 0x7e007e00u : 0x7fc00000u);
}

void idiom_commands_timestamp(IdiomCommands *c)
{
    g_return_if_fail(c->n_timestamps < c->max_timestamps);
    vkCmdWriteTimestamp(c->buffer, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, c->queries, c->n_timestamps++);
}

gboolean idiom_commands_end(IdiomCommands *c, GError **error)
{
    return idiom_vk_check(vkEndCommandBuffer(c->buffer), "recording commands", error);
}

gboolean idiom_commands_submit(IdiomCommands *const *lists, guint count, IdiomFence *fence, GError **error)
{
    VkCommandBuffer buffers[IDIOM_SUBMIT_MAX];

    g_return_val_if_fail(count >= 1 && count <= IDIOM_SUBMIT_MAX, FALSE);
    for (guint i = 0; i < count; i++)
        buffers[i] = lists[i]->buffer;
    return idiom_fence_submit(fence, buffers, count, error);
}

gboolean idiom_commands_run(IdiomCommands *c, GError **error)
{
    if (!c->fence && !(c->fence = idiom_fence_new(c->device, error)))
        return FALSE;
    return idiom_commands_submit(&c, 1, c->fence, error) &&
           idiom_fence_wait(c->fence, TRUE, error) == IDIOM_FENCE_DONE;
}

static gboolean read_ticks(IdiomCommands *c, guint64 *ticks)
{
    return c->n_timestamps &&
           vkGetQueryPoolResults(c->device->device, c->queries, 0, c->n_timestamps, c->n_timestamps * 8,
                                 ticks, 8, VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT) == VK_SUCCESS;
}

static double seconds_of(const IdiomDevice *device, guint64 ticks)
{
    const guint64 mask =
        device->timestamp_bits >= 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT(1) << device->timestamp_bits) - 1;
    return (double)(ticks & mask) * device->limits.timestampPeriod * 1e-9;
}

guint idiom_commands_timestamps(IdiomCommands *c, double *seconds)
{
    g_autofree guint64 *ticks = g_new0(guint64, c->n_timestamps);

    if (!read_ticks(c, ticks))
        return 0;
    for (guint i = 0; i < c->n_timestamps; i++)
        seconds[i] = seconds_of(c->device, ticks[i] - ticks[0]);
    return c->n_timestamps;
}

double idiom_commands_between(IdiomCommands *begin, IdiomCommands *end)
{
    guint64 first, last;

    return read_ticks(begin, &first) && read_ticks(end, &last) ? seconds_of(end->device, last - first) : 0;
}
