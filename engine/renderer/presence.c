/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "presence.h"

#include <idiom/renderer.h>

double idiom_fade_share(gint64 since, guint64 fade, gint64 now)
{
    if (now == IDIOM_TIME_NONE || since == IDIOM_TIME_NONE || now <= since)
        return 1;
    const guint64 passed = (guint64)now - (guint64)since;
    return passed >= fade ? 1 : (double)passed / (double)fade;
}

void idiom_presence_set(IdiomPresence *p, double to)
{
    *p = (IdiomPresence){.from = to, .to = to, .since = IDIOM_TIME_NONE};
}

void idiom_presence_fade(IdiomPresence *p, double to, gint64 now, guint64 fade)
{
    *p = (IdiomPresence){.from = idiom_presence_at(p, now), .to = to, .since = now, .fade = fade};
}

double idiom_presence_at(const IdiomPresence *p, gint64 now)
{
    const double share = idiom_fade_share(p->since, p->fade, now);
    return share >= 1 ? p->to : p->from + share * (p->to - p->from);
}
