/*
 * retail_places.h - where the shop's countries lie: region code, locale, time zone
 */
#ifndef AE_CTL_RETAIL_PLACES_H
#define AE_CTL_RETAIL_PLACES_H

struct retail_place {
	const char *country; /* as the data spells it */
	const char *region;  /* ISO 3166-1 alpha-2; NULL where the data names no country */
	const char *locale, *time_zone;
};

/* Never NULL: a country that is not in the table is treated as unspecified. */
const struct retail_place *retail_place_of(const char *country);

#endif
