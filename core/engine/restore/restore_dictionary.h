#pragma once
// Log stream 1 at a target: the newest fold of the base, then the records up to the cut.

#include <map>
#include <string>

#include "core/engine/archive/dictionary_state.h"
#include "core/engine/restore/plan.h"
#include "core/media/stream_log.h"

namespace seabed::restore {

struct DictionaryState {
  std::map<std::string, std::string> files;  // relative path -> content
  std::map<std::string, std::string> facts;  // "tenant/…", "parameter/…", "variable/…"
  std::vector<std::string> outside;          // what was never backed up, in words
  archive::DictionaryState all;              // the same, with the tables' names: what a standby keeps
  Lsn end;                                   // behind the last record taken
  Scn scn = 0;                               // stamp of the last record taken
  std::optional<StreamLogPlace> place;       // where the log goes on
  uint64_t incarnation = 0;
};

/// Applies one record, later ones win. Pure.
void apply_record(const meta::DictionaryRecord& record, DictionaryState* state);
/// Empty when the set has no stream 1 (an older or foreign writer); damaged data is an error.
Result<DictionaryState> read_dictionary(const Media& media, const Plan& plan);

}  // namespace seabed::restore
