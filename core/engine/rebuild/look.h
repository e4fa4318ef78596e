#pragma once
// What one destination says of itself, as rows that a catalog would have which knew only this medium. Reads only, and
// only what the catalog does not know yet: finished pieces and sets that it has are listed, not opened.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/cancel.h"
#include "core/catalog/holes.h"
#include "core/catalog/ls_progress.h"
#include "core/engine/job/context.h"
#include "core/engine/rebuild/known_rows.h"
#include "core/media/format_file.h"
#include "core/media/medium.h"

namespace seabed::meta {
class OperatorFacts;
}

namespace seabed::rebuild {

struct DestinationLook {
  DestinationFacts format;
  catalog::DestinationRow destination;      // as it would be written; not current by itself
  // Archive. Rounds have the status STOP when their end is there, else "" (open).
  std::vector<catalog::RoundRow> rounds;    // rising
  std::vector<catalog::PieceRow> pieces;    // rising; only those that differ in kind from the catalog's
  std::vector<paths::PieceKey> listed;      // every piece with a placeholder
  std::vector<catalog::LsProgressRow> progress;
  std::vector<catalog::HoleRow> holes;
  // Data. Status SUCCESS, FAILED, or DOING (neither end is there).
  std::vector<catalog::BackupSetRow> sets;  // rising; only those that the catalog does not have as they are
  std::vector<uint64_t> listed_sets;
  std::map<std::string, std::string> parameters;   // of the newest good set
  std::optional<catalog::OperatorFacts> decided;   // both: the newest word of it
  // Both: what has a tombstone, whatever else lies there. `unfinished`: its deletion was begun and has objects left.
  struct Deleted { paths::PieceKey piece; paths::SetId set; bool unfinished = false; };
  std::vector<Deleted> deleted;
  std::vector<std::string> problems;        // what could not be read, in words
};

/// kNotFound: no destination of Seabed.
Result<DestinationFacts> read_facts(EngineContext& context, const std::string& uri);
/// `known` are the rows of the tenant that the medium names.
Result<DestinationLook> look_at(EngineContext& context, const std::string& uri, const KnownRows& known,
                                const CancelToken& cancel);

/// `said` takes the place of look->decided when it is newer.
void note_decided(const meta::OperatorFacts& said, DestinationLook* look);
/// The tombstones of a destination, for look->deleted; `left` says whether a set or piece still has its placeholder.
Status look_at_tombstones(const Medium& medium, const std::function<bool(const DestinationLook::Deleted&)>& left,
                          DestinationLook* look);

// look_archive.cc, look_data.cc
Status look_at_archive(const Medium& medium, const KnownRows& known, DestinationLook* look);
Status look_at_data(const Medium& medium, const KnownRows& known, DestinationLook* look);

}  // namespace seabed::rebuild
