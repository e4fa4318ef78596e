#pragma once
// The verbs of `seabed admin`, each in a file of its own.

#include "tools/cli/verb.h"

namespace seabed {

Verb test_io_device_verb();
Verb io_adapter_benchmark_verb();
Verb dump_backup_verb();

}  // namespace seabed
