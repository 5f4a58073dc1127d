/* The personal access token that publishing needs: from a variable, from a file of the user's, or typed.
 *
 * A token is kept in one place of memory, which is wiped; it is in no message.
 *
 * Sources: spec: XDG Base Directory Specification ($XDG_CONFIG_HOME), RFC 9110 section 5.5 (what a header may hold).
 */
#ifndef KETTLE_TOKEN_H
#define KETTLE_TOKEN_H

#include "cleanup.h"
#include "err.h"

#include <stdbool.h>
#include <stddef.h>

#define TOKEN_VARIABLE "GITHUB_TOKEN"

struct token {
	char text[512]; /* "": none */
	char from[384]; /* where it is from, for messages: "GITHUB_TOKEN", "typed", "stored; remove FILE …" */
};

void token_wipe(struct token *token);
#define cleanup_token cleanup(token_wipe)

/* Visible ASCII without spaces, of a token's size: nothing else can be in a header. */
bool token_is_sound(const char *text, size_t size);

/* $GITHUB_TOKEN, when it is set and not empty: 0, or EX_USAGE when it is no token. */
int token_from_variable(struct token *token, struct err *err);

/* Where the token for a host is stored: credentials in $XDG_CONFIG_HOME/kettle, else in $HOME/.config/kettle, and
 * credentials-HOST for another host than GitHub's own, so that no host is sent the token of another. Owned by the
 * caller; NULL when neither variable is an absolute path. */
char *token_place(const char *host, struct err *err);

/* Reads the line GITHUB_TOKEN=… of the file, when there is one: 0. STATUS_BAD: it is not ours alone, or holds something
 * else. */
int token_load(const char *place, struct token *token, struct err *err);

/* Writes that file, mode 0600, and makes its folders, mode 0700, when they are not there. */
int token_save(const char *place, const struct token *token, struct err *err);

/* Asks for it at the terminal. */
int token_ask(struct token *token, struct err *err);

#endif
