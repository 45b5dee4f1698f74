/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sub-commands of idiom-bench: each parses its own options and returns the exit status. */
#ifndef IDIOM_BENCH_H
#define IDIOM_BENCH_H

int bench_frame(int argc, char **argv);
int bench_ops(int argc, char **argv);
int bench_filter(int argc, char **argv);
int bench_video(int argc, char **argv);
int bench_temporal(int argc, char **argv);
int bench_train(int argc, char **argv);
int bench_slots(int argc, char **argv);
int bench_subject(int argc, char **argv);
int bench_devices(int argc, char **argv);

#endif
