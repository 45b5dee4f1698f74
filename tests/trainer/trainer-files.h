/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that the trainer's tests make for themselves. */
#ifndef TRAINER_FILES_H
#define TRAINER_FILES_H

#include <glib/gstdio.h>

/* A new temporary folder, and its end with all files in it. */
char *test_folder_new(void);
void test_folder_remove(char *folder);

void test_write_file(const char *folder, const char *name, const char *bytes, gssize size);

/* A PNG picture of soft waves and some noise, different for each @seed; returns its path. */
char *test_write_picture(const char *folder, guint seed, guint w, guint h);

/* A video of @frames frames in which a bar moves. */
void test_write_video(const char *folder, const char *name, guint w, guint h, guint frames);

/*
 * A feature network: the first three layers of VGG with random weights; returns its path. With @gain 1 activations keep
 * their size from layer to layer.
 */
char *test_write_vgg(const char *folder, double gain);

#endif
