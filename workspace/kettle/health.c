#include "health.h"

#include "http.h"
#include "log.h"

enum { BODY_CAP = 5 << 20 }; /* read and thrown away */

int health_ask(const struct health_question *question, struct health *health, struct err *err)
{
	cleanup_bytes struct bytes url = {0};
	cleanup_http_answer struct http_answer answer = {0};
	*health = (struct health){0};
	if (bytes_addf(&url, err, "http://127.0.0.1:%u%s", question->port, question->path))
		return -1;
	struct http_request request = {.method = "GET", .url = url.data, .cap = BODY_CAP, .seconds = question->seconds};
	int64_t began = log_now();
	int status = http_exchange(&request, &answer, err);
	health->milliseconds = log_now() - began;
	if (status) {
		err->status = STATUS_FALSE;
		return err_prefix(err, "%s", url.data);
	}
	health->status = answer.status;
	if (answer.status >= 500)
		return err_set(err, STATUS_FALSE, "%s: status %d", url.data, answer.status);
	return 0;
}
