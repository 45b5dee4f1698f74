/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One device for all elements of the process that ask for the same one. */
#ifndef IDIOM_SHARED_DEVICE_H
#define IDIOM_SHARED_DEVICE_H

#include <idiom/device.h>

/*
 * The device that @selector means (see idiom_device_open()), opened if no other element has it open.
 * Thread-safe. Give it back with shared_device_release(); the last one closes it.
 */
IdiomDevice *shared_device_acquire(const char *selector, GError **error);
void shared_device_release(IdiomDevice *device);

#endif
