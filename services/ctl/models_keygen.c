/*
 * models_keygen.c - aectl models keygen: a pair of keys to sign models with
 *
 * Secret and public half lie in folders of their own: the first stays with the trainer, the second goes to
 * every reader. A second call makes a second pair and touches nothing of the first: that is how keys rotate.
 */
#include <getopt.h>
#include <stdio.h>
#include <talloc.h>
#include "common/json.h"
#include "common/learn/model_keys.h"
#include "services/ctl/ctl.h"

static const char help[] =
	"usage: aectl models keygen --dir D [--json]\n\n"
	"Makes an Ed25519 pair: D/secret/<id>.pem (mode 0600), which signs and stays with the trainer, and\n"
	"D/public/<id>.pem, which readers trust. Prints the id. Keys that are there already stay.\n\n"
	"  --dir D              the folder\n"
	"  --json               {\"key_id\": ..., \"secret\": ..., \"public\": ...}\n\n"
	"Exit status: 0 done, 1 failed, 2 wrong usage.\n";

static void report(const char *dir, const char *id, bool json)
{
	struct json_writer *w = json_writer_new(ctl_memory);

	if (!json) {
		printf("%s\n", id);
		return;
	}
	json_open_object(w, NULL);
	json_put_text(w, "key_id", id);
	json_put_text(w, "secret", talloc_asprintf(w, "%s/secret/%s.pem", dir, id));
	json_put_text(w, "public", talloc_asprintf(w, "%s/public/%s.pem", dir, id));
	json_close(w);
	puts(json_text(w, NULL));
}

struct keygen_options {
	const char *dir;
	bool json;
};

static bool keygen_option(void *into, int option, const char *value)
{
	struct keygen_options *o = into;

	switch (option) {
	case 'd':
		o->dir = value;
		return true;
	case 'j':
		return o->json = true;
	}
	return false;
}

int models_keygen(int argc, char **argv)
{
	static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	struct keygen_options o = {.dir = NULL};
	const char *error = NULL;
	char id[MODEL_KEY_ID_TEXT];
	int rc;

	if ((rc = command_options(argc, argv, help, options, keygen_option, &o, 0)) != OPTIONS_READ)
		return rc;
	if (!o.dir)
		return usage_wrong(argv[0], "--dir is missing");
	if (!model_keygen(ctl_memory, o.dir, id, &error)) {
		fprintf(stderr, "%s: %s\n", argv[0], error);
		return CTL_FAILED;
	}
	report(o.dir, id, o.json);
	return CTL_DONE;
}
