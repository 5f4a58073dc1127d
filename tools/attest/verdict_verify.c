/* A verification's checks as lines of an answer. */
#include "verdict_report.h"

static enum state state_of(enum check_state state)
{
	return state == CHECK_HOLDS ? STATE_HOLDS : state == CHECK_FAILS ? STATE_FAILS : STATE_OPEN;
}

static struct view view_bytes(const struct bytes *bytes)
{
	return view_of(bytes->data, bytes->size);
}

/* The bytes that a source's offsets count from. */
static struct view whole_of(enum check_source source, const struct verification *verification,
			    const struct collateral *collateral)
{
	switch (source) {
	case SOURCE_QUOTE:
		return verification->quote.bytes;
	case SOURCE_CERTIFICATES:
		return view_bytes(&verification->chain.der);
	case SOURCE_ROOT_CRL:
		return view_bytes(&collateral->root_crl);
	case SOURCE_PCK_CRL:
		return view_bytes(&collateral->pck_crl);
	case SOURCE_TCB_INFO:
		return view_bytes(&collateral->tcb_info.text);
	case SOURCE_QE_IDENTITY:
		return view_bytes(&collateral->qe_identity.text);
	case SOURCE_NONE:
	case SOURCE_EVENT_LOG:
	case SOURCE_RELEASE:
	case SOURCE_POLICY:
	case SOURCES:
		break;
	}
	return view_of(NULL, 0);
}

static struct place place_of(const struct check *check, const struct verification *verification,
			     const struct collateral *collateral)
{
	if (check->source == SOURCE_NONE)
		return no_place;
	return place_in(check_source_name(check->source), whole_of(check->source, verification, collateral),
			check->bytes);
}

void verdict_verify(const struct verification *verification, const struct collateral *collateral, struct answer *answer)
{
	for (size_t i = 0; i < verification->checks.count; i++) {
		const struct check *check = &verification->checks.list[i];
		bool holds = check->state == CHECK_HOLDS;
		answer_add(answer, WORD_VERIFY, state_of(check->state), check->name,
			   holds           ? NULL
			   : check->reason ? check->reason
					   : "not-reached",
			   place_of(check, verification, collateral), "%s", check->text);
	}
	/* Whatever the list is like, the library's word decides. */
	if (!verification->holds && !answer_failed(answer, WORD_VERIFY))
		answer_add(answer, WORD_VERIFY, STATE_FAILS, "verification", "not-reached", no_place,
			   "the verification did not come to its end");
}
