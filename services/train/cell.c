/*
 * cell.c - numbers and dates as they stand in the cells of a CSV file (see cell.h)
 */
#include "services/train/cell.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool cell_number(const char *text, double *out)
{
	char *end;

	text += strspn(text, " ");
	if (!text[0] || text[strspn(text, "0123456789+-.eE ")])
		return false;
	*out = strtod(text, &end);
	return end != text && end[strspn(end, " ")] == '\0' && isfinite(*out);
}

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

bool cell_missing(const char *text)
{
	static const char *const words[] = {"", "NA", "N/A", "NULL", "?"};

	return is_one_of(text, words, sizeof(words) / sizeof(words[0]));
}

bool cell_truth(const char *text, bool *out)
{
	static const char *const truths[] = {"1", "true", "yes", "t", "y", "1.0"};
	static const char *const lies[] = {"0", "false", "no", "f", "n", "0.0"};

	*out = is_one_of(text, truths, sizeof(truths) / sizeof(truths[0]));
	return *out || is_one_of(text, lies, sizeof(lies) / sizeof(lies[0]));
}

bool cell_day(const char *text, day *out)
{
	char date[DAY_TEXT];
	size_t length = strcspn(text, "T ");

	if (length == 8 && strspn(text, "0123456789") == 8)
		snprintf(date, sizeof(date), "%.4s-%.2s-%.2s", text, text + 4, text + 6);
	else
		snprintf(date, sizeof(date), "%.*s", length < 11 ? (int)length : 11, text);
	return day_parse(date, out);
}

void cell_write(FILE *out, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++)
		fprintf(out, *text == '"' ? "\"\"" : "%c", *text);
	fputc('"', out);
}
