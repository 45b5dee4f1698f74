/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A Vulkan layer that makes commands fail on demand and keeps count of objects. A test that links it and runs with
 * VK_INSTANCE_LAYERS=VK_LAYER_IDIOM_faults controls the very layer that the loader uses.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <glib.h>
#include <vulkan/vulkan.h>

#define FAULTS_API __attribute__((visibility("default")))

typedef struct {
    const char *name;
    const VkResult *results; /* that it may fail with */
    guint n_results;
} FaultsCall;

/* All commands that can be made to fail. */
FAULTS_API const FaultsCall *faults_calls(guint *count);

/* Whether @name is one of them, or is known not to fail. */
FAULTS_API gboolean faults_knows(const char *name);

/*
 * From now on the @nth call of @name fails with @result, once; a device that was lost thereby stays lost. @name NULL:
 * nothing fails any more. Counts start anew.
 */
FAULTS_API void faults_arm(const char *name, guint nth, VkResult result);

/* Whether the call failed that was to fail. */
FAULTS_API gboolean faults_happened(void);

/* Calls of faults_calls()[@call] since faults_arm(). */
FAULTS_API guint faults_count(guint call);

/* Instances, devices and what was made from them, but for what an open device keeps for itself (pipelines and such). */
FAULTS_API guint faults_objects(void);

/* What was left behind when its device was destroyed, or freed without being there; each is printed when it happens. */
FAULTS_API guint faults_mistakes(void);

/* Queues that measure no time. */
FAULTS_API void faults_hide_timestamps(gboolean hide);

#endif
