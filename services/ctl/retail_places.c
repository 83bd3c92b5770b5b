/*
 * retail_places.c - where the shop's countries lie: region code, locale, time zone
 *
 * The zone of a country with several is the one where most of its people live.
 */
#include "services/ctl/retail_places.h"

#include <stddef.h>
#include <string.h>

static const struct retail_place places[] = {
	{"United Kingdom", "GB", "en-GB", "Europe/London"},
	{"Unspecified", NULL, "en-GB", "Europe/London"},
	{"Australia", "AU", "en-AU", "Australia/Sydney"},
	{"Austria", "AT", "de-AT", "Europe/Vienna"},
	{"Bahrain", "BH", "ar-BH", "Asia/Bahrain"},
	{"Belgium", "BE", "nl-BE", "Europe/Brussels"},
	{"Brazil", "BR", "pt-BR", "America/Sao_Paulo"},
	{"Canada", "CA", "en-CA", "America/Toronto"},
	{"Channel Islands", "JE", "en-JE", "Europe/Jersey"},
	{"Cyprus", "CY", "el-CY", "Asia/Nicosia"},
	{"Czech Republic", "CZ", "cs-CZ", "Europe/Prague"},
	{"Denmark", "DK", "da-DK", "Europe/Copenhagen"},
	{"EIRE", "IE", "en-IE", "Europe/Dublin"},
	{"European Community", "EU", "en-GB", "Europe/Brussels"},
	{"Finland", "FI", "fi-FI", "Europe/Helsinki"},
	{"France", "FR", "fr-FR", "Europe/Paris"},
	{"Germany", "DE", "de-DE", "Europe/Berlin"},
	{"Greece", "GR", "el-GR", "Europe/Athens"},
	{"Hong Kong", "HK", "en-HK", "Asia/Hong_Kong"},
	{"Iceland", "IS", "is-IS", "Atlantic/Reykjavik"},
	{"Israel", "IL", "he-IL", "Asia/Jerusalem"},
	{"Italy", "IT", "it-IT", "Europe/Rome"},
	{"Japan", "JP", "ja-JP", "Asia/Tokyo"},
	{"Lebanon", "LB", "ar-LB", "Asia/Beirut"},
	{"Lithuania", "LT", "lt-LT", "Europe/Vilnius"},
	{"Malta", "MT", "en-MT", "Europe/Malta"},
	{"Netherlands", "NL", "nl-NL", "Europe/Amsterdam"},
	{"Norway", "NO", "nb-NO", "Europe/Oslo"},
	{"Poland", "PL", "pl-PL", "Europe/Warsaw"},
	{"Portugal", "PT", "pt-PT", "Europe/Lisbon"},
	{"RSA", "ZA", "en-ZA", "Africa/Johannesburg"},
	{"Saudi Arabia", "SA", "ar-SA", "Asia/Riyadh"},
	{"Singapore", "SG", "en-SG", "Asia/Singapore"},
	{"Spain", "ES", "es-ES", "Europe/Madrid"},
	{"Sweden", "SE", "sv-SE", "Europe/Stockholm"},
	{"Switzerland", "CH", "de-CH", "Europe/Zurich"},
	{"United Arab Emirates", "AE", "ar-AE", "Asia/Dubai"},
	{"USA", "US", "en-US", "America/New_York"},
};

const struct retail_place *retail_place_of(const char *country)
{
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(places[i].country, country) == 0)
			return &places[i];
	return &places[1];
}
