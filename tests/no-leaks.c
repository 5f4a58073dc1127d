/* Linked into programs of which the sanitizers are not to look for leaks (mk/tools.mk). */
int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
	return 1;
}
