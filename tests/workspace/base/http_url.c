/* http_url URL [REFERENCE]: prints the URL as it was understood, or what the reference means there; or the reason. */
#include "http_url.h"
#include "program.h"

int main(int argc, char **argv)
{
	struct err err;
	struct http_url url, joined;
	program_start("http_url");
	if (argc < 2 || argc > 3)
		die_usage("URL [REFERENCE]");
	if (http_url_parse(argv[1], &url, &err))
		die_err(NULL, &err);
	if (argc == 3 && http_url_join(&url, argv[2], &joined, &err))
		die_err(NULL, &err);
	cleanup_free char *text = http_url_text(argc == 3 ? &joined : &url, &err);
	if (!text)
		die_err(NULL, &err);
	printf("%s\n", text);
	return finish(STATUS_OK);
}
