/* file FOLDER: reading with a cap, and outputs that are there whole or not at all. FOLDER is empty at first. */
#include "file.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Names in the folder: an output not committed must leave none. */
static int names(void)
{
	DIR *folder = opendir(".");
	int count = 0;
	for (struct dirent *entry; folder && (entry = readdir(folder));)
		count += entry->d_name[0] != '.';
	if (folder)
		closedir(folder);
	return count;
}

static int holds(const char *path, const char *text)
{
	struct err err;
	cleanup_bytes struct bytes bytes = {0};
	return file_load(path, 1 << 20, &bytes, &err) == 0 && bytes.size == strlen(text) &&
	       (!bytes.size || !memcmp(bytes.data, text, bytes.size));
}

static void test_save(void)
{
	struct err err;
	struct stat st;
	umask(027);
	CHECK(file_save("a", "one", 3, &err) == 0 && holds("a", "one") && names() == 1);
	CHECK(stat("a", &st) == 0 && (st.st_mode & 07777) == 0640);
	CHECK(file_save("a", "", 0, &err) == 0 && holds("a", "") && names() == 1);
	CHECK(file_save("a", "two", 3, &err) == 0 && holds("a", "two"));
	umask(022);
}

static void test_dropped(void)
{
	struct err err;
	struct output output;
	CHECK(output_open(&output, "a", &err) == 0 && names() == 2);
	CHECK(file_write(output.fd, "three", 5, &err) == 0 && holds("a", "two"));
	output_drop(&output);
	CHECK(names() == 1 && holds("a", "two"));
	output_drop(&output); /* again, as a cleanup after an explicit drop would */
	CHECK(output_open(&output, "b", &err) == 0 && file_write(output.fd, "four", 4, &err) == 0);
	CHECK(names() == 2 && access("b", F_OK) == -1);
	CHECK(output_commit(&output, &err) == 0);
	output_drop(&output);
	CHECK(names() == 2 && holds("b", "four"));
}

static void test_refused(void)
{
	struct err err;
	struct output output;
	CHECK(mkdir("folder", 0777) == 0 && names() == 3);
	CHECK(output_open(&output, "folder", &err) == -1 && err.status == EX_CANTCREAT &&
	      strstr(err.text, "is a folder"));
	output_drop(&output);
	CHECK(output_open(&output, "nowhere/a", &err) == -1 && err.status == EX_CANTCREAT);
	CHECK(strstr(err.text, "cannot make: No such file"));
	output_drop(&output);
	/* A folder takes the name while the output is written. */
	CHECK(output_open(&output, "late", &err) == 0 && mkdir("late", 0777) == 0);
	CHECK(output_commit(&output, &err) == -1 && err.status == EX_CANTCREAT);
	output_drop(&output);
	CHECK(rmdir("late") == 0 && names() == 3);
}

/* What a link leads to gets the bytes; one that leads nowhere is replaced. */
static void test_link(void)
{
	struct err err;
	struct stat st;
	CHECK(symlink("b", "link") == 0 && file_save("link", "five", 4, &err) == 0);
	CHECK(lstat("link", &st) == 0 && S_ISLNK(st.st_mode) && holds("b", "five"));
	CHECK(unlink("link") == 0 && symlink("nowhere", "link") == 0 && file_save("link", "six", 3, &err) == 0);
	CHECK(lstat("link", &st) == 0 && S_ISREG(st.st_mode) && holds("link", "six"));
	CHECK(unlink("link") == 0 && file_save("b", "four", 4, &err) == 0 && names() == 3);
}

/* A device keeps being one. */
static void test_device(void)
{
	struct err err;
	struct stat st;
	CHECK(file_save("/dev/null", "x", 1, &err) == 0 && stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
	CHECK(file_save("/dev/full", "x", 1, &err) == -1 && err.status == EX_IOERR);
	CHECK(strstr(err.text, "cannot write: No space left"));
}

static void test_read(void)
{
	struct err err;
	char block[3];
	cleanup_bytes struct bytes bytes = {0};
	CHECK(file_load("b", 4, &bytes, &err) == 0 && bytes.size == 4);
	CHECK(file_load("b", 4, &bytes, &err) == 0 && !strcmp(bytes.data, "fourfour")); /* appends */
	CHECK(file_load("b", 3, &bytes, &err) == -1 && err.status == STATUS_BAD &&
	      strstr(err.text, "larger than 3 bytes"));
	CHECK(file_load("/dev/zero", 100000, &bytes, &err) == -1 && err.status == STATUS_BAD);
	CHECK(file_open("folder", &err) == -1 && err.status == STATUS_BAD);
	CHECK(file_open("nowhere", &err) == -1 && err.status == EX_IOERR);
	cleanup_fd int fd = file_open("b", &err);
	CHECK(file_fill(fd, block, 3, &err) == 3 && !memcmp(block, "fou", 3));
	CHECK(file_fill(fd, block, 3, &err) == 1 && block[0] == 'r' && file_fill(fd, block, 3, &err) == 0);
	CHECK(file_fill(-1, block, 3, &err) == -1 && err.status == EX_IOERR);
}

int main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1])) {
		fprintf(stderr, "file: one FOLDER\n");
		return 64;
	}
	test_save();
	test_dropped();
	test_refused();
	test_link();
	test_device();
	test_read();
	return unit_end();
}
