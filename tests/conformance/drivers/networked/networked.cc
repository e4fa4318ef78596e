// No fault: the checker must pass it, also when its server is at fault.
#include "../broken/networked.h"

SEABED_DRIVER(broken::NetworkedDriver<broken::NetworkedStore>)
