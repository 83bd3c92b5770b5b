/*
 * Keys of model files: they change hands, are revoked, and lie in folders with modes.
 */
#include "common/learn/container.h"
#include "tests/unit/model_kit.h"

static char why[512];

/* The new key is trusted beside the old one; then the old one goes, and what it signed with it. */
START_TEST(keys_rotate)
{
	struct kit *k = kit_new();
	struct container_policy policy = {.scorer = model_scorer};
	char id[MODEL_KEY_ID_TEXT];
	const char *error = "";
	uint8_t *old, *new;
	struct model m;
	size_t length;

	model_fill(&m);
	old = model_bytes(k, &m, &length);
	ck_assert(model_keygen(k, k->folder, id, &error));
	ck_assert_str_ne(id, k->id);
	k->signer = model_signer_load(k, kit_secret(k, id), &error);
	new = model_bytes(k, &m, &length);
	kit_trust(k);
	ck_assert_int_eq(model_keys_count(k->keys), 2);
	policy.keys = k->keys;
	ck_assert(bytes_good(old, length, &policy, why) && bytes_good(new, length, &policy, why));
	kit_text(k, "public/revoked", talloc_asprintf(k, "key %s  laptop stolen\n", k->id));
	kit_trust(k);
	policy.keys = k->keys;
	ck_assert(bytes_good(new, length, &policy, why));
	ck_assert(!bytes_good(old, length, &policy, why));
	ck_assert_msg(strstr(why, "which is revoked") != NULL, "%s", why);
	kit_free(k);
}
END_TEST

static const struct {
	const char *file, *text, *want;
} folders[] = {
	{"public/x.pem", "-----BEGIN PUBLIC KEY-----\n", "x.pem: is no public Ed25519 key"},
	{"public/x.pem", "", "x.pem: is no public Ed25519 key"},
	{"public/revoked", "key 00\n", "revoked:1: is neither"},
	{"public/revoked", "\n# one\nall of them\n", "revoked:3: is neither"},
	{"public/revoked", "model\n", "revoked:1: is neither"},
};

static void a_doubtful_folder_trusts_nobody_case(size_t i)
{
	struct kit *k = kit_new();
	const char *error = "";

	kit_text(k, folders[i].file, folders[i].text);
	ck_assert_ptr_null(model_keys_load(k, kit_path(k, "public"), &error));
	ck_assert_msg(strstr(error, folders[i].want) != NULL, "got '%s', want '%s'", error, folders[i].want);
	kit_free(k);
}

START_TEST(a_doubtful_folder_trusts_nobody)
{
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		a_doubtful_folder_trusts_nobody_case(i);
}
END_TEST

START_TEST(keys_have_modes)
{
	struct kit *k = kit_new();
	const char *error = "", *secret = kit_secret(k, k->id);
	struct stat st;

	ck_assert_int_eq(stat(secret, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(stat(kit_path(k, "secret"), &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0700);
	ck_assert_int_eq(chmod(secret, 0640), 0);
	ck_assert_ptr_null(model_signer_load(k, secret, &error));
	ck_assert_msg(strstr(error, "others may read") != NULL, "%s", error);
	ck_assert_int_eq(chmod(kit_path(k, "public"), 0777), 0);
	ck_assert_ptr_null(model_keys_load(k, kit_path(k, "public"), &error));
	ck_assert_msg(strstr(error, "others may write") != NULL, "%s", error);
	kit_free(k);
}
END_TEST

UNIT_MAIN("model_keys", keys_rotate, a_doubtful_folder_trusts_nobody, keys_have_modes)
