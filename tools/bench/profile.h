/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Time of one frame, as a whole and operation by operation, measured through libidiom alone. */
#ifndef BENCH_PROFILE_H
#define BENCH_PROFILE_H

#include "rows.h"

#include <idiom-unstable/video.h>
#include <idiom/renderer.h>

typedef struct {
    char *device, *driver, *type;
    const char *precision;
    guint width, height;
    double frame_seconds; /* wall clock, copies in and out included */
    double best_seconds;  /* of the fastest frame */
    GArray *rows;         /* of ProfileRow */
    double op_seconds;    /* sum of the rows */
    double conv_seconds;  /* sum of the convolutions among them */
    guint64 memory;       /* device bytes */
} Profile;

/* What is shown in another way than the rest. */
typedef struct {
    gboolean mask;      /* half of the frame is masked out */
    const char *people; /* a network that looks for them in every frame, or NULL */
} ProfileSubject;

/*
 * Runs @frames frames for the time and as many for the operations. @style, @device: as the element's
 * properties. @subject: NULL: nothing. Clear @profile after success.
 */
gboolean profile_run(Profile *profile, const char *style, const char *device, IdiomVideoFormat format,
                     guint width, guint height, guint frames, const ProfileSubject *subject, GError **error);
void profile_clear(Profile *profile);

/* A few lines: device, speed, share of the convolutions. */
void profile_print_summary(const Profile *profile);
/* The same numbers. */
void profile_add_json(const Profile *profile, JsonBuilder *json);

#endif
