/*
 * retail_rules.c - which lines of the shop's data count, and what a cancellation cancels
 */
#include "services/ctl/retail_rules.h"
#include "common/clock.h"

#include <ctype.h>
#include <string.h>

const char *const line_fate_names[LINE_FATES] = {"kept", "anonymous", "no product", "no price",
						 "no quantity"};

bool stock_is_product(const char *code)
{
	int i;

	for (i = 0; i < 5; i++)
		if (!isdigit((unsigned char)code[i]))
			return false;
	for (; code[i]; i++)
		if (!isalpha((unsigned char)code[i]))
			return false;
	return true;
}

enum line_fate line_fate(const char *customer, const char *stock, int64_t quantity, int64_t price_minor,
			 bool cancelled)
{
	if (!*customer)
		return LINE_ANONYMOUS;
	if (!stock_is_product(stock))
		return LINE_NO_PRODUCT;
	if (price_minor <= 0)
		return LINE_NO_PRICE;
	/* a cancellation takes back, anything else sells; a line the other way round is stock keeping */
	if (cancelled ? quantity >= 0 : quantity <= 0)
		return LINE_NO_QUANTITY;
	return LINE_KEPT;
}

bool pence_parse(const char *text, int64_t *out)
{
	int64_t pence = 0;
	int decimals = -1, digits = 0;
	bool negative = *text == '-', up = false;

	for (text += negative; *text; text++) {
		if (*text == '.' && decimals < 0) {
			decimals = 0;
			continue;
		}
		if (!isdigit((unsigned char)*text) || ++digits > 12)
			return false;
		if (decimals == 2)
			up = *text >= '5';
		if (decimals < 2)
			pence = pence * 10 + (*text - '0');
		decimals += decimals >= 0;
	}
	for (decimals = decimals < 0 ? 0 : decimals; decimals < 2; decimals++)
		pence *= 10;
	pence += up;
	*out = negative ? -pence : pence;
	return digits > 0;
}

/* Two digits at text, followed by that separator. */
static int two_digits(const char *text, char separator)
{
	if (!isdigit((unsigned char)text[0]) || !isdigit((unsigned char)text[1]) || text[2] != separator)
		return -1;
	return (text[0] - '0') * 10 + text[1] - '0';
}

bool local_parse(const char *text, int64_t *out)
{
	char date[11];
	day d;
	int hour, minute, second;

	if (strlen(text) != 19 || text[10] != ' ')
		return false;
	memcpy(date, text, 10);
	date[10] = '\0';
	hour = two_digits(text + 11, ':');
	minute = two_digits(text + 14, ':');
	second = two_digits(text + 17, '\0');
	if (!day_parse(date, &d) || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 59)
		return false;
	*out = d * DAY_SECONDS + hour * 3600 + minute * 60 + second;
	return true;
}

int32_t bought_cancel(struct bought *list, size_t count, int32_t stock, int32_t wanted, int32_t *transaction)
{
	struct bought *b;
	int32_t taken;

	for (b = list + count; b-- > list;)
		if (b->stock == stock && b->left > 0) {
			taken = b->left < wanted ? b->left : wanted;
			b->left -= taken;
			*transaction = b->transaction;
			return taken;
		}
	return 0;
}
