/*
 * mail.c - ae-mail: submits one ready-made mail again and again over so many connections, with libcurl and
 * nothing else
 *
 * usage: ae-mail URL MAILS CONNECTIONS FILE; prints mails per second
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char mail[1 << 20];
static size_t length;

struct one {
	CURL *curl;
	struct curl_slist *to;
	size_t sent;
};

static size_t on_read(char *buffer, size_t size, size_t count, void *context)
{
	struct one *o = context;
	size_t n = length - o->sent < size * count ? length - o->sent : size * count;

	memcpy(buffer, mail + o->sent, n);
	o->sent += n;
	return n;
}

static void start(CURLM *multi, struct one *o, const char *url)
{
	o->sent = 0;
	curl_easy_setopt(o->curl, CURLOPT_URL, url);
	curl_easy_setopt(o->curl, CURLOPT_PRIVATE, o);
	curl_easy_setopt(o->curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(o->curl, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(o->curl, CURLOPT_READDATA, o);
	curl_easy_setopt(o->curl, CURLOPT_MAIL_FROM, "<bench@shop.example.org>");
	curl_easy_setopt(o->curl, CURLOPT_MAIL_RCPT, o->to);
	curl_multi_add_handle(multi, o->curl);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void finish(CURLM *multi, CURLMsg *m, long *left, long *under_way, const char *url)
{
	struct one *o;

	if (m->msg != CURLMSG_DONE)
		return;
	if (m->data.result != CURLE_OK) {
		fprintf(stderr, "ae-mail: %s\n", curl_easy_strerror(m->data.result));
		exit(1);
	}
	curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, (char **)&o);
	curl_multi_remove_handle(multi, o->curl);
	(*under_way)--;
	if (*left > 0) {
		(*left)--;
		(*under_way)++;
		start(multi, o, url);
	}
}

int main(int argc, char **argv)
{
	long left = argc == 5 ? strtol(argv[2], NULL, 10) : 0,
	     connections = argc == 5 ? strtol(argv[3], NULL, 10) : 0, all = left;
	FILE *f = argc == 5 ? fopen(argv[4], "re") : NULL;
	long under_way = 0, i;
	CURLM *multi;
	CURLMsg *m;
	double begin;
	int running;

	if (f == NULL || left < 1 || connections < 1) {
		fprintf(stderr, "usage: ae-mail URL MAILS CONNECTIONS FILE\n");
		return 2;
	}
	length = fread(mail, 1, sizeof(mail), f);
	fclose(f);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	multi = curl_multi_init();
	begin = now();
	for (i = 0; i < connections && left > 0; i++, left--, under_way++) {
		struct one *o = calloc(1, sizeof(*o));

		if (o == NULL)
			return 1;
		o->curl = curl_easy_init();
		o->to = curl_slist_append(NULL, "<somebody@example.org>");
		start(multi, o, argv[1]);
	}
	while (under_way > 0) {
		curl_multi_perform(multi, &running);
		while ((m = curl_multi_info_read(multi, &(int){0})) != NULL)
			finish(multi, m, &left, &under_way, argv[1]);
		curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
	printf("%.1f\n", (double)all / (now() - begin));
	return 0;
}
