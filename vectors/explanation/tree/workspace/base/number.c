#include "number.h"

int number(void)
{
	return 5;
}
