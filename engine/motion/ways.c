/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Motion there and back. */
#include "motion/motion.h"
#include "ops/internal.h"

/*
 * Records @d for each way of which @d's result has a picture: @own and @other are planes of this picture and of the last,
 * or the other way round.
 */
gboolean idiom_flow_record_ways(IdiomRecorder *r, IdiomDispatch *d, const IdiomTensor *result,
                                IdiomTensor *const own[2], IdiomTensor *const other[2], gint32 *way,
                                GError **error)
{
    for (*way = 0; *way < (gint32)result->shape.n; ++*way) {
        d->planes[0] = own[*way];
        d->planes[1] = other[1 - *way];
        if (!idiom_record_dispatch(r, d, error))
            return FALSE;
    }
    return TRUE;
}
