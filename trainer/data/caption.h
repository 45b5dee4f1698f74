/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CAPTION_H
#define CAPTION_H

#include "data/random.h"

/*
 * Draws text into a training picture, so that a style can learn to keep text readable: one to three of burned-in
 * subtitles, slogans, signs, speech bubbles and emoji; words, numbers and pseudo-words in Latin letters, Chinese and
 * Japanese as far as an installed font has them; in random families, sizes (letters from about 10 pixels of x-height to
 * a quarter of the picture) and colours that stand out from what is behind. Text may run over the edges, as in a crop.
 *
 * @r: draws; the result depends on it, the picture and the installed fonts
 * @picture: [3,size,size], RGB in 0..1, changed; a value becomes the nearest multiple of 1/255
 * @mask: [1,size,size], written: 1 at the text and up to a fifth of its size around it, 0 elsewhere, in between at the
 *   border
 * @size: 1 to 32767
 *
 * May be called from any thread, from several at once.
 */
void caption_draw(Random *r, float *picture, float *mask, guint size);

#endif
