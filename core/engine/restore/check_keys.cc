// Before a restore: do the keys open what it will read?

#include <set>

#include "core/engine/restore/plan.h"
#include "core/flow/side_by_side.h"
#include "core/media/stream_log.h"

namespace seabed::restore {
namespace {

bool locked(const Status& status) { return !status && status.error().code == Code::kPermissionDenied; }

void add_holders(const StreamPlan& stream, std::set<uint64_t>* sets) {
  for (const auto& [from, file] : stream.files)
    if (file.size() > 0) sets->insert(BackupReader::holder(from, file).set_id);
}

}  // namespace

Status check_log_keys(const Media& media, const Plan& plan) {
  std::vector<std::function<Status()>> looks;
  for (size_t i : plan.pieces) {
    const PieceMedia& piece = media.piece_media[i];
    const Medium& medium = media.archive[piece.archive]->medium();
    for (const meta::LsMetaInfo& ls : media.base_media[plan.base].streams.ls())
      looks.push_back([&medium, &piece, id = ls.ls_id()] {
        Status s = check_log_key(medium, piece.facts, id);
        return locked(s) ? s : ok();   // the rest the restore finds out
      });
  }
  return side_by_side(looks);
}

Status check_set_keys(const Media& media, const Plan& plan) {
  const BackupReader& reader = *media.data[media.bases[plan.base].source];
  std::set<uint64_t> sets;   // rising: the full set's password is asked for first
  for (const StreamPlan& stream : plan.streams) add_holders(stream, &sets);
  if (plan.dictionary) add_holders(*plan.dictionary, &sets);
  for (uint64_t set : sets) SEABED_CHECK(reader.set_key(set));
  return ok();
}

Status check_keys(const Media& media, const Plan& plan) {
  SEABED_CHECK(check_set_keys(media, plan));
  return check_log_keys(media, plan);
}

}  // namespace seabed::restore
