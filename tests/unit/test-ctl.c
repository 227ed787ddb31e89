/*
 * What triagectl --json says about a small store. The keys and their types are a promise to scripts: whole
 * answers are compared.
 */
#include "config.h"

#include "ctl/ctl.h"
#include "store/mails.h"
#include "store/search.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

static char *folder;
static char *path;

#define T(s) ((gint64)(s)*1000)
static const gint64 NONE = 0;

static gint64
person(struct store *s, const char *address, const char *name)
{
	return store_insert(s, SQL_PERSON_ADD, "ssi", address, name, T(1));
}

static gint64
message(struct store *s, gint64 ticket, gint64 mail, const char *kind, gint64 author, const char *text)
{
	return store_insert(s, SQL_MESSAGE_ADD, "iksksiisissss", ticket, mail, kind, author, "Mary", T(100),
	    T(99), "m@customer.test", NONE, "My lamp", text, "> before", "-- \nMary");
}

static void
outgoing(struct store *s, gint64 id, gint64 ticket, gint64 cause, const char *kind, const char *mid,
    gint64 created)
{
	g_autoptr(GBytes) head = g_bytes_new_static("head", 4);

	store_run(s, SQL_OUTBOX_ADD, "ikkssssbkis", id, ticket, cause, kind, "main", "support@desk.test", mid,
	    head, NONE, created, mid);
}

/* Mail 1 became ticket 1, was answered, and its answer waits; mail 2 is held; ticket 2 is closed and hangs on
 * ticket 1. */
static void
fill(struct store *s)
{
	struct new_mail first = {.source = "imap",
	    .uidvalidity = 7,
	    .uid = 3,
	    .size = 6,
	    .arrived = T(98),
	    .bytes = "A: b\n\nHello",
	    .length = 11};
	struct new_mail second = {
	    .source = "pipe", .size = 20, .cut = TRUE, .bytes = "X: \xff\r\nY: z\r\n\r\nbody", .length = 18};
	gint64 mary, agent, mail, held, validity, m;

	first.mailbox = second.mailbox = mails_mailbox(s, "support", &validity);
	mail = mails_keep(s, &first, T(99));
	held = mails_keep(s, &second, T(200));
	mary = person(s, "mary@customer.test", "Mary");
	agent = person(s, "agent1@desk.test", "");
	store_insert(
	    s, SQL_TICKET_ADD, "sssksi", "My lamp", "general", "support", mary, "root@desk.test", T(100));
	store_insert(
	    s, SQL_TICKET_ADD, "sssksi", "Old lamp", "billing", "support", NONE, "old@desk.test", T(50));
	store_run(s, SQL_TICKET_STATE, "isii", (gint64)2, "closed", T(60), T(60));
	store_run(s, SQL_TICKET_ASSIGN, "iki", (gint64)1, agent, T(101));
	store_run(s, SQL_PARTICIPANT_ADD, "iis", (gint64)1, mary, "customer");
	store_run(s, SQL_TAG_ADD, "is", (gint64)1, "dark");
	store_run(s, SQL_TAG_ADD, "is", (gint64)1, "a-lamp");
	store_run(s, SQL_LINK_ADD, "iissi", (gint64)1, (gint64)2, "perhaps", "the same subject", T(100));
	m = message(s, 1, mail, "customer", mary, "The lamp is dark.\nPlease help.");
	message(s, 1, NONE, "note", NONE, "A note.");
	store_run(s, SQL_PART_ADD, "iiissisi", m, (gint64)0, (gint64)2, "lamp.png", "image/png", (gint64)5,
	    "abcd", (gint64)1);
	store_insert(s, SQL_HISTORY_ADD, "iisssssk", (gint64)1, T(100), "triaged", "opened", "", "general",
	    "nothing ties it to a ticket", mail);
	store_insert(s, SQL_HISTORY_ADD, "iisssssk", (gint64)1, T(101), "root", "assignee", "",
	    "agent1@desk.test", "triagectl", NONE);
	store_run(s, SQL_MAIL_END, "isskk", mail, "done", "ticket", (gint64)1, m);
	store_run(s, SQL_MAIL_END, "isskk", held, "held", "too deep", NONE, NONE);
	outgoing(s, 1, 1, m, "answer", "o1@desk.test", T(110));
	store_run(s, SQL_RECIPIENT_ADD, "is", (gint64)1, "mary@customer.test");
	store_run(s, SQL_RECIPIENT_SET, "issisi", (gint64)1, "mary@customer.test", "deferred", (gint64)450,
	    "full", T(111));
	store_run(s, SQL_OUTBOX_STATE, "issi", (gint64)1, "deferred", "450 full", T(400));
	outgoing(s, 2, NONE, NONE, "operator", "o2@desk.test", T(1));
	store_run(s, SQL_OUTBOX_STATE, "issi", (gint64)2, "sent", "250", G_MAXINT64);
}

static void
make_store(void)
{
	g_autoptr(GError) error = NULL;
	struct store *s = store_open(path, &error);

	g_assert_no_error(error);
	store_begin(s);
	fill(s);
	store_commit(s, &error);
	g_assert_no_error(error);
	store_begin(s);
	g_assert_cmpint(search_index(s, 10), ==, 2);
	store_commit(s, &error);
	g_assert_no_error(error);
	store_close(s);
}

/* The words' answer as one line, or "status N". */
static char *
answer(const char *typed)
{
	g_auto(GStrv) words = g_strsplit(typed, " ", -1);
	struct ctl ctl = {.json = TRUE};
	g_autofree char *trouble = NULL;
	g_autoptr(GError) error = NULL;
	g_autoptr(JsonNode) node = NULL;
	char *text;
	int taken;

	ctl.command = command_find(words, &taken);
	g_assert_true(sentence_parse(
	    ctl.command->form, (int)g_strv_length(words) - taken, words + taken, &ctl.sentence, &trouble));
	ctl.store = store_open_readonly(path, &error);
	g_assert_no_error(error);
	store_look_begin(ctl.store);
	node = ctl.command->look(&ctl);
	g_assert_true(store_look_end(ctl.store, &error));
	text = node != NULL ? json_to_string(node, FALSE) : g_strdup_printf("status %d", ctl.status);
	ctl_clear(&ctl);
	return text;
}

#define LIST_1                                                                                               \
	"{\"number\":1,\"subject\":\"My "                                                                    \
	"lamp\",\"queue\":\"general\",\"state\":\"new\",\"priority\":\"normal\","                            \
	"\"assignee\":\"agent1@desk.test\",\"customer\":\"mary@customer.test\",\"created\":\"1970-01-01T00:" \
	"01:40Z\","                                                                                          \
	"\"updated\":\"1970-01-01T00:01:41Z\",\"tags\":[\"a-lamp\",\"dark\"]}"
#define LIST_2                                                                                               \
	"{\"number\":2,\"subject\":\"Old "                                                                   \
	"lamp\",\"queue\":\"billing\",\"state\":\"closed\",\"priority\":\"normal\","                         \
	"\"assignee\":null,\"customer\":null,\"created\":\"1970-01-01T00:00:50Z\",\"updated\":\"1970-01-"    \
	"01T00:01:00Z\",\"tags\":[]}"
#define HISTORY                                                                                              \
	"[{\"at\":\"1970-01-01T00:01:40Z\",\"who\":\"triaged\",\"what\":\"opened\",\"was\":\"\",\"now\":"    \
	"\"general\","                                                                                       \
	"\"why\":\"nothing ties it to a "                                                                    \
	"ticket\",\"mail\":1},{\"at\":\"1970-01-01T00:01:41Z\",\"who\":\"root\",\"what\":\"assignee\","      \
	"\"was\":\"\",\"now\":\"agent1@desk.test\",\"why\":\"triagectl\",\"mail\":null}]"
#define OUTBOX_1                                                                                             \
	"{\"id\":1,\"ticket\":1,\"kind\":\"answer\",\"relay\":\"main\",\"state\":\"deferred\",\"tries\":0,"  \
	"\"next_try\":\"1970-01-01T00:06:40Z\",\"why\":\"450 "                                               \
	"full\",\"message_id\":\"o1@desk.test\",\"created\":\"1970-01-01T00:01:50Z\","                       \
	"\"recipients\":[{\"address\":\"mary@customer.test\",\"state\":\"deferred\",\"code\":450,\"text\":"  \
	"\"full\"}]}"
#define OUTBOX_2                                                                                             \
	"{\"id\":2,\"ticket\":null,\"kind\":\"operator\",\"relay\":\"main\",\"state\":\"sent\",\"tries\":0," \
	"\"next_try\":null,"                                                                                 \
	"\"why\":\"250\",\"message_id\":\"o2@desk.test\",\"created\":\"1970-01-01T00:00:01Z\","              \
	"\"recipients\":[]}"
#define MAIL_2                                                                                               \
	"{\"id\":2,\"mailbox\":\"support\",\"source\":\"pipe\",\"state\":\"held\",\"tries\":1,\"failures\":" \
	"0,\"size\":20,\"cut\":true,"                                                                        \
	"\"kept\":\"1970-01-01T00:03:20Z\",\"arrived\":null,\"outcome\":\"too "                              \
	"deep\",\"ticket\":null,\"message\":null,\"ledger\":[]"

static void
test_shapes(void)
{
	static const struct {
		const char *typed, *answer;
	} cases[] = {
	    {"ticket list", "[" LIST_1 "]"},
	    {"ticket list --all", "[" LIST_1 "," LIST_2 "]"},
	    {"ticket list --state closed", "[" LIST_2 "]"},
	    {"ticket list --state open", "[]"},
	    {"ticket list --queue general --all", "[" LIST_1 "]"},
	    {"ticket list --assignee agent1@desk.test --all", "[" LIST_1 "]"},
	    {"ticket list --assignee nobody --all", "[" LIST_2 "]"},
	    {"ticket list --customer mary@customer.test", "[" LIST_1 "]"},
	    {"ticket list --customer mary@CUSTOMER.test", "[" LIST_1 "]"},
	    {"ticket list --customer other@customer.test", "[]"},
	    {"ticket list --queue billing --state new", "[]"},
	    {"ticket show 1",
		"{\"number\":1,\"subject\":\"My "
		"lamp\",\"queue\":\"general\",\"mailbox\":\"support\",\"state\":\"new\",\"priority\":"
		"\"normal\","
		"\"assignee\":\"agent1@desk.test\",\"customer\":\"mary@customer.test\",\"created\":\"1970-01-"
		"01T00:01:40Z\","
		"\"updated\":\"1970-01-01T00:01:41Z\",\"closed\":null,\"tags\":[\"a-lamp\",\"dark\"],"
		"\"fields\":{},"
		"\"participants\":[{\"address\":\"mary@customer.test\",\"name\":\"Mary\",\"role\":"
		"\"customer\"}],"
		"\"messages\":[{\"id\":1,\"kind\":\"customer\",\"from\":\"mary@customer.test\",\"name\":"
		"\"Mary\","
		"\"date\":\"1970-01-01T00:01:39Z\",\"at\":\"1970-01-01T00:01:40Z\",\"subject\":\"My lamp\","
		"\"text\":\"The lamp is dark.\\nPlease help.\",\"quoted\":\"> before\",\"signature\":\"-- "
		"\\nMary\","
		"\"message_id\":\"m@customer.test\",\"mail\":1,"
		"\"attachments\":[{\"name\":\"lamp.png\",\"type\":\"image/"
		"png\",\"size\":5,\"sha256\":\"abcd\",\"inline\":true}]},"
		"{\"id\":2,\"kind\":\"note\",\"from\":null,\"name\":\"Mary\",\"date\":\"1970-01-01T00:01:"
		"39Z\","
		"\"at\":\"1970-01-01T00:01:40Z\",\"subject\":\"My lamp\",\"text\":\"A note.\",\"quoted\":\"> "
		"before\","
		"\"signature\":\"-- "
		"\\nMary\",\"message_id\":\"m@customer.test\",\"mail\":null,\"attachments\":[]}],"
		"\"history\":" HISTORY
		",\"links\":[{\"ticket\":2,\"kind\":\"perhaps\",\"why\":\"the same subject\"}],"
		"\"outbox\":[" OUTBOX_1 "]}"},
	    {"ticket show 2", "{\"number\":2,\"subject\":\"Old "
			      "lamp\",\"queue\":\"billing\",\"mailbox\":\"support\",\"state\":\"closed\","
			      "\"priority\":\"normal\","
			      "\"assignee\":null,\"customer\":null,\"created\":\"1970-01-01T00:00:50Z\","
			      "\"updated\":\"1970-01-01T00:01:00Z\","
			      "\"closed\":\"1970-01-01T00:01:00Z\",\"tags\":[],\"fields\":{},"
			      "\"participants\":[],\"messages\":[],\"history\":[],"
			      "\"links\":[{\"ticket\":1,\"kind\":\"perhaps\",\"why\":\"the same "
			      "subject\"}],\"outbox\":[]}"},
	    {"ticket show 3", "status 66"},
	    {"why 1", "{\"ticket\":1,\"decisions\":" HISTORY
		      ",\"mails\":[{\"id\":1,\"outcome\":\"ticket\"}],\"outbox\":[" OUTBOX_1 "]}"},
	    {"why 3", "status 66"},
	    {"outbox list", "[" OUTBOX_1 "]"},
	    {"outbox list --all", "[" OUTBOX_1 "," OUTBOX_2 "]"},
	    {"held list", "[{\"id\":2,\"mailbox\":\"support\",\"why\":\"too "
			  "deep\",\"size\":20,\"kept\":\"1970-01-01T00:03:20Z\",\"ticket\":null}]"},
	    {"mail show 1", "{\"id\":1,\"mailbox\":\"support\",\"source\":\"imap\",\"state\":\"done\","
			    "\"tries\":1,\"failures\":0,\"size\":6,\"cut\":false,"
			    "\"kept\":\"1970-01-01T00:01:39Z\",\"arrived\":\"1970-01-01T00:01:38Z\","
			    "\"outcome\":\"ticket\",\"ticket\":1,\"message\":1,"
			    "\"ledger\":[{\"uidvalidity\":7,\"uid\":3,\"settled\":false}]}"},
	    {"mail show 2", MAIL_2 "}"},
	    {"held show 2", MAIL_2 ",\"head\":\"X: \xef\xbf\xbd\\nY: z\"}"},
	    {"mail show 9", "status 66"},
	    {"search dark",
		"[{\"ticket\":1,\"message\":1,\"subject\":\"My lamp\",\"snippet\":\"The lamp is dark.\"}]"},
	    {"search HELP lamp",
		"[{\"ticket\":1,\"message\":1,\"subject\":\"My lamp\",\"snippet\":\"The lamp is dark.\"}]"},
	    {"search help",
		"[{\"ticket\":1,\"message\":1,\"subject\":\"My lamp\",\"snippet\":\"Please help.\"}]"},
	    {"search nothing", "[]"},
	    {"search ...", "status 64"},
	    {"customer show mary@Customer.TEST",
		"{\"address\":\"mary@customer.test\",\"name\":\"Mary\",\"created\":\"1970-01-01T00:00:01Z\","
		"\"tickets\":[{\"number\":1,"
		"\"subject\":\"My "
		"lamp\",\"queue\":\"general\",\"state\":\"new\",\"priority\":\"normal\",\"assignee\":"
		"\"agent1@desk.test\","
		"\"customer\":\"mary@customer.test\",\"role\":\"customer\",\"created\":\"1970-01-01T00:01:"
		"40Z\","
		"\"updated\":\"1970-01-01T00:01:41Z\"}]}"},
	    {"customer show nobody@customer.test", "status 66"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = answer(cases[i].typed);

		g_test_message("%s", cases[i].typed);
		g_assert_cmpstr(got, ==, cases[i].answer);
	}
}

/* What is shown to people is made of the same answers: every command can show its own, and an empty one. */
static void
test_show(void)
{
	static const char *const typed[] = {"ticket list --all", "ticket list --state open", "ticket show 1",
	    "ticket show 2", "why 1", "why 2", "outbox list --all", "held list", "mail show 1", "held show 2",
	    "search dark", "search nothing", "customer show mary@customer.test"};

	if (!g_test_subprocess()) {
		g_test_trap_subprocess(NULL, 0, 0);
		g_test_trap_assert_passed();
		g_test_trap_assert_stdout("*Please help.*[1 quoted line]*lamp.png, image/png*perhaps #1 "
					  "(the same subject)*450 full*");
		g_test_trap_assert_stdout_unmatched("*\x1b*");
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(typed); i++) {
		g_autofree char *text = answer(typed[i]);
		g_autoptr(JsonNode) node = json_from_string(text, NULL);
		g_auto(GStrv) words = g_strsplit(typed[i], " ", -1);
		int taken;

		command_find(words, &taken)->show(node);
	}
}

/* Looking works while the desk has the store, and sees one moment of it. */
static void
test_beside_a_desk(void)
{
	g_autoptr(GError) error = NULL;
	struct store *desk = store_open(path, &error);
	struct store *reader = store_open_readonly(path, &error);
	g_autofree char *list = NULL;

	g_assert_no_error(error);
	store_look_begin(reader);
	g_assert_cmpint(store_get_int(reader, -1, SQL_MESSAGE_LAST, "i", (gint64)2), ==, -1);
	store_begin(desk);
	message(desk, 2, NONE, "note", NONE, "later");
	list = answer("ticket list");
	g_assert_cmpstr(list, ==, "[" LIST_1 "]");
	g_assert_true(store_commit(desk, &error));
	g_assert_cmpint(store_get_int(reader, -1, SQL_MESSAGE_LAST, "i", (gint64)2), ==, -1);
	g_assert_true(store_look_end(reader, &error));
	store_look_begin(reader);
	g_assert_cmpint(store_get_int(reader, -1, SQL_MESSAGE_LAST, "i", (gint64)2), >, 0);
	g_assert_true(store_look_end(reader, &error));
	store_close(reader);
	store_close(desk);
}

/* A statement that fails is not an empty answer. */
static void
test_trouble(void)
{
	g_autoptr(GError) error = NULL;
	struct store *reader = store_open_readonly(path, &error);

	store_look_begin(reader);
	g_assert_null(store_query_sql(reader, "SELECT nothing FROM nowhere", ""));
	g_assert_false(store_look_end(reader, &error));
	g_assert_nonnull(strstr(error->message, "nowhere"));
	g_clear_error(&error);
	store_look_begin(reader);
	g_assert_true(store_look_end(reader, &error));
	store_close(reader);
}

/* The configuration of a desk whose store is at `store`, and whose control socket nobody listens at. Caller
 * frees. */
static char *
make_conf(const char *store)
{
	char *conf = g_build_filename(folder, "triaged.conf", NULL);
	g_autofree char *text =
	    g_strdup_printf("desk \"D\" { store \"%s\" control \"%s/control\" }\n"
			    "mailbox m { address m@desk.test }\nteam t { agent a@desk.test }\n",
		store, folder);

	g_assert_true(g_file_set_contents(conf, text, -1, NULL));
	return conf;
}

/* The exit status of a command that runs, with no desk there. */
static int
run(const char *conf, const char *typed)
{
	g_auto(GStrv) words = g_strsplit(typed, " ", -1);
	struct ctl ctl = {.conf_path = conf, .json = TRUE};
	g_autofree char *trouble = NULL;
	int taken;
	int status;

	ctl.command = command_find(words, &taken);
	g_assert_true(sentence_parse(
	    ctl.command->form, (int)g_strv_length(words) - taken, words + taken, &ctl.sentence, &trouble));
	status = ctl.command->run(&ctl);
	ctl_clear(&ctl);
	return status;
}

static void
test_without_desk(void)
{
	g_autofree char *conf = make_conf(path);

	g_assert_cmpint(run(conf, "status"), ==, CTL_DOWN);
	g_assert_cmpint(run(conf, "ticket close 1"), ==, EX_TEMPFAIL);
	g_assert_cmpint(run(conf, "reload"), ==, EX_TEMPFAIL);
	g_assert_cmpint(run(conf, "mail raw 9"), ==, EX_NOINPUT);
	unlink(conf);
	g_assert_cmpint(run(conf, "status"), ==, CTL_DOWN);
	g_assert_cmpint(run(conf, "mail raw 1"), ==, EX_CONFIG);
	g_assert_cmpint(run(conf, "ticket close 1"), ==, EX_TEMPFAIL);
}

static void
test_no_store(void)
{
	g_autofree char *missing = g_build_filename(folder, "missing.db", NULL);
	g_autofree char *conf = make_conf(missing);
	g_autofree char *damaged = NULL;

	g_assert_cmpint(run(conf, "mail raw 1"), ==, EX_UNAVAILABLE);
	g_assert_false(g_file_test(missing, G_FILE_TEST_EXISTS));
	g_assert_true(g_file_set_contents(missing, "this is no store", -1, NULL));
	g_assert_cmpint(run(conf, "mail raw 1"), ==, EX_UNAVAILABLE);
	unlink(missing);
	unlink(conf);
}

/* While the desk is in the middle of a turn, the copy is of the moment before; it is closed to others;
 * nothing is overwritten. */
static void
test_backup(void)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *copy = g_build_filename(folder, "copy.db", NULL);
	g_autofree char *conf = make_conf(path);
	g_autofree char *words = g_strdup_printf("backup %s", copy);
	g_autofree char *marked = NULL;
	struct store *desk = store_open(path, &error);
	struct store *reader;
	struct stat st;

	g_assert_no_error(error);
	store_begin(desk);
	store_set_meta(desk, "turn", "not committed");
	g_assert_cmpint(run(conf, words), ==, EX_OK);
	g_assert_cmpint(run(conf, words), ==, EX_CANTCREAT);
	g_assert_true(store_commit(desk, &error));
	store_close(desk);
	g_assert_cmpint(stat(copy, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, 0600);
	reader = store_open_readonly(copy, &error);
	g_assert_no_error(error);
	marked = store_meta(reader, "copy");
	g_assert_cmpstr(marked, ==, "yes");
	g_assert_null(store_meta(reader, "turn"));
	g_assert_cmpint(store_get_int(reader, 0, SQL_MESSAGE_LAST, "i", (gint64)1), >, 0);
	store_close(reader);
	unlink(copy);
	g_assert_cmpint(run(conf, words), ==, EX_OK);
	unlink(copy);
	unlink(conf);
}

int
main(int argc, char **argv)
{
	g_autofree char *control = NULL;
	int result;

	g_setenv("TZ", "UTC", TRUE);
	g_test_init(&argc, &argv, NULL);
	folder = g_dir_make_tmp("triaged-ctl-XXXXXX", NULL);
	g_assert_nonnull(folder);
	path = g_build_filename(folder, "desk.db", NULL);
	/* A desk that runs on this machine is not to be asked. */
	control = g_build_filename(folder, "control", NULL);
	g_setenv("TRIAGED_SOCKET", control, TRUE);
	make_store();
	g_test_add_func("/ctl/shapes", test_shapes);
	g_test_add_func("/ctl/show", test_show);
	g_test_add_func("/ctl/beside-a-desk", test_beside_a_desk);
	g_test_add_func("/ctl/trouble", test_trouble);
	g_test_add_func("/ctl/without-desk", test_without_desk);
	g_test_add_func("/ctl/no-store", test_no_store);
	g_test_add_func("/ctl/backup", test_backup);
	result = g_test_run();
	for (const char *const *end = (const char *const[]){"", "-wal", "-shm", ".lock", NULL}; *end != NULL;
	     end++) {
		g_autofree char *file = g_strconcat(path, *end, NULL);

		unlink(file);
	}
	g_rmdir(folder);
	g_free(path);
	g_free(folder);
	return result;
}
