/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Student's t distribution. Degrees of freedom are above 0 and need not be whole.
 *
 * Own code: the libraries that have it (GSL) are large, and it is one continued fraction.
 */
#ifndef RMAPSCOPE_STUDENT_H
#define RMAPSCOPE_STUDENT_H

/* The probability of a value as far from 0 as @t, on either side. */
double student_chance(double t, double df);
/* The distance from 0 that has the probability @chance, above 0; not more than 1e6. */
double student_quantile(double chance, double df);

#endif
