/* Runs a fuzz target over files, without a fuzzer: every argument is a file or a folder of files. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int files;

static void replay_file(const char *path)
{
	FILE *in = fopen(path, "rb");
	uint8_t *data = malloc(16 << 20);
	if (!in || !data) {
		perror(path);
		exit(1);
	}
	size_t size = fread(data, 1, 16 << 20, in);
	fclose(in);
	/* An exact allocation, so that a sanitizer sees one byte too far. */
	uint8_t *exact = malloc(size ? size : 1);
	for (size_t i = 0; exact && i < size; i++)
		exact[i] = data[i];
	LLVMFuzzerTestOneInput(exact, size);
	/* Every prefix of a small input too: truncation is the commonest corruption. */
	for (size_t cut = 0; size <= 4096 && cut < size; cut += 1 + size / 64)
		LLVMFuzzerTestOneInput(exact, cut);
	free(exact);
	free(data);
	files++;
}

static void replay(const char *path)
{
	struct dirent **entries;
	struct stat st;
	if (stat(path, &st) || !S_ISDIR(st.st_mode)) {
		replay_file(path);
		return;
	}
	int n = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char inner[4096];
		snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			replay(inner);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%d inputs\n", files);
	return files ? 0 : 1;
}
