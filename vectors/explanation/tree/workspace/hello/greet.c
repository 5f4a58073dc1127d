#include "greet.h"

int greet(void)
{
	return number() - 5;
}
