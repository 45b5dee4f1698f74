/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Repetition by the preprocessor, for kernels that must be straight-line code (a loop, even one that is unrolled
 * later, would cost minutes in the compilers). REPEAT_A(n, M, args) is M(0, args) ... M(n - 1, args). A macro is not
 * expanded within itself, so every level of nesting has a set of its own, with one argument less than the set inside.
 */
#ifndef REPEAT_GLSL
#define REPEAT_GLSL

#define REPEAT_JOIN_(a, b) a##b
#define REPEAT_JOIN(a, b) REPEAT_JOIN_(a, b)

#define REPEAT_A(n, M, a, b, c, d) REPEAT_JOIN(REPEAT_A_, n)(M, a, b, c, d)
#define REPEAT_A_1(M, a, b, c, d) M(0, a, b, c, d)
#define REPEAT_A_2(M, a, b, c, d) REPEAT_A_1(M, a, b, c, d) M(1, a, b, c, d)
#define REPEAT_A_3(M, a, b, c, d) REPEAT_A_2(M, a, b, c, d) M(2, a, b, c, d)
#define REPEAT_A_4(M, a, b, c, d) REPEAT_A_3(M, a, b, c, d) M(3, a, b, c, d)
#define REPEAT_A_5(M, a, b, c, d) REPEAT_A_4(M, a, b, c, d) M(4, a, b, c, d)
#define REPEAT_A_6(M, a, b, c, d) REPEAT_A_5(M, a, b, c, d) M(5, a, b, c, d)
#define REPEAT_A_7(M, a, b, c, d) REPEAT_A_6(M, a, b, c, d) M(6, a, b, c, d)
#define REPEAT_A_8(M, a, b, c, d) REPEAT_A_7(M, a, b, c, d) M(7, a, b, c, d)

#define REPEAT_B(n, M, a, b, c) REPEAT_JOIN(REPEAT_B_, n)(M, a, b, c)
#define REPEAT_B_1(M, a, b, c) M(0, a, b, c)
#define REPEAT_B_2(M, a, b, c) REPEAT_B_1(M, a, b, c) M(1, a, b, c)
#define REPEAT_B_3(M, a, b, c) REPEAT_B_2(M, a, b, c) M(2, a, b, c)
#define REPEAT_B_4(M, a, b, c) REPEAT_B_3(M, a, b, c) M(3, a, b, c)
#define REPEAT_B_5(M, a, b, c) REPEAT_B_4(M, a, b, c) M(4, a, b, c)
#define REPEAT_B_6(M, a, b, c) REPEAT_B_5(M, a, b, c) M(5, a, b, c)
#define REPEAT_B_7(M, a, b, c) REPEAT_B_6(M, a, b, c) M(6, a, b, c)
#define REPEAT_B_8(M, a, b, c) REPEAT_B_7(M, a, b, c) M(7, a, b, c)
#define REPEAT_B_9(M, a, b, c) REPEAT_B_8(M, a, b, c) M(8, a, b, c)

#define REPEAT_C(n, M, a, b) REPEAT_JOIN(REPEAT_C_, n)(M, a, b)
#define REPEAT_C_1(M, a, b) M(0, a, b)
#define REPEAT_C_2(M, a, b) REPEAT_C_1(M, a, b) M(1, a, b)
#define REPEAT_C_3(M, a, b) REPEAT_C_2(M, a, b) M(2, a, b)
#define REPEAT_C_4(M, a, b) REPEAT_C_3(M, a, b) M(3, a, b)
#define REPEAT_C_5(M, a, b) REPEAT_C_4(M, a, b) M(4, a, b)
#define REPEAT_C_6(M, a, b) REPEAT_C_5(M, a, b) M(5, a, b)
#define REPEAT_C_7(M, a, b) REPEAT_C_6(M, a, b) M(6, a, b)
#define REPEAT_C_8(M, a, b) REPEAT_C_7(M, a, b) M(7, a, b)
#define REPEAT_C_9(M, a, b) REPEAT_C_8(M, a, b) M(8, a, b)
#define REPEAT_C_10(M, a, b) REPEAT_C_9(M, a, b) M(9, a, b)
#define REPEAT_C_11(M, a, b) REPEAT_C_10(M, a, b) M(10, a, b)
#define REPEAT_C_12(M, a, b) REPEAT_C_11(M, a, b) M(11, a, b)
#define REPEAT_C_13(M, a, b) REPEAT_C_12(M, a, b) M(12, a, b)
#define REPEAT_C_14(M, a, b) REPEAT_C_13(M, a, b) M(13, a, b)
#define REPEAT_C_15(M, a, b) REPEAT_C_14(M, a, b) M(14, a, b)
#define REPEAT_C_16(M, a, b) REPEAT_C_15(M, a, b) M(15, a, b)

#define REPEAT_D(n, M, a) REPEAT_JOIN(REPEAT_D_, n)(M, a)
#define REPEAT_D_1(M, a) M(0, a)
#define REPEAT_D_2(M, a) REPEAT_D_1(M, a) M(1, a)
#define REPEAT_D_3(M, a) REPEAT_D_2(M, a) M(2, a)
#define REPEAT_D_4(M, a) REPEAT_D_3(M, a) M(3, a)
#define REPEAT_D_5(M, a) REPEAT_D_4(M, a) M(4, a)
#define REPEAT_D_6(M, a) REPEAT_D_5(M, a) M(5, a)
#define REPEAT_D_7(M, a) REPEAT_D_6(M, a) M(6, a)
#define REPEAT_D_8(M, a) REPEAT_D_7(M, a) M(7, a)
#define REPEAT_D_9(M, a) REPEAT_D_8(M, a) M(8, a)
#define REPEAT_D_10(M, a) REPEAT_D_9(M, a) M(9, a)
#define REPEAT_D_11(M, a) REPEAT_D_10(M, a) M(10, a)
#define REPEAT_D_12(M, a) REPEAT_D_11(M, a) M(11, a)
#define REPEAT_D_13(M, a) REPEAT_D_12(M, a) M(12, a)
#define REPEAT_D_14(M, a) REPEAT_D_13(M, a) M(13, a)
#define REPEAT_D_15(M, a) REPEAT_D_14(M, a) M(14, a)
#define REPEAT_D_16(M, a) REPEAT_D_15(M, a) M(15, a)

#define REPEAT_E(n, M) REPEAT_JOIN(REPEAT_E_, n)(M)
#define REPEAT_E_1(M) M(0)
#define REPEAT_E_2(M) REPEAT_E_1(M) M(1)
#define REPEAT_E_3(M) REPEAT_E_2(M) M(2)
#define REPEAT_E_4(M) REPEAT_E_3(M) M(3)
#define REPEAT_E_5(M) REPEAT_E_4(M) M(4)
#define REPEAT_E_6(M) REPEAT_E_5(M) M(5)
#define REPEAT_E_7(M) REPEAT_E_6(M) M(6)
#define REPEAT_E_8(M) REPEAT_E_7(M) M(7)
#define REPEAT_E_9(M) REPEAT_E_8(M) M(8)
#define REPEAT_E_10(M) REPEAT_E_9(M) M(9)
#define REPEAT_E_11(M) REPEAT_E_10(M) M(10)
#define REPEAT_E_12(M) REPEAT_E_11(M) M(11)
#define REPEAT_E_13(M) REPEAT_E_12(M) M(12)
#define REPEAT_E_14(M) REPEAT_E_13(M) M(13)
#define REPEAT_E_15(M) REPEAT_E_14(M) M(14)
#define REPEAT_E_16(M) REPEAT_E_15(M) M(15)

#endif
