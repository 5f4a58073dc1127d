#include "passphrase.h"

#include "file.h"
#include "program.h"

#include <fcntl.h>
#include <string.h>
#include <termios.h>

void passphrase_wipe(char (*passphrase)[PASSPHRASE_SIZE])
{
	explicit_bzero(*passphrase, sizeof *passphrase);
}

/* Without the newline that ends it. */
static int one_line(char text[PASSPHRASE_SIZE], size_t size, struct err *err)
{
	if (size && text[size - 1] == '\n')
		size--;
	text[size] = '\0';
	if (!size || strlen(text) != size || strchr(text, '\n'))
		return err_bad(err, "not one line with a passphrase");
	return 0;
}

static int from_file(const char *path, char into[PASSPHRASE_SIZE], struct err *err)
{
	cleanup_fd int fd = file_open(path, err);
	ssize_t size = fd < 0 ? -1 : file_fill(fd, into, PASSPHRASE_SIZE, err);
	if (size == PASSPHRASE_SIZE && into[size - 1] != '\n')
		size = err_bad(err, "longer than %d bytes", PASSPHRASE_SIZE - 1);
	return size < 0 || one_line(into, (size_t)size, err) ? err_prefix(err, "passphrase: %s", path) : 0;
}

/* Up to and with the newline; what interrupts is a character like others, so that the echo is always restored. */
static ssize_t read_line(int fd, char into[PASSPHRASE_SIZE], struct err *err)
{
	ssize_t size = 0;
	for (char last = 0; last != '\n'; size++) {
		if (size == PASSPHRASE_SIZE - 1)
			return err_bad(err, "passphrase: longer than %d bytes", PASSPHRASE_SIZE - 2);
		if (read(fd, into + size, 1) != 1 || into[size] == 3)
			return err_set(err, EX_OSERR, "passphrase: not given");
		last = into[size];
	}
	return size;
}

static int from_terminal(const char *object, char into[PASSPHRASE_SIZE], struct err *err)
{
	struct termios before, silent;
	cleanup_fd int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &before))
		return err_set(err, EX_OSERR,
			       "wants a passphrase, and there is no terminal to ask at (--passphrase-file)");
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
	tcsetattr(fd, TCSAFLUSH, &silent);
	dprintf(fd, "Passphrase for %s: ", printable(object));
	ssize_t size = read_line(fd, into, err);
	tcsetattr(fd, TCSAFLUSH, &before);
	dprintf(fd, "\n");
	return size < 0 ? -1 : one_line(into, (size_t)size, err);
}

int passphrase_ask(void *context, char into[PASSPHRASE_SIZE], struct err *err)
{
	const struct passphrase_source *source = context;
	return source->path ? from_file(source->path, into, err) : from_terminal(source->object, into, err);
}
