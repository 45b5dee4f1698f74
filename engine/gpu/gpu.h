/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The GPU as the rest of the engine sees it: memory, kernels, command lists. No Vulkan type leaves this folder.
 */
#ifndef IDIOM_GPU_H
#define IDIOM_GPU_H

#include <idiom-unstable/graph.h>

/* --- device ---------------------------------------------------------------------------------------------------- */

/* Another one like @device, which was lost. */
IdiomDevice *idiom_device_reopen(IdiomDevice *device, GError **error);

/* --- memory ----------------------------------------------------------------------------------------------------- */

/* A flat array of bytes, addressable by shaders. */
typedef struct {
    gpointer handle; /* VkBuffer */
    guint64 address;
    gsize size;
    gpointer mapped; /* NULL if the host cannot see it */
} IdiomBuffer;

/* Activations: a storage buffer; for lane kernels also seen as a texel buffer, which they read faster. */
typedef struct {
    gpointer buffer; /* VkBuffer */
    gpointer view;   /* VkBufferView, or NULL */
    gsize size;
    gboolean half;
} IdiomPlanes;

/* Memory that is taken piece by piece and given back all at once. */
typedef struct IdiomArena IdiomArena;

IdiomArena *idiom_arena_new(IdiomDevice *device);
void idiom_arena_free(IdiomArena *arena);

/* @host: the host must be able to map it (staging, inputs, outputs). The buffer belongs to the arena. */
IdiomBuffer *idiom_arena_buffer(IdiomArena *arena, gsize size, gboolean host, GError **error);
IdiomPlanes *idiom_arena_planes(IdiomArena *arena, IdiomFamily family, IdiomPrecision precision,
                                IdiomShape shape, GError **error);

/* As idiom_arena_new(), of as much memory as is asked for and no more: for one thing, or a few. */
IdiomArena *idiom_arena_new_exact(IdiomDevice *device);

/*
 * Memory for what lasts no longer than a run. Runs on a device happen one after the other, so all programs may have the same,
 * those of other renderers as well; what a run finds there is of no meaning.
 */
typedef struct IdiomScratch IdiomScratch;

typedef struct {
    gsize bytes;       /* of a buffer for the device only; 0: planes */
    IdiomShape blocks; /* of planes: channels in blocks of four */
    IdiomPrecision precision;
    guint nth; /* of those of this kind that a program has */
} IdiomScratchKind;

/* From any thread. Give it back when nothing that uses it is at work. */
IdiomScratch *idiom_scratch_take(IdiomDevice *device, const IdiomScratchKind *kind, GError **error);
void idiom_scratch_give_back(IdiomScratch *scratch);
IdiomPlanes *idiom_scratch_planes(IdiomScratch *scratch);
IdiomBuffer *idiom_scratch_buffer(IdiomScratch *scratch);

/* Host to device and back, whatever kind of memory it is; returns when done. */
gboolean idiom_buffer_write(IdiomDevice *device, IdiomBuffer *buffer, gsize offset, gconstpointer data,
                            gsize size, GError **error);
gboolean idiom_buffer_read(IdiomDevice *device, IdiomBuffer *buffer, gsize offset, gpointer data, gsize size,
                           GError **error);

/* --- memory of others ------------------------------------------------------------------------------------------- */

/* A buffer in memory that belongs to somebody else; for copies, not for shaders. Of dmabufs: idiom_dmabuf_import(). */
typedef struct IdiomExternal IdiomExternal;

/* Whether the device can use host memory where it lies, which has to begin with a page; the rest of its last one is not touched. */
gboolean idiom_external_takes_host(IdiomDevice *device, gconstpointer memory, gsize size);
/* Only what idiom_external_takes_host(). The memory must stay until it is freed. */
IdiomExternal *idiom_external_from_host(IdiomDevice *device, gpointer memory, gsize size, GError **error);
void idiom_external_free(IdiomExternal *external);
IdiomBuffer *idiom_external_buffer(IdiomExternal *external);

/* For tests (IDIOM_GUARD=1): how many buffers have been written beyond their ends, of arenas that were freed. */
guint idiom_device_overruns(const IdiomDevice *device);

/* --- kernels ---------------------------------------------------------------------------------------------------- */

/*
 * A compute pipeline. Belongs to the device; the same request returns the same kernel. What is requested depends on the
 * size of a frame in three ways only (two widths of workgroups, padding or none, the luma's cells, which grow every 480
 * pixels), which is what bounds the kernels of a device that sees many sizes.
 */
typedef struct IdiomKernel IdiomKernel;

/*
 * @resource: name of the SPIR-V in the library's resources, without ".spv"
 * @spec: @n_spec specialization constants with ids 0, 1, 2 ...
 * @texels: planes are also bound as texel buffers
 */
IdiomKernel *idiom_kernel_get(IdiomDevice *device, const char *resource, const guint32 *spec, guint n_spec,
                              guint n_planes, gboolean texels, GError **error);

/*
 * CPU drivers compile a kernel when it first runs, which takes up to a second. Makes that happen now, for all kernels made
 * since the last call, in several threads, without keeping the device from other work for long. Never fails: what could
 * not be compiled is compiled later.
 */
void idiom_device_warm(IdiomDevice *device);

/* Kernels made so far. */
guint idiom_device_kernels(IdiomDevice *device);

/* --- waiting ---------------------------------------------------------------------------------------------------- */

/* Tells whether a submission is done. */
typedef struct IdiomFence IdiomFence;

typedef enum {
    IDIOM_FENCE_DONE,
    IDIOM_FENCE_PENDING, /* only where the caller does not wait */
    IDIOM_FENCE_FAILED,
} IdiomFenceState;

/* A GPU that takes longer than this for one submission counts as lost; the first one may have shaders to compile. */
#define IDIOM_WAIT_SECONDS 120

IdiomFence *idiom_fence_new(IdiomDevice *device, GError **error);
void idiom_fence_free(IdiomFence *fence); /* must not be pending */
IdiomFenceState idiom_fence_wait(IdiomFence *fence, gboolean wait, GError **error);

/* Whether commands may have timestamps. */
gboolean idiom_device_has_clock(const IdiomDevice *device);

/* Host-visible memory is slow for shaders: inputs and outputs go through copies. */
gboolean idiom_device_is_staged(const IdiomDevice *device);

/*
 * What the products of convolutions by vector kernels are of, where planes are fp16. Sums of more than 36 products are
 * fp32 always.
 */
typedef enum {
    IDIOM_PRODUCTS_FP32,
    IDIOM_PRODUCTS_FP16,
    IDIOM_PRODUCTS_MATRIX,     /* by cooperative matrices of fp16, with fp32 sums */
    IDIOM_PRODUCTS_MATRIX_ALL, /* where planes are fp32, too, which are rounded to fp16: gradients */
} IdiomProducts;

/* As IDIOM_PRODUCTS in the environment names them. */
extern const char *const idiom_products_names[];

/* The fastest that the device has, except the last; or what IDIOM_PRODUCTS asks for. */
IdiomProducts idiom_device_products(const IdiomDevice *device);

/* The device's matrices: rows, columns and depth of a product. */
typedef struct IdiomMatrix {
    guint m, n, depth;
    guint lanes; /* invocations of the subgroup that shares one */
} IdiomMatrix;

const IdiomMatrix *idiom_device_matrix(const IdiomDevice *device);

/* For tests: names of all shaders in the library, as idiom_kernel_get() takes them; of those that @device has run. */
char **idiom_shader_names(void);
char **idiom_device_shaders(IdiomDevice *device);

/* --- commands --------------------------------------------------------------------------------------------------- */

/* A recorded list of commands: recorded once, run any number of times. */
typedef struct IdiomCommands IdiomCommands;

IdiomCommands *idiom_commands_new(IdiomDevice *device, guint max_timestamps, GError **error);
void idiom_commands_free(IdiomCommands *commands);
/* Records another list in place of one that has run; only of copies. */
gboolean idiom_commands_restart(IdiomCommands *commands, GError **error);
/* Workgroups: as many as said, or, with a buffer, as the three words at @offset in it say when this runs. */
typedef struct {
    guint groups[3];
    IdiomBuffer *buffer;
    gsize offset;
} IdiomGrid;

gboolean idiom_commands_dispatch(IdiomCommands *commands, IdiomKernel *kernel, IdiomPlanes *const *planes,
                                 guint n_planes, gconstpointer push, gsize push_size, const IdiomGrid *grid,
                                 GError **error);
/* Makes earlier writes of shaders and transfers visible to what follows. */
void idiom_commands_barrier(IdiomCommands *commands);
/* Makes earlier writes visible to the host. */
void idiom_commands_host_barrier(IdiomCommands *commands);
void idiom_commands_copy(IdiomCommands *commands, IdiomBuffer *from, gsize from_offset, IdiomBuffer *to,
                         gsize to_offset, gsize size);
/* All of it; of the same size. */
void idiom_commands_copy_planes(IdiomCommands *commands, const IdiomPlanes *from, const IdiomPlanes *to);

/* Where the rows of a plane lie. */
typedef struct {
    IdiomBuffer *buffer;
    gsize offset, stride;
} IdiomRows;

/* Only the first @row_bytes of each row. */
void idiom_commands_copy_rows(IdiomCommands *commands, const IdiomRows *from, const IdiomRows *to,
                              gsize row_bytes, guint rows);

/* VK_IMAGE_LAYOUT_GENERAL: in which an image is left whose layout was undefined. */
#define IDIOM_LAYOUT_AFTER_UNDEFINED 1

/* An image of somebody else's. */
typedef struct {
    guint64 image;       /* VkImage, for transfers */
    guint32 layout;      /* VkImageLayout, in which it is found */
    guint32 left;        /* and in which it is left */
    gint plane;          /* of a multi-planar image; -1: it has one */
    guint texel_bytes;   /* the stride of the rows is a multiple of it */
    guint width, height; /* of what is copied */
} IdiomImage;

/* After all that was submitted before. */
void idiom_commands_copy_from_image(IdiomCommands *commands, const IdiomImage *from, const IdiomRows *to);
void idiom_commands_copy_to_image(IdiomCommands *commands, const IdiomRows *from, const IdiomImage *to);

void idiom_commands_zero_buffer(IdiomCommands *commands, IdiomBuffer *buffer);
void idiom_commands_zero_planes(IdiomCommands *commands, IdiomPlanes *planes);
/* Fills with a value that is not a number: what is not written afterwards is found. */
void idiom_commands_poison_buffer(IdiomCommands *commands, IdiomBuffer *buffer);
void idiom_commands_poison_planes(IdiomCommands *commands, IdiomPlanes *planes);
void idiom_commands_timestamp(IdiomCommands *commands);
gboolean idiom_commands_end(IdiomCommands *commands, GError **error);
/* At most so many lists in one submission. */
#define IDIOM_SUBMIT_MAX 48

/* Gives @count lists, which run one after the other, to the device and returns at once; @fence tells when all are done. */
gboolean idiom_commands_submit(IdiomCommands *const *lists, guint count, IdiomFence *fence, GError **error);
/* Submits and waits. */
gboolean idiom_commands_run(IdiomCommands *commands, GError **error);
/* Seconds from the one timestamp of the last run of @begin to that of @end. */
double idiom_commands_between(IdiomCommands *begin, IdiomCommands *end);
/* Seconds of each timestamp of the last run, counted from the first. Returns how many there are. */
guint idiom_commands_timestamps(IdiomCommands *commands, double *seconds);

#endif
