/* A clock that is 400 days ahead, for mk/repro.sh: loaded into every program of a build root by its ld.so.preload,
 * where no environment variable gets through. Times of files stay as they are: a program that compares a file's with
 * itself must not see it move.
 */
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

static const time_t ahead = (time_t)400 * 24 * 60 * 60;

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
	int status = real(clock, now);
	if (!status && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += ahead;
	return status;
}

int timespec_get(struct timespec *now, int base)
{
	return clock_gettime(CLOCK_REALTIME, now) ? 0 : base;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec precise;
	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &precise))
		return -1;
	*now = (struct timeval){.tv_sec = precise.tv_sec, .tv_usec = precise.tv_nsec / 1000};
	return 0;
}

time_t time(time_t *into)
{
	struct timespec now;
	if (clock_gettime(CLOCK_REALTIME, &now))
		return -1;
	if (into)
		*into = now.tv_sec;
	return now.tv_sec;
}
