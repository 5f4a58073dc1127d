int spare(void);
int spare(void)
{
	return 2;
}
