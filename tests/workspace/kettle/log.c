/* A log whose reader is slower than the app, so that its queue never becomes empty: 64 MiB through a pipe that is read
 * in small pieces. Ends with 0 when the queue stayed small. */
#include "log.h"
#include "program.h"

#include <fcntl.h>
#include <string.h>

enum { TOTAL = 64 << 20, QUEUE_MOST = 1 << 20 };

int main(void)
{
	static struct log log;
	char line[1000], block[1 << 13];
	int ends[2];
	program_start("log");
	memset(line, 'x', sizeof line);
	if (pipe2(ends, O_CLOEXEC) || dup2(ends[1], STDOUT_FILENO) < 0)
		die(EX_OSERR, "pipe");
	log_open(&log, LOG_TEXT);
	const struct bytes *queue = &log.outputs[0].queue;
	for (size_t taken = 0; taken < TOTAL;) {
		while (log_has_room(&log, LOG_APP))
			log_add(&log, LOG_APP, line, sizeof line);
		log_write(&log);
		ssize_t n = read(ends[0], block, sizeof block);
		taken += n < 0 ? 0 : (size_t)n;
		if (n <= 0 || queue->capacity > QUEUE_MOST)
			die(1, "after %zu bytes: %zd read, %zu queued", taken, n, queue->capacity);
	}
	close(ends[0]);
	log_close(&log);
	return 0;
}
