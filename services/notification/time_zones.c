/*
 * time_zones.c - the zones to choose from: one or more for each country (zone.tab of tzdata), and UTC
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/tz.h"
#include "services/notification/preference_page.h"

#define ZONE_TABLE "/usr/share/zoneinfo/zone.tab"

static struct {
	const char **names;
	size_t count;
} known;

static int name_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add(const char *name)
{
	known.names = talloc_realloc(NULL, known.names, const char *, known.count + 1);
	known.names[known.count++] = talloc_strdup(known.names, name);
}

/* A line is country, coordinates, zone, remarks, with tabs between. */
static void add_line(char *line)
{
	char *place = strchr(line, '\t'), *zone = place ? strchr(place + 1, '\t') : NULL;

	if (line[0] == '#' || zone == NULL)
		return;
	zone[1 + strcspn(zone + 1, "\t\n")] = '\0';
	if (tz_find(zone + 1))
		add(zone + 1);
}

const char *const *time_zones(size_t *count)
{
	FILE *file;
	char line[512];

	if (known.count == 0) {
		add("UTC");
		if ((file = fopen(ZONE_TABLE, "re")) != NULL) {
			while (fgets(line, sizeof(line), file))
				add_line(line);
			fclose(file);
		}
		qsort(known.names, known.count, sizeof(*known.names), name_order);
	}
	*count = known.count;
	return known.names;
}
