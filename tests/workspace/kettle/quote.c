/* quote serve SOCKET: the quote service, until standard input ends; prints `listening` when it does.
 * quote report-data KEY [NONCE]: in hexadecimal. */
#include "quote.h"

#include "hex.h"
#include "key_binding.h"
#include "program.h"

#include <string.h>

static void listening(void *context)
{
	(void)context;
	puts("listening");
	finish(0);
}

static int serve(const char *socket)
{
	struct err err;
	struct quote_service service = {.socket = socket, .stop = STDIN_FILENO, .on_listening = listening};
	if (quote_serve(&service, &err))
		die_err(NULL, &err);
	return 0;
}

static int report_data(const char *key, const char *nonce)
{
	struct err err;
	struct quote_request request = {.has_nonce = nonce};
	uint8_t data[REPORT_DATA_SIZE];
	char text[2 * REPORT_DATA_SIZE + 1];
	if (hex_read(key, request.key, sizeof request.key) ||
	    (nonce && hex_read(nonce, request.nonce, sizeof request.nonce)))
		die_usage("not hexadecimal digits");
	if (key_binding(request.key, nonce ? request.nonce : NULL, data, &err))
		die_err(NULL, &err);
	hex_write(data, sizeof data, text);
	puts(text);
	return finish(0);
}

int main(int argc, char **argv)
{
	program_start("quote");
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(argv[2]);
	if ((argc == 3 || argc == 4) && !strcmp(argv[1], "report-data"))
		return report_data(argv[2], argv[3]);
	die_usage("serve SOCKET, or report-data KEY [NONCE]");
}
