// seabed admin test_io_device|io_adapter_benchmark|dump_backup
#include "tools/admin/verbs.h"
#include "tools/nouns.h"

namespace seabed {

std::vector<Verb> admin_verbs() {
  return {test_io_device_verb(), io_adapter_benchmark_verb(), dump_backup_verb()};
}

}  // namespace seabed
