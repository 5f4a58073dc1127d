#include "number.h"
int greet(void);
