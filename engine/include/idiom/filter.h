/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_FILTER_H
#define IDIOM_FILTER_H

#include <idiom-unstable/program.h>
#include <idiom-unstable/stylefile.h>
#include <idiom-unstable/video.h>

G_BEGIN_DECLS

/**
 * A filter stylizes the frames of a video: frame in, frame out, one kind of frame, one style. Used by one
 * thread at a time; several filters may share a device and a style.
 */
typedef struct IdiomFilter IdiomFilter;

/**
 * idiom_filter_new:
 * @device: where it runs; the filter keeps a reference
 * @style: copied to the device; of a file with several styles the first is shown, see idiom_filter_set_mix()
 * @frame: format, size, matrix and range of the frames; its layout is not looked at
 * @precision: how activations are stored; IDIOM_FP16 is faster, and as good to the eye, where the device
 * offers it
 * @error: IDIOM_ERROR_SHAPE or IDIOM_ERROR_MEMORY for a frame that is too large for the device (the message
 * names size and limit), IDIOM_ERROR_ARGUMENT, IDIOM_ERROR_FEATURE, IDIOM_ERROR_VULKAN,
 * IDIOM_ERROR_DEVICE_LOST
 *
 * Allocates and prepares everything, and runs once, so that the first frame takes no longer than the others.
 * This may take a second or more.
 *
 * Returns: (transfer full): the filter, or NULL
 */
IDIOM_API IdiomFilter *idiom_filter_new(IdiomDevice *device, const IdiomStyle *style, const IdiomFrame *frame,
                                        IdiomPrecision precision, GError **error);
IDIOM_API void idiom_filter_free(IdiomFilter *filter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomFilter, idiom_filter_free)

/**
 * What may change from frame to frame.
 * @strength: 0..1: the result is source + strength (stylized - source); at 0 it is the source, byte by byte
 * @temporal: 0..1: how much of a picture is taken from the one before, moved as the scene has moved, where that can be
 *   told; at 0 every frame is stylized by itself
 * @statistics: 0..1: share of the scene's running statistics in those by which the instance norms of a frame are
 *   normalized; at 0 each frame has its own, at 1 all frames of a scene have those of its first
 * @discontinuity: this frame does not follow the one before: nothing is taken from that
 */
typedef struct {
    double strength;
    double temporal;
    double statistics;
    gboolean discontinuity;
} IdiomFilterControls;

/**
 * idiom_filter_process:
 * @in_planes, @in_strides: first row of each plane of the frame (one for RGBA and the like, Y U V for I420, Y
 * UV for NV12), and bytes from row to row
 * @out_planes, @out_strides: the same for the result; may be the same memory as the input
 * @error: IDIOM_ERROR_DEVICE_LOST, IDIOM_ERROR_VULKAN
 *
 * Stylizes one frame; returns when it is done. Only the visible bytes of each row are written.
 */
IDIOM_API gboolean idiom_filter_process(IdiomFilter *filter, const guint8 *const *in_planes,
                                        const gssize *in_strides, guint8 *const *out_planes,
                                        const gssize *out_strides, const IdiomFilterControls *controls,
                                        GError **error);

/**
 * idiom_filter_set_mix:
 * @weights: of the styles in the file, as from idiom_style_parse_mix(): finite numbers, from the next frame on
 */
IDIOM_API void idiom_filter_set_mix(IdiomFilter *filter, const float *weights);

/**
 * idiom_filter_fade:
 * @filters: @count, 1 or more, all made with the same frame, in the order in which they came into view
 * @amounts: @count values 0..1, the first is not looked at: what is seen is the result of the first filter, moved by
 *   amounts[1] towards the result of the second, then by amounts[2] towards that of the third ...; moved by 1 it is that
 *   result, byte by byte
 * @error: as idiom_filter_process(); IDIOM_ERROR_ARGUMENT if the frames differ
 *
 * A change of style in progress. As idiom_filter_process() otherwise; every filter sees the frame, so that each can
 * go on alone at any time.
 */
IDIOM_API gboolean idiom_filter_fade(IdiomFilter *const *filters, const double *amounts, guint count,
                                     const guint8 *const *in_planes, const gssize *in_strides,
                                     guint8 *const *out_planes, const gssize *out_strides,
                                     const IdiomFilterControls *controls, GError **error);

/** idiom_filter_program: what runs, for profiling. Belongs to @filter. */
IDIOM_API IdiomProgram *idiom_filter_program(IdiomFilter *filter);

G_END_DECLS

#endif
