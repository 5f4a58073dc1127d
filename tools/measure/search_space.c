#include "search_space.h"

#define VALUES(array)                                                                                                  \
	{                                                                                                              \
		array, sizeof(array) / sizeof *(array)                                                                 \
	}

static const uint32_t usual_cpus[] = {1, 2, 4, 8, 16, 32, 3, 6, 12, 24, 48, 64, 96, 128};

#define TEN(n) n, n + 1, n + 2, n + 3, n + 4, n + 5, n + 6, n + 7, n + 8, n + 9
#define HUNDRED(n)                                                                                                     \
	TEN(n), TEN(n + 10), TEN(n + 20), TEN(n + 30), TEN(n + 40), TEN(n + 50), TEN(n + 60), TEN(n + 70),             \
		TEN(n + 80), TEN(n + 90)
static const uint32_t all_cpus[] = {HUNDRED(1), HUNDRED(101), TEN(201), TEN(211), TEN(221), TEN(231), TEN(241),
				    251,        252,          253,      254,      255,      256};

static const uint32_t all_styles[] = {STYLE_8, STYLE_9_2, STYLE_10};

static const uint32_t usual_flags[] = {FLAG_PIC, 0, FLAG_HOTPLUG_OFF, FLAG_PIC | FLAG_HOTPLUG_OFF};
static const uint32_t huge_flags[] = {
	FLAG_HUGEPAGES,
	FLAG_HUGEPAGES | FLAG_PIC,
	FLAG_HUGEPAGES | FLAG_HOTPLUG_OFF,
	FLAG_HUGEPAGES | FLAG_PIC | FLAG_HOTPLUG_OFF,
};
static const uint32_t smm_flags[] = {
	FLAG_SMM,
	FLAG_SMM | FLAG_PIC,
	FLAG_SMM | FLAG_HOTPLUG_OFF,
	FLAG_SMM | FLAG_PIC | FLAG_HOTPLUG_OFF,
};
static const uint32_t gpu_flags[] = {FLAG_HOTPLUG_OFF, FLAG_PIC | FLAG_HOTPLUG_OFF, 0, FLAG_PIC};

static const uint32_t few_endpoints[] = {5, 4, 6};
static const uint32_t all_endpoints[] = {7, 8, 9, 10, 11, 12, 3, 13, 14, 15, 16, 17, 18, 19, 20};

static const uint32_t all_accelerators[] = {1 << 8, 8 << 8 | 4, 8 << 8, 2 << 8, 4 << 8, 0};

static const uint32_t usual_holes[] = {32, 16384, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 32768, 65536};

const struct pass search_passes[] = {
	/* near the start */
	{.all_memories = 1},
	{.cpus = VALUES(usual_cpus)},
	{.styles = VALUES(all_styles), .flags = VALUES(usual_flags)},
	/* without GPUs, or with those of the start */
	{.cpus = VALUES(usual_cpus), .styles = VALUES(all_styles), .flags = VALUES(usual_flags)},
	{.cpus = VALUES(usual_cpus),
	 .styles = VALUES(all_styles),
	 .flags = VALUES(usual_flags),
	 .endpoints = VALUES(few_endpoints)},
	{.cpus = VALUES(all_cpus), .styles = VALUES(all_styles), .flags = VALUES(usual_flags)},
	/* with GPUs: their hole is seldom the default */
	{.cpus = VALUES(usual_cpus),
	 .styles = VALUES(all_styles),
	 .flags = VALUES(gpu_flags),
	 .accelerators = VALUES(all_accelerators),
	 .holes = VALUES(usual_holes)},
	/* what is seldom seen */
	{.cpus = VALUES(usual_cpus),
	 .styles = VALUES(all_styles),
	 .flags = VALUES(usual_flags),
	 .endpoints = VALUES(all_endpoints)},
	{.cpus = VALUES(usual_cpus), .styles = VALUES(all_styles), .flags = VALUES(smm_flags)},
	{.cpus = VALUES(usual_cpus), .styles = VALUES(all_styles), .flags = VALUES(huge_flags)},
	{.cpus = VALUES(usual_cpus),
	 .styles = VALUES(all_styles),
	 .flags = VALUES(huge_flags),
	 .accelerators = VALUES(all_accelerators)},
	{.cpus = VALUES(usual_cpus), .styles = VALUES(all_styles), .flags = VALUES(usual_flags), .all_memories = 1},
};
const size_t search_pass_count = sizeof search_passes / sizeof *search_passes;

#define GIB(n) (n) << 10
static const uint32_t memories[] = {GIB(2),   GIB(4),   GIB(8),   GIB(16),  GIB(32),  GIB(64),   GIB(1),
				    GIB(128), GIB(256), GIB(3),   GIB(6),   GIB(12),  GIB(24),   GIB(48),
				    GIB(96),  GIB(192), GIB(384), GIB(512), GIB(768), GIB(1024), GIB(10),
				    GIB(20),  GIB(40),  GIB(80),  GIB(160), GIB(5),   GIB(7),    GIB(14),
				    GIB(28),  GIB(56),  GIB(112), GIB(224), GIB(448), GIB(1536), GIB(2048)};
const struct values search_memories = VALUES(memories);
