#pragma once
// What a restore remembers in its directory: seabed_tenant.json, written whole and atomically at every state.
// Enough to go on after a crash, to activate later and elsewhere, and to refuse a second restore into the
// same place. No secrets: destinations are given anew.

#include <map>
#include <optional>

#include "core/engine/restore/restore_log.h"
#include "core/engine/restore/transition.h"

namespace seabed::restore {

inline constexpr char kTenantFile[] = "seabed_tenant.json";
inline constexpr char kPinFolder[] = "seabed_pins";  // links of a backup of the standby

struct RestoreState {
  State state = State::kCreateTenant;
  bool activated = false;
  bool remote = false;           // RESTORE_DATA_MODE=REMOTE: a quick restore
  bool own_library = false;      // restored for an application with a newer library than this host's
  std::string data_destination;  // whose pages it reads; a URI without secrets
  std::string comment;  // why it failed
  std::string tenant, backup_tenant;
  uint64_t cluster_id = 0, backup_tenant_id = 0;
  std::string mode, time_zone;
  Scn target = 0;
  std::string target_display;
  std::vector<std::string> sets, pieces;
  uint64_t job_id = 0;                    // in the catalog; 0: none
  std::vector<StreamResult> streams;      // finished ones
  std::vector<std::string> stream_names;  // all, once they are named
  std::vector<uint64_t> newer_streams;    // that the source has at the target and the base had not: they are not here
  Scn bound = kScnMax;
  std::vector<std::string> not_restored, warnings;
  std::optional<StreamLogPlace> dictionary_place;  // log stream 1: where a standby reads on; nullopt: there is none
  uint64_t dictionary_incarnation = 0;
  Scn dictionary_scn = 0;          // the records kept of it (dictionary_journal.h) are whole up to there
  bool auxiliary_behind = false;   // the files beside the streams do not stand at the target yet
  std::vector<std::string> auxiliary;  // files that were restored beside the streams, relative
  std::map<std::string, std::string> parameters, variables;   // not at default; the engine's own
};

std::string encode_state(const RestoreState& state);
Result<RestoreState> decode_state(const std::string& text, const std::string& object);
/// nullopt: the directory has none (or is not there).
Result<std::optional<RestoreState>> read_state(const std::string& directory);
Status write_state(const std::string& directory, const RestoreState& state);

}  // namespace seabed::restore
