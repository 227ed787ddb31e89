/* The finished tree: finding in it, and freeing it. */
#include "config.h"

#include "conf/conf.h"

#include <string.h>

static void
server_clear(struct conf_server *server)
{
	g_free(server->host);
	g_free(server->user);
	g_free(server->secret_from);
	g_free(server->ca_file);
}

static void
relay_free(gpointer data, gpointer unused)
{
	struct conf_relay *relay = data;

	(void)unused;
	g_free(relay->name);
	server_clear(&relay->server);
	g_free(relay);
}

static void
mailbox_free(gpointer data, gpointer unused)
{
	struct conf_mailbox *mailbox = data;

	(void)unused;
	g_free(mailbox->name);
	g_ptr_array_unref(mailbox->addresses);
	g_free(mailbox->display);
	if (mailbox->imap)
		server_clear(mailbox->imap);
	g_free(mailbox->imap);
	g_free(mailbox->folder);
	g_free(mailbox->done_folder);
	g_free(mailbox);
}

static void
queue_free(gpointer data, gpointer unused)
{
	struct conf_queue *queue = data;

	(void)unused;
	g_free(queue->name);
	g_ptr_array_unref(queue->teams);
	g_free(queue);
}

static void
person_free(gpointer data, gpointer unused)
{
	struct conf_person *person = data;

	(void)unused;
	g_free(person->address);
	g_free(person->name);
	g_free(person);
}

static void
team_free(gpointer data, gpointer unused)
{
	struct conf_team *team = data;

	(void)unused;
	g_free(team->name);
	g_ptr_array_foreach(team->people, person_free, NULL);
	g_ptr_array_unref(team->people);
	g_free(team);
}

static void
list_free(GPtrArray *list, GFunc free_one)
{
	g_ptr_array_foreach(list, free_one, NULL);
	g_ptr_array_unref(list);
}

void
conf_free(struct conf *conf)
{
	if (conf == NULL)
		return;
	g_free(conf->desk);
	g_free(conf->store);
	g_free(conf->keys);
	g_free(conf->control);
	g_free(conf->user);
	g_free(conf->group);
	g_free(conf->postmaster);
	list_free(conf->mailboxes, mailbox_free);
	list_free(conf->relays, relay_free);
	list_free(conf->queues, queue_free);
	list_free(conf->teams, team_free);
	g_ptr_array_unref(conf->trust);
	g_free(conf);
}

const struct conf_mailbox *
conf_mailbox_find(const struct conf *conf, const char *name)
{
	for (guint i = 0; i < conf->mailboxes->len; i++) {
		const struct conf_mailbox *mailbox = conf->mailboxes->pdata[i];

		if (strcmp(mailbox->name, name) == 0)
			return mailbox;
	}
	return NULL;
}

const struct conf_mailbox *
conf_mailbox_by_address(const struct conf *conf, const char *address)
{
	for (guint i = 0; i < conf->mailboxes->len; i++) {
		const struct conf_mailbox *mailbox = conf->mailboxes->pdata[i];

		for (guint j = 0; j < mailbox->addresses->len; j++)
			if (g_ascii_strcasecmp(mailbox->addresses->pdata[j], address) == 0)
				return mailbox;
	}
	return NULL;
}

const struct conf_relay *
conf_relay_find(const struct conf *conf, const char *name)
{
	for (guint i = 0; i < conf->relays->len; i++) {
		const struct conf_relay *relay = conf->relays->pdata[i];

		if (strcmp(relay->name, name) == 0)
			return relay;
	}
	return NULL;
}

const struct conf_queue *
conf_queue_find(const struct conf *conf, const char *name)
{
	for (guint i = 0; i < conf->queues->len; i++) {
		const struct conf_queue *queue = conf->queues->pdata[i];

		if (strcmp(queue->name, name) == 0)
			return queue;
	}
	return NULL;
}

/* The local part as it is, the domain without case. */
static gboolean
same_address(const char *a, const char *b)
{
	const char *at_a = strrchr(a, '@'), *at_b = strrchr(b, '@');

	return at_a && at_b && at_a - a == at_b - b && memcmp(a, b, (gsize)(at_a - a)) == 0 &&
	       g_ascii_strcasecmp(at_a, at_b) == 0;
}

static const struct conf_person *
team_find(const struct conf_team *team, const char *address)
{
	for (guint i = 0; i < team->people->len; i++) {
		const struct conf_person *person = team->people->pdata[i];

		if (same_address(person->address, address))
			return person;
	}
	return NULL;
}

const struct conf_person *
conf_person_find(const struct conf *conf, const char *address)
{
	const struct conf_person *person = NULL;

	for (guint i = 0; i < conf->teams->len && person == NULL; i++)
		person = team_find(conf->teams->pdata[i], address);
	return person;
}

gboolean
conf_person_serves(const struct conf_person *person, const struct conf_queue *queue)
{
	for (guint i = 0; i < queue->teams->len; i++)
		if (team_find(queue->teams->pdata[i], person->address))
			return TRUE;
	return FALSE;
}
