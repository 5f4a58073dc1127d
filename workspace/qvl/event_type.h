/* Names of TCG event types.
 *
 * Sources: TCG PC Client Platform Firmware Profile, "Event Types"; spec: tdx-boot-spec.md 3.1, 3.5; rtmr3-spec.md 1.1.
 */
#ifndef QVL_EVENT_TYPE_H
#define QVL_EVENT_TYPE_H

#include <stdint.h>

#define EVENT_RUNTIME 0x08000001u /* of dstack's runtime events, and of no others */

enum {
	EV_NO_ACTION = 3,
	EV_SEPARATOR = 4,
	EV_EVENT_TAG = 6,
	EV_PLATFORM_CONFIG_FLAGS = 0xa,
};
#define EV_EFI_VARIABLE_DRIVER_CONFIG 0x80000001u
#define EV_EFI_VARIABLE_BOOT 0x80000002u
#define EV_EFI_BOOT_SERVICES_APPLICATION 0x80000003u
#define EV_EFI_ACTION 0x80000007u
#define EV_EFI_HANDOFF_TABLES 0x80000009u
#define EV_EFI_PLATFORM_FIRMWARE_BLOB2 0x8000000au
#define EV_EFI_HANDOFF_TABLES2 0x8000000bu
#define EV_EFI_VARIABLE_AUTHORITY 0x800000e0u

/* The type's name in the specification ("EV_SEPARATOR"), "dstack runtime event", or NULL for one not known. */
const char *event_type_name(uint32_t type);

#endif
