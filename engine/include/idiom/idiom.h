/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All of libidiom but idiom/vulkan.h, which needs the Vulkan headers. */
#ifndef IDIOM_H
#define IDIOM_H

#include <idiom/device.h>
#include <idiom/error.h>
#include <idiom/expression.h>
#include <idiom/frame.h>
#include <idiom/log.h>
#include <idiom/mask.h>
#include <idiom/reference.h>
#include <idiom/renderer.h>
#include <idiom/style.h>
#include <idiom/version.h>

#endif
