/*
 * dkim.c - signatures of mails, on OpenSSL's primitives
 */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/address.h"
#include "services/notification/dkim.h"
#include "services/notification/dkim_canon.h"

struct dkim_key {
	const char *selector;
	EVP_PKEY *key;
	bool rsa; /* else Ed25519 */
};

struct dkim {
	const char *domain;
	struct dkim_key **keys;
	size_t count;
};

/* What is signed where it occurs; with over, once more than it occurs, absent ones too. */
static const struct {
	const char *name;
	bool over;
} signed_headers[] = {
	{"from", true},
	{"subject", true},
	{"list-unsubscribe", true},
	{"list-unsubscribe-post", true},
	{"to", false},
	{"reply-to", false},
	{"date", false},
	{"message-id", false},
	{"auto-submitted", false},
	{"list-id", false},
	{"feedback-id", false},
	{"mime-version", false},
	{"content-type", false},
	{"content-transfer-encoding", false},
};

struct dkim *dkim_new(const void *parent, const char *domain, const char **error)
{
	struct dkim *d;

	if ((*error = address_domain_fault(parent, domain)) != NULL)
		return NULL;
	d = talloc_zero(parent, struct dkim);
	d->domain = talloc_strdup(d, domain);
	return d;
}

static int key_free(struct dkim_key *k)
{
	EVP_PKEY_free(k->key);
	return 0;
}

/* Nobody is there to be asked for a key's password. */
static int no_password(char *buffer, int size, int writing, void *context)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static const char *key_fault(struct dkim_key *k)
{
	if (k->key == NULL)
		return "is not an unencrypted private key in PEM";
	k->rsa = EVP_PKEY_is_a(k->key, "RSA") == 1;
	if (!k->rsa && EVP_PKEY_is_a(k->key, "ED25519") != 1)
		return "is neither an RSA nor an Ed25519 key";
	if (k->rsa && EVP_PKEY_get_bits(k->key) < DKIM_RSA_BITS_MIN)
		return "is an RSA key of less than 2048 bits";
	return NULL;
}

/* Labels of letters, digits and hyphens, parted by dots: an imagined domain tells. */
static bool selector_fine(const void *parent, const char *selector)
{
	return *selector && strlen(selector) <= 63 &&
	       address_domain_fault(parent, talloc_asprintf(parent, "%s.example", selector)) == NULL;
}

bool dkim_add(struct dkim *d, const char *selector, const char *path, const char **error)
{
	struct dkim_key *k;
	const char *fault;
	BIO *file;

	if (!selector_fine(d, selector)) {
		*error = "the selector is not a DNS name";
		return false;
	}
	if ((file = BIO_new_file(path, "r")) == NULL) {
		*error = talloc_asprintf(d, "%s cannot be opened", path);
		return false;
	}
	k = talloc_zero(d, struct dkim_key);
	talloc_set_destructor(k, key_free);
	k->selector = talloc_strdup(k, selector);
	k->key = PEM_read_bio_PrivateKey(file, NULL, no_password, NULL);
	BIO_free(file);
	if ((fault = key_fault(k)) != NULL) {
		*error = talloc_asprintf(d, "%s %s", path, fault);
		talloc_free(k);
		return false;
	}
	d->keys = talloc_realloc(d, d->keys, struct dkim_key *, d->count + 1);
	d->keys[d->count++] = k;
	return true;
}

static const char *base64(const void *parent, const unsigned char *bytes, size_t length)
{
	char *text = talloc_array(parent, char, (length + 2) / 3 * 4 + 1);

	EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
	return text;
}

const char *dkim_record(const void *parent, const struct dkim *d, const char *selector)
{
	unsigned char *der = NULL, raw[32];
	size_t i, length = sizeof(raw);
	const char *record = NULL;
	int n;

	for (i = 0; i < d->count && strcasecmp(d->keys[i]->selector, selector) != 0; i++)
		;
	if (i == d->count)
		return NULL;
	if (!d->keys[i]->rsa) /* RFC 8463 4: the 32 bytes themselves */
		return EVP_PKEY_get_raw_public_key(d->keys[i]->key, raw, &length) == 1
			       ? talloc_asprintf(parent, "v=DKIM1; k=ed25519; p=%s",
						 base64(parent, raw, length))
			       : NULL;
	if ((n = i2d_PUBKEY(d->keys[i]->key, &der)) > 0)
		record = talloc_asprintf(parent, "v=DKIM1; k=rsa; p=%s", base64(parent, der, (size_t)n));
	OPENSSL_free(der);
	return record;
}

static bool field_is(const struct dkim_field *f, const char *name)
{
	return f->name_length == strlen(name) && strncasecmp(f->text, name, f->name_length) == 0;
}

/* Puts ":name" behind the list, folding it. */
static void list_name(struct bytes *list, const char *name)
{
	if (list->length > 0)
		bytes_put(list, ":", 1);
	if (bytes_column(list) + strlen(name) > 70)
		bytes_text(list, "\r\n\t ");
	bytes_text(list, name);
}

/* Writes the canonical header fields that are signed into data and their names into list; of a field that
 * occurs more than once the last comes first (RFC 6376 5.4.2). */
static void collect(const struct dkim_field *fields, struct bytes *data, struct bytes *list)
{
	size_t count, i, k;

	for (count = 0; fields[count].text; count++)
		;
	for (i = 0; i < sizeof(signed_headers) / sizeof(signed_headers[0]); i++) {
		for (k = count; k > 0; k--) {
			if (!field_is(&fields[k - 1], signed_headers[i].name))
				continue;
			dkim_canon_field(data, &fields[k - 1]);
			bytes_text(data, "\r\n");
			list_name(list, signed_headers[i].name);
		}
		if (signed_headers[i].over)
			list_name(list, signed_headers[i].name);
	}
}

/* The signature of data in base64; RFC 8463 3 signs the SHA-256 of it. NULL: OpenSSL failed. */
static const char *sign(const void *parent, const struct dkim_key *k, const struct bytes *data)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const unsigned char *in = (const unsigned char *)data->data;
	unsigned char hash[SHA256_DIGEST_LENGTH], *out = NULL;
	size_t length = data->length, size = 0;
	bool done;

	if (!k->rsa) {
		in = SHA256(in, length, hash);
		length = sizeof(hash);
	}
	done = context &&
	       EVP_DigestSignInit(context, NULL, k->rsa ? EVP_sha256() : NULL, NULL, k->key) == 1 &&
	       EVP_DigestSign(context, NULL, &size, in, length) == 1;
	if (done) {
		out = talloc_array(parent, unsigned char, size);
		done = EVP_DigestSign(context, out, &size, in, length) == 1;
	}
	EVP_MD_CTX_free(context);
	return done ? base64(parent, out, size) : NULL;
}

/* The signature's own field with an empty b=, and, signed with the others, its b= filled in. */
static bool put_signature(struct bytes *out, const struct dkim *d, const struct dkim_key *k,
			  const struct bytes *headers, const char *list, const char *body_hash,
			  int64_t seconds)
{
	struct bytes *field = bytes_new(out), *data = bytes_new(out);
	struct dkim_field f = {.name_length = strlen("DKIM-Signature")};
	const char *value;
	size_t n;

	bytes_print(field, "DKIM-Signature: v=1; a=%s; c=relaxed/relaxed;\r\n",
		    k->rsa ? "rsa-sha256" : "ed25519-sha256");
	bytes_print(field, "\td=%s;\r\n\ts=%s; t=%lld;\r\n", d->domain, k->selector, (long long)seconds);
	bytes_print(field, "\th=%s;\r\n\tbh=%s;\r\n\tb=", list, body_hash);
	f.text = field->data;
	f.length = field->length;
	bytes_put(data, headers->data, headers->length);
	dkim_canon_field(data, &f);
	if ((value = sign(data, k, data)) == NULL)
		return false;
	bytes_put(out, field->data, field->length);
	for (; *value; value += n) {
		n = strnlen(value, 72);
		bytes_put(out, value, n);
		bytes_text(out, value[n] ? "\r\n\t" : "");
	}
	bytes_text(out, "\r\n");
	talloc_free(field);
	talloc_free(data);
	return true;
}

struct bytes *dkim_sign(const void *parent, const struct dkim *d, const char *mail, size_t length, instant t,
			const char **error)
{
	struct bytes *out = bytes_new(parent), *headers = bytes_new(out), *list = bytes_new(out);
	struct bytes *body = bytes_new(out);
	struct dkim_field *fields;
	unsigned char hash[SHA256_DIGEST_LENGTH];
	const char *body_text, *body_hash;
	size_t i;

	if ((fields = dkim_fields(out, mail, length, &body_text)) == NULL) {
		*error = "the mail's header has a line that is no field, or no end";
		return NULL;
	}
	collect(fields, headers, list);
	dkim_canon_body(body, body_text, (size_t)(mail + length - body_text));
	SHA256((const unsigned char *)body->data, body->length, hash);
	body_hash = base64(out, hash, sizeof(hash));
	for (i = 0; i < d->count; i++)
		if (!put_signature(out, d, d->keys[i], headers, list->data, body_hash, t / SECOND)) {
			*error = "OpenSSL could not sign";
			return NULL;
		}
	talloc_free(headers);
	talloc_free(list);
	talloc_free(body);
	*error = NULL;
	return out;
}
