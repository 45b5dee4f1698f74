/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LOOKS_H
#define LOOKS_H

#include "paint/motif.h"

/* Looks that are painted from photo and noise, flat areas too; a file each. Results are RGB 0..1. */
Field *look_starry(const Motif *motif);
Field *look_wave(const Motif *motif);
Field *look_scream(const Motif *motif);
Field *look_composition(const Motif *motif);
Field *look_ink(const Motif *motif);
Field *look_watercolour(const Motif *motif);
Field *look_woodblock(const Motif *motif);
Field *look_blueprint(const Motif *motif);
Field *look_mosaic(const Motif *motif);
Field *look_poster(const Motif *motif);
Field *look_cel(const Motif *motif);

#endif
