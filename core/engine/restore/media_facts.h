#pragma once
// Everything that restore, window and verify need to know of the given destinations, read once: without a
// catalog.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/job/context.h"
#include "core/engine/restore/choice_facts.h"
#include "core/engine/restore/restore_job.h"
#include "core/media/archive_reader.h"
#include "core/media/backup_reader.h"

namespace seabed::restore {

/// Beside BaseFacts of the same index.
struct BaseMedia {
  const SetFacts* set = nullptr;
  meta::LsMetaInfos streams;
};
/// Beside PieceSpan of the same index.
struct PieceMedia {
  size_t archive = 0;
  PieceFacts facts;
};

/// Not copied: its parts point at each other.
struct Media {
  meta::FormatInfo tenant;  // of the first destination
  TenantMode mode = TenantMode::kMysql;
  std::string zone = "UTC";
  std::vector<std::unique_ptr<BackupReader>> data;
  std::vector<std::unique_ptr<ArchiveReader>> archive;  // as given; behind them the complement_log of sets
  std::vector<std::string> data_identities, archive_identities;  // Uri::identity() of those that were given
  size_t archives_given = 0;                            // how many of `archive` are not inside a set
  std::vector<BaseFacts> bases;  // usable sets, rising by id in each source
  std::vector<BaseMedia> base_media;
  std::vector<PieceSpan> spans;  // usable pieces, rising by key; those inside sets last
  std::vector<PieceMedia> piece_media;
  std::vector<PieceFacts> bad_pieces;
  std::vector<Error> problems;    // what had to be left out, and why
  std::vector<WindowHole> holes;  // every hole, covered or not
  std::vector<WindowGap> gaps;    // as the pieces tell them, rising; `to` is not known here

  std::string display(Scn scn) const;  // for messages; digits when it has no display
};

/// kConflict when the destinations are of different tenants; kNotFound, naming it, when one is no
/// destination.
Result<std::unique_ptr<Media>> load_media(EngineContext& context, const RestoreSource& source,
                                          const CancelToken& cancel);

/// The adapter of a stream's engine; kUnsupported when this program has none of that name.
Result<EngineAdapter*> adapter_of(EngineContext& context, const std::string& engine);

}  // namespace seabed::restore
