/* program WHAT TEXT: one piece of program.h, so that its output and exit status can be seen from outside.
 *
 *	number MAX TEXT     the number, or usage
 *	printable TEXT      the text as messages have it
 *	die TEXT            with status 2
 *	help                to standard output
 *	open                the number of the next file opened
 */
#include "program.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	program_start("program");
	if (argc == 4 && !strcmp(argv[1], "number"))
		printf("%llu\n", option_number("--size", argv[3], strtoull(argv[2], NULL, 10)));
	else if (argc == 3 && !strcmp(argv[1], "printable"))
		puts(printable(argv[2]));
	else if (argc == 3 && !strcmp(argv[1], "die"))
		die(STATUS_BAD, "%s: reason", argv[2]);
	else if (argc == 2 && !strcmp(argv[1], "open"))
		printf("%d\n", open("/dev/null", O_RDONLY));
	else if (argc == 2 && !strcmp(argv[1], "help"))
		print_help("usage: program\n");
	else
		die_usage("WHAT?");
	return finish(STATUS_OK);
}
