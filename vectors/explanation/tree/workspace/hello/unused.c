int unused(void);
int unused(void)
{
	return 1;
}
