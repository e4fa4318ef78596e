// Built without the version script: a second symbol is for all to see.
#include "broken.h"

extern "C" SEABED_EXPORT int AcmeInternalFunction() { return 1; }
SEABED_DRIVER(acme::AcmeDriver)
