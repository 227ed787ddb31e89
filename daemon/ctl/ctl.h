/*
 * triagectl: one run of one command. Commands that only look are functions from the store to JSON, and a
 * second function that shows this JSON to people; commands that change something are words sent to the desk.
 */
#ifndef TRIAGED_CTL_H
#define TRIAGED_CTL_H

#include <json-glib/json-glib.h>

#include "ctl/sentence.h"
#include "store/store.h"

/* Exit statuses are those of sysexits.h, and: */
enum { CTL_DOWN = 3 /* status: triaged is not running */ };

struct ctl {
	const char *conf_path;
	gboolean json;
	char **words; /* what was typed, without -c, --config and --json */
	const struct command *command;
	struct sentence sentence; /* what is in the command's holes */
	struct store *store;	  /* open for a command that looks */
	struct conf *conf;	  /* ctl_conf's */
	GError *no_conf;
	int status; /* of ctl_fail */
};

struct command {
	const char *words;   /* "ticket list" */
	const char *form;    /* ctl/sentence.h; "" where nothing may follow */
	const char *purpose; /* one line */
	/* A command that looks: its answer, or NULL after ctl_fail. Called between store_look_begin and
	 * store_look_end. */
	JsonNode *(*look)(struct ctl *ctl);
	void (*show)(JsonNode *answer);
	/* Any other: its exit status. */
	int (*run)(struct ctl *ctl);
};

/* All of them, ended by words NULL. */
extern const struct command commands[];
/* The command that `words` begin with; how many words that are goes to `taken`. NULL where there is none. */
const struct command *command_find(char **words, int *taken);
/* Are there commands of two words that begin with this one? */
gboolean command_family(const char *word);

/* "triagectl: ..." on standard error; becomes the exit status, and is returned. */
int ctl_fail(struct ctl *ctl, int status, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Where things are. The configuration, once; NULL and `error` where it cannot be used now. */
const struct conf *ctl_conf(struct ctl *ctl, GError **error);
/* $TRIAGED_SOCKET, or what the configuration says, or the usual place. Caller frees. */
char *ctl_control_path(struct ctl *ctl);
/* Opens the store for looking: where the configuration says; where that cannot be used, where the running
 * desk says. FALSE after ctl_fail. */
gboolean ctl_open_store(struct ctl *ctl);
void ctl_clear(struct ctl *ctl);

/* The families. */
JsonNode *ticket_list(struct ctl *ctl);
void ticket_list_show(JsonNode *answer);
JsonNode *ticket_show(struct ctl *ctl);
void ticket_show_show(JsonNode *answer);
JsonNode *why(struct ctl *ctl);
void why_show(JsonNode *answer);
JsonNode *mail_show(struct ctl *ctl);
void mail_show_show(JsonNode *answer);
int mail_raw(struct ctl *ctl);
JsonNode *held_list(struct ctl *ctl);
void held_list_show(JsonNode *answer);
JsonNode *held_show(struct ctl *ctl);
void held_show_show(JsonNode *answer);
JsonNode *outbox_list(struct ctl *ctl);
void outbox_list_show(JsonNode *answer);
JsonNode *search(struct ctl *ctl);
void search_show(JsonNode *answer);
JsonNode *customer_show(struct ctl *ctl);
void customer_show_show(JsonNode *answer);
int status(struct ctl *ctl);
int backup(struct ctl *ctl);
int inject(struct ctl *ctl);
int change(struct ctl *ctl);
int run_read(struct ctl *ctl);
int run_check(struct ctl *ctl);
int help(struct ctl *ctl);

#endif
