/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How well two networks that find people agree, and how steady they are. */
#ifndef PEOPLE_COMPARE_H
#define PEOPLE_COMPARE_H

#include "people/masker.h"

typedef struct {
    guint files, frames; /* in which the teacher finds people, who take at least 3 % of them */
    double iou, low_iou; /* intersection over union: mean, and what nine of ten frames reach */
    double off;          /* mean difference of the masks in all frames, 0..1 */
    double steady[2]; /* mean intersection over union from a frame of a video to the next: network, teacher */
    double still[2];  /* the same of two shots of one frame, with noise of deviation 0.02 in each */
    guint pairs;      /* frames of videos that have a next */
    guint empty;      /* frames without people for the teacher, */
    double found;     /* and the mean share of these that the network takes for people */
} PeopleScores;

/*
 * @content: files and folders, NULL-terminated; of a video @per_clip frames count, evenly spread
 * @sheet: NULL, or a folder for pictures: the frame, the network's cut-out, the teacher's, side by side
 */
gboolean people_compare(Masker *network, Masker *teacher, const char *const *content, guint per_clip,
                        const char *sheet, PeopleScores *scores, GError **error);

#endif
