/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef IDIOM_API_H
#define IDIOM_API_H

/* IDIOM_API: marks what libidiom exports; everything else is hidden. */
#if defined(__GNUC__)
#define IDIOM_API __attribute__((visibility("default")))
#else
#define IDIOM_API
#endif

#endif
