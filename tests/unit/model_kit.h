/*
 * model_kit.h - keys in a folder of their own and a small model, for tests of model files
 */
#ifndef AE_MODEL_KIT_H
#define AE_MODEL_KIT_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>

#include "common/learn/container.h"
#include "common/learn/container_layout.h"
#include "common/learn/model_score.h"
#include "tests/unit/unit.h"

struct kit {
	char folder[64];
	char id[MODEL_KEY_ID_TEXT];
	struct model_signer *signer;
	struct model_keys *keys;
};

static inline const char *kit_path(struct kit *k, const char *name)
{
	return talloc_asprintf(k, "%s/%s", k->folder, name);
}

static inline const char *kit_secret(struct kit *k, const char *id)
{
	return talloc_asprintf(k, "%s/secret/%s.pem", k->folder, id);
}

static inline void kit_trust(struct kit *k)
{
	const char *error = "";

	k->keys = model_keys_load(k, kit_path(k, "public"), &error);
	ck_assert_msg(k->keys != NULL, "%s", error);
}

static inline struct kit *kit_new(void)
{
	struct kit *k = talloc_zero(NULL, struct kit);
	const char *error = "";

	strcpy(k->folder, "/tmp/ae-model-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(k->folder));
	ck_assert_msg(model_keygen(k, k->folder, k->id, &error), "%s", error);
	k->signer = model_signer_load(k, kit_secret(k, k->id), &error);
	ck_assert_msg(k->signer != NULL, "%s", error);
	kit_trust(k);
	return k;
}

static inline void kit_text(struct kit *k, const char *name, const char *text)
{
	FILE *f = fopen(kit_path(k, name), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static inline void kit_free(struct kit *k)
{
	char *argv[] = {"rm", "-rf", k->folder, NULL};
	pid_t pid = fork();

	if (pid == 0) {
		execv("/bin/rm", argv);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
	talloc_free(k);
}

/* churn-3: two features, three rows to test itself with. */
struct model {
	struct container_header header;
	struct container_section sections[8];
	size_t count;
	double weights[2], intercept[1], rows[6], scores[3];
};

static inline void model_section(struct model *m, const char *name, enum container_kind kind, uint32_t width,
				 const void *data, size_t length)
{
	m->sections[m->count++] = (struct container_section){name, kind, width, data, length};
}

static inline void model_fill(struct model *m)
{
	static const char *const features[] = {"log_recency", "log_frequency"};
	size_t i;

	*m = (struct model){.weights = {0.8, -0.5}, .intercept = {-0.25}, .rows = {0, 0, 1, 2, -3, 0.5}};
	m->header = (struct container_header){.name = "who leaves",
					      .kind = "churn",
					      .algorithm = "logistic",
					      .version = 3,
					      .created = "2026-11-26T17:00:00Z",
					      .seed = 42,
					      .features = features,
					      .feature_count = 2,
					      .training_from = "2026-01-01T00:00:00Z",
					      .training_to = "2026-06-30T00:00:00Z",
					      .data_hash = "b2:77",
					      .metrics = "{\"auc\": {\"value\": 0.7469, \"se\": 0.008}}",
					      .libraries = "{\"ae\": \"0.4\"}",
					      .tolerance = 1e-12};
	for (i = 0; i < 3; i++)
		m->scores[i] = 1 / (1 + exp(-(m->intercept[0] + m->weights[0] * m->rows[2 * i] +
					      m->weights[1] * m->rows[2 * i + 1])));
	model_section(m, "weights", CONTAINER_DOUBLE, 1, m->weights, sizeof(m->weights));
	model_section(m, "intercept", CONTAINER_DOUBLE, 1, m->intercept, sizeof(m->intercept));
	model_section(m, CONTAINER_TEST_ROWS, CONTAINER_DOUBLE, 2, m->rows, sizeof(m->rows));
	model_section(m, CONTAINER_TEST_SCORES, CONTAINER_DOUBLE, 1, m->scores, sizeof(m->scores));
}

static inline uint8_t *model_bytes(struct kit *k, const struct model *m, size_t *length)
{
	const char *error = "";
	uint8_t *bytes = container_encode(k, &m->header, m->sections, m->count, k->signer, length, &error);

	ck_assert_msg(bytes != NULL, "%s", error);
	return bytes;
}

/* Judges a copy that has exactly this length, so that a step too far is seen by a sanitizer. */
static inline bool bytes_good(const uint8_t *bytes, size_t length, const struct container_policy *policy,
			      char reason[512])
{
	void *parent = talloc_new(NULL), *copy = NULL;
	struct container *c = talloc_zero(parent, struct container);
	const char *error = "no reason";
	bool good;

	ck_assert_int_eq(posix_memalign(&copy, LAYOUT_ALIGN, length ? length : 1), 0);
	memcpy(copy, bytes, length);
	c->bytes = copy;
	c->length = length;
	good = container_check(c, policy, &error);
	snprintf(reason, 512, "%s", good ? "" : error);
	talloc_free(parent);
	free(copy);
	return good;
}

#endif
