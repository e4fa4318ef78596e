// Every verb of the program.
#include "tools/nouns.h"

namespace seabed {

std::vector<Verb> all_verbs() {
  std::vector<Verb> out;
  for (auto part : {config_verbs(), agent_verbs(), linker_verbs(), tenant_verbs(), tenant_read_verbs(), tenant_hydrate_verbs(), mount_verbs(), driver_verbs(),
                    doctor_verbs(), archive_verbs(), parameter_verbs(), backup_verbs(), window_verbs(),
                    restore_verbs(), standby_verbs(), table_verbs(), verify_verbs(), drill_verbs(), clean_verbs(), key_verbs(), sql_verbs(), admin_verbs(), manual_verbs()})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace seabed
