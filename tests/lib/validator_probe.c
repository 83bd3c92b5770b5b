/*
 * validator_probe.c - the validator by itself, for the system tests
 *
 * Reads lines {"schema": ..., "values": [...]} and writes for each {"refused": "/pointer"}, or
 * {"faults": [[pointers], ...]} with a list for every value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#include "common/validator.h"

enum {
	FAULTS_MAX = 20
};

static void put_faults(struct json_writer *w, const struct validator *v, const struct json *value)
{
	struct fault faults[FAULTS_MAX];
	size_t count = validator_check(w, v, value, "", faults, FAULTS_MAX), i;

	json_open_array(w, NULL);
	for (i = 0; i < count; i++)
		json_put_text(w, NULL, faults[i].pointer);
	json_close(w);
}

static void answer(const void *scratch, const struct json *line)
{
	struct json_writer *w = json_writer_new(scratch);
	struct fault fault;
	struct validator *v = validator_read(scratch, json_get(line, "schema"), &fault);
	const struct json *value;

	json_open_object(w, NULL);
	if (v == NULL) {
		json_put_text(w, "refused", fault.pointer);
	} else {
		json_open_array(w, "faults");
		for (value = json_get(line, "values")->first; value; value = value->next)
			put_faults(w, v, value);
		json_close(w);
	}
	json_close(w);
	puts(json_text(w, NULL));
}

int main(void)
{
	char *line = NULL;
	const char *error = "";
	const struct json *read;
	size_t room = 0;
	ssize_t length;
	void *scratch;

	while ((length = getline(&line, &room, stdin)) > 0) {
		scratch = talloc_new(NULL);
		if ((read = json_parse(scratch, line, (size_t)length, &error)) == NULL) {
			fprintf(stderr, "validator_probe: %s\n", error);
			return 1;
		}
		answer(scratch, read);
		talloc_free(scratch);
	}
	free(line);
	return 0;
}
