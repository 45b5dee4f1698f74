/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LOOKS_H
#define LOOKS_H

#include "paint/motif.h"

/* Looks that are painted from photo and noise, flat areas too; a file each. Results are RGB 0..1. */
Field *look_starry(const Motif *motif);
Field *look_wave(const Motif *motif);
Field *look_scream(const Motif *motif);
Field *look_composition(const Motif *motif);

#endif
