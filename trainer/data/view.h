/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef VIEW_H
#define VIEW_H

#include "media/picture.h"
#include "data/random.h"

/*
 * Views of pictures, as arrays of floats 0..1, [3,size,size], and what a moving, noisy camera makes of them.
 */

/*
 * Cuts the view of @w x @h pixels whose upper left corner is at (@x, @y) of @picture, each pixel @scale pixels of the
 * picture wide: Catmull-Rom, stretched by a scale above 1, so that nothing aliases. With scale 1 and whole corners the
 * picture's own values. What lies outside the picture is its mirror image. @mirror: left becomes right.
 * @values: [3,h,w]
 */
void view_cut(const Picture *picture, double x, double y, double scale, gboolean mirror, guint w, guint h,
              float *values);

/* How the camera moved: pixel p of the later view shows what center + m (p - center) + (dx, dy) of the first shows. */
typedef struct {
    double m[2][2]; /* rows x, y */
    double dx, dy;
} CameraMotion;

/*
 * A camera's motion from frame to frame: none, a drift within one pixel, whole pixels, or zoom within 5 % with a turn
 * within 3 degrees.
 */
CameraMotion camera_draw(Random *r, guint max_shift);

/* Pixels that the first view must have beyond each edge, so that the later one finds all it shows. */
guint camera_margin(guint max_shift, guint size);

/* The motion that is none. */
CameraMotion camera_still(void);

/* Where in the first view pixel (@x, @y) of the later one lies; both are @size pixels wide and high. */
void camera_origin(const CameraMotion *motion, guint size, double x, double y, double *qx, double *qy);

/* [2,size,size]: the later view shows at (y, x) what the first shows at (y + flow[1], x + flow[0]), in pixels. */
void camera_flow(const CameraMotion *motion, guint size, float *flow);

/*
 * The later view, by Catmull-Rom: source's own values where the motion is of whole pixels.
 * @source: the first view with @margin pixels more on each side
 */
void camera_apply(const CameraMotion *motion, const float *source, guint margin, guint size, float *moved);

/*
 * Changes contrast by up to 5 % and brightness by up to 0.02, and adds noise of deviation up to @noise, whose grain is a
 * sensor's, of one pixel, or a codec's, of up to 8.
 */
void view_disturb(float *values, guint size, float noise, Random *r);

#endif
