/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_FRAME_H
#define IDIOM_FRAME_H

#include <idiom/device.h>

G_BEGIN_DECLS

/**
 * IdiomVideoFormat:
 * @IDIOM_VIDEO_RGBA: red, green, blue, alpha; alpha is carried along
 * @IDIOM_VIDEO_BGRA: blue, green, red, alpha
 * @IDIOM_VIDEO_RGBX: the fourth byte means nothing and is carried along
 * @IDIOM_VIDEO_BGRX: the fourth byte means nothing and is carried along
 * @IDIOM_VIDEO_I420: planes Y, U, V; chroma has half the size of luma, rounded up
 * @IDIOM_VIDEO_NV12: planes Y and U V pairs; chroma as in I420
 * @IDIOM_VIDEO_ARGB: alpha, red, green, blue
 * @IDIOM_VIDEO_ABGR: alpha, blue, green, red
 * @IDIOM_VIDEO_XRGB: the first byte means nothing and is carried along
 * @IDIOM_VIDEO_XBGR: the first byte means nothing and is carried along
 * @IDIOM_VIDEO_RGB: red, green, blue in three bytes
 * @IDIOM_VIDEO_BGR: blue, green, red in three bytes
 * @IDIOM_VIDEO_YV12: planes Y, V, U; otherwise I420
 * @IDIOM_VIDEO_NV21: planes Y and V U pairs; otherwise NV12
 * @IDIOM_VIDEO_Y42B: planes Y, U, V; chroma has half the width of luma, rounded up
 * @IDIOM_VIDEO_Y444: planes Y, U, V of one size
 * @IDIOM_VIDEO_YUY2: Y U Y V for two pixels
 * @IDIOM_VIDEO_UYVY: U Y V Y for two pixels
 * @IDIOM_VIDEO_GRAY8: luma alone
 * @IDIOM_VIDEO_I420_10LE: I420 with 10 bits in the lower end of two bytes, the lower byte first
 * @IDIOM_VIDEO_P010_10LE: NV12 with 10 bits in the upper end of two bytes, the lower byte first
 * @IDIOM_VIDEO_A420: planes Y, U, V as I420, and one of alpha of the size of Y; alpha is carried along
 *
 * How the pixels of a frame lie in memory. Names give the order of bytes.
 */
typedef enum {
    IDIOM_VIDEO_RGBA,
    IDIOM_VIDEO_BGRA,
    IDIOM_VIDEO_RGBX,
    IDIOM_VIDEO_BGRX,
    IDIOM_VIDEO_I420,
    IDIOM_VIDEO_NV12,
    IDIOM_VIDEO_ARGB,
    IDIOM_VIDEO_ABGR,
    IDIOM_VIDEO_XRGB,
    IDIOM_VIDEO_XBGR,
    IDIOM_VIDEO_RGB,
    IDIOM_VIDEO_BGR,
    IDIOM_VIDEO_YV12,
    IDIOM_VIDEO_NV21,
    IDIOM_VIDEO_Y42B,
    IDIOM_VIDEO_Y444,
    IDIOM_VIDEO_YUY2,
    IDIOM_VIDEO_UYVY,
    IDIOM_VIDEO_GRAY8,
    IDIOM_VIDEO_I420_10LE,
    IDIOM_VIDEO_P010_10LE,
    IDIOM_VIDEO_A420,
} IdiomVideoFormat;

/**
 * idiom_video_format_parse:
 * @name: a format's name without prefix, as GStreamer spells it: "I420", "RGBx", "P010_10LE"
 * @format: (out): receives the format
 *
 * Finds a format by its name.
 *
 * Returns: whether there is one
 */
IDIOM_API gboolean idiom_video_format_parse(const char *name, IdiomVideoFormat *format);

/**
 * IdiomVideoMatrix:
 * @IDIOM_VIDEO_BT601: ITU-R BT.601
 * @IDIOM_VIDEO_BT709: ITU-R BT.709
 * @IDIOM_VIDEO_BT2020: ITU-R BT.2020, non-constant luminance
 *
 * Luma coefficients of YUV formats.
 */
typedef enum {
    IDIOM_VIDEO_BT601,
    IDIOM_VIDEO_BT709,
    IDIOM_VIDEO_BT2020,
} IdiomVideoMatrix;

/**
 * IDIOM_VIDEO_MAX_PLANES:
 *
 * Planes that a frame has at most.
 */
#define IDIOM_VIDEO_MAX_PLANES 4

/**
 * IdiomVideoInfo:
 * @struct_size: bytes of this structure as the caller knows it
 * @format: order of the bytes
 * @width: in pixels, 1 to 32767
 * @height: in pixels, 1 to 32767
 * @matrix: YUV formats only
 * @full_range: YUV and grey formats only: 0..255 instead of 16..235 and 16..240, in units of the upper eight bits
 * @chroma_left: formats with less chroma than luma in a row only: a sample of chroma lies on the first pixel that shares
 *   it, not in the middle
 * @chroma_top: formats with fewer rows of chroma only: a row of chroma lies on the first row that shares it, not in the
 *   middle
 *
 * What the frames of a video have in common. Start from IDIOM_VIDEO_INFO_INIT.
 */
typedef struct {
    gsize struct_size;
    IdiomVideoFormat format;
    guint width;
    guint height;
    IdiomVideoMatrix matrix;
    gboolean full_range;
    gboolean chroma_left;
    gboolean chroma_top;
} IdiomVideoInfo;

/**
 * IDIOM_VIDEO_INFO_INIT:
 *
 * Initializer of an IdiomVideoInfo.
 */
#define IDIOM_VIDEO_INFO_INIT                                                                                \
    {                                                                                                        \
        .struct_size = sizeof(IdiomVideoInfo)                                                                \
    }

/**
 * IdiomMemory:
 * @IDIOM_MEMORY_HOST: in host memory, at planes
 * @IDIOM_MEMORY_VULKAN_IMAGE: in images of the renderer's Vulkan device, see idiom/vulkan.h: one for each plane, with
 *   one byte a texel, two (UV of NV12) or four (RGBA and the like), in the order of the bytes; made for transfers, and
 *   owned by the queue family. What was done with them on the queue before is waited for; elsewhere it must be finished.
 *   They stay with the device: if that is lost, so are they. Planes that name the same image are those of a
 *   multi-planar one.
 * @IDIOM_MEMORY_DMABUF: in Linux dmabufs, row by row (linear), at fds, offsets and strides; what others do with them must
 *   be finished
 * @IDIOM_MEMORY_HOST_KEPT: as IDIOM_MEMORY_HOST, of a source that stays as it is until the frame is finished: where the device can, it
 *   reads it there (from the start of a page on)
 *
 * Where the pixels of a frame are.
 */
typedef enum {
    IDIOM_MEMORY_HOST,
    IDIOM_MEMORY_VULKAN_IMAGE,
    IDIOM_MEMORY_DMABUF,
    IDIOM_MEMORY_HOST_KEPT,
} IdiomMemory;

/**
 * IdiomDmabuf:
 *
 * A dmabuf that a device has taken in.
 */
typedef struct IdiomExternal IdiomDmabuf;

/**
 * idiom_dmabuf_import: (skip)
 * @device: a device
 * @fd: a dmabuf; stays the caller's
 * @error: IDIOM_ERROR_FEATURE: the device takes none; IDIOM_ERROR_ARGUMENT, IDIOM_ERROR_VULKAN
 *
 * Takes a dmabuf in once, for many frames, which costs less than once a frame.
 *
 * Returns: (transfer full): for pictures on renderers of @device, or %NULL; free it with idiom_dmabuf_free()
 */
IDIOM_API IdiomDmabuf *idiom_dmabuf_import(IdiomDevice *device, int fd, GError **error);

/**
 * idiom_dmabuf_export: (skip)
 * @device: a device
 * @size: in bytes, 1 or more
 * @error: IDIOM_ERROR_FEATURE: the device makes none; IDIOM_ERROR_MEMORY, IDIOM_ERROR_VULKAN
 *
 * Makes a dmabuf of the device's, for rows of pixels that others read: a renderer of any device that takes dmabufs can
 * finish frames there. Where the device has such memory, the host can map it.
 *
 * Returns: a file descriptor, which keeps the memory and is the caller's to close, or -1
 */
IDIOM_API int idiom_dmabuf_export(IdiomDevice *device, gsize size, GError **error);

/**
 * idiom_dmabuf_free:
 * @dmabuf: (nullable): that no frame in flight uses
 *
 * Gives it back.
 */
IDIOM_API void idiom_dmabuf_free(IdiomDmabuf *dmabuf);

/**
 * IdiomPicture:
 * @struct_size: bytes of this structure as the caller knows it
 * @memory: which of the following fields count
 * @planes: first row of each plane: one for RGBA and the like, Y U V for I420, Y UV for NV12, Y U V A for A420
 * @strides: bytes from row to row, in host memory also negative; only the visible bytes of each row are read or written
 * @images: VkImage of each plane
 * @layouts: VkImageLayout in which each image is, and is left; where a finished frame goes it may be
 *   VK_IMAGE_LAYOUT_UNDEFINED, and the image is left in VK_IMAGE_LAYOUT_GENERAL
 * @fds: dmabuf of each plane, may be the same; they stay the caller's
 * @offsets: of the first row of each plane in its dmabuf, in bytes
 * @imports: (nullable): of each plane, in place of @fds, what the renderer's device has taken in already
 *
 * Where one frame lies. Start from IDIOM_PICTURE_INIT.
 */
typedef struct {
    gsize struct_size;
    IdiomMemory memory;
    guint8 *planes[IDIOM_VIDEO_MAX_PLANES];
    gssize strides[IDIOM_VIDEO_MAX_PLANES];
    guint64 images[IDIOM_VIDEO_MAX_PLANES];
    guint32 layouts[IDIOM_VIDEO_MAX_PLANES];
    int fds[IDIOM_VIDEO_MAX_PLANES];
    gsize offsets[IDIOM_VIDEO_MAX_PLANES];
    IdiomDmabuf *imports[IDIOM_VIDEO_MAX_PLANES];
} IdiomPicture;

/**
 * IDIOM_PICTURE_INIT:
 *
 * Initializer of an IdiomPicture.
 */
#define IDIOM_PICTURE_INIT                                                                                   \
    {                                                                                                        \
        .struct_size = sizeof(IdiomPicture)                                                                  \
    }

G_END_DECLS

#endif
