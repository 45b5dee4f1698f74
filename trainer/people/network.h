/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The network of ours that finds people: a picture becomes a mask of its size. */
#ifndef PEOPLE_NETWORK_H
#define PEOPLE_NETWORK_H

#include <idiom-unstable/network.h>

/* Pixels of the pictures that it takes, the frame's sides brought to them whatever their proportions. */
#define PEOPLE_WIDTH 256
#define PEOPLE_HEIGHT 144

/* Declares its weights in @params, as they are before it is trained. */
void people_declare(IdiomParams *params, guint64 seed);

/*
 * @picture: planes [n,3,h,w], RGB in 0..1, sides multiples of 16
 * Returns: planes [n,1,h,w]: logits of the mask
 */
IdiomTensor *people_build(IdiomGraph *graph, IdiomParams *params, IdiomTensor *picture, gboolean trainable);

/* The same with the weights of @params and a sigmoid at its end, as a network that can be saved and run on frames. */
IdiomNetwork *people_network(IdiomParams *params, GError **error);

#endif
