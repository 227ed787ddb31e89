/* A thank you is nothing else; in doubt it is an answer. */
#include "config.h"

#include "desk/thanks.h"

static void
test_table(void)
{
	static const struct {
		const char *text;
		const char *name;
		gboolean thanks;
	} rows[] = {
	    {"Thank you!", "", TRUE},
	    {"Thanks a lot, it works now.\n\nAnn", "Ann Customer", TRUE},
	    {"Thanks Jana, great support!\nBest regards\nAnn Customer", "Ann Customer", FALSE}, /* Jana is not the sender */
	    {"THX", "", TRUE},
	    {"Vielen Dank für die schnelle Hilfe!\nMit freundlichen Grüßen", "", TRUE},
	    {"Ďakujem veľmi pekne", "", TRUE},
	    {"Merci beaucoup pour votre aide", "", TRUE},
	    {"ありがとうございました。", "", TRUE},
	    {"Thanks, but it still does not work", "", FALSE},
	    {"Thank you. When will it arrive?", "", FALSE},
	    {"Thanks, my number is 4711", "", FALSE},
	    {"Great, perfect!", "", FALSE},
	    {"", "", FALSE},
	    {"Please call me", "", FALSE},
	};

	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_test_message("%s", rows[i].text);
		g_assert_true(thanks_only(rows[i].text, rows[i].name) == rows[i].thanks);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/thanks/table", test_table);
	return g_test_run();
}
