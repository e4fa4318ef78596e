#pragma once
// Log stream 1 of a restored tenant, kept in its directory: the state that the restore ended with, and the
// source's records since, with their stamps and positions. What a standby archives and backs up of it.

#include <string>
#include <vector>

#include "core/engine/archive/dictionary_state.h"
#include "core/format/log_types.h"

namespace seabed::restore {

inline constexpr char kDictionaryFold[] = "seabed_dictionary.fold";  // in the frame of schema_meta
inline constexpr char kDictionaryLog[] =
    "seabed_dictionary.log";  // groups end to end, in the frame of the media

/// The restore's end: replaces what an earlier attempt left.
Status begin_dictionary(const std::string& directory, const archive::DictionaryState& state, Scn scn,
                        const Lsn& end);
/// Durable when it returns. Groups that are there already are left out, so that a step may be done again.
/// Nothing happens where no restore began one. The directory's lock is held.
Status append_dictionary(const std::string& directory, const std::vector<LogGroup>& groups);
/// Nothing there is fine.
Status remove_dictionary(const std::string& directory);

/// What is there up to `readable`; read while another process appends.
struct KeptDictionary {
  archive::DictionaryState state;  // with all of `groups` in it
  Lsn end;
  Scn scn = 0;  // of the last record
  std::vector<LogGroup> groups;
};
/// kUnsupported: restored by a version that kept none.
Result<KeptDictionary> read_dictionary_journal(const std::string& directory, Scn readable);

}  // namespace seabed::restore
