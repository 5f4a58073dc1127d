#include "attributes.h"

#include <stddef.h>

const char *td_attribute_name(unsigned bit)
{
	switch (bit) {
	case TD_DEBUG:
		return "DEBUG";
	case TD_LASS:
		return "LASS";
	case TD_SEPT_VE_DISABLE:
		return "SEPT_VE_DISABLE";
	case TD_MIGRATABLE:
		return "MIGRATABLE";
	case TD_PKS:
		return "PKS";
	case TD_KL:
		return "KL";
	case TD_PERFMON:
		return "PERFMON";
	default:
		return NULL;
	}
}

const char *sgx_attribute_name(unsigned bit)
{
	switch (bit) {
	case SGX_INIT:
		return "INIT";
	case SGX_DEBUG:
		return "DEBUG";
	case SGX_MODE64BIT:
		return "MODE64BIT";
	case SGX_PROVISION_KEY:
		return "PROVISION_KEY";
	default:
		return NULL;
	}
}
