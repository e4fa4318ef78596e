#ifndef SEABED_SEABED_H_
#define SEABED_SEABED_H_
/* Everything a driver may want. */
#include "seabed/abi.h"
#include "seabed/capabilities.h"
#include "seabed/config.h"
#include "seabed/context.h"
#include "seabed/driver.h"
#include "seabed/error.h"
#include "seabed/ext/read_ranges.h"
#include "seabed/ext/server_copy.h"
#include "seabed/host.h"

#endif
