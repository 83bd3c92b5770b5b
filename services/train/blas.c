/*
 * blas.c - the right kernels of OpenBLAS
 *
 * OpenBLAS picks them while it is loaded, and takes a processor newer than itself for one of 2004. Its
 * environment can tell it better, but only before: so the program begins again, once.
 */
#include "services/train/train.h"

#include <cblas.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
void blas_choose(char **argv)
{
	char path[4096] = {0};

	if (getenv("OPENBLAS_CORETYPE") || !__builtin_cpu_supports("avx2") ||
	    !__builtin_cpu_supports("fma") || strcmp(openblas_get_corename(), "Prescott") != 0)
		return;
	setenv("OPENBLAS_CORETYPE", "Haswell", 1);
	/* Where that fails, it is slower and no worse. */
	if (readlink("/proc/self/exe", path, sizeof(path) - 1) > 0)
		execv(path, argv);
}
#else
void blas_choose(char **argv)
{
	(void)argv;
}
#endif
