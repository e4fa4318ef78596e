// The one exported function.
#include "acme_driver.h"

SEABED_DRIVER(acme::AcmeDriver)
