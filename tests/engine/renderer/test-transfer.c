/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames that are not in plain host memory: Vulkan images, dmabufs, host memory that the device writes itself. */
#include "own-device.h"
#include "stage.h"
#include "style-files.h"

#include "gpu/gpu.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static OwnDevice *own;
static IdiomDevice *device;

/* --- memory as a program has it -------------------------------------------------------------------- */

typedef struct {
    VkImage image;
    VkBuffer buffer;
    VkDeviceMemory memory;
    guint8 *mapped;
    gsize pitch;
    int fd;
    gsize map_size; /* of what is mapped without Vulkan */
} Memory;

static void check(VkResult result)
{
    g_assert_cmpint(result, ==, VK_SUCCESS);
}

static gboolean allocate(Memory *m, const VkMemoryRequirements *req, const void *next)
{
    VkMemoryAllocateInfo info = {.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO,
                                 .pNext = next,
                                 .allocationSize = req->size,
                                 .memoryTypeIndex = (guint32)g_bit_nth_lsf(req->memoryTypeBits, -1)};
    void *mapped = NULL;
    if (vkAllocateMemory(own->handles.device, &info, NULL, &m->memory) != VK_SUCCESS) {
        m->memory = VK_NULL_HANDLE;
        return FALSE;
    }
    check(vkMapMemory(own->handles.device, m->memory, 0, VK_WHOLE_SIZE, 0, &mapped));
    m->mapped = mapped;
    return TRUE;
}

static void memory_clear(Memory *m)
{
    vkDestroyImage(own->handles.device, m->image, NULL);
    vkDestroyBuffer(own->handles.device, m->buffer, NULL);
    vkFreeMemory(own->handles.device, m->memory, NULL);
    if (m->map_size)
        munmap(m->mapped, m->map_size);
    if (m->fd > 0)
        close(m->fd);
}

/* From undefined to general, where the host may write, too. */
static void make_general(VkImage image)
{
    VkDevice vk = own->handles.device;
    VkCommandPoolCreateInfo pool_info = {.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    VkCommandBufferAllocateInfo alloc = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO,
                                         .commandBufferCount = 1};
    VkCommandBufferBeginInfo begin = {.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    VkImageMemoryBarrier barrier = {.sType = VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER,
                                    .newLayout = VK_IMAGE_LAYOUT_GENERAL,
                                    .srcQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                    .dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED,
                                    .image = image,
                                    .subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1}};
    VkCommandBuffer commands;
    check(vkCreateCommandPool(vk, &pool_info, NULL, &alloc.commandPool));
    check(vkAllocateCommandBuffers(vk, &alloc, &commands));
    check(vkBeginCommandBuffer(commands, &begin));
    vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TOP_OF_PIPE_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0,
                         0, NULL, 0, NULL, 1, &barrier);
    check(vkEndCommandBuffer(commands));
    VkSubmitInfo submit = {
        .sType = VK_STRUCTURE_TYPE_SUBMIT_INFO, .commandBufferCount = 1, .pCommandBuffers = &commands};
    check(vkQueueSubmit(own->handles.queue, 1, &submit, VK_NULL_HANDLE));
    check(vkQueueWaitIdle(own->handles.queue));
    vkDestroyCommandPool(vk, alloc.commandPool, NULL);
}

/* In memory, and of undefined content. */
static Memory make_undefined(VkFormat format, VkImageTiling tiling, guint width, guint height)
{
    VkImageCreateInfo info = {.sType = VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO,
                              .imageType = VK_IMAGE_TYPE_2D,
                              .format = format,
                              .extent = {width, height, 1},
                              .mipLevels = 1,
                              .arrayLayers = 1,
                              .samples = VK_SAMPLE_COUNT_1_BIT,
                              .tiling = tiling,
                              .usage = VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT};
    VkMemoryRequirements req;
    Memory m = {0};
    check(vkCreateImage(own->handles.device, &info, NULL, &m.image));
    vkGetImageMemoryRequirements(own->handles.device, m.image, &req);
    g_assert_true(allocate(&m, &req, NULL));
    check(vkBindImageMemory(own->handles.device, m.image, m.memory, 0));
    return m;
}

static Memory make_image(guint texel_bytes, guint width, guint height)
{
    static const VkFormat formats[] = {
        [1] = VK_FORMAT_R8_UNORM, [2] = VK_FORMAT_R8G8_UNORM, [4] = VK_FORMAT_R8G8B8A8_UNORM};
    VkImageSubresource whole = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0};
    VkSubresourceLayout layout;
    Memory m = make_undefined(formats[texel_bytes], VK_IMAGE_TILING_LINEAR, width, height);
    vkGetImageSubresourceLayout(own->handles.device, m.image, &whole, &layout);
    m.mapped += layout.offset;
    m.pitch = layout.rowPitch;
    make_general(m.image);
    return m;
}

/* --- frames ---------------------------------------------------------------------------------------- */

static const guint formats[] = {IDIOM_VIDEO_RGBA, IDIOM_VIDEO_BGRX, IDIOM_VIDEO_I420, IDIOM_VIDEO_NV12};
static const guint sizes[][2] = {{64, 48}, {37, 23}};

typedef struct {
    IdiomFrame frame;
    guint8 *in, *out; /* in host memory */
    IdiomRenderer *renderer;
} Case;

static Case case_new(IdiomVideoFormat format, guint width, guint height)
{
    g_autoptr(GError) error = NULL;
    Case c = {.frame = {.format = format, .width = width, .height = height, .matrix = IDIOM_VIDEO_BT709}};
    idiom_frame_layout(&c.frame, &error);
    g_assert_no_error(error);
    c.in = g_malloc0(c.frame.size);
    c.out = g_malloc0(c.frame.size);
    for (gsize i = 0; i < c.frame.size; i++)
        c.in[i] = (guint8)(i * 37 + i / 256 * 11);
    c.renderer = stage_new(device, "tiny", format, width, height, NULL);
    return c;
}

static void case_clear(Case *c)
{
    idiom_renderer_free(c->renderer);
    g_free(c->in);
    g_free(c->out);
}

static guint texel_bytes(const IdiomFrame *frame, guint plane)
{
    return frame->n_planes == 1 ? 4 : frame->n_planes == 2 && plane ? 2 : 1;
}

static void assert_plane(const IdiomFrame *frame, guint i, const guint8 *bytes, const guint8 *there,
                         gsize pitch)
{
    for (guint y = 0; y < frame->rows[i]; y++)
        g_assert_cmpmem(there + y * pitch, frame->row_bytes[i],
                        bytes + frame->offset[i] + y * frame->stride[i], frame->row_bytes[i]);
}

static IdiomFrameParams by_itself(double strength)
{
    IdiomFrameParams params = IDIOM_FRAME_PARAMS_INIT;
    params.strength = strength;
    params.temporal = 0;
    return params;
}

static void render(Case *c, const IdiomPicture *source, const IdiomPicture *result, double strength)
{
    g_autoptr(GError) error = NULL;
    const IdiomFrameParams params = by_itself(strength);
    idiom_renderer_send(c->renderer, source, result, &params, &error);
    g_assert_no_error(error);
    g_assert_cmpint(idiom_renderer_get(c->renderer, TRUE, NULL, &error), ==, IDIOM_GET_FRAME);
    g_assert_no_error(error);
}

/* --- images ---------------------------------------------------------------------------------------- */

static IdiomPicture make_images(const IdiomFrame *frame, Memory *planes, const guint8 *bytes)
{
    IdiomPicture picture = IDIOM_PICTURE_INIT;
    picture.memory = IDIOM_MEMORY_VULKAN_IMAGE;
    for (guint i = 0; i < frame->n_planes; i++) {
        const guint texel = texel_bytes(frame, i);
        planes[i] = make_image(texel, frame->row_bytes[i] / texel, frame->rows[i]);
        for (guint y = 0; bytes && y < frame->rows[i]; y++)
            memcpy(planes[i].mapped + y * planes[i].pitch, bytes + frame->offset[i] + y * frame->stride[i],
                   frame->row_bytes[i]);
        picture.images[i] = (guint64)(gsize)planes[i].image;
        picture.layouts[i] = VK_IMAGE_LAYOUT_GENERAL;
    }
    return picture;
}

/* Through images it is, byte by byte, as through host memory; at strength 0 it is the source. */
static void check_images(Case *c, double strength)
{
    Memory in[IDIOM_VIDEO_MAX_PLANES] = {0}, out[IDIOM_VIDEO_MAX_PLANES] = {0};
    const IdiomPicture source = make_images(&c->frame, in, c->in), result = make_images(&c->frame, out, NULL);
    const IdiomPicture host_in = stage_picture(&c->frame, c->in), host_out = stage_picture(&c->frame, c->out);

    render(c, &source, &result, strength);
    render(c, &host_in, &host_out, strength);
    for (guint i = 0; i < c->frame.n_planes; i++) {
        assert_plane(&c->frame, i, c->out, out[i].mapped, out[i].pitch);
        assert_plane(&c->frame, i, c->in, in[i].mapped, in[i].pitch);
        if (strength <= 0)
            assert_plane(&c->frame, i, c->in, out[i].mapped, out[i].pitch);
    }
    /* one end each */
    memset(c->out, 0, c->frame.size);
    render(c, &source, &host_out, strength);
    render(c, &host_in, &source, strength);
    for (guint i = 0; i < c->frame.n_planes; i++) {
        assert_plane(&c->frame, i, c->out, out[i].mapped, out[i].pitch);
        assert_plane(&c->frame, i, c->out, in[i].mapped, in[i].pitch);
    }
    /* both are still in the layouts that were named */
    render(c, &result, &host_out, 0);
    render(c, &result, &source, 0);
    for (guint i = 0; i < c->frame.n_planes; i++) {
        assert_plane(&c->frame, i, c->out, in[i].mapped, in[i].pitch);
        memory_clear(&in[i]);
        memory_clear(&out[i]);
    }
}

static void test_images(void)
{
    for (guint f = 0; f < G_N_ELEMENTS(formats); f++)
        for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
            Case c = case_new(formats[f], sizes[s][0], sizes[s][1]);
            check_images(&c, 0);
            check_images(&c, 1);
            case_clear(&c);
        }
}

/* Through an image that was undefined, and whose planes may all be in it, a frame comes back as it was. */
static void check_undefined(IdiomVideoFormat format, VkFormat vk_format)
{
    VkFormatProperties props;
    vkGetPhysicalDeviceFormatProperties(own->handles.physical_device, vk_format, &props);
    if (!(props.optimalTilingFeatures & VK_FORMAT_FEATURE_TRANSFER_DST_BIT)) {
        g_test_message("no images of format %d", (int)vk_format);
        return;
    }
    Case c = case_new(format, 64, 48);
    Memory image = make_undefined(vk_format, VK_IMAGE_TILING_OPTIMAL, 64, 48);
    IdiomPicture picture = IDIOM_PICTURE_INIT;
    const IdiomPicture in = stage_picture(&c.frame, c.in), out = stage_picture(&c.frame, c.out);
    picture.memory = IDIOM_MEMORY_VULKAN_IMAGE;
    for (guint i = 0; i < c.frame.n_planes; i++)
        picture.images[i] = (guint64)(gsize)image.image;
    render(&c, &in, &picture, 0);
    for (guint i = 0; i < c.frame.n_planes; i++)
        picture.layouts[i] = VK_IMAGE_LAYOUT_GENERAL;
    render(&c, &picture, &out, 0);
    for (guint i = 0; i < c.frame.n_planes; i++)
        assert_plane(&c.frame, i, c.in, c.out + c.frame.offset[i], c.frame.stride[i]);
    memory_clear(&image);
    case_clear(&c);
}

static void test_undefined(void)
{
    check_undefined(IDIOM_VIDEO_BGRA, VK_FORMAT_B8G8R8A8_SRGB);
    check_undefined(IDIOM_VIDEO_NV12, VK_FORMAT_G8_B8R8_2PLANE_420_UNORM);
    check_undefined(IDIOM_VIDEO_I420, VK_FORMAT_G8_B8_R8_3PLANE_420_UNORM);
}

#define SLOTS 3
#define FRAMES 8

static void take(IdiomRenderer *renderer, gpointer expected)
{
    g_autoptr(GError) error = NULL;
    gpointer tag = NULL;
    g_assert_cmpint(idiom_renderer_get(renderer, TRUE, &tag, &error), ==, IDIOM_GET_FRAME);
    g_assert_no_error(error);
    g_assert_true(tag == expected);
}

/* Several at a time, each in images of its own, every third frame as it came. */
static void test_in_flight(void)
{
    Case c = case_new(IDIOM_VIDEO_NV12, 64, 48);
    IdiomRendererOptions options = IDIOM_RENDERER_OPTIONS_INIT;
    Memory planes[FRAMES][IDIOM_VIDEO_MAX_PLANES] = {0};
    IdiomPicture pictures[FRAMES];

    options.slots = SLOTS;
    g_autoptr(IdiomRenderer) renderer = stage_new(device, "tiny", IDIOM_VIDEO_NV12, 64, 48, &options);
    for (guint i = 0; i < FRAMES; i++) {
        g_autoptr(GError) error = NULL;
        IdiomFrameParams params = by_itself(i % 3 ? 1 : 0);
        c.in[0] = (guint8)(16 * i);
        pictures[i] = make_images(&c.frame, planes[i], c.in);
        params.tag = &pictures[i];
        if (i >= SLOTS)
            take(renderer, &pictures[i - SLOTS]);
        idiom_renderer_send(renderer, &pictures[i], &pictures[i], &params, &error);
        g_assert_no_error(error);
    }
    for (guint i = FRAMES - SLOTS; i < FRAMES; i++)
        take(renderer, &pictures[i]);
    const IdiomPicture in = stage_picture(&c.frame, c.in), out = stage_picture(&c.frame, c.out);
    for (guint i = 0; i < FRAMES; i++) {
        c.in[0] = (guint8)(16 * i);
        render(&c, &in, &out, i % 3 ? 1 : 0);
        for (guint k = 0; k < c.frame.n_planes; k++) {
            assert_plane(&c.frame, k, c.out, planes[i][k].mapped, planes[i][k].pitch);
            memory_clear(&planes[i][k]);
        }
    }
    case_clear(&c);
}

/* --- dmabufs --------------------------------------------------------------------------------------- */

static gboolean has_extension(const char *name)
{
    for (guint i = 0; i < own->handles.n_extensions; i++)
        if (g_str_equal(own->handles.extensions[i], name))
            return TRUE;
    return FALSE;
}

/* A file in memory, which Mesa's CPU driver maps as it maps a dmabuf. */
static void make_file(Memory *m, gsize size)
{
    m->fd = memfd_create("frame", MFD_CLOEXEC);
    g_assert_cmpint(ftruncate(m->fd, (off_t)size), ==, 0);
    m->mapped = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, 0);
    m->map_size = size;
    g_assert_true(m->mapped != MAP_FAILED);
}

/* Memory of the device's, exported; on a CPU without /dev/udmabuf, which makes dmabufs there, a file in memory. */
static Memory make_dmabuf(gsize size)
{
    const VkExternalMemoryHandleTypeFlagBits type = VK_EXTERNAL_MEMORY_HANDLE_TYPE_DMA_BUF_BIT_EXT;
    VkExternalMemoryBufferCreateInfo external = {
        .sType = VK_STRUCTURE_TYPE_EXTERNAL_MEMORY_BUFFER_CREATE_INFO, .handleTypes = type};
    VkBufferCreateInfo info = {.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                               .pNext = &external,
                               .size = size,
                               .usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT};
    VkExportMemoryAllocateInfo export = {.sType = VK_STRUCTURE_TYPE_EXPORT_MEMORY_ALLOCATE_INFO,
                                         .handleTypes = type};
    VkMemoryRequirements req;
    Memory m = {0};
    check(vkCreateBuffer(own->handles.device, &info, NULL, &m.buffer));
    vkGetBufferMemoryRequirements(own->handles.device, m.buffer, &req);
    if (!allocate(&m, &req, &export)) {
        g_assert_cmpstr(idiom_device_info(device)->type, ==, "cpu");
        g_test_message("no dmabufs can be made here, files in memory stand in for them");
        make_file(&m, size);
        return m;
    }
    VkMemoryGetFdInfoKHR get = {
        .sType = VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR, .memory = m.memory, .handleType = type};
    PFN_vkGetMemoryFdKHR get_fd =
        (PFN_vkGetMemoryFdKHR)vkGetDeviceProcAddr(own->handles.device, "vkGetMemoryFdKHR");
    check(get_fd(own->handles.device, &get, &m.fd));
    return m;
}

/* All planes in one dmabuf, with a gap before, and rows longer than ours. */
static IdiomPicture lay_out(const IdiomFrame *frame, int fd, gsize *size)
{
    IdiomPicture picture = IDIOM_PICTURE_INIT;
    picture.memory = IDIOM_MEMORY_DMABUF;
    *size = 256;
    for (guint i = 0; i < frame->n_planes; i++) {
        picture.fds[i] = fd;
        picture.offsets[i] = *size;
        picture.strides[i] = (gssize)frame->stride[i] + 48;
        *size += (gsize)picture.strides[i] * frame->rows[i];
    }
    return picture;
}

static IdiomPicture make_dmabufs(const IdiomFrame *frame, Memory *m)
{
    gsize size;
    lay_out(frame, -1, &size);
    *m = make_dmabuf((size + 4095) / 4096 * 4096);
    return lay_out(frame, m->fd, &size);
}

static void refuse(IdiomRenderer *renderer, const IdiomPicture *source, const IdiomPicture *result,
                   IdiomError code, const char *word)
{
    g_autoptr(GError) error = NULL;
    g_assert_false(idiom_renderer_send(renderer, source, result, NULL, &error));
    g_assert_error(error, IDIOM_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, word));
    g_assert_cmpuint(idiom_renderer_in_flight(renderer), ==, 0);
}

static void check_dmabufs(Case *c, double strength)
{
    Memory in, out;
    const IdiomPicture source = make_dmabufs(&c->frame, &in), result = make_dmabufs(&c->frame, &out);
    const IdiomPicture host_in = stage_picture(&c->frame, c->in), host_out = stage_picture(&c->frame, c->out);

    for (guint i = 0; i < c->frame.n_planes; i++)
        for (guint y = 0; y < c->frame.rows[i]; y++)
            memcpy(in.mapped + source.offsets[i] + y * (gsize)source.strides[i],
                   c->in + c->frame.offset[i] + y * c->frame.stride[i], c->frame.row_bytes[i]);
    memset(out.mapped, 0x5a, 256);
    render(c, &source, &result, strength);
    render(c, &host_in, &host_out, strength);
    for (guint i = 0; i < c->frame.n_planes; i++)
        assert_plane(&c->frame, i, c->out, out.mapped + result.offsets[i], (gsize)result.strides[i]);
    for (guint i = 0; i < 256; i++)
        g_assert_cmpuint(out.mapped[i], ==, 0x5a);
    IdiomPicture beyond = source;
    beyond.offsets[0] = 1 << 20;
    refuse(c->renderer, &beyond, &host_out, IDIOM_ERROR_ARGUMENT, "of the dmabuf");
    memory_clear(&in);
    memory_clear(&out);
}

static void test_dmabufs(void)
{
    if (has_extension(VK_EXT_EXTERNAL_MEMORY_DMA_BUF_EXTENSION_NAME)) {
        for (guint f = 0; f < G_N_ELEMENTS(formats); f++)
            for (guint s = 0; s < G_N_ELEMENTS(sizes); s++) {
                Case c = case_new(formats[f], sizes[s][0], sizes[s][1]);
                check_dmabufs(&c, 0);
                check_dmabufs(&c, 1);
                case_clear(&c);
            }
        return;
    }
    /* a driver without them says so, and the next frame is as if nothing had been */
    Case c = case_new(IDIOM_VIDEO_RGBA, 64, 48);
    gsize size;
    const int fd = memfd_create("frame", MFD_CLOEXEC);
    const IdiomPicture picture = lay_out(&c.frame, fd, &size), host = stage_picture(&c.frame, c.out);
    g_assert_cmpint(ftruncate(fd, (off_t)size), ==, 0);
    refuse(c.renderer, &picture, &host, IDIOM_ERROR_FEATURE, "dma_buf");
    check_images(&c, 1);
    case_clear(&c);
    close(fd);
}

/* --- host memory ----------------------------------------------------------------------------------- */

/* What lies on whole pages comes out as what does not. */
static void test_pages(void)
{
    Case c = case_new(IDIOM_VIDEO_RGBA, 64, 48); /* three pages */
    guint8 *pages = aligned_alloc(4096, 5 * 4096), *other = pages + 4096;
    const IdiomPicture in = stage_picture(&c.frame, c.in), out = stage_picture(&c.frame, c.out),
                       on_pages = stage_picture(&c.frame, other);

    g_assert_cmpuint(c.frame.size, ==, 3 * 4096);
    g_assert_true(idiom_external_takes_host(device, other, c.frame.size));
    g_assert_false(idiom_external_takes_host(device, other + 64, c.frame.size));
    g_assert_true(idiom_external_takes_host(device, other, c.frame.size - 64));
    memset(pages, 0x5a, 5 * 4096);
    for (guint i = 0; i < 2; i++) {
        render(&c, &in, &on_pages, i);
        render(&c, &in, &out, i);
        g_assert_cmpmem(c.out, c.frame.size, other, c.frame.size);
    }
    for (guint i = 0; i < 4096; i++)
        g_assert_true(pages[i] == 0x5a && pages[4 * 4096 + i] == 0x5a);
    free(pages);
    case_clear(&c);
}

static guint copies_of(IdiomRenderer *renderer)
{
    IdiomRendererStats stats = IDIOM_RENDERER_STATS_INIT;
    idiom_renderer_get_stats(renderer, &stats);
    return stats.copies;
}

/* A source that is kept, on pages: read where it lies, to its end, which is none of a page. */
static void test_kept(void)
{
    Case c = case_new(IDIOM_VIDEO_I420, 61, 47);
    guint8 *pages = aligned_alloc(4096, 4 * 4096), *expected = g_memdup2(c.in, c.frame.size);
    g_assert_cmpuint(c.frame.size, <, 4 * 4096 - 64);
    for (guint i = 0; i < 3; i++) { /* from where the device can, or not, and as it is */
        guint8 *in = pages + (i == 1 ? 64 : 0);
        memcpy(in, c.in, c.frame.size);
        IdiomPicture from = stage_picture(&c.frame, in), out = stage_picture(&c.frame, c.out);
        const IdiomPicture plain = stage_picture(&c.frame, c.in);
        render(&c, &plain, &out, i != 2);
        memcpy(expected, c.out, c.frame.size);
        from.memory = IDIOM_MEMORY_HOST_KEPT;
        render(&c, &from, &out, i != 2);
        g_assert_cmpmem(c.out, c.frame.size, expected, c.frame.size);
        const gboolean there = i == 0 && idiom_device_is_staged(device);
        g_assert_cmpuint(copies_of(c.renderer), ==, there ? 1 : 2);
    }
    g_free(expected);
    free(pages);
    case_clear(&c);
}

/* --- errors ---------------------------------------------------------------------------------------- */

static void test_refused(void)
{
    Case c = case_new(IDIOM_VIDEO_NV12, 64, 48);
    const IdiomPicture host = stage_picture(&c.frame, c.out);
    gsize size;

    IdiomPicture p = host;
    p.planes[1] = NULL;
    refuse(c.renderer, &p, &host, IDIOM_ERROR_ARGUMENT, "plane 1");
    p = host;
    p.memory = (IdiomMemory)77;
    refuse(c.renderer, &p, &host, IDIOM_ERROR_ARGUMENT, "memory 77");
    p.memory = IDIOM_MEMORY_VULKAN_IMAGE;
    refuse(c.renderer, &host, &p, IDIOM_ERROR_ARGUMENT, "no image");
    p.images[0] = p.images[1] = 1;
    refuse(c.renderer, &p, &host, IDIOM_ERROR_ARGUMENT, "layout");
    p = lay_out(&c.frame, -1, &size);
    refuse(c.renderer, &p, &host, IDIOM_ERROR_ARGUMENT, "file descriptor");
    p = lay_out(&c.frame, 0, &size);
    p.strides[1] = 63;
    refuse(c.renderer, &p, &host, IDIOM_ERROR_ARGUMENT, "stride");
    case_clear(&c);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_test_init(&argc, &argv, NULL);
    char *styles = test_styles_create();
    own = own_device_new();
    device = idiom_device_adopt(&own->handles, &error);
    g_assert_no_error(error);
    g_test_add_func("/transfer/images", test_images);
    g_test_add_func("/transfer/undefined", test_undefined);
    g_test_add_func("/transfer/in-flight", test_in_flight);
    g_test_add_func("/transfer/dmabufs", test_dmabufs);
    g_test_add_func("/transfer/pages", test_pages);
    g_test_add_func("/transfer/kept", test_kept);
    g_test_add_func("/transfer/refused", test_refused);
    int status = g_test_run();
    idiom_device_unref(device);
    own_device_free(own);
    test_styles_remove(styles);
    return status;
}
