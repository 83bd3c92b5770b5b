/*
 * holdout.c - who is left alone for comparison: a keyed hash, so that a member stays where it is
 */
#include <openssl/sha.h>
#include <string.h>
#include <talloc.h>

#include "services/engagement/engagement.h"

double holdout_share(const unsigned char key[HOLDOUT_KEY], const char *salt, const char *member_id)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	char *text = talloc_asprintf(NULL, "%*s%s\n%s", HOLDOUT_KEY, "", salt, member_id);
	uint64_t value = 0;
	int i;

	memcpy(text, key, HOLDOUT_KEY);
	SHA256((const unsigned char *)text, talloc_get_size(text) - 1, digest);
	talloc_free(text);
	for (i = 0; i < 6; i++)
		value = value << 8 | digest[i];
	return (double)value / 281474976710656.0;
}
