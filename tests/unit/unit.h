/*
 * unit.h - one Check suite per module, each its own program
 *
 * A test file defines its cases and ends in UNIT_MAIN("module", case_a, case_b).
 */
#ifndef AE_UNIT_H
#define AE_UNIT_H

#include <check.h>
#include <stdlib.h>

static inline int unit_run(const char *name, const TTest *const *cases, size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	size_t i;
	int failed;

	tcase_set_timeout(tcase, 60);
	for (i = 0; i < count; i++)
		tcase_add_test(tcase, cases[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define UNIT_MAIN(name, ...)                                                                   \
	int main(void)                                                                         \
	{                                                                                      \
		const TTest *const unit_cases[] = {__VA_ARGS__};                               \
		return unit_run(name, unit_cases, sizeof(unit_cases) / sizeof(unit_cases[0])); \
	}

#endif
