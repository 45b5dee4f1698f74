/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which call fails, and with what. */
#include "internal.h"

#include <string.h>

#define CALL(name, ...) static const VkResult results_##name[] = {__VA_ARGS__};
CALLS_THAT_MAY_FAIL(CALL)
#undef CALL

static const FaultsCall calls[] = {
#define CALL(name, ...) {"vk" #name, results_##name, G_N_ELEMENTS(results_##name)},
    CALLS_THAT_MAY_FAIL(CALL)
#undef CALL
};

static const char *const others[] = {
#define CALL(name) "vk" #name,
    CALLS_WATCHED(CALL)
#undef CALL
        CALLS_LEFT_ALONE,
    CALLS_OUT_OF_REACH, NULL};

static GMutex lock;
static guint counts[G_N_ELEMENTS(calls)];
static const char *armed;
static guint armed_nth;
static VkResult armed_result;
static gboolean happened, timestamps_hidden;

const FaultsCall *faults_calls(guint *count)
{
    *count = G_N_ELEMENTS(calls);
    return calls;
}

gboolean faults_knows(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(calls); i++)
        if (g_str_equal(calls[i].name, name))
            return TRUE;
    return g_strv_contains(others, name);
}

void faults_arm(const char *name, guint nth, VkResult result)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    armed = name;
    armed_nth = nth;
    armed_result = result;
    happened = FALSE;
    memset(counts, 0, sizeof counts);
}

gboolean faults_happened(void)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    return happened;
}

guint faults_count(guint call)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    return counts[call];
}

void faults_hide_timestamps(gboolean hide)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    timestamps_hidden = hide;
}

gboolean faults_timestamps_hidden(void)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    return timestamps_hidden;
}

static gboolean may_be_lost(Call call)
{
    for (guint i = 0; i < calls[call].n_results; i++)
        if (calls[call].results[i] == VK_ERROR_DEVICE_LOST)
            return TRUE;
    return FALSE;
}

VkResult faults_result(Call call, Chain *chain)
{
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    counts[call]++;
    if (chain && chain->lost && may_be_lost(call))
        return VK_ERROR_DEVICE_LOST;
    if (g_strcmp0(armed, calls[call].name) != 0 || counts[call] != armed_nth)
        return VK_SUCCESS;
    happened = TRUE;
    if (chain && chain->device && (armed_result == VK_ERROR_DEVICE_LOST || armed_result == VK_TIMEOUT)) {
        chain->lost = armed_result == VK_ERROR_DEVICE_LOST;
        /* the driver's own threads must be done with what is freed now */
        ((PFN_vkDeviceWaitIdle)chain->next_device(chain->device, "vkDeviceWaitIdle"))(chain->device);
    }
    return armed_result;
}
