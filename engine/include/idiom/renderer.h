/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_RENDERER_H
#define IDIOM_RENDERER_H

#include <idiom/device.h>
#include <idiom/expression.h>
#include <idiom/frame.h>
#include <idiom/mask.h>
#include <idiom/style.h>

G_BEGIN_DECLS

/**
 * IdiomRenderer:
 *
 * A renderer shows a video in a style: source frames in, finished frames out, in order, with a few of them in flight on
 * the device. It owns the motion of the scene, the styles in view with their fades, the continuity from frame to frame,
 * and the loading of the next style, which happens in a thread of its own while frames flow.
 *
 * Call order: idiom_renderer_new(), idiom_renderer_show(), idiom_renderer_configure(), then idiom_renderer_send() and
 * idiom_renderer_get() as frames come. All of these by one thread at a time; idiom_renderer_change(),
 * idiom_renderer_set_mix() and idiom_renderer_get_stats() may be called by any thread at any time.
 *
 * A device that is lost is opened again once, with style and settings, and the warning callback hears of it; the frames in
 * flight are lost. If it is lost again before a frame has come back, that is an error.
 */
typedef struct IdiomRenderer IdiomRenderer;

/**
 * IdiomRendererWarning:
 * @error: what; belongs to the caller
 * @user: as given in IdiomRendererOptions
 *
 * Something went wrong that does not end the stream. Called by the thread that noticed, also the one that loads styles;
 * must not call the renderer.
 */
typedef void (*IdiomRendererWarning)(const GError *error, gpointer user);

/**
 * IdiomRendererOptions:
 * @struct_size: bytes of this structure as the caller knows it
 * @slots: frames that may be in flight, 1 to 8; 0: as many as suit the device
 * @warning: called on problems that do not end the stream; %NULL for none
 * @user: for @warning
 *
 * What a renderer is made with. Start from IDIOM_RENDERER_OPTIONS_INIT.
 */
typedef struct {
    gsize struct_size;
    guint slots;
    IdiomRendererWarning warning;
    gpointer user;
} IdiomRendererOptions;

/**
 * IDIOM_RENDERER_OPTIONS_INIT:
 *
 * Initializer of an IdiomRendererOptions.
 */
#define IDIOM_RENDERER_OPTIONS_INIT                                                                          \
    {                                                                                                        \
        .struct_size = sizeof(IdiomRendererOptions)                                                          \
    }

/**
 * idiom_renderer_new: (skip)
 * @device: where it runs; the renderer keeps a reference
 * @options: (nullable): %NULL for the defaults
 * @error: IDIOM_ERROR_ARGUMENT
 *
 * Returns: (transfer full): the renderer, or %NULL
 */
IDIOM_API IdiomRenderer *idiom_renderer_new(IdiomDevice *device, const IdiomRendererOptions *options,
                                            GError **error);

/**
 * idiom_renderer_free:
 * @renderer: (nullable): a renderer
 *
 * Waits for what is in flight and frees @renderer.
 */
IDIOM_API void idiom_renderer_free(IdiomRenderer *renderer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IdiomRenderer, idiom_renderer_free)

/**
 * idiom_renderer_show:
 * @renderer: a renderer
 * @style: (nullable): as for idiom_style_find(): a name, a file, or %NULL for the default; or IDIOM_STYLE_NONE: the source
 *   as it is
 * @mix: (nullable): as for idiom_style_parse_mix()
 * @error: as idiom_style_find(), idiom_style_load(), idiom_style_parse_mix() and, once configured, as
 *   idiom_renderer_configure()
 *
 * Shows @style, and nothing else, from the next frame on; returns when it is ready. On failure all stays as it was.
 *
 * Returns: whether @style is in view
 */
IDIOM_API gboolean idiom_renderer_show(IdiomRenderer *renderer, const char *style, const char *mix,
                                       GError **error);

/**
 * idiom_renderer_change:
 * @renderer: a renderer
 * @style: (nullable): as for idiom_renderer_show()
 * @mix: (nullable): as for idiom_renderer_show()
 * @fade: nanoseconds of the frames' time in which what is in view fades into @style; 0: at once
 *
 * Loads @style in the background and brings it into view when it is ready; into IDIOM_STYLE_NONE and out of it, the source
 * fades. A style that cannot be used is reported to the
 * warning callback, and what is in view stays; a @mix that the style does not have likewise, and its first style is
 * shown. Where several changes are asked for before one is ready, the last one counts.
 */
IDIOM_API void idiom_renderer_change(IdiomRenderer *renderer, const char *style, const char *mix,
                                     guint64 fade);

/**
 * idiom_renderer_show_style: (skip)
 * @renderer: a renderer
 * @style: a style in memory, of which the renderer keeps what it needs
 * @mix: (nullable): as for idiom_style_parse_mix()
 * @error: as idiom_style_parse_mix() and, once configured, as idiom_renderer_configure()
 *
 * As idiom_renderer_show(), for a style that was loaded or read already.
 *
 * Returns: whether @style is in view
 */
IDIOM_API gboolean idiom_renderer_show_style(IdiomRenderer *renderer, IdiomStyle *style, const char *mix,
                                             GError **error);

/**
 * idiom_renderer_change_style: (skip)
 * @renderer: a renderer
 * @style: as for idiom_renderer_show_style()
 * @mix: (nullable): as for idiom_renderer_show_style()
 * @fade: as for idiom_renderer_change()
 *
 * As idiom_renderer_change(), for a style that was loaded or read already.
 */
IDIOM_API void idiom_renderer_change_style(IdiomRenderer *renderer, IdiomStyle *style, const char *mix,
                                           guint64 fade);

/**
 * idiom_renderer_set_mix:
 * @renderer: a renderer
 * @mix: (nullable): as for idiom_style_parse_mix(), of the style shown last or, if one is being loaded, of that
 *
 * From the next frame on. A mix that the style does not have is reported to the warning callback and changes nothing.
 */
IDIOM_API void idiom_renderer_set_mix(IdiomRenderer *renderer, const char *mix);

/**
 * idiom_renderer_show_subject:
 * @renderer: a renderer
 * @style: (nullable): as for idiom_style_find(): in which the subject of masks is shown; %NULL: in that of the rest
 * @mix: (nullable): as for idiom_style_parse_mix()
 * @error: as for idiom_renderer_show()
 *
 * From the next frame on that has a mask, in place of what was asked for before; returns when it is ready. On failure all
 * stays as it was. The style costs as much as the other one does.
 *
 * Returns: whether it is so
 */
IDIOM_API gboolean idiom_renderer_show_subject(IdiomRenderer *renderer, const char *style, const char *mix,
                                               GError **error);

/**
 * idiom_renderer_change_subject:
 * @renderer: a renderer
 * @style: (nullable): as for idiom_renderer_show_subject()
 * @mix: (nullable): as for idiom_style_parse_mix()
 * @fade: nanoseconds of the frames' time in which one style of the subject's own fades into the next; 0: at once
 *
 * As idiom_renderer_change() for what idiom_renderer_show_subject() shows. Any thread.
 */
IDIOM_API void idiom_renderer_change_subject(IdiomRenderer *renderer, const char *style, const char *mix,
                                             guint64 fade);

/**
 * IDIOM_PEOPLE_DEFAULT:
 *
 * The network that finds people where none is named.
 */
#define IDIOM_PEOPLE_DEFAULT "people"

/**
 * idiom_renderer_find_people:
 * @renderer: a renderer
 * @network: (nullable): as for idiom_style_find(): a file with a network that makes a mask of a picture, as `idiom-train
 *   import` writes it; %NULL for IDIOM_PEOPLE_DEFAULT
 * @every: frames from one in which it looks to the next, 1 to 100; in those between the mask follows the motion
 * @error: as idiom_style_find() and idiom_style_load(); IDIOM_ERROR_FORMAT for another kind of file
 *
 * For frames that say people. Before idiom_renderer_configure() all is ready with that; afterwards it is made ready
 * beside the frames, and until then nobody is found. Any thread.
 *
 * Returns: whether the network can be used
 */
IDIOM_API gboolean idiom_renderer_find_people(IdiomRenderer *renderer, const char *network, guint every,
                                              GError **error);

/**
 * idiom_renderer_set_stroke_size:
 * @size: of the strokes in proportion to the frame: 1 as in a frame of 640 pixels, which styles are trained for, 2 twice as
 *   large; 0.1 to 10
 *
 * Made ready in the background while frames go on, unless it is set before idiom_renderer_configure(); one that there is no
 * memory for is reported to the warning callback, and what is in view stays. The style works on a picture whose longer side has 640 / @size
 * pixels, or the frame's own size where that is not much larger; the result is brought back to full size along the source's
 * edges. So a picture looks the same at any size, and a large one takes hardly longer than a small one. Any thread.
 */
IDIOM_API void idiom_renderer_set_stroke_size(IdiomRenderer *renderer, double size);

/**
 * idiom_renderer_set_quality:
 * @renderer: a renderer
 * @quality: 1: as idiom_renderer_set_stroke_size() says; less: the style works on a picture with sides shorter by so much,
 *   which costs less and makes larger strokes; 0.25 to 1
 *
 * Made ready in the background while frames go on, unless it is set before idiom_renderer_configure(). A quality that there
 * is no memory for is reported to the warning callback, and what is in view stays. Any thread.
 */
IDIOM_API void idiom_renderer_set_quality(IdiomRenderer *renderer, double quality);

/**
 * idiom_renderer_set_still:
 * @renderer: a renderer
 * @still: parts of the picture in which nothing has changed but noise since they were painted last keep what was painted;
 *   each is painted again within half a second, and all after a cut. On CPUs, for inner pictures up to 1280x720 and with
 *   smoothing; GPUs paint everything. Not so at first.
 *
 * Less work before a camera that does not move, more memory. What frames need for it is made ready in the background if
 * frames flow already.
 */
IDIOM_API void idiom_renderer_set_still(IdiomRenderer *renderer, gboolean still);

/**
 * idiom_renderer_configure:
 * @renderer: a renderer
 * @info: what the next frames are
 * @error: IDIOM_ERROR_SHAPE or IDIOM_ERROR_MEMORY for frames that are too large for the device (the message names size
 *   and limit); IDIOM_ERROR_ARGUMENT, also while frames are in flight; IDIOM_ERROR_VULKAN, IDIOM_ERROR_DEVICE_LOST
 *
 * Prepares for frames of this kind; the first one follows no other. Fades that are under way end. After a failure the
 * renderer has to be configured again before the next frame.
 *
 * Returns: whether frames may come
 */
IDIOM_API gboolean idiom_renderer_configure(IdiomRenderer *renderer, const IdiomVideoInfo *info,
                                            GError **error);

/**
 * idiom_renderer_configure_both:
 * @renderer: a renderer
 * @source: what the next frames are
 * @result: what finished frames are: of the same size; format, matrix, range and chroma siting may be others. Transfer
 *   function and primaries stay as they are.
 * @error: as idiom_renderer_configure(); IDIOM_ERROR_ARGUMENT also for another size
 *
 * As idiom_renderer_configure(), where finished frames are of another kind than those that come. Alpha is kept where both
 * kinds have one; otherwise the result is opaque.
 *
 * Returns: whether frames may come
 */
IDIOM_API gboolean idiom_renderer_configure_both(IdiomRenderer *renderer, const IdiomVideoInfo *source,
                                                 const IdiomVideoInfo *result, GError **error);

/**
 * IDIOM_TIME_NONE:
 *
 * A time that is not known.
 */
#define IDIOM_TIME_NONE G_MININT64

/**
 * IdiomFrameParams:
 * @struct_size: bytes of this structure as the caller knows it
 * @time: nanoseconds, rising from frame to frame (negate it in reverse playback), or IDIOM_TIME_NONE. Fades go by it, and
 *   where it goes back or leaves out a frame, nothing is taken from the frame before.
 * @duration: nanoseconds to the next frame as far as is known, 0 if it is not
 * @discontinuity: this frame does not follow the one before, whatever the time says
 * @strength: 0..1: the result is source + strength (stylized - source); at 0 it is the source, byte by byte if both are of
 *   one kind
 * @temporal: 0..1: how much of a picture is taken from the one before, moved as the scene has moved, where that is
 *   known; at 0 every frame is stylized by itself. Above 0 (or with @statistics above 0) the noise that a style may paint
 *   from is carried along with the scene
 * @statistics: 0..1: share of the scene's running statistics in those by which the instance norms of a frame are
 *   normalized; at 0 each frame has its own, at 1 all frames of a scene have those of its first
 * @colour: 0..1: how much of the style's colour is taken; at 0 the colours are the source's
 * @tag: comes back with the finished frame
 * @expression: (nullable): sprites to be shown, areas to be measured, points to be followed; read before
 *   idiom_renderer_send() returns
 * @mask: (nullable): where its subject is; read before the frame is sent. %NULL: there is no subject.
 * @subject_strength: 0..1: share of @strength in the subject
 * @background_strength: 0..1: with a @mask or @people, share of @strength outside the subject
 * @people: where there is no @mask: people are the subject, see idiom_renderer_find_people()
 * @line: 0..1: how much contours of the source are drawn in ink over what is shown, also without a style
 * @tones: 0..1: how much the tones are drawn to those of @palette
 * @palette: (nullable): %NULL: black ink, and five levels of luma
 *
 * What is said of one frame. Start from IDIOM_FRAME_PARAMS_INIT.
 */
typedef struct {
    gsize struct_size;
    gint64 time;
    gint64 duration;
    gboolean discontinuity;
    double strength;
    double temporal;
    double statistics;
    double colour;
    gpointer tag;
    const IdiomExpression *expression;
    double line;
    double tones;
    const IdiomPalette *palette;
    const IdiomMask *mask;
    double subject_strength;
    double background_strength;
    gboolean people;
} IdiomFrameParams;

/**
 * IDIOM_FRAME_PARAMS_INIT:
 *
 * Initializer of an IdiomFrameParams: the style alone, smoothed over time.
 */
#define IDIOM_FRAME_PARAMS_INIT                                                                              \
    {                                                                                                        \
        .struct_size = sizeof(IdiomFrameParams), .time = IDIOM_TIME_NONE, .strength = 1, .temporal = 1,      \
        .colour = 1, .subject_strength = 1, .background_strength = 1                                         \
    }

/**
 * idiom_renderer_send:
 * @renderer: a renderer
 * @source: the frame, of the configured kind. Host memory is read before the function returns; what is kept, images
 *   and dmabufs must stay as they are until the frame is finished.
 * @result: where the finished frame goes; may be the same memory as @source. It is written by the time that
 *   idiom_renderer_get() returns the frame, and must stay until then.
 * @params: (nullable): %NULL for the defaults
 * @error: IDIOM_ERROR_BUSY: as many frames are in flight as there are slots: get one first; IDIOM_ERROR_ARGUMENT,
 *   IDIOM_ERROR_DEVICE_LOST, IDIOM_ERROR_VULKAN
 *
 * Gives a frame to the device and returns without waiting for it.
 *
 * Returns: whether the device has the frame
 */
IDIOM_API gboolean idiom_renderer_send(IdiomRenderer *renderer, const IdiomPicture *source,
                                       const IdiomPicture *result, const IdiomFrameParams *params,
                                       GError **error);

/**
 * idiom_renderer_skip:
 * @params: of a frame that is not sent, as it would be too late; its time, duration and discontinuity count
 *
 * Leaves a frame out: the next one may continue the one before all the same.
 */
IDIOM_API void idiom_renderer_skip(IdiomRenderer *renderer, const IdiomFrameParams *params);

/**
 * idiom_renderer_pass:
 * @renderer: a renderer
 * @params: (nullable): of the next frame
 *
 * Asks whether the next frame may go on as it is, without being sent: its strength is 0, or IDIOM_STYLE_NONE is in view and
 * nothing else is ready. If so it counts as shown, after those in flight; otherwise it has to be sent.
 *
 * Returns: whether the result would be the source, byte by byte
 */
IDIOM_API gboolean idiom_renderer_pass(IdiomRenderer *renderer, const IdiomFrameParams *params);

/**
 * IdiomGet:
 * @IDIOM_GET_FRAME: a frame is finished
 * @IDIOM_GET_NOTHING: nothing is in flight, or, without waiting, nothing is finished yet
 * @IDIOM_GET_LOST: the oldest frame was lost with its device; the renderer goes on with a new one
 * @IDIOM_GET_FAILED: the oldest frame is lost and the renderer cannot go on, see the error
 *
 * What idiom_renderer_get() found.
 */
typedef enum {
    IDIOM_GET_FRAME,
    IDIOM_GET_NOTHING,
    IDIOM_GET_LOST,
    IDIOM_GET_FAILED,
} IdiomGet;

/**
 * idiom_renderer_get:
 * @renderer: a renderer
 * @wait: wait for the oldest frame in flight
 * @tag: (out) (optional) (nullable) (transfer none): receives its IdiomFrameParams.tag, also when it is lost
 * @error: IDIOM_ERROR_DEVICE_LOST, IDIOM_ERROR_VULKAN
 *
 * Takes the oldest frame in flight, if it is finished; its result has been written then.
 *
 * Returns: what there was
 */
IDIOM_API IdiomGet idiom_renderer_get(IdiomRenderer *renderer, gboolean wait, gpointer *tag, GError **error);

/**
 * idiom_renderer_observe:
 * @renderer: a renderer
 * @observation: where it goes
 *
 * What was found in the frame that idiom_renderer_get() took last, where its #IdiomExpression asked for it; nothing is
 * waited for. Fills in as much of @observation as its @struct_size says.
 */
IDIOM_API void idiom_renderer_observe(const IdiomRenderer *renderer, IdiomObservation *observation);

/**
 * idiom_renderer_in_flight:
 * @renderer: a renderer
 *
 * Returns: frames that were sent and not taken yet
 */
IDIOM_API guint idiom_renderer_in_flight(const IdiomRenderer *renderer);

/**
 * idiom_renderer_slots:
 * @renderer: a renderer
 *
 * Returns: frames that may be in flight
 */
IDIOM_API guint idiom_renderer_slots(const IdiomRenderer *renderer);

/**
 * idiom_renderer_flush:
 * @renderer: a renderer
 *
 * Waits for the frames in flight and drops them; the next frame follows no other.
 */
IDIOM_API void idiom_renderer_flush(IdiomRenderer *renderer);

/**
 * IdiomRendererStats:
 * @struct_size: bytes of this structure as the caller knows it
 * @frames: finished
 * @seconds: from sending a frame to its being finished, summed over all
 * @last_seconds: the same for the last frame
 * @memory: bytes of device memory that tensors take now
 * @styles: in view now; 0 where the source is
 * @loading: a style that idiom_renderer_change() asked for, or another size of strokes or quality, is being made ready
 * @quality: in view now, see idiom_renderer_set_quality()
 * @copies: of the whole last frame, in and out, that were made by the CPU; those that the device makes do not count
 * @in_seconds: of the last frame, by the device's clock: copies from where it came; 0, as the next ones, where the device
 *   has no timestamps, which costs nothing, and for a frame that was not painted
 * @scene_seconds: its picture, motion and masks
 * @style_seconds: the networks
 * @finish_seconds: the finished picture with what lies over it, and its conversion
 * @out_seconds: copies to where it goes
 *
 * Figures of a renderer since it was made. Start from IDIOM_RENDERER_STATS_INIT.
 */
typedef struct {
    gsize struct_size;
    guint64 frames;
    double seconds;
    double last_seconds;
    guint64 memory;
    guint styles;
    gboolean loading;
    double quality;
    guint copies;
    double in_seconds;
    double scene_seconds;
    double style_seconds;
    double finish_seconds;
    double out_seconds;
} IdiomRendererStats;

/**
 * IDIOM_RENDERER_STATS_INIT:
 *
 * Initializer of an IdiomRendererStats.
 */
#define IDIOM_RENDERER_STATS_INIT                                                                            \
    {                                                                                                        \
        .struct_size = sizeof(IdiomRendererStats)                                                            \
    }

/**
 * idiom_renderer_get_stats:
 * @renderer: a renderer
 * @stats: where they go
 *
 * Fills in as much of @stats as its @struct_size says.
 */
IDIOM_API void idiom_renderer_get_stats(IdiomRenderer *renderer, IdiomRendererStats *stats);

/**
 * idiom_renderer_device: (skip)
 * @renderer: a renderer
 *
 * Returns: (transfer none): where it runs now; another one after a device was lost
 */
IDIOM_API IdiomDevice *idiom_renderer_device(const IdiomRenderer *renderer);

/**
 * idiom_renderer_ref_device: (skip)
 * @renderer: a renderer
 *
 * As idiom_renderer_device(), from any thread.
 *
 * Returns: (transfer full): where it runs now
 */
IDIOM_API IdiomDevice *idiom_renderer_ref_device(IdiomRenderer *renderer);

G_END_DECLS

#endif
