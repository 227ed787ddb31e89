/* The scripted server. */
#include "config.h"

#include "peer.h"

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct peer_certificate *current; /* in the child: what peer_start_tls shows */

static gnutls_x509_privkey_t
make_key(void)
{
	gnutls_x509_privkey_t key;

	gnutls_x509_privkey_init(&key);
	g_assert_cmpint(gnutls_x509_privkey_generate(
			    key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
	    ==, 0);
	return key;
}

static gnutls_x509_crt_t
make_certificate(const char *name, gboolean authority, int seconds, gnutls_x509_privkey_t key)
{
	static guint8 serial = 1;
	gnutls_x509_crt_t crt;
	time_t start = time(NULL) - 3600 + MIN(seconds, 0);
	struct in_addr address;

	gnutls_x509_crt_init(&crt);
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, &serial, 1);
	serial++;
	gnutls_x509_crt_set_activation_time(crt, start);
	gnutls_x509_crt_set_expiration_time(crt, time(NULL) + seconds);
	gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
	gnutls_x509_crt_set_key(crt, key);
	gnutls_x509_crt_set_basic_constraints(crt, authority, -1);
	if (authority)
		gnutls_x509_crt_set_key_usage(crt, GNUTLS_KEY_KEY_CERT_SIGN);
	else if (inet_pton(AF_INET, name, &address) == 1)
		gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, &address, sizeof address, 0);
	else
		gnutls_x509_crt_set_subject_alt_name(
		    crt, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), 0);
	return crt;
}

struct peer_certificate *
peer_certificate_new(const char *name, int seconds)
{
	struct peer_certificate *c = g_new0(struct peer_certificate, 1);
	gnutls_x509_privkey_t ca_key = make_key();
	gnutls_x509_privkey_t key = make_key();
	g_autofree char *authority = g_strdup_printf("authority for %s", name);
	gnutls_x509_crt_t ca = make_certificate(authority, TRUE, 86400, ca_key);
	gnutls_x509_crt_t crt = make_certificate(name, FALSE, seconds, key);
	gnutls_x509_crt_t chain[2] = {crt, ca};
	gnutls_datum_t pem;

	g_assert_cmpint(gnutls_x509_crt_sign2(ca, ca, ca_key, GNUTLS_DIG_SHA256, 0), ==, 0);
	g_assert_cmpint(gnutls_x509_crt_sign2(crt, ca, ca_key, GNUTLS_DIG_SHA256, 0), ==, 0);
	c->folder = g_dir_make_tmp("triaged-peer-XXXXXX", NULL);
	c->ca_file = g_build_filename(c->folder, "ca.pem", NULL);
	g_assert_cmpint(gnutls_x509_crt_export2(ca, GNUTLS_X509_FMT_PEM, &pem), ==, 0);
	g_assert_true(g_file_set_contents(c->ca_file, (const char *)pem.data, pem.size, NULL));
	gnutls_free(pem.data);
	gnutls_certificate_allocate_credentials(&c->credentials);
	g_assert_cmpint(gnutls_certificate_set_x509_key(c->credentials, chain, 2, key), ==, 0);
	gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &c->pem);
	gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &c->key_pem);
	gnutls_x509_crt_deinit(ca);
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(ca_key);
	gnutls_x509_privkey_deinit(key);
	return c;
}

void
peer_certificate_write(const struct peer_certificate *c, const char *folder)
{
	g_autofree char *cert = g_build_filename(folder, "cert.pem", NULL);
	g_autofree char *key = g_build_filename(folder, "key.pem", NULL);

	g_assert_true(g_file_set_contents(cert, (const char *)c->pem.data, c->pem.size, NULL));
	g_assert_true(g_file_set_contents(key, (const char *)c->key_pem.data, c->key_pem.size, NULL));
}

void
peer_certificate_free(struct peer_certificate *c)
{
	gnutls_free(c->pem.data);
	gnutls_free(c->key_pem.data);
	g_remove(c->ca_file);
	g_rmdir(c->folder);
	gnutls_certificate_free_credentials(c->credentials);
	g_free(c->ca_file);
	g_free(c->folder);
	g_free(c);
}

void
peer_start_tls(struct peer *p)
{
	gnutls_init(&p->tls, GNUTLS_SERVER);
	gnutls_priority_set_direct(p->tls, current->priority != NULL ? current->priority : "NORMAL", NULL);
	gnutls_credentials_set(p->tls, GNUTLS_CRD_CERTIFICATE, current->credentials);
	gnutls_transport_set_int(p->tls, p->fd);
	if (gnutls_handshake(p->tls) != 0)
		_exit(4);
}

void
peer_say(struct peer *p, const char *bytes, gsize length)
{
	while (length > 0) {
		ssize_t n = p->tls != NULL ? gnutls_record_send(p->tls, bytes, length)
					   : send(p->fd, bytes, length, MSG_NOSIGNAL);

		if (n <= 0)
			_exit(4);
		bytes += n;
		length -= (gsize)n;
	}
}

char *
peer_line(struct peer *p)
{
	g_autoptr(GString) line = g_string_new(NULL);
	char c;

	for (;;) {
		ssize_t n = p->tls != NULL ? gnutls_record_recv(p->tls, &c, 1) : recv(p->fd, &c, 1, 0);

		if (n <= 0)
			return NULL;
		if (c == '\n')
			break;
		if (c != '\r')
			g_string_append_c(line, c);
	}
	return g_strdup(line->str);
}

static void
play_step(struct peer *p, const struct peer_step *step)
{
	if (step->expect != NULL) {
		g_autofree char *line = peer_line(p);

		if (line == NULL)
			_exit(4);
		g_strlcpy(p->tag, line, MIN(sizeof p->tag, strcspn(line, " ") + 1));
		if (strstr(line, step->expect) == NULL) {
			fprintf(stderr, "peer: expected \"%s\", heard \"%s\"\n", step->expect, line);
			_exit(3);
		}
	}
	if (step->say != NULL) {
		g_auto(GStrv) parts = g_strsplit(step->say, "$", -1);
		g_autofree char *words = g_strjoinv(p->tag, parts);

		peer_say(p, words, strlen(words));
	}
	if (step->act != NULL)
		step->act(p);
}

static void
play(const struct peer_script *script, int listener)
{
	struct peer p = {.fd = accept(listener, NULL, NULL)};

	close(listener);
	current = script->certificate;
	if (script->implicit)
		peer_start_tls(&p);
	for (gsize i = 0; i < script->n; i++)
		play_step(&p, &script->steps[i]);
	while (script->end == PEER_LINGER) {
		g_autofree char *line = peer_line(&p);

		if (line == NULL || g_str_has_suffix(line, "LOGOUT") || g_str_has_suffix(line, "QUIT"))
			break;
	}
}

pid_t
peer_start(const struct peer_script *script, guint16 *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t length = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t pid;

	g_assert_cmpint(bind(listener, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(listener, 4), ==, 0);
	getsockname(listener, (struct sockaddr *)&address, &length);
	*port = ntohs(address.sin_port);
	pid = fork();
	if (pid == 0) {
		alarm(60);
		play(script, listener);
		_exit(0);
	}
	close(listener);
	return pid;
}

int
peer_wait(pid_t pid)
{
	int status = 0;

	g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}
