/* http_proxy URL: prints host, port and login of the proxy that the environment asks for, or "none", or the reason. */
#include "http_proxy.h"
#include "program.h"

int main(int argc, char **argv)
{
	struct err err;
	struct http_url url;
	struct http_proxy proxy;
	program_start("http_proxy");
	if (argc != 2)
		die_usage("URL");
	if (http_url_parse(argv[1], &url, &err))
		die_err(argv[1], &err);
	int found = http_proxy_find(&url, &proxy, &err);
	if (found < 0)
		die_err(NULL, &err);
	if (found)
		printf("%s %u %s\n", proxy.url.host, proxy.url.port, proxy.login);
	else
		printf("none\n");
	return finish(STATUS_OK);
}
