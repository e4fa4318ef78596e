// Before a restore: do the keys open what it will read?

#include <set>

#include "core/engine/restore/plan.h"
#include "core/media/stream_log.h"

namespace seabed::restore {
namespace {

bool locked(const Status& status) { return !status && status.error().code == Code::kPermissionDenied; }

void add_holders(const StreamPlan& stream, std::set<uint64_t>* sets) {
  for (const auto& [from, file] : stream.files)
    if (file.size() > 0) sets->insert(BackupReader::holder(from, file).set_id);
}

}  // namespace

Status check_keys(const Media& media, const Plan& plan) {
  const BackupReader& reader = *media.data[media.bases[plan.base].source];
  std::set<uint64_t> sets;   // rising: the full set's password is asked for first
  for (const StreamPlan& stream : plan.streams) add_holders(stream, &sets);
  if (plan.dictionary) add_holders(*plan.dictionary, &sets);
  for (uint64_t set : sets) {
    SEABED_CHECK(reader.set_key(set));
  }
  for (size_t i : plan.pieces) {
    const PieceMedia& piece = media.piece_media[i];
    const Medium& medium = media.archive[piece.archive]->medium();
    for (const StreamPlan& stream : plan.streams)
      if (Status s = check_log_key(medium, piece.facts, stream.meta.ls_id()); locked(s)) return s;
    if (Status s = check_log_key(medium, piece.facts, 1); locked(s)) return s;   // the rest the restore finds out
  }
  return ok();
}

}  // namespace seabed::restore
