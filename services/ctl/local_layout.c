/*
 * local_layout.c - the folders of a local system, and where they must be elsewhere
 *
 * Two things can push a part out of D: the path of a unix socket is at most 107 bytes long, and
 * PostgreSQL does not run as root, so under root it needs folders that its own user can reach.
 */
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>
#include "common/token.h"

static const char *const services[] = {"analytics",    "recommendation", "reporting",
				       "notification", "milestone",      "engagement"};

const char *local_path(const struct local *l, const char *name)
{
	return talloc_asprintf(l, "%s/%s", l->dir, name);
}

const char *local_url(const struct local *l)
{
	return talloc_asprintf(l, "http://127.0.0.1:%d", l->port);
}

const char *local_conninfo(const struct local *l, const char *user)
{
	return talloc_asprintf(l, "host=%s/pg port=5432 dbname=" LOCAL_DATABASE " user=%s", l->run, user);
}

bool folder_make(const char *path, mode_t mode, const char **error)
{
	struct stat st;

	if ((mkdir(path, mode) == 0 || errno == EEXIST) && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	*error = talloc_asprintf(ctl_memory, "%s: %s", path,
				 errno == EEXIST ? "is not a folder" : strerror(errno));
	return false;
}

/* PostgreSQL refuses to run as root: then it is the user postgres, or nobody. */
static bool choose_user(struct local *l, const char **error)
{
	struct passwd *p;

	l->pg_uid = getuid();
	l->pg_gid = getgid();
	if (l->pg_uid != 0)
		return true;
	if (!(p = getpwnam("postgres")) && !(p = getpwnam("nobody"))) {
		*error = "PostgreSQL does not run as root, and there is neither a user postgres nor nobody";
		return false;
	}
	l->pg_uid = p->pw_uid;
	l->pg_gid = p->pw_gid;
	return true;
}

/* Whether PostgreSQL's user can get into the folder; the kernel is asked, in a child that became that user.
 */
static bool reachable(const struct local *l, const char *path)
{
	int status;
	pid_t pid;

	if (l->pg_uid == getuid())
		return true;
	if ((pid = fork()) == 0)
		_exit(postgres_become(l) && access(path, X_OK) == 0 ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* A folder of our own that everybody may pass through, not list. */
static const char *folder_elsewhere(const struct local *l, const char *where, const char **error)
{
	char *path = talloc_asprintf(l, "%s/ae-XXXXXX", where);

	if (mkdtemp(path) && chmod(path, 0711) == 0)
		return path;
	*error = talloc_asprintf(l, "%s: %s", path, strerror(errno));
	return NULL;
}

static bool own_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid();
}

/* PostgreSQL's data: D/pg, or where it was put before, or in /var/tmp, which outlives a reboot. */
static bool place_data(struct local *l, const struct local *before, bool inside, const char **error)
{
	const char *base;

	if (inside) {
		l->pg_data = local_path(l, "pg");
	} else if (before && own_folder(talloc_asprintf(l, "%s/..", before->pg_data))) {
		l->pg_data = talloc_strdup(l, before->pg_data);
	} else {
		if (!(base = folder_elsewhere(l, "/var/tmp", error)))
			return false;
		l->pg_data = talloc_asprintf(l, "%s/pg", base);
		fprintf(stderr, "PostgreSQL's user cannot reach %s, so its data goes to %s\n", l->dir,
			l->pg_data);
	}
	return true;
}

/* Sockets: D/run, or a new folder in /tmp when that is out of reach or its path too long. */
static bool place_sockets(struct local *l, bool inside, const char **error)
{
	l->run = local_path(l, "run");
	if (inside && strlen(l->run) <= LOCAL_SOCKETS_PATH_MAX)
		return folder_make(l->run, 0711, error);
	return (l->run = folder_elsewhere(l, "/tmp", error)) != NULL;
}

/* The folder of PostgreSQL's socket is the only lock on its door: 0700 and its user's. */
static bool place_postgres_socket(struct local *l, const char **error)
{
	const char *path = talloc_asprintf(l, "%s/pg", l->run);

	if (!folder_make(path, 0700, error))
		return false;
	if (chmod(path, 0700) == 0 && chown(path, l->pg_uid, l->pg_gid) == 0)
		return true;
	*error = talloc_asprintf(l, "%s: %s", path, strerror(errno));
	return false;
}

static bool make_keys(struct local *l, const char **error)
{
	const char *private_key = local_path(l, "keys/private.json"),
		   *public_keys = local_path(l, "keys/public.json");

	if (access(private_key, R_OK) == 0 && access(public_keys, R_OK) == 0)
		return true;
	return token_make_keys(private_key, public_keys, error);
}

/* Where this program lies: the daemons are beside it. */
static bool find_programs(struct local *l, const char **error)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	if (n <= 0) {
		*error = "/proc is not mounted";
		return false;
	}
	path[n] = '\0';
	if ((slash = strrchr(path, '/')))
		*slash = '\0';
	l->programs = talloc_strdup(l, path);
	return true;
}

static bool make_folders(struct local *l, const struct local_options *o, const char **error)
{
	static const struct {
		const char *name;
		mode_t mode;
	} folders[] = {{"log", 0755}, {"redis", 0700}, {"keys", 0700}};
	size_t i;

	l->dir = local_directory(l, o->dir);
	if (!l->dir) {
		*error = talloc_asprintf(l, "%s: %s", o->dir, strerror(errno));
		return false;
	}
	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (!folder_make(local_path(l, folders[i].name), folders[i].mode, error))
			return false;
	return true;
}

bool local_prepare(struct local *l, const struct local_options *o, const char **error)
{
	const char *ignored;
	struct local *before;
	bool inside;

	l->options = o;
	l->instances = (int)o->instances;
	l->fsync = o->fsync;
	l->port = (int)o->port;
	if (!make_folders(l, o, error) || !find_programs(l, error) || !choose_user(l, error))
		return false;
	before = local_load(l, l->dir, &ignored);
	inside = reachable(l, l->dir);
	return place_data(l, before, inside, error) && place_sockets(l, inside, error) &&
	       place_postgres_socket(l, error) &&
	       folder_make(talloc_asprintf(l, "%s/rpc", l->run), 0700, error) && make_keys(l, error) &&
	       local_write_config(l, error);
}

/* "section.name=value" of --set, those of one section, as lines. */
static char *extra_settings(const struct local *l, char *text, const char *section)
{
	size_t i, n = strlen(section);
	char **settings = l->options->settings;

	for (i = 0; settings && i < talloc_array_length(settings); i++)
		if (strncmp(settings[i], section, n) == 0 && settings[i][n] == '.')
			text = talloc_asprintf_append(text, "%s\n", settings[i] + n + 1);
	return text;
}

bool local_write_config(struct local *l, const char **error)
{
	/* No user: each daemon has a database role of its own and adds it. */
	char *text = talloc_asprintf(l,
				     "# Made by 'aectl local up' at every start.\n"
				     "[common]\npostgres = host=%s/pg port=5432 dbname=" LOCAL_DATABASE "\n"
				     "redis = unix:%s/redis.sock\nsockets = %s/rpc\n",
				     l->run, l->run, l->run);
	size_t i;
	bool good;

	text = extra_settings(l, text, "common");
	text = talloc_asprintf_append(text,
				      "\n[gateway]\nlisten = 127.0.0.1:%d\nkeys = %s/keys/public.json\n"
				      "issuer = " LOCAL_ISSUER "\naudience = " LOCAL_AUDIENCE "\n",
				      l->port, l->dir);
	text = extra_settings(l, text, "gateway");
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		text = extra_settings(l, talloc_asprintf_append(text, "\n[%s]\n", services[i]), services[i]);
	if (!(good = file_replace(local_path(l, "ae.conf"), text, strlen(text), 0600)))
		*error = talloc_asprintf(l, "%s: %s", local_path(l, "ae.conf"), strerror(errno));
	talloc_free(text);
	return good;
}

static struct child *child_add(struct local *l, const char *service, int instance)
{
	struct child *c = &l->children[l->count++];

	c->service = service;
	c->instance = instance;
	c->name = instance ? talloc_asprintf(l, "%s-%d", service, instance) : service;
	return c;
}

void local_add_children(struct local *l)
{
	size_t i;
	int n;

	l->children = talloc_zero_array(l, struct child, LOCAL_CHILDREN_MAX);
	child_add(l, "postgres", 0);
	child_add(l, "redis", 0);
	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		for (n = 1; n <= l->instances; n++)
			child_add(l, services[i], n);
	child_add(l, "gateway", 0);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st, (void)kind, (void)where;
	return remove(path);
}

bool folder_remove(const char *path)
{
	return nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

void local_remove_run(struct local *l)
{
	folder_remove(l->run);
}
